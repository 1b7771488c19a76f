/**
 * `npm run bench:scoring`: leads per second, scored and checked against every stage with the whole
 * reasoning, by the production functions and by json-rules-engine used as its README has it (one Engine,
 * one awaited run per lead), in turns within one run. Both must decide the same for each lead.
 *
 * Options: --leads=1000 --events=10 --rounds=7
 */
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { compileRelease } from '../core/definitions/compile-release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { readWorkspace } from '../workspace/read-workspace.ts';
import { median, option, print, round, table } from './figures.ts';
import { inventedLeads } from './invented-leads.ts';
import { createBulk, type Judged } from './judged.ts';
import { createNaive } from './naive-engine.ts';

const size = { leads: option('leads', 1_000), eventsEach: option('events', 10) };
const rounds = option('rounds', 7);
/** So that a round of the fast side is long enough to be measured. */
const repeats = 20;
const now = Date.UTC(2026, 10, 22, 12);

const files = await readWorkspace(join(import.meta.dirname, '..'));
const compiled = compileRelease(files, 'bench');
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems.slice(0, 3)));
const { release } = compiled.workspace;
const [model] = release.models;
if (model === undefined) throw new Error('the shipped workspace has no scoring model');
const bulk = createBulk(release, model, now);
const naive = createNaive(release, model, now);

expectSame(
  inventedLeads(release, now, size).map(bulk),
  await oneByOne(inventedLeads(release, now, size)),
);
const rates: { readonly bulk: number; readonly naive: number }[] = [];
for (let n = 0; n <= rounds; n += 1) {
  const naiveRate = await rateOf(1, (leads) => oneByOne(leads));
  const bulkRate = await rateOf(repeats, async (leads) => leads.forEach(bulk));
  // The first round only warms up.
  if (n > 0) rates.push({ bulk: bulkRate, naive: naiveRate });
}
const ratios = rates.map((rate) => rate.bulk / rate.naive);
print(
  `Scoring: ${size.leads} leads with ${size.eventsEach} events each, ${model.rules.length} rules, ${release.qualification.stages.length} stages, ${rounds} rounds side by side`,
  table(
    ['way', 'leads per second (median)'],
    [
      ['bulk evaluator, with every explanation', round(median(rates.map((rate) => rate.bulk)), 0)],
      [
        'json-rules-engine, one Engine, one run per lead',
        round(median(rates.map((rate) => rate.naive)), 0),
      ],
    ],
  ),
  `Ratio: ${round(median(ratios))} (median of rounds; ${round(Math.min(...ratios))} to ${round(Math.max(...ratios))}). All ${size.leads} leads have the same points and stages by both.`,
);

async function oneByOne(leads: readonly Lead[]): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const lead of leads) judged.push(await naive(lead));
  return judged;
}

/** Each time new leads, so that nothing that was remembered about one may help; making them is not timed. */
async function rateOf(times: number, work: (leads: readonly Lead[]) => Promise<unknown>) {
  let tookMs = 0;
  for (let n = 0; n < times; n += 1) {
    const leads = inventedLeads(release, now, size);
    const startedAt = performance.now();
    await work(leads);
    tookMs += performance.now() - startedAt;
  }
  return ((size.leads * times) / tookMs) * 1_000;
}

function expectSame(ours: readonly Judged[], theirs: readonly Judged[]): void {
  for (const [index, { points, stages }] of ours.entries()) {
    if (isDeepStrictEqual({ points, stages }, theirs[index])) continue;
    throw new Error(
      `lead ${index}: ${JSON.stringify({ points, stages })} against ${JSON.stringify(theirs[index])}`,
    );
  }
}
