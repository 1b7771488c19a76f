/**
 * Compares the compiled evaluator with json-rules-engine on seeded random conditions.
 *
 * `npm run fuzz -- --cases 50000 --seed 7` runs it at length; the test beside it runs a thousand. A
 * difference names the seed and the number of the case, so that it can be played again.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { compileCondition } from '../../core/rules/compile.ts';
import { evaluateCondition } from '../../rule-engine/evaluate.ts';
import { createRandom, randomCase } from './random-conditions.ts';

export interface Differences {
  readonly cases: number;
  readonly held: number;
  readonly leaves: number;
  readonly found: readonly string[];
}

export async function compareEvaluators(seed: number, cases: number): Promise<Differences> {
  const random = createRandom(seed);
  const found: string[] = [];
  let held = 0;
  let leaves = 0;
  for (let number = 1; number <= cases; number++) {
    const one = randomCase(random);
    const compiled = compileCondition(one.condition, one.segments);
    const ours = compiled.evaluate(one.read, one.now);
    const theirs = await evaluateCondition(one.condition, one.segments, one.read, one.now);
    held += ours.holds ? 1 : 0;
    leaves += compiled.leaves.length;
    const fast = compiled.holds(one.read, one.now);
    if (isDeepStrictEqual(ours, theirs) && fast === ours.holds) continue;
    found.push(`seed ${seed}, case ${number}: ${JSON.stringify({ ...one, ours, theirs, fast })}`);
  }
  return { cases, held, leaves, found };
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '50000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const result = await compareEvaluators(Number(values.seed), Number(values.cases));
  console.log(
    `seed ${values.seed}: ${result.cases} conditions, ${result.held} held, ${result.leaves} leaves, ${result.found.length} differences`,
  );
  for (const difference of result.found.slice(0, 5)) console.log(difference);
  process.exitCode = result.found.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
