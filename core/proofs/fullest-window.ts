/**
 * The most steps of a journey that one lead can pass within a window of time, and the way that passes
 * them: dynamic programming over the flow, so that branches cost a sum and not a product.
 *
 * Waits last at least as long as they say, an awaited event may be here at once and a date may have
 * passed, so the shortest way is the fullest. Holds and pauses only make a run later, since a held
 * send stops the run it belongs to. Whatever cannot be told is taken at its worst: the number is never
 * too small. It knows steps and milliseconds, neither emails nor caps.
 */
import type { Flow, FlowStep, Next, StepId } from '../journey/flow.ts';

export interface WindowQuestion {
  readonly flow: Flow;
  readonly windowMs: number;
  /**
   * The steps that count. Those that share a word count once together, for instance the sends of a
   * template that nobody gets twice within the window; `null` counts each time.
   */
  readonly counts: ReadonlyMap<StepId, string | null>;
  /** How soon after the end of a run the next one may begin; `Infinity` when there is none. */
  readonly againMs: number;
}
export interface Stop {
  readonly step: StepId;
  /** Since the first stop. */
  readonly afterMs: number;
}
export interface Fullest {
  /** `Infinity` when nothing bounds it. */
  readonly most: number;
  /** One way that reaches `most`; of an unbounded one its beginning. */
  readonly path: readonly Stop[];
}

/** More than this within one window is no number any more, but a loop. */
const countedMost = 100;
/** Each shared word doubles the work; further ones count each time, which is never too little. */
const sharedMost = 5;
const shownMost = 12;

export function fullestWindow(question: WindowQuestion): Fullest {
  const search = new Search(question);
  let most = 0;
  while (most < countedMost && search.isWithin(most + 1)) most += 1;
  const isLoop = most === countedMost;
  return { most: isLoop ? Infinity : most, path: search.path(isLoop ? shownMost : most) };
}

/** Every step that a run can reach from its start. */
export function reachableSteps(flow: Flow): ReadonlySet<StepId> {
  const seen = new Set<StepId>();
  const ahead: Next[] = [flow.start];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    const step = id === null || seen.has(id) ? undefined : flow.steps[id];
    if (id === null || step === undefined) continue;
    seen.add(id);
    ahead.push(...waysOf(step).map(({ to }) => to));
  }
  return seen;
}

/** Where a step can lead, and how long that takes at least. */
export function waysOf(step: FlowStep): readonly { readonly to: Next; readonly ms: number }[] {
  switch (step.type) {
    case 'act':
      return [{ to: step.next, ms: 0 }];
    case 'wait':
      return [{ to: step.next, ms: step.ms }];
    case 'wait-until': {
      const inside = { to: step.inside ?? step.next, ms: 0 };
      return step.ifPast === 'skip' ? [inside, { to: step.next, ms: 0 }] : [inside];
    }
    case 'wait-for':
      return [
        ...Object.values(step.arms).map((to) => ({ to, ms: 0 })),
        { to: step.timedOut, ms: step.upToMs ?? 0 },
      ];
    case 'choose':
      return Object.values(step.arms).map((to) => ({ to, ms: 0 }));
    case 'exit':
      return [];
  }
}

/** A way on from a step: with or without counting it, or into the next run. */
interface Move {
  readonly ms: number;
  readonly to: Next;
  readonly left: number;
  readonly used: number;
}

class Search {
  private readonly question: WindowQuestion;
  private readonly starts: readonly StepId[];
  private readonly bits: ReadonlyMap<string, number>;
  /** Shortest times by how many are left to count, which shared words are used, and step. */
  private readonly known = new Map<number, Map<StepId, number>>();

  constructor(question: WindowQuestion) {
    this.question = question;
    this.starts = [...reachableSteps(question.flow)].filter((step) => question.counts.has(step));
    this.bits = bitsOf(this.starts, question);
  }

  isWithin(count: number): boolean {
    return this.starts.some((step) => this.shortest(step, count, 0) < this.question.windowMs);
  }

  path(count: number): readonly Stop[] {
    const time = (step: StepId) => this.shortest(step, count, 0);
    const first = this.starts.find((step) => time(step) < this.question.windowMs);
    const stops: Stop[] = [];
    let afterMs = 0;
    let at: Pick<Move, 'to' | 'left' | 'used'> = { to: first ?? null, left: count, used: 0 };
    while (at.to !== null && at.left > 0) {
      const from = at.to;
      const move = this.bestMove(from, at.left, at.used);
      if (move === undefined) return stops;
      if (move.left < at.left) stops.push({ step: from, afterMs });
      afterMs += move.ms;
      at = move;
    }
    return stops;
  }

  /** The least time from reaching a step until so many more have counted. */
  private shortest(step: Next, left: number, used: number): number {
    if (left === 0) return 0;
    if (step === null) return Infinity;
    const key = left * 2 ** sharedMost + used;
    const times = this.known.get(key) ?? new Map<StepId, number>();
    this.known.set(key, times);
    const found = times.get(step);
    if (found !== undefined) return found;
    const moves = this.moves(step, left, used);
    const time = Math.min(Infinity, ...moves.map((move) => this.timeOf(move)));
    times.set(step, time);
    return time;
  }

  private timeOf({ ms, to, left, used }: Move): number {
    return ms + this.shortest(to, left, used);
  }

  private bestMove(step: StepId, left: number, used: number): Move | undefined {
    const time = this.shortest(step, left, used);
    return this.moves(step, left, used).find((move) => this.timeOf(move) === time);
  }

  /** After a step that counts an exit may end the run, and the next one begin. */
  private moves(id: StepId, left: number, used: number): readonly Move[] {
    const { flow, counts, againMs } = this.question;
    const step = flow.steps[id];
    if (step === undefined) return [];
    const passing = waysOf(step).map((way) => ({ ...way, left, used }));
    const shared = counts.get(id);
    if (shared === undefined) return passing;
    const bit = shared === null ? 0 : (this.bits.get(shared) ?? 0);
    if ((used & bit) !== 0) return passing;
    const counting = passing.map((way) => ({ ...way, left: left - 1, used: used | bit }));
    const again = { ms: againMs, to: flow.start, left: left - 1, used: used | bit };
    const counted = againMs === Infinity ? counting : [...counting, again];
    const last = left === 1 ? [{ ms: 0, to: null, left: 0, used }] : counted;
    return bit === 0 ? last : [...last, ...passing];
  }
}

/** Only words that a lead can meet twice need to be remembered. */
function bitsOf(
  steps: readonly StepId[],
  { counts, againMs }: WindowQuestion,
): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const step of steps) {
    const shared = counts.get(step);
    if (typeof shared === 'string') times.set(shared, (times.get(shared) ?? 0) + 1);
  }
  return new Map(
    [...times]
      .filter(([, count]) => count > 1 || againMs !== Infinity)
      .sort(([, a], [, b]) => b - a)
      .slice(0, sharedMost)
      .map(([shared], index) => [shared, 2 ** index]),
  );
}
