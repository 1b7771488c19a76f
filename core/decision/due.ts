/**
 * The next instant at which the clock alone can change an answer about this lead: the end of a hold or
 * of an `again`, of the time for which a stage was set by hand, of a suppression, an event falling out of
 * a window, a long silence, a score fading over a threshold, a date coming near.
 *
 * Watched are the conditions whose answer leads to something: stages ahead, the way back, `disqualified`,
 * segments, and the exits and waits of open enrolments. The answer may be early, because a part of a
 * condition turns that does not turn the whole: a tick that finds nothing to do asks again. It is never
 * late, and always lies after `now`, so ticks cannot spin; looking ahead for whether the whole turns
 * cost every event more than such ticks ever do.
 */
import type { Lead } from '../facts/lead.ts';
import { clockBoundLeaves, nextChange } from '../facts/next-change.ts';
import { mayEnterAgain, rulesAhead } from '../qualification/stages.ts';
import type { CompiledCondition } from '../rules/compile.ts';
import type { JsonObject } from '../rules/condition.ts';
import { compiledIn, judgeOf, planOf, readerOf, type DecisionContext } from './context.ts';
import { standingChangesAt } from './standing.ts';

export function nextDueAt(lead: Lead, now: number, context: DecisionContext): number | undefined {
  const { release } = context;
  const read = readerOf(release, lead, now);
  const changes = [nextChange(release, lead, watchedBy(lead, context), now, {}, read)];
  for (const { conditions, entry } of watchedByJourneys(lead, context)) {
    const reader = readerOf(release, lead, now, entry);
    changes.push(nextChange(release, lead, conditions, now, { entry }, reader));
  }
  const known = changes.filter((instant) => instant !== null);
  const { until: byHandUntil = 0 } = lead.stage.byHand ?? {};
  if (byHandUntil > now) known.push(byHandUntil);
  known.push(...standingChangesAt(lead, now, release));
  const until = Math.min(Infinity, ...endsOfHolds(lead, now, context), ...known);
  return until === Infinity ? undefined : until;
}

function watchedBy(lead: Lead, context: DecisionContext): readonly CompiledCondition[] {
  const { qualification, segments } = context.release;
  const current = qualification.stages.find(({ stage }) => stage === lead.stage.stage);
  const ahead = lead.disqualified === undefined ? rulesAhead(qualification, lead.stage.stage) : [];
  const conditions = [
    ...ahead.flatMap(({ when, backTo }) => (backTo === undefined ? [when] : [when, backTo.if])),
    ...(current?.backTo === undefined ? [] : [current.backTo.if]),
    ...qualification.disqualified.map(({ when }) => when),
    ...Object.values(segments).map(({ when }) => when),
  ];
  return conditions.map((condition) => compiledIn(context.release, condition));
}

interface WatchedByJourney {
  readonly conditions: readonly CompiledCondition[];
  /** Of the enrolment that watches. */
  readonly entry: JsonObject;
}

function watchedByJourneys(lead: Lead, context: DecisionContext): readonly WatchedByJourney[] {
  return lead.enrolments.flatMap(({ status, journey, planHash, entry, satisfied }) => {
    const plan = status === 'open' ? planOf(context, journey, planHash) : undefined;
    if (plan === undefined) return [];
    const waits = Object.entries(plan.steps).flatMap(([step, definition]) =>
      definition.type === 'wait-for' && !satisfied.includes(step)
        ? definition.arms.map(({ when }) => when)
        : [],
    );
    const watches = [...plan.exits.map(({ when }) => when), ...waits];
    const conditions = watches
      .flatMap((when) => (when.type === 'condition' ? [when.condition] : []))
      .map((condition) => compiledIn(context.release, condition))
      .filter((condition) => clockBoundLeaves(condition).length > 0);
    return conditions.length === 0 ? [] : [{ conditions, entry }];
  });
}

/** Stages that would be entered by the clock alone: a hold that ends, an `again` that begins. */
function endsOfHolds(lead: Lead, now: number, context: DecisionContext): readonly number[] {
  if (lead.disqualified !== undefined) return [];
  const { qualification } = context.release;
  const judge = judgeOf(context, lead, now);
  return rulesAhead(qualification, lead.stage.stage)
    .filter(({ when }) => judge.holds(when))
    .flatMap((rule) => {
      const held = (lead.stage.holding[rule.stage] ?? now) + rule.holdForMs;
      const left = lead.stage.left[rule.stage];
      const again = left === undefined ? held : left + (rule.again?.notBeforeMs ?? 0);
      const at = Math.max(held, again);
      const then = {
        now: Math.max(at, now + 1),
        event: '',
        trust: 'human',
        isPast: false,
      } as const;
      return at > now && mayEnterAgain(lead, rule, then) ? [at] : [];
    });
}
