/**
 * The bound is never below what a run does (random journeys in a random world), and never above what
 * some run could do (small flows, where all ways can be tried one by one).
 */
import { expect, test } from 'vitest';
import { waysOf } from '../../../core/proofs/flow-ways.ts';
import { fullestWindow, type WindowQuestion } from '../../../core/proofs/fullest-window.ts';
import type { Next, StepId } from '../../../core/journey/flow.ts';
import { runJourney } from '../../../core/simulate/journey-driver.ts';
import { Random, randomPlan } from '../journey/random-plan.ts';

const DAY = 86_400_000;
const windowMs = 7 * DAY;

interface Passed {
  readonly step: StepId;
  readonly at: number;
}

test('no run of a random journey in a random world passes more steps within the window', () => {
  let tight = 0;
  for (let seed = 1; seed <= 1_500; seed += 1) {
    const plan = randomPlan(seed);
    const counts = actsOf(plan.flow);
    const { most } = fullestWindow({ flow: plan.flow, windowMs, counts, againMs: Infinity });
    const passed = runJourney(plan).trace.flatMap((entry): Passed[] =>
      entry.type === 'acted' && entry.command.type === 'act' && entry.outcome.type === 'done'
        ? [{ step: entry.command.step, at: entry.at }]
        : [],
    );
    const found = fullestOf(passed, counts);
    expect(found, `seed ${seed}`).toBeLessThanOrEqual(most);
    if (found === most && most > 1) tight += 1;
  }
  expect(tight).toBeGreaterThan(50);
});

test('several runs of a random journey, one after another, stay within the bound', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = new Random(`again ${seed}`);
    const { flow } = randomPlan(seed);
    const counts = sharedActs(seed, flow);
    const againMs = random.pick([0, DAY, 3 * DAY]);
    const { most } = fullestWindow({ flow, windowMs, counts, againMs });
    let at = 0;
    const passed: Passed[] = [];
    for (let run = 0; run < 20; run += 1) {
      const way = randomWay(random, flow, at);
      passed.push(...way);
      at = (way.at(-1)?.at ?? at) + againMs + (random.chance(50) ? 0 : random.below(DAY));
    }
    expect(fullestOf(passed, counts), `seed ${seed}`).toBeLessThanOrEqual(most);
  }
});

test('of a small flow the bound is exactly what its fullest way reaches', () => {
  let tried = 0;
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const { flow } = randomPlan(seed);
    if (Object.keys(flow.steps).length > 9) continue;
    tried += 1;
    const counts = sharedActs(seed, flow);
    const question = { flow, windowMs, counts, againMs: Infinity };
    const { most, path: pathOf } = fullestWindow(question);
    const path = pathOf();
    const fullest = Math.max(0, ...everyWay(flow).map((way) => fullestOf(way, counts)));
    expect(most, `seed ${seed}`).toBe(fullest);
    expect(path.length).toBe(most);
    expect((path.at(-1)?.afterMs ?? 0) - (path[0]?.afterMs ?? 0)).toBeLessThan(windowMs);
  }
  expect(tried).toBeGreaterThan(250);
});

test('of a small flow that runs again the bound is exactly what two or three runs reach', () => {
  let tried = 0;
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const { flow } = randomPlan(seed);
    const size = Object.keys(flow.steps).length;
    if (size > 7) continue;
    const counts = sharedActs(seed, flow);
    const question = { flow, windowMs, counts, againMs: 3 * DAY };
    const most = fullestWindow(question).most;
    const ways = everyWay(flow).flatMap((way) => way.map((_, index) => way.slice(0, index + 1)));
    const chains = chained(ways, 3, 3 * DAY);
    if (chains === undefined) continue;
    tried += 1;
    expect(most, `seed ${seed}`).toBe(Math.max(0, ...chains.map((way) => fullestOf(way, counts))));
  }
  expect(tried).toBeGreaterThan(120);
});

test('a run that may begin again at once, and counts before it waits, is bounded by nothing', () => {
  const flow = { v: 1, start: 'a', steps: { a: { type: 'act', next: null } } } as const;
  const ask = (change: Partial<WindowQuestion>) =>
    fullestWindow({ flow, windowMs, counts: new Map([['a', null]]), againMs: 0, ...change }).most;
  expect(ask({})).toBe(Infinity);
  expect(ask({ againMs: DAY })).toBe(7);
  expect(ask({ againMs: 2 * DAY })).toBe(4);
  expect(ask({ againMs: Infinity })).toBe(1);
  expect(ask({ counts: new Map([['a', 'once']]) })).toBe(1);
});

type Flow = WindowQuestion['flow'];

function actsOf(flow: Flow): ReadonlyMap<StepId, null> {
  const acts = Object.entries(flow.steps).filter(([, step]) => step.type === 'act');
  return new Map(acts.map(([id]) => [id, null]));
}

/** Some of the acts share a word with others. */
function sharedActs(seed: number, flow: Flow): ReadonlyMap<StepId, string | null> {
  const random = new Random(`shared ${seed}`);
  const word = () => random.pick([null, null, 'x', 'y']);
  return new Map([...actsOf(flow).keys()].map((id) => [id, word()]));
}

/** By trying each passed step as the first of a window. */
function fullestOf(passed: readonly Passed[], counts: ReadonlyMap<StepId, string | null>): number {
  const numbers = passed.map(({ at }) => {
    const words = passed
      .filter((one) => one.at >= at && one.at - at < windowMs && counts.has(one.step))
      .map(({ step }) => counts.get(step));
    const shared = new Set(words.filter((word) => word !== null));
    return words.filter((word) => word === null).length + shared.size;
  });
  return Math.max(0, ...numbers);
}

/** Each way from the start to an end, as fast as it goes. */
function everyWay(flow: Flow, from: Next = flow.start, at = 0): readonly (readonly Passed[])[] {
  const step = from === null ? undefined : flow.steps[from];
  if (from === null || step === undefined) return [[]];
  const own = step.type === 'act' ? [{ step: from, at }] : [];
  const ways = waysOf(from, step);
  if (ways.length === 0) return [own];
  return ways.flatMap(({ to, ms }) => everyWay(flow, to, at + ms).map((rest) => [...own, ...rest]));
}

function randomWay(random: Random, flow: Flow, from: number): readonly Passed[] {
  const passed: Passed[] = [];
  let at = from;
  let id: Next = flow.start;
  while (id !== null) {
    const step: Flow['steps'][string] | undefined = flow.steps[id];
    if (step === undefined) return passed;
    if (step.type === 'act') passed.push({ step: id, at });
    if (random.chance(10)) return passed;
    const ways = waysOf(id, step);
    const way = ways[random.below(Math.max(1, ways.length))];
    at += (way?.ms ?? 0) + (random.chance(80) ? 0 : random.below(DAY));
    id = way?.to ?? null;
  }
  return passed;
}

/** Runs that follow each other, of all ways; nothing when there are too many to try. */
function chained(
  ways: readonly (readonly Passed[])[],
  runs: number,
  againMs: number,
): readonly (readonly Passed[])[] | undefined {
  let chains: readonly (readonly Passed[])[] = [[]];
  for (let run = 0; run < runs; run += 1) {
    if (chains.length * ways.length > 3_000) return undefined;
    const longer = chains.flatMap((chain) => {
      const last = chain.at(-1);
      const from = last === undefined ? 0 : last.at + againMs;
      return ways.map((way) => [...chain, ...way.map((one) => ({ ...one, at: one.at + from }))]);
    });
    chains = [...chains, ...longer];
  }
  return chains;
}
