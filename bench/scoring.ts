/**
 * `npm run bench:scoring`: leads scored and checked against every stage with the whole reasoning, by the
 * production functions and by json-rules-engine, in turns within one run; then conditions alone.
 *
 * json-rules-engine is used as its README has it (one Engine, one awaited run per lead), and with a new
 * Engine per lead, which overlapping runs need. All must decide the same for each lead. Every part of
 * every explanation is read. CPU time counts all threads of the process, also those that collect garbage.
 *
 * Options: --leads=1000 --events=10 --rounds=7
 */
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import { compileRelease } from '../core/definitions/compile-release.ts';
import { readWorkspace } from '../workspace/read-workspace.ts';
import { median, option, print, round, table } from './figures.ts';
import { inventedLeads } from './invented-leads.ts';
import { createBulk, partsRead } from './judged.ts';
import { createFresh, createNaive } from './naive-engine.ts';
import {
  createCompiled,
  createOneEngine,
  inventedFacts,
  plainConditions,
} from './plain-conditions.ts';

const size = { leads: option('leads', 1_000), eventsEach: option('events', 10) };
const rounds = option('rounds', 7);
/** So that a round of the fast side is long enough to be measured. */
const repeats = 20;
const goal = 40;
const now = Date.UTC(2026, 10, 22, 12);

/** One way to judge; `work` may be synchronous. */
interface Way<Subject> {
  readonly name: string;
  readonly repeats: number;
  readonly make: () => readonly Subject[];
  readonly work: (subject: Subject) => unknown;
}
interface Cost {
  readonly wallUs: number;
  readonly cpuUs: number;
}

/**
 * Objects that outlive two collections are moved no more: else whoever is timed pays for copying what
 * was made for it before.
 */
setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as (how: { readonly type: 'minor' | 'major' }) => void;
const collectYoung = () => {
  collect({ type: 'minor' });
};

const files = await readWorkspace(join(import.meta.dirname, '..'));
const compiled = compileRelease(files, 'bench');
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems.slice(0, 3)));
const { release } = compiled.workspace;
const [model] = release.models;
if (model === undefined) throw new Error('the shipped workspace has no scoring model');
const bulk = createBulk(release, model, now);
const naive = createNaive(release, model, now);
const fresh = createFresh(release, model, now);

/** Each time new leads, so that nothing that was remembered about one may help; making them is not timed. */
const make = () => inventedLeads(release, now, size);
const ours = make()
  .map(bulk)
  .map(({ points, stages }) => ({ points, stages }));
expectSame(ours, await each(make(), naive));
expectSame(ours, await each(make(), fresh));
const rules = `${model.rules.length} rules, ${release.qualification.stages.length} stages`;
await compare(
  `Scoring: ${size.leads} leads with ${size.eventsEach} events each, ${rules}`,
  'lead',
  [
    {
      ...{ name: 'bulk evaluator, every explanation read', repeats, make },
      work: (lead) => partsRead(bulk(lead)),
    },
    { name: 'json-rules-engine, one Engine, one run per lead', repeats: 1, make, work: naive },
    { name: 'json-rules-engine, a new Engine per lead', repeats: 1, make, work: fresh },
  ],
);

const evaluate = createCompiled(now);
const oneEngine = createOneEngine(now);
const makeFacts = () => inventedFacts(size.leads);
expectSame(makeFacts().map(evaluate), await each(makeFacts(), oneEngine));
await compare(`Conditions alone: ${plainConditions.length} on plain facts`, '20 conditions', [
  {
    ...{ name: 'compiled, every explanation read', repeats, make: makeFacts },
    work: evaluate,
  },
  { name: 'json-rules-engine, one Engine', repeats: 1, make: makeFacts, work: oneEngine },
]);

async function each<Subject, Answer>(
  subjects: readonly Subject[],
  judge: (subject: Subject) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const subject of subjects) answers.push(await judge(subject));
  return answers;
}

/** The first way against each of the others, in turns. */
async function compare<Subject>(title: string, unit: string, ways: readonly Way<Subject>[]) {
  const costs = new Map<Way<Subject>, Cost[]>(ways.map((way) => [way, []]));
  for (let n = 0; n <= rounds; n += 1) {
    for (const way of ways) {
      const cost = await costOf(way);
      // The first round only warms up.
      if (n > 0) costs.get(way)?.push(cost);
    }
  }
  const [first] = costs.values();
  const rows = [...costs].map(([{ name }, found]) => [
    name,
    ...[round(median(found.map(({ wallUs }) => 1e6 / wallUs)), 0)],
    ...[round(median(found.map(({ cpuUs }) => cpuUs)))],
    ...(found === first ? ['', ''] : [ratio(found, 'cpuUs'), ratio(found, 'wallUs')]),
  ]);
  const head = ['way', `${unit} per second`, `CPU µs per ${unit}`, 'CPU ratio', 'wall ratio'];
  print(
    `${title}, ${rounds} rounds side by side`,
    table(head, rows),
    `Medians of rounds, in brackets the least and the most. The goal is ${goal}. All ways gave the same answers.`,
  );
  function ratio(found: readonly Cost[], of: keyof Cost): string {
    const ratios = found.map((cost, n) => cost[of] / (first?.[n]?.[of] ?? NaN));
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    return `${round(median(ratios))} (${round(least)} to ${round(most)})`;
  }
}

async function costOf<Subject>({ repeats, make, work }: Way<Subject>): Promise<Cost> {
  collect({ type: 'major' });
  let wallMs = 0;
  let cpuUs = 0;
  let done = 0;
  for (let n = 0; n < repeats; n += 1) {
    const subjects = make();
    collectYoung();
    collectYoung();
    const before = process.cpuUsage();
    const startedAt = performance.now();
    for (const subject of subjects) {
      const working = work(subject);
      if (working instanceof Promise) await working;
    }
    wallMs += performance.now() - startedAt;
    const { user, system } = process.cpuUsage(before);
    cpuUs += user + system;
    done += subjects.length;
  }
  return { wallUs: (wallMs * 1_000) / done, cpuUs: cpuUs / done };
}

function expectSame(ours: readonly unknown[], theirs: readonly unknown[]): void {
  for (const [index, one] of ours.entries()) {
    if (isDeepStrictEqual(one, theirs[index])) continue;
    throw new Error(`${index}: ${JSON.stringify(one)} against ${JSON.stringify(theirs[index])}`);
  }
}
