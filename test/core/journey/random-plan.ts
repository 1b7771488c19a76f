/**
 * Random journeys with a random world around them, from one seed: a flow of nested lists, what each
 * act comes to, and the messages that arrive. The world is a pure function of command and instant,
 * so that two drivers can be given the very same one.
 *
 * Its instants never meet: waits end a few seconds after a whole minute, messages arrive 30.3 seconds
 * into one and dates lie 45 seconds into one. A server that is a little late changes no decision.
 */
import type { ActingCommand, Outcome } from '../../../core/journey/command.ts';
import type { Flow, FlowStep, Next, StepId } from '../../../core/journey/flow.ts';
import type { JourneyMessage } from '../../../core/journey/input.ts';
import type { PausedStretch } from '../../../core/journey/pause.ts';
import { murmur3 } from '../../../core/journey/split.ts';
import type { Arrival, JourneyScript } from '../../../core/simulate/journey-driver.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 27, 9);
const SPAN_MINUTES = 20 * 24 * 60;

export interface RandomPlan extends JourneyScript {
  readonly seed: number;
}

export function randomPlan(seed: number): RandomPlan {
  return planOf(seed, () => []);
}

/** While it is paused nothing acts; a message at the end of each pause wakes what is parked. */
export function randomPausedPlan(seed: number): RandomPlan {
  return planOf(seed, randomPauses);
}

function planOf(seed: number, pausesOf: (random: Random) => readonly PausedStretch[]): RandomPlan {
  const random = new Random(`plan ${seed}`);
  const flow = randomFlow(random);
  const pauses = pausesOf(random);
  return {
    seed,
    flow,
    startAt: START,
    act: scriptedWorld(seed, flow, pauses),
    messages: randomMessages(random, flow, pauses),
    momentMs: 1,
  };
}

/** Draws from murmur3 of a name and a counter: the same on every machine. */
export class Random {
  private drawn = 0;
  private readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  /** 0 ≤ n < bound. */
  below(bound: number): number {
    this.drawn += 1;
    return murmur3(`${this.name} ${this.drawn}`) % bound;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }
}

function randomFlow(random: Random): Flow {
  const steps: Record<StepId, FlowStep> = {};
  const budget = { left: 5 + random.below(12) };
  const start = randomList(random, steps, budget, null, 0);
  return { v: random.chance(80) ? 2 : 1, start, steps };
}

/** A list of steps, built from its end, that leads to `after`. */
function randomList(
  random: Random,
  steps: Record<StepId, FlowStep>,
  budget: { left: number },
  after: Next,
  depth: number,
): Next {
  let next = after;
  const length = depth === 0 ? budget.left : random.below(3);
  for (let i = 0; i < length && budget.left > 0; i += 1) {
    budget.left -= 1;
    const id = `s${Object.keys(steps).length + 1}`;
    steps[id] = { type: 'exit' }; // Takes its place before its nested steps take theirs.
    const nested = (): Next => randomList(random, steps, budget, next, depth + 1);
    steps[id] = randomStep(random, next, nested, depth);
    next = id;
  }
  return next;
}

function randomStep(random: Random, next: Next, nested: () => Next, depth: number): FlowStep {
  const kind = random.below(depth > 2 ? 50 : 100);
  if (kind < 30) return { type: 'act', next };
  if (kind < 48) return { type: 'wait', ms: random.below(3 * 24 * 60) * MINUTE, next };
  if (kind < 50) return { type: 'exit' };
  if (kind < 65) {
    const ifPast = random.pick<'skip' | 'continue' | 'exit'>(['skip', 'continue', 'exit']);
    return { type: 'wait-until', ifPast, inside: nested(), next };
  }
  if (kind < 85) {
    return {
      type: 'wait-for',
      since: random.pick(['entry', 'step']),
      ...(random.chance(70) ? { upToMs: random.below(5 * 24 * 60) * MINUTE } : {}),
      arms: random.chance(50) ? { a: nested() } : { a: nested(), b: nested() },
      timedOut: nested(),
    };
  }
  return { type: 'choose', arms: { x: nested(), y: nested(), z: next } };
}

/** Every pause ends while the messages arrive, so that nothing stays parked. */
function randomPauses(random: Random): readonly PausedStretch[] {
  const at = (minutes: number, ms: number): number => START + minutes * MINUTE + ms;
  const first = random.below(SPAN_MINUTES - 6_000);
  const last = first + 1 + random.below(5_000);
  const ended = { from: at(first, 50_000), until: at(last, 40_000) };
  const early = { from: at(0, 0) - 10 * MINUTE, until: at(random.below(900) + 1, 40_000) };
  return random.chance(30) ? [early, ended] : [ended];
}

function scriptedWorld(
  seed: number,
  flow: Flow,
  pauses: readonly PausedStretch[],
): JourneyScript['act'] {
  return (command, now) => {
    if (pauses.some(({ from, until }) => from <= now && now < (until ?? Infinity))) {
      return { type: 'parked' };
    }
    // Which sleep of a wait is confirmed makes no difference to the world.
    const asked = command.type === 'wake' ? `${command.step}/wake` : command.id;
    const random = new Random(`act ${seed} ${asked}`);
    if (random.chance(2)) return { type: 'closed' };
    const readyAt = random.chance(25) ? instantOfDate(random) : START;
    if (now < readyAt) return { type: 'retry-at', at: readyAt };
    return settledOutcome(flow, command, random);
  };
}

function settledOutcome(flow: Flow, command: ActingCommand, random: Random): Outcome {
  switch (command.type) {
    case 'act':
    case 'complete':
    case 'wake':
      return { type: 'done' };
    case 'choose': {
      const step = flow.steps[command.step];
      const arms = step?.type === 'choose' ? Object.keys(step.arms) : [];
      return { type: 'arm', arm: arms[random.below(arms.length)] ?? '' };
    }
    case 'resolve-date':
      return { type: 'date', at: random.chance(10) ? null : instantOfDate(random) };
  }
}

function instantOfDate(random: Random): number {
  return START + random.below(SPAN_MINUTES) * MINUTE + 45_000;
}

function randomMessages(
  random: Random,
  flow: Flow,
  pauses: readonly PausedStretch[],
): readonly Arrival[] {
  const waits = Object.entries(flow.steps).filter(([, step]) => step.type === 'wait-for');
  const arrivals = new Map<number, JourneyMessage>();
  let seq = 0;
  const add = (message: (at: number) => JourneyMessage): void => {
    const at = START + (random.below(SPAN_MINUTES) - 600) * MINUTE + 30_300;
    arrivals.set(at, message(at)); // At most one in a minute: no two arrive together by chance.
  };
  for (const [step] of waits) {
    for (let i = random.below(7); i > 0; i -= 1) {
      seq += 1;
      const arm = random.pick(['a', 'a', 'b', 'unknown']);
      const late = random.chance(20) ? random.below(600) * MINUTE : 0;
      const satisfied = { type: 'satisfied', seq, step, arm } as const;
      add((at) => ({ ...satisfied, at: at - late }));
      if (random.chance(30)) add((at) => ({ ...satisfied, at: at - late }));
    }
  }
  if (random.chance(20)) add((at) => ({ type: 'satisfied', seq: 99, step: 'gone', arm: 'a', at }));
  if (random.chance(25)) add(() => ({ type: 'exit', seq: seq + 1, exit: 'bought' }));
  for (const { until } of pauses) arrivals.set(until ?? 0, { type: 'wake', seq: 0 });
  return [...arrivals]
    .sort(([a], [b]) => a - b)
    .map(([arrivesAt, message]) => ({ arrivesAt, message }));
}
