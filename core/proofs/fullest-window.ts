/**
 * The most steps of a journey that one lead can pass within a window of time, and the way that passes
 * them: dynamic programming over the flow, so that branches cost a sum and not a product.
 *
 * Waits last at least as long as they say, an awaited event may be here at once and a date may have
 * passed, so the shortest way is the fullest. Holds and pauses only make a run later, since a held
 * send stops the run it belongs to. Whatever cannot be told is taken at its worst: the number is never
 * too small. It knows steps and milliseconds, neither emails nor caps.
 */
import type { Flow, StepId } from '../journey/flow.ts';
import { stepsInOrder, waysOf } from './flow-ways.ts';

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
  readonly path: () => readonly Stop[];
}

/** More than this within one window is no number any more, but a loop. */
const countedMost = 100;
/**
 * Each shared word that is remembered doubles the work; those beyond count each time, which is never
 * too little. A journey of 30 steps with three of them takes about a millisecond.
 */
const statesMost = 256;
const shownMost = 12;

export function fullestWindow(question: WindowQuestion): Fullest {
  const search = new Search(question);
  if (search.isLoop()) return { most: Infinity, path: () => search.path(shownMost) };
  let most = 0;
  while (most < countedMost && search.isWithin(most + 1)) most += 1;
  const shown = most === countedMost ? shownMost : most;
  return { most: most === countedMost ? Infinity : most, path: () => search.path(shown) };
}

/** The way to the next node; `-1` ends the run. */
interface Hop {
  readonly to: number;
  readonly ms: number;
}
interface Node {
  readonly id: StepId;
  readonly hops: readonly Hop[];
  /** `undefined` does not count, 0 counts each time, a bit counts once with all that share it. */
  readonly bit: number | undefined;
}
interface Move {
  readonly ms: number;
  readonly to: number;
  readonly left: number;
  readonly used: number;
}

class Search {
  private readonly windowMs: number;
  private readonly againMs: number;
  /** Each after all that lead to it; the first begins a run. */
  private readonly nodes: readonly Node[];
  private readonly masks: number;
  /** By how many are left to count: the least time from each node, for each set of used words. */
  private readonly layers: Float64Array[] = [];

  constructor(question: WindowQuestion) {
    this.windowMs = question.windowMs;
    this.againMs = question.againMs;
    const order = stepsInOrder(question.flow);
    const bits = bitsOf(order, question);
    this.masks = 2 ** bits.size;
    this.nodes = nodesOf(order, question, bits);
  }

  /** Whether one step that counts each time, passed in run after run, is enough for a loop. */
  isLoop(): boolean {
    if (this.againMs === Infinity) return false;
    const soonest = new Float64Array(this.nodes.length).fill(Infinity);
    if (soonest.length > 0) soonest[0] = 0;
    return this.nodes.some(({ bit, hops }, at) => {
      const from = soonest[at] ?? Infinity;
      for (const { to, ms } of hops) {
        if (to >= 0) soonest[to] = Math.min(soonest[to] ?? Infinity, from + ms);
      }
      return bit === 0 && (from + this.againMs) * (countedMost - 1) < this.windowMs;
    });
  }

  isWithin(count: number): boolean {
    return this.startOf(count) >= 0;
  }

  path(count: number): readonly Stop[] {
    const stops: Stop[] = [];
    let afterMs = 0;
    let [at, left, used] = [this.startOf(count), count, 0];
    while (at >= 0 && left > 0) {
      const node = this.nodes[at];
      const time = this.time(at, left, used);
      const moves = this.movesFrom(at, left, used);
      const move = moves.find((one) => this.timeOf(one) === time);
      if (node === undefined || move === undefined) return stops;
      if (move.left < left) stops.push({ step: node.id, afterMs });
      afterMs += move.ms;
      [at, left, used] = [move.to, move.left, move.used];
    }
    return stops;
  }

  /** A step that counts and from which so many fit into the window. */
  private startOf(count: number): number {
    while (this.layers.length < count) this.addLayer(this.layers.length + 1);
    return this.nodes.findIndex(
      ({ bit }, at) => bit !== undefined && this.time(at, count, 0) < this.windowMs,
    );
  }

  private time(at: number, left: number, used: number): number {
    if (left === 0) return 0;
    if (at < 0) return Infinity;
    return this.layers[left - 1]?.[used * this.nodes.length + at] ?? Infinity;
  }

  private timeOf({ ms, to, left, used }: Move): number {
    return ms + this.time(to, left, used);
  }

  private addLayer(left: number): void {
    const layer = new Float64Array(this.nodes.length * this.masks).fill(Infinity);
    this.layers.push(layer);
    for (let used = 0; used < this.masks; used += 1) {
      for (let at = this.nodes.length - 1; at >= 0; at -= 1) {
        layer[used * this.nodes.length + at] = this.shortest(at, left, used);
      }
    }
  }

  private shortest(at: number, left: number, used: number): number {
    const node = this.nodes[at];
    if (node === undefined) return Infinity;
    const { bit, hops } = node;
    const mayCount = bit !== undefined && (used & bit) === 0;
    const counted = mayCount ? this.afterCounting(hops, left - 1, used | bit) : Infinity;
    return bit === 0 ? counted : Math.min(counted, this.shortestHop(hops, left, used));
  }

  /** After a step that counts an exit may end the run, and the next one begin. */
  private afterCounting(hops: readonly Hop[], left: number, used: number): number {
    if (left === 0) return 0;
    const next = this.againMs === Infinity ? Infinity : this.againMs + this.time(0, left, used);
    return Math.min(next, this.shortestHop(hops, left, used));
  }

  private shortestHop(hops: readonly Hop[], left: number, used: number): number {
    let shortest = Infinity;
    for (const { to, ms } of hops) shortest = Math.min(shortest, ms + this.time(to, left, used));
    return shortest;
  }

  /** What `shortest` chooses from, one by one. */
  private movesFrom(at: number, left: number, used: number): readonly Move[] {
    const { bit, hops } = this.nodes[at] ?? { bit: undefined, hops: [] };
    const passing = hops.map((hop) => ({ ...hop, left, used }));
    if (bit === undefined || (used & bit) !== 0) return passing;
    const counted = { left: left - 1, used: used | bit };
    if (counted.left === 0) return [{ ms: 0, to: -1, ...counted }];
    const counting = hops.map((hop) => ({ ...hop, ...counted }));
    const again = this.againMs === Infinity ? [] : [{ ms: this.againMs, to: 0, ...counted }];
    return [...counting, ...again, ...(bit === 0 ? [] : passing)];
  }
}

function nodesOf(
  order: readonly StepId[],
  { flow, counts }: WindowQuestion,
  bits: ReadonlyMap<string, number>,
): readonly Node[] {
  const index = new Map(order.map((id, at) => [id, at]));
  return order.flatMap((id) => {
    const step = flow.steps[id];
    if (step === undefined) return [];
    const hops = waysOf(id, step).map(({ to, ms }) => ({
      to: to === null ? -1 : (index.get(to) ?? -1),
      ms,
    }));
    const shared = counts.get(id);
    const bit = typeof shared === 'string' ? (bits.get(shared) ?? 0) : undefined;
    return [{ id, hops, bit: shared === null ? 0 : bit }];
  });
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
  const most = Math.max(0, Math.floor(Math.log2(statesMost / Math.max(1, steps.length))));
  return new Map(
    [...times]
      .filter(([, count]) => count > 1 || againMs !== Infinity)
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([shared], index) => [shared, 2 ** index]),
  );
}
