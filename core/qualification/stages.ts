/**
 * How a lead moves through the stages: forward to the highest one it has reached, again until none,
 * and back where a file says so.
 *
 * A stage with `holdFor` is *holding* from the instant its `when` begins to hold; any instant at which
 * it does not hold ends that. It is entered when the hold has lasted, or at once on one of `instantOn`.
 * Past facts (an import) have lasted already. A move back leaves every stage it crosses. A stage that
 * was left is entered anew only on activity since then, and as `again` says; without `again` its `when`
 * must have stopped and begun to hold anew, so one page view never hands the old evidence over again.
 * Nor is a stage entered while its own `backTo` holds. A stage that a person sets is entered whichever
 * way it lies, and rules leave it alone as long as the person said; only what people decide moves it
 * on: a deal, and what a rep answers. Evidence that is taken away takes its stage along. At one instant a stage is entered at most once,
 * so this always ends.
 *
 * Never opens handoffs and never enters journeys: it says which stages were entered.
 */
import type { Lead, StageState, Trust } from '../facts/lead.ts';
import type { Condition } from '../rules/condition.ts';
import type { Verdict } from '../rules/compile.ts';
import type { Qualification, StageRule } from './model.ts';
import { takenBackTo, type Evidence } from './taken-back.ts';

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
  /** What a person sets. */
  readonly byHand?: SetByHand;
  /** A rep has answered: rules decide again, whatever was set by hand before. */
  readonly isAnswered?: boolean;
  /** Evidence that is taken away now. */
  readonly takenAway?: Evidence;
  /** The id of an event that a verdict gives back: what was left for its sake is entered anew. */
  readonly givenBack?: string;
}
export interface SetByHand {
  readonly stage: string;
  readonly why: string;
  readonly by: string;
  readonly at: number;
  /** Absent: for ever. */
  readonly until?: number;
  /** Enters without handing over and without beginning anything. */
  readonly quiet: boolean;
}
export interface StageMove {
  readonly from: string;
  readonly to: string;
  readonly rule: string;
  readonly why: string;
  readonly explanation: unknown;
  readonly by?: string;
  readonly until?: number;
  readonly quiet?: true;
}
export interface Moved {
  readonly lead: Lead;
  readonly moves: readonly StageMove[];
}
/** Judges a condition on the lead as it is now, or as it was at an earlier instant. */
export type JudgeLead = (
  lead: Lead,
  at?: number,
) => {
  readonly holds: (condition: Condition) => boolean;
  readonly verdict: (condition: Condition) => Verdict;
};
/** The rule of a stage that a person set, and the end of one whose evidence was taken away. */
export const BY_HAND = 'by-hand';
export const TAKEN_BACK = '.takenBack';
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
  const entering = (known: Lead, found: Found): Lead => {
    const move = { from: known.stage.stage, ...found };
    moves.push(move);
    return enter(known, move, scene);
  };
  let current = moment.isAnswered === true ? released(lead) : lead;
  const sent = sentBy(moment);
  if (sent !== undefined && qualification.order.includes(sent.to)) {
    if (sent.to !== lead.stage.stage) current = entering(current, sent);
    if (moment.byHand !== undefined) current = heldByHand(current, moment.byHand);
  }
  const taken = takenBack(current, scene);
  if (taken !== null) current = marked(entering(current, taken), lead, scene);
  for (;;) {
    current = noteHolds(current, scene);
    const found = isLeftAlone(current, moment.now)
      ? furthest(current, byOutcome(scene), scene)
      : (moveBack(current, scene) ?? moveForward(current, scene));
    if (found === null) return { lead: current, moves };
    current = entering(current, found);
  }
}

/** Whether rules leave the stage alone, because a person set it. */
export function isLeftAlone({ stage }: Lead, now: number): boolean {
  return stage.byHand !== undefined && (stage.byHand.until ?? Infinity) > now;
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
  if (isGivenBack(lead, rule, moment)) return true;
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
  return furthest(
    lead,
    [...byActivity(lead, scene), ...byOutcome(scene), ...byRule(lead, scene)],
    scene,
  );
}

/** The highest stage that lies ahead. */
function furthest(lead: Lead, reached: readonly Found[], scene: Scene): Found | null {
  const { order } = scene.qualification;
  const { left, stage } = lead.stage;
  if (lead.disqualified !== undefined) return null;
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

/** The first activity needs no rule of a file. */
function byActivity(lead: Lead, { qualification: { order, stages } }: Scene): readonly Found[] {
  const hasOwnRule = stages.some(({ stage }) => stage === 'lead');
  if (lead.lastActivityAt === undefined || hasOwnRule || !order.includes('lead')) return [];
  const why = 'Did something for the first time';
  return [{ to: 'lead', rule: 'first-activity', why, explanation: null }];
}

/** Nor does a deal, or a deal won. */
function byOutcome({ qualification: { outcome, order }, moment }: Scene): readonly Found[] {
  if (moment.event === '') return [];
  const found = [
    {
      event: outcome.opportunity,
      to: 'opportunity',
      rule: 'outcome.opportunity',
      why: 'A deal was opened',
    },
    { event: outcome.won, to: 'customer', rule: 'outcome.won', why: 'A deal was won' },
  ];
  return found
    .filter(({ event, to }) => event === moment.event && order.includes(to))
    .map(({ event: _event, ...rest }) => ({ ...rest, explanation: null }));
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
  // It had lasted before the evidence was taken away.
  if (isGivenBack(lead, rule, moment)) return true;
  const since = ownInstant(lead.stage.holding, rule.stage);
  return since !== undefined && moment.now - since >= rule.holdForMs;
}

/** A burst of robots must neither skip a hold nor reopen a stage. */
function isOneOf(events: readonly string[], moment: StageMoment): boolean {
  return moment.trust !== 'likely-robot' && moment.event !== '' && events.includes(moment.event);
}

function enter(lead: Lead, move: StageMove, { qualification, moment }: Scene): Lead {
  const { order } = qualification;
  const { takenBack } = lead.stage;
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
      ...(takenBack === undefined ? {} : stillTaken(takenBack, move.to)),
    },
  };
}

function stillTaken(
  taken: NonNullable<StageState['takenBack']>,
  entered: string,
): Pick<StageState, 'takenBack'> {
  const others = Object.entries(taken).filter(([stage]) => stage !== entered);
  return others.length === 0 ? {} : { takenBack: Object.fromEntries(others) };
}

/** Where a person or a rejection sends the lead. */
function sentBy({ byHand, sentTo }: StageMoment): Found | undefined {
  if (byHand !== undefined) {
    const { stage: to, why, by, until, quiet } = byHand;
    const who = { by, ...(until === undefined ? {} : { until }) };
    return { to, rule: BY_HAND, why, explanation: null, ...who, ...(quiet ? { quiet } : {}) };
  }
  if (sentTo === undefined) return undefined;
  const { stage: to, ...reason } = sentTo;
  return { to, ...reason, explanation: null };
}

function heldByHand(lead: Lead, { why, by, at, until }: SetByHand): Lead {
  const byHand = { why, by, at, ...(until === undefined ? {} : { until }) };
  return { ...lead, stage: { ...lead.stage, byHand } };
}

function released(lead: Lead): Lead {
  const { byHand, ...stage } = lead.stage;
  return byHand === undefined ? lead : { ...lead, stage };
}

function takenBack(lead: Lead, { qualification, moment, judge }: Scene): Found | null {
  const { takenAway: evidence, now } = moment;
  if (evidence === undefined) return null;
  const to = takenBackTo({ lead, qualification, evidence, judge, now });
  if (to === null) return null;
  const { stage } = lead.stage;
  const label = qualification.stages.find((rule) => rule.stage === stage)?.label ?? stage;
  const whose = evidence.trust === 'likely-robot' ? 'was a robot' : 'may not have been a person';
  const why = `No longer ${label}: what it rested on ${whose}`;
  return { to, rule: `${stage}${TAKEN_BACK}`, why, explanation: null };
}

/** The stages that a lead leaves with its evidence are open to it again if that is given back. */
function marked(lead: Lead, before: Lead, { qualification: { order }, moment }: Scene): Lead {
  const id = moment.takenAway?.event.id ?? '';
  const crossed = order.slice(
    order.indexOf(lead.stage.stage) + 1,
    order.indexOf(before.stage.stage) + 1,
  );
  const taken = Object.fromEntries(crossed.map((stage) => [stage, id]));
  return { ...lead, stage: { ...lead.stage, takenBack: { ...lead.stage.takenBack, ...taken } } };
}

function isGivenBack({ stage }: Lead, rule: StageRule, { givenBack }: StageMoment): boolean {
  return givenBack !== undefined && stage.takenBack?.[rule.stage] === givenBack;
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
