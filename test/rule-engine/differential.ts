/**
 * Compares the compiled evaluator with json-rules-engine on seeded random conditions.
 *
 * Compared are the outcome and the whole reasoning: which parts were looked at and held, what each leaf
 * expected and what it found. `npm run fuzz -- --cases 50000 --seed 7` runs it at length; the test beside
 * it runs a thousand. A difference names the seed and the number of the case, so that it can be played
 * again.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { compileCondition, type Explanation } from '../../core/rules/compile.ts';
import { evaluateCondition } from '../../rule-engine/evaluate.ts';
import { createRandom, randomCase, type Case } from './random-conditions.ts';

export interface Differences {
  readonly cases: number;
  readonly held: number;
  /** Leaves whose explanation was compared with both actual and expected value. */
  readonly explained: number;
  readonly found: readonly string[];
}

export async function compareEvaluators(seed: number, cases: number): Promise<Differences> {
  const random = createRandom(seed);
  const found: string[] = [];
  let held = 0;
  let explained = 0;
  let before: Case | undefined;
  for (let number = 1; number <= cases; number++) {
    const one = randomCase(random);
    const compiled = compileCondition(one.condition, one.segments);
    // What it said of somebody else must not show.
    if (before !== undefined) compiled.evaluate(before.read, before.now);
    before = one;
    const ours = compiled.evaluate(one.read, one.now);
    const theirs = await evaluateCondition(one.condition, one.segments, one.read, one.now);
    held += ours.holds ? 1 : 0;
    explained += leavesIn(ours.explanation);
    const fast = compiled.holds(one.read, one.now);
    if (isDeepStrictEqual(ours, theirs) && fast === ours.holds) continue;
    found.push(`seed ${seed}, case ${number}: ${JSON.stringify({ ...one, ours, theirs, fast })}`);
  }
  return { cases, held, explained, found };
}

function leavesIn(explanation: Explanation): number {
  switch (explanation.type) {
    case 'leaf':
      return explanation.result === undefined || explanation.actual === undefined ? 0 : 1;
    case 'all':
    case 'any':
      return explanation.of.reduce((sum, part) => sum + leavesIn(part), 0);
    case 'not':
      return leavesIn(explanation.of);
    case 'segment':
      return explanation.of === undefined ? 0 : leavesIn(explanation.of);
  }
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
    `seed ${values.seed}: ${result.cases} conditions, ${result.held} held, ${result.explained} leaves explained, ${result.found.length} differences`,
  );
  for (const difference of result.found.slice(0, 5)) console.log(difference);
  process.exitCode = result.found.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
