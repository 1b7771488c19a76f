/**
 * What would make this lead an MQL? The smallest sets of missing facts and events after which the stage
 * would be reached, best first, and what stands in the way beyond them.
 *
 * Sets are looked for one size after another. A bound on points and touched conditions passes over what
 * cannot do; whatever is returned was accepted by the production evaluator on the changed lead, and no
 * part of it can be left out. The search is bounded and says so when it stopped.
 */
import type { DecisionContext } from '../decision/context.ts';
import { judgeOf } from '../decision/context.ts';
import type { Lead } from '../facts/lead.ts';
import { factReader } from '../facts/read.ts';
import { disqualification } from '../qualification/disqualify.ts';
import type { StageRule } from '../qualification/model.ts';
import { blocksOf, type Block } from './blocks.ts';
import { goalOf, type Goal, type GoalOf } from './goal.ts';
import { movesOf, subjectOf, touches, type Move } from './moves.ts';
import { decidedAfter, leadAfter, type Step } from './what-if.ts';

export interface Towards {
  readonly stage: string;
  /** `there`: in it or beyond; `holds`: its condition holds already; `none`: nothing was found. */
  readonly answer: 'there' | 'holds' | 'sets' | 'none';
  readonly sets: readonly TowardsSet[];
  /** More sets were found than are told. */
  readonly more: number;
  /** What stands in the way whatever is known or happens. */
  readonly blocks: readonly Block[];
  /** Points that rules of the stage take from this lead now. */
  readonly against: readonly { readonly why: string; readonly points: number }[];
  /** The search ended before it had tried everything up to three parts: enough was found, or it took too long. */
  readonly isCut: boolean;
  readonly tried: number;
}
export interface TowardsSet {
  readonly steps: readonly Step[];
  /** How long the condition has to hold before the stage is entered; absent where something blocks it. */
  readonly afterMs?: number;
  /** Where the lead stands then, when that is beyond the stage asked about. */
  readonly beyond?: string;
}

const PARTS_MOST = 3;
const SETS_MOST = 12;
/** With so many found, larger sets are of no interest. */
const SETS_ENOUGH = 5;
/** Measured at 0.1 to 0.3 ms each on a lead with 200 events: a page must not wait for more. */
const TRIES_MOST = 500;

export function towards(stage: string, lead: Lead, now: number, context: DecisionContext): Towards {
  const { qualification } = context.release;
  const { order, stages } = qualification;
  const nothing = { stage, sets: [], more: 0, blocks: [], against: [], isCut: false, tried: 0 };
  if (order.indexOf(stage) <= order.indexOf(lead.stage.stage))
    return { ...nothing, answer: 'there' };
  const rule = stages.find((one) => one.stage === stage);
  if (rule === undefined) return { ...nothing, ...byEvent(stage, lead, now, context) };
  const scene: Scene = { rule, lead, now, context, tried: 0 };
  const blocks = blocksOf(rule, lead, now, context);
  const against = takenFrom(scene);
  if (qualifies(lead, scene)) return { ...nothing, answer: 'holds', blocks, against };
  const read = factReader(context.release, lead, now);
  const asked = { release: context.release, read, scored: read.scored, now };
  const goal = goalOf(rule.when, asked);
  const found = search(goal, movesOf(goal, asked), scene);
  const best = bestOf(found.sets);
  const more = Math.max(0, best.length - SETS_MOST);
  const sets = best
    .slice(0, SETS_MOST)
    .map((steps) => ({ steps, ...entered(steps, blocks, scene) }));
  const answer = sets.length === 0 ? 'none' : 'sets';
  return { stage, answer, sets, more, blocks, against, isCut: found.isCut, tried: scene.tried };
}

interface Scene {
  readonly rule: StageRule;
  readonly lead: Lead;
  readonly now: number;
  readonly context: DecisionContext;
  tried: number;
}

/** The condition of the stage, as it would be judged: its own way back shut, and nobody flagged anew. */
function qualifies(lead: Lead, { rule, now, context }: Scene): boolean {
  const judge = judgeOf(context, lead, now);
  if (!judge.holds(rule.when)) return false;
  if (rule.backTo !== undefined && judge.holds(rule.backTo.if)) return false;
  const { qualification } = context.release;
  return disqualification(lead, qualification, judge.verdict)?.holds !== true;
}

function tries(steps: readonly Step[], scene: Scene): boolean {
  scene.tried += 1;
  return qualifies(leadAfter(scene.lead, steps, scene.now, scene.context), scene);
}

interface Found {
  readonly sets: readonly (readonly Step[])[];
  readonly isCut: boolean;
}

function search(goal: GoalOf, moves: readonly Move[], scene: Scene): Found {
  const { release } = scene.context;
  const gains = moves.map((move) => gainsOf(move, goal, release));
  const sets: (readonly Step[])[] = [];
  for (let size = 1; size <= Math.min(PARTS_MOST, moves.length); size += 1) {
    if (sets.length >= SETS_ENOUGH) return { sets, isCut: true };
    for (const chosen of combinations(moves, size)) {
      if (scene.tried >= TRIES_MOST) return { sets, isCut: true };
      const own = chosen.map((index) => moves[index]).filter((move) => move !== undefined);
      if (new Set(own.map(subjectOf)).size < size) continue;
      if (sets.some((set) => set.every(({ move }) => own.includes(move)))) continue;
      const together = chosen.flatMap((index) => gains[index] ?? []);
      if (!mayReach(goal.goal, own, together, scene)) continue;
      const enough = asked(own, scene).find((steps) => tries(steps, scene));
      if (enough !== undefined) sets.push(fewest(enough, scene));
    }
  }
  return { sets, isCut: false };
}

/**
 * As often as it can count, and once, for conditions that want little of something. Where a rule takes
 * points for too much of an event neither need be right: then as often as anything between, too.
 */
function asked(moves: readonly Move[], { context }: Scene): readonly (readonly Step[])[] {
  return moves.reduce<readonly (readonly Step[])[]>(
    (sets, move) =>
      timesOf(move, context).flatMap((times) => sets.map((steps) => [...steps, { move, times }])),
    [[]],
  );
}

/** With more of them the search would end on one event. */
const BETWEEN_MOST = 5;

function timesOf(move: Move, context: DecisionContext): readonly number[] {
  if (move.type === 'fact' || move.timesMax === 1) return [1];
  const between = Math.min(BETWEEN_MOST, mayHarm(move, context) ? move.timesMax - 2 : 0);
  return [move.timesMax, 1, ...Array.from({ length: between }, (_, more) => 2 + more)];
}

function mayHarm(move: Move, { release }: DecisionContext): boolean {
  if (move.type === 'fact') return false;
  const named = JSON.stringify(move.event);
  return release.models.some(({ rules }) =>
    rules.some((rule) => rule.points < 0 && JSON.stringify(rule).includes(named)),
  );
}

/** Indexes in order, each once: [0], [1], … then [0, 1], [0, 2], … */
function* combinations(
  moves: readonly Move[],
  size: number,
  from = 0,
): Generator<readonly number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let index = from; index <= moves.length - size; index += 1) {
    for (const rest of combinations(moves, size - 1, index + 1)) yield [index, ...rest];
  }
}

/** Each event only as often as it takes, one after another: once less would not do. */
function fewest(steps: readonly Step[], scene: Scene): readonly Step[] {
  const fewer = steps.reduce<readonly Step[]>((current, step, index) => {
    const isEnough = (times: number) => tries(current.with(index, { ...step, times }), scene);
    const least = mayHarm(step.move, scene.context)
      ? firstOf(step.times, isEnough)
      : leastOf(step.times, isEnough);
    return current.with(index, { ...step, times: least });
  }, steps);
  // With fewer of one thing fewer of another may do.
  return fewer.some(({ times }, index) => times !== steps[index]?.times)
    ? fewest(fewer, scene)
    : fewer;
}

/** The least number that is enough, where more is never worse; `most` is enough. */
function leastOf(most: number, isEnough: (times: number) => boolean): number {
  let [tooFew, enough] = [0, most];
  while (enough - tooFew > 1) {
    const times = Math.floor((tooFew + enough) / 2);
    if (isEnough(times)) enough = times;
    else tooFew = times;
  }
  return enough;
}

function firstOf(most: number, isEnough: (times: number) => boolean): number {
  for (let times = 1; times < most; times += 1) if (isEnough(times)) return times;
  return most;
}

type Gain = readonly [sum: string, points: number];

/** The most a move can add to each sum. */
function gainsOf(
  move: Move,
  { givers }: GoalOf,
  release: Scene['context']['release'],
): readonly Gain[] {
  return givers.flatMap((giver): readonly Gain[] => {
    if (giver.type === 'when') {
      if (giver.isGiving) return [];
      const { wanted } = giver;
      const isTouched =
        wanted === 'anything' || wanted.some(({ leaf }) => touches(move, leaf, release));
      return isTouched ? [[giver.sum, giver.points]] : [];
    }
    const { match, points, atMost = Infinity } = giver.rule;
    if (move.type === 'fact' || points <= 0 || match.event !== move.event) return [];
    const most = Math.min(atMost, Math.max(0, giver.given) + points * move.timesMax);
    return most > giver.given ? [[giver.sum, most - giver.given]] : [];
  });
}

function mayReach(
  goal: Goal,
  moves: readonly Move[],
  gains: readonly Gain[],
  scene: Scene,
): boolean {
  switch (goal.type) {
    case 'and':
      return goal.of.every((one) => mayReach(one, moves, gains, scene));
    case 'or':
      return goal.of.some((one) => mayReach(one, moves, gains, scene));
    case 'leaf':
      return (
        goal.isMet || moves.some((move) => touches(move, goal.wanted.leaf, scene.context.release))
      );
    case 'sum':
      return goal.lines.every(({ sum, needed, now }) => {
        const added = gains.reduce(
          (total, [to, points]) => (to === sum ? total + points : total),
          0,
        );
        return now + added >= needed;
      });
  }
}

/** Fewest parts, then the least trouble; sets that differ in an answer only are told once. */
function bestOf(sets: readonly (readonly Step[])[]): readonly (readonly Step[])[] {
  const sorted = [...sets].sort((a, b) => a.length - b.length || costOf(a) - costOf(b));
  const subjects = new Map<string, readonly Step[]>();
  for (const set of sorted) {
    const key = set
      .map(({ move }) => subjectOf(move))
      .sort()
      .join('\n');
    if (!subjects.has(key)) subjects.set(key, set);
  }
  return [...subjects.values()];
}

/** An answer can be asked for; that something happens can only be hoped for, the more often the less. */
function costOf(steps: readonly Step[]): number {
  return steps.reduce(
    (cost, { move, times }) =>
      cost + (move.type === 'fact' ? 1 + move.settles.length / 100 : 2 + times),
    0,
  );
}

/** How the production fold would take it, hold and all. */
function entered(
  steps: readonly Step[],
  blocks: readonly Block[],
  { rule, lead, now, context }: Scene,
): Pick<TowardsSet, 'afterMs' | 'beyond'> {
  if (blocks.length > 0) return {};
  const { order } = context.release.qualification;
  const isThere = (one: Lead) => order.indexOf(one.stage.stage) >= order.indexOf(rule.stage);
  const until = now + rule.holdForMs;
  const decided = decidedAfter(lead, steps, now, until, context, isThere);
  if (!isThere(decided.lead)) return {};
  const { stage } = decided.lead.stage;
  return { afterMs: decided.at - now, ...(stage === rule.stage ? {} : { beyond: stage }) };
}

function takenFrom({ rule, lead, now, context }: Scene): Towards['against'] {
  const read = factReader(context.release, lead, now);
  const asked = { release: context.release, read, scored: read.scored, now };
  const sums = new Set(goalOf(rule.when, asked).givers.map(({ sum }) => sum));
  return context.release.models.flatMap(({ model }) =>
    (read.scored(model)?.points ?? []).flatMap(({ score, why, points }) =>
      points < 0 && sums.has(`${model} ${score}`) ? [{ why, points }] : [],
    ),
  );
}

/** Stages without a rule are reached by an event: the first sign of life, a deal, a deal won. */
function byEvent(
  stage: string,
  lead: Lead,
  now: number,
  context: DecisionContext,
): Pick<Towards, 'answer' | 'sets' | 'blocks'> {
  const { outcome } = context.release.qualification;
  const events: { readonly [stage: string]: string } = {
    lead: 'Page Viewed',
    opportunity: outcome.opportunity,
    customer: outcome.won,
  };
  const event = Object.hasOwn(events, stage) ? events[stage] : undefined;
  if (event === undefined) return { answer: 'none', sets: [], blocks: [] };
  const move: Move = { type: 'event', event, properties: {}, timesMax: 1 };
  const steps = [{ move, times: 1 }];
  const { order } = context.release.qualification;
  const isThere = (one: Lead) => order.indexOf(one.stage.stage) >= order.indexOf(stage);
  const decided = decidedAfter(lead, steps, now, now, context, isThere);
  const blocks = blocksOf(undefined, lead, now, context);
  return isThere(decided.lead)
    ? { answer: 'sets', sets: [{ steps, afterMs: 0 }], blocks }
    : { answer: 'none', sets: [], blocks };
}
