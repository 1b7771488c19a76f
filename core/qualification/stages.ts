/**
 * How a lead moves through the stages: forward to the highest one it has reached, again until none,
 * and back where a file says so.
 *
 * A stage with `holdFor` is *holding* from the instant its `when` begins to hold; any instant at which
 * it does not hold ends that. It is entered when the hold has lasted, or at once on one of `instantOn`.
 * Past facts (an import) have lasted already. A move back leaves every stage it crosses. A stage that
 * was left is entered anew only on activity since then, and as `again` says; without `again` its `when`
 * must have stopped and begun to hold anew, so one page view never hands the old evidence over again.
 * Nor is a stage entered while its own `backTo` holds. At one instant a stage is entered at most once,
 * so this always ends.
 *
 * Never opens handoffs and never enters journeys: it says which stages were entered.
 */
import type { Lead, StageState, Trust } from '../facts/lead.ts';
import type { Condition } from '../rules/condition.ts';
import type { Verdict } from '../rules/compile.ts';
import type { Qualification, StageRule } from './model.ts';

/** What the stages can see of the event being decided. */
export interface StageMoment {
  readonly now: number;
  /** `''` for a tick and for plain facts. */
  readonly event: string;
  readonly trust: Trust;
  /** Facts of the past: what holds has held long enough. */
  readonly isPast: boolean;
  /** Stages that have to be held to the end all the same. */
  readonly underway?: readonly string[];
  /** Where a rejection sends the lead. */
  readonly sentTo?: { readonly stage: string; readonly rule: string; readonly why: string };
}
export interface StageMove {
  readonly from: string;
  readonly to: string;
  readonly rule: string;
  readonly why: string;
  readonly explanation: unknown;
}
export interface Moved {
  readonly lead: Lead;
  readonly moves: readonly StageMove[];
}
/** Judges a condition on the lead as it is now. */
export type JudgeLead = (lead: Lead) => {
  readonly holds: (condition: Condition) => boolean;
  readonly verdict: (condition: Condition) => Verdict;
};
type Found = Omit<StageMove, 'from'>;
interface Scene {
  readonly qualification: Qualification;
  readonly moment: StageMoment;
  readonly judge: JudgeLead;
}

export function moveStages(
  lead: Lead,
  qualification: Qualification,
  moment: StageMoment,
  judge: JudgeLead,
): Moved {
  const scene = { qualification, moment, judge };
  const moves: StageMove[] = [];
  let current = lead;
  if (moment.sentTo !== undefined) {
    const { stage, ...reason } = moment.sentTo;
    const sent = { ...reason, from: lead.stage.stage, to: stage, explanation: null };
    if (stage !== lead.stage.stage && qualification.order.includes(stage)) {
      current = enter(current, sent, scene);
      moves.push(sent);
    }
  }
  for (;;) {
    current = noteHolds(current, scene);
    const found = moveBack(current, scene) ?? moveForward(current, scene);
    if (found === null) return { lead: current, moves };
    const move = { from: current.stage.stage, ...found };
    current = enter(current, move, scene);
    moves.push(move);
  }
}

/** The first stage of every lead. */
export function bornStage(qualification: Qualification, bornAt: number): StageState {
  const stage = qualification.order.includes('subscriber')
    ? 'subscriber'
    : (qualification.order[0] ?? 'subscriber');
  return { stage, since: bornAt, entered: { [stage]: bornAt }, left: {}, holding: {} };
}

/** Whether `again` lets a lead enter a stage it has left, as far as can be said without its `when`. */
export function mayEnterAgain(lead: Lead, rule: StageRule, moment: StageMoment): boolean {
  const left = ownInstant(lead.stage.left, rule.stage);
  if (left === undefined) return true;
  if (moment.now <= left) return false;
  if (isOneOf(rule.again?.except ?? [], moment)) return true;
  if (lead.lastActivityAt === undefined || lead.lastActivityAt <= left) return false;
  if (rule.again !== undefined) return moment.now - left >= rule.again.notBeforeMs;
  return (ownInstant(lead.stage.holding, rule.stage) ?? left) > left;
}

/** Stage rules that lie ahead and may be entered from where the lead stands. */
export function rulesAhead(qualification: Qualification, stage: string): readonly StageRule[] {
  const { order, stages } = qualification;
  return stages.filter(
    (rule) =>
      order.indexOf(rule.stage) > order.indexOf(stage) && (rule.from?.includes(stage) ?? true),
  );
}

function noteHolds(lead: Lead, { qualification, moment, judge }: Scene): Lead {
  const { holds } = judge(lead);
  const holding: Record<string, number> = {};
  for (const rule of rulesAhead(qualification, lead.stage.stage)) {
    const { holding: held, left } = lead.stage;
    const isTimed = rule.holdForMs > 0 || ownInstant(left, rule.stage) !== undefined;
    if (!isTimed || lead.disqualified !== undefined || !holds(rule.when)) continue;
    holding[rule.stage] = ownInstant(held, rule.stage) ?? moment.now;
  }
  return isSame(holding, lead.stage.holding)
    ? lead
    : { ...lead, stage: { ...lead.stage, holding } };
}

function moveBack(lead: Lead, { qualification, judge }: Scene): Found | null {
  const rule = qualification.stages.find(({ stage }) => stage === lead.stage.stage);
  const back = rule?.backTo;
  if (rule === undefined || back === undefined) return null;
  const { order } = qualification;
  if (order.indexOf(back.stage) >= order.indexOf(rule.stage)) return null;
  const verdict = judge(lead).verdict(back.if);
  if (!verdict.holds) return null;
  return {
    to: back.stage,
    rule: `${rule.stage}.backTo`,
    why: `No longer ${rule.label}: ${rule.why}`,
    explanation: verdict.explanation,
  };
}

function moveForward(lead: Lead, scene: Scene): Found | null {
  if (lead.disqualified !== undefined) return null;
  const { order } = scene.qualification;
  const reached = [...byEvent(lead, scene), ...byRule(lead, scene)];
  const { left, stage } = lead.stage;
  const ahead = reached.filter(
    ({ to }) =>
      order.indexOf(to) > order.indexOf(stage) && ownInstant(left, to) !== scene.moment.now,
  );
  const rank = ({ to }: Found) => order.indexOf(to);
  return ahead.reduce<Found | null>(
    (best, found) => (best === null || rank(found) > rank(best) ? found : best),
    null,
  );
}

/** What needs no rule of a file: first activity, a deal, a deal won. */
function byEvent(lead: Lead, { qualification, moment }: Scene): readonly Found[] {
  const { outcome, order, stages } = qualification;
  const found: Found[] = [];
  const add = (to: string, rule: string, why: string) => {
    if (order.includes(to)) found.push({ to, rule, why, explanation: null });
  };
  const hasOwnRule = stages.some(({ stage }) => stage === 'lead');
  if (lead.lastActivityAt !== undefined && !hasOwnRule) {
    add('lead', 'first-activity', 'Did something for the first time');
  }
  if (moment.event !== '' && moment.event === outcome.opportunity) {
    add('opportunity', 'outcome.opportunity', 'A deal was opened');
  }
  if (moment.event !== '' && moment.event === outcome.won) {
    add('customer', 'outcome.won', 'A deal was won');
  }
  return found;
}

function byRule(lead: Lead, scene: Scene): readonly Found[] {
  const { moment, qualification } = scene;
  const judge = scene.judge(lead);
  return rulesAhead(qualification, lead.stage.stage).flatMap((rule) => {
    if (!mayEnterAgain(lead, rule, moment) || !hasHeld(lead, rule, moment)) return [];
    const verdict = judge.verdict(rule.when);
    if (!verdict.holds) return [];
    if (rule.backTo !== undefined && judge.holds(rule.backTo.if)) return [];
    return [{ to: rule.stage, rule: rule.stage, why: rule.why, explanation: verdict.explanation }];
  });
}

function hasHeld(lead: Lead, rule: StageRule, moment: StageMoment): boolean {
  const hasLasted = moment.isPast && moment.underway?.includes(rule.stage) !== true;
  if (rule.holdForMs === 0 || hasLasted || isOneOf(rule.instantOn, moment)) return true;
  const since = ownInstant(lead.stage.holding, rule.stage);
  return since !== undefined && moment.now - since >= rule.holdForMs;
}

/** A burst of robots must neither skip a hold nor reopen a stage. */
function isOneOf(events: readonly string[], moment: StageMoment): boolean {
  return moment.trust !== 'likely-robot' && moment.event !== '' && events.includes(moment.event);
}

function enter(lead: Lead, move: StageMove, { qualification, moment }: Scene): Lead {
  const { order } = qualification;
  const [from, to] = [order.indexOf(move.from), order.indexOf(move.to)];
  const crossed = to < from ? order.slice(to + 1, from + 1) : [move.from];
  const left = Object.fromEntries(crossed.map((stage) => [stage, moment.now]));
  return {
    ...lead,
    stage: {
      stage: move.to,
      since: moment.now,
      entered: { ...lead.stage.entered, [move.to]: moment.now },
      left: { ...lead.stage.left, ...left },
      holding: {},
    },
  };
}

type Instants = { readonly [stage: string]: number };

function isSame(a: Instants, b: Instants): boolean {
  const stages = Object.keys(a);
  return (
    stages.length === Object.keys(b).length &&
    stages.every((stage) => a[stage] === ownInstant(b, stage))
  );
}

function ownInstant(instants: Instants, stage: string): number | undefined {
  return Object.hasOwn(instants, stage) ? instants[stage] : undefined;
}
