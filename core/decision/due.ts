/**
 * The next instant at which the clock alone can change an answer about this lead: the end of a hold or
 * of an `again`, an event falling out of a window, a score fading over a threshold, a date coming near.
 *
 * Watched are the conditions whose answer leads to something: stages ahead, the way back, `disqualified`,
 * segments, and the exits and waits of open enrolments. The answer may be early (a tick that finds
 * nothing to do asks again) but never late, and always lies after `now`, so ticks cannot spin.
 */
import type { Lead } from '../facts/lead.ts';
import { mayChangeByClock, nextChange } from '../facts/next-change.ts';
import { factReader } from '../facts/read.ts';
import { mayEnterAgain, rulesAhead } from '../qualification/stages.ts';
import type { CompiledCondition } from '../rules/compile.ts';
import type { JsonObject } from '../rules/condition.ts';
import { compiledIn, judgeOf, planOf, readerOf, type DecisionContext } from './context.ts';

interface Watched {
  readonly condition: CompiledCondition;
  /** Of the enrolment that watches. */
  readonly entry?: JsonObject;
}

/** Instants that turn out to change nothing are passed over; after so many the lead is simply asked again. */
const INSTANTS_TRIED_MAX = 8;

export function nextDueAt(lead: Lead, now: number, context: DecisionContext): number | undefined {
  let until = Math.min(Infinity, ...endsOfHolds(lead, now, context));
  for (const watched of watchedBy(lead, context)) {
    if (!mayChangeByClock(watched.condition)) continue;
    until = Math.min(until, nextAnswer(watched, lead, now, until, context));
  }
  return until === Infinity ? undefined : until;
}

/** The first instant before `until` at which the condition answers differently, or Infinity. */
function nextAnswer(
  { condition, entry }: Watched,
  lead: Lead,
  now: number,
  until: number,
  { release }: DecisionContext,
): number {
  const scope = entry === undefined ? {} : { entry };
  let at = now;
  for (let tried = 0; tried < INSTANTS_TRIED_MAX; tried += 1) {
    const next = nextChange(release, lead, [condition], at, scope);
    if (next === null || next >= until) return Infinity;
    at = next;
    const holds = condition.holds(readerOf(release, lead, now, entry), now);
    if (condition.holds(factReader(release, lead, at, scope), at) !== holds) break;
  }
  return at;
}

function watchedBy(lead: Lead, context: DecisionContext): readonly Watched[] {
  const { qualification, segments } = context.release;
  const current = qualification.stages.find(({ stage }) => stage === lead.stage.stage);
  const ahead = lead.disqualified === undefined ? rulesAhead(qualification, lead.stage.stage) : [];
  const conditions = [
    ...ahead.flatMap(({ when, backTo }) => (backTo === undefined ? [when] : [when, backTo.if])),
    ...(current?.backTo === undefined ? [] : [current.backTo.if]),
    ...qualification.disqualified.map(({ when }) => when),
    ...Object.values(segments).map(({ when }) => when),
  ];
  const watched = conditions.map((condition) => ({
    condition: compiledIn(context.release, condition),
  }));
  return [...watched, ...watchedByJourneys(lead, context)];
}

function watchedByJourneys(lead: Lead, context: DecisionContext): readonly Watched[] {
  return lead.enrolments.flatMap(({ status, journey, planHash, entry, satisfied }) => {
    const plan = status === 'open' ? planOf(context, journey, planHash) : undefined;
    if (plan === undefined) return [];
    const waits = Object.entries(plan.steps).flatMap(([step, definition]) =>
      definition.type === 'wait-for' && !satisfied.includes(step)
        ? definition.arms.map(({ when }) => when)
        : [],
    );
    const watches = [...plan.exits.map(({ when }) => when), ...waits];
    return watches.flatMap((when) =>
      when.type === 'condition'
        ? [{ condition: compiledIn(context.release, when.condition), entry }]
        : [],
    );
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
