/**
 * Which events a batch has to load so that every fact of a release, and of the plans in flight, can be
 * answered: per event name how far back, or all of them.
 *
 * Counts over all time come from the lead's own counts and need no events. Neither do entries, exits and
 * waits for an event: they look at the one that arrives, and what a run has heard it remembers itself. Apart from `read.ts` because
 * the store asks this once per release, not per lead.
 */
import { conditionsOfAccounts } from '../accounts/compiled-accounts.ts';
import type { Release } from '../definitions/release.ts';
import type { JourneyPlan, Watch } from '../journey/plan.ts';
import type { Condition, JsonObject } from '../rules/condition.ts';
import { USUAL_MS } from '../interests/interest.ts';
import { compileCondition, type FactNeed } from '../rules/compile.ts';
import { durationOf } from '../rules/duration.ts';
import { compiledRelease } from './compiled-release.ts';
import { activityEvents, eventFacts, needsEvents } from './event-facts.ts';
import { SOFT_REACH_MS } from './soft-bounces.ts';

/** The longest absence that an automatic answer is believed. */
export const AWAY_AT_MOST_MS = 90 * 86_400_000;

export interface FactNeeds {
  /** Event name → milliseconds back from now; `'all'` for every event there ever was. */
  readonly events: ReadonlyMap<string, number | 'all'>;
}

export function factNeeds(release: Release, plans: readonly JourneyPlan[] = []): FactNeeds {
  const events = new Map<string, number | 'all'>();
  const add = (event: string, reach: number | 'all') => {
    const known = events.get(event) ?? 0;
    const isAll = known === 'all' || reach === 'all' || reach === Infinity;
    events.set(event, isAll ? 'all' : Math.max(known, reach));
  };
  for (const model of compiledRelease(release).models.values()) {
    for (const rule of model.rules) {
      if (rule.type === 'for-each') add(rule.rule.match.event, rule.reachMs);
    }
  }
  const inFlight = [...Object.values(release.journeys).map(({ plan }) => plan), ...plans];
  const conditions = [...conditionsOf(release), ...inFlight.flatMap(conditionsOfPlan)];
  for (const condition of conditions) {
    for (const need of compileCondition(condition, release.segments).factsNeeded) {
      addEvents(release, need, add);
    }
  }
  for (const { from, fadesAfterMs } of Object.values(release.interests ?? {})) {
    for (const { match } of from) add(match.event, Math.max(fadesAfterMs, USUAL_MS));
  }
  addStanding(release, add);
  return { events };
}

/** What an address is judged by: bounces, answers of absence, and mails that nobody reacted to. */
function addStanding({ sending }: Release, add: Add): void {
  add('Email Bounced', SOFT_REACH_MS);
  add('Email Auto Replied', AWAY_AT_MOST_MS);
  if (sending.sunset === undefined) return;
  add('Email Sent', sending.sunset.afterMs);
  add('Email Opened', sending.sunset.afterMs);
}

/** Every condition of the rule files of a release, those of journeys apart. */
export function conditionsOf(release: Release): readonly Condition[] {
  const { qualification, sending, segments, models, routings } = release;
  const stages = qualification.stages.flatMap(({ when, backTo }) => [when, backTo?.if]);
  const bant = Object.values(qualification.bant).flatMap(({ yes, no }) => [yes, no]);
  const routing = Object.values(routings).flatMap(({ match, sla }) => [...match, ...sla]);
  const found = [
    ...stages,
    ...bant,
    ...(qualification.buyingStages ?? []).map(({ when }) => when),
    ...qualification.disqualified.map(({ when }) => when),
    ...sending.consent.map((rule) => rule.if),
    ...routing.map((rule) => rule.if),
    ...Object.values(segments).map(({ when }) => when),
    ...conditionsOfAccounts(release),
    ...models.flatMap(({ rules }) =>
      rules.map((rule) => (rule.type === 'when' ? rule.when : undefined)),
    ),
  ];
  return found.filter((condition) => condition !== undefined);
}

/** Every condition of a plan that speaks of the lead: `where` speaks of an event and is left out. */
export function conditionsOfPlan(plan: JourneyPlan): readonly Condition[] {
  const steps = Object.values(plan.steps);
  const branches = steps.flatMap((step) => (step.type === 'branch' ? step.arms : []));
  const waits = steps.flatMap((step) => (step.type === 'wait-for' ? step.arms : []));
  const watches = [...plan.exits, ...waits].map(({ when }) => conditionOf(when));
  const found = [
    ...plan.enter.map((entry) => entry.if),
    ...branches.map((arm) => arm.if),
    ...watches,
  ];
  return found.filter((condition) => condition !== undefined);
}

function conditionOf(watch: Watch): Condition | undefined {
  return watch.type === 'condition' ? watch.condition : undefined;
}

type Add = (event: string, reach: number | 'all') => void;

/** Of a fact about events: as far back as it looks; those counted over all time need none. */
function addEvents(release: Release, need: FactNeed, add: Add): void {
  const { params = noParams } = need;
  // Of a whole account as of one lead: its members are read alike.
  const fact = need.fact.replace(/^account\./, '');
  if (fact === 'emailsSinceActivity') return add('Email Sent', 'all');
  if (!aboutEvents.has(fact) || (fact !== 'activeDays' && !needsEvents(params))) return;
  const { event, within } = params;
  const named = typeof event === 'string' ? [event] : [];
  const all = fact === 'activeDays' && event === undefined;
  const reach = within === undefined ? 'all' : (durationOf(within) ?? 'all');
  for (const name of all ? activityEvents(release.events) : named) add(name, reach);
}

const aboutEvents = new Set(Object.keys(eventFacts));
const noParams: JsonObject = {};
