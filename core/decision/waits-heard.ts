/**
 * Everything that satisfied the waits of a plan since a lead entered it, told at once.
 *
 * Ingest tells a run as things happen, by the plan the run is on. A run that moves to a newer plan
 * would never hear of what its new waits look back to: here it does. Condition arms speak of now.
 */
import type { Release } from '../definitions/release.ts';
import type { Lead, LeadEvent } from '../facts/lead.ts';
import { factReader } from '../facts/read.ts';
import { matchesEvent } from '../facts/match-event.ts';
import type { JourneyMessage } from '../journey/input.ts';
import type { JourneyPlan, PlanStep } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import { compiledIn, FRESH_FOR_MS } from './context.ts';

type WaitFor = Extract<PlanStep, { type: 'wait-for' }>;
type Satisfied = Extract<JourneyMessage, { type: 'satisfied' }>;
interface Entered {
  readonly enteredAt: number;
  readonly entryEventId: string | null;
  readonly entry: JsonObject;
}

export function waitsHeard(
  plan: JourneyPlan,
  entered: Entered,
  lead: Lead,
  now: number,
  release: Release,
): readonly Satisfied[] {
  const events = eventsSince(entered, lead);
  return Object.entries(plan.steps).flatMap(([step, wait]) => {
    if (wait.type !== 'wait-for') return [];
    const all = armsOf(wait, entered, events, lead, now, release);
    const heard = all.map((one) => ({ type: 'satisfied' as const, step, ...one }));
    return wait.since === 'entry' ? heard.slice(0, 1) : heard;
  });
}

/** What has to be loaded for it: events of these names, since then. */
export function historyOfWaits(plan: JourneyPlan, { enteredAt }: Pick<Entered, 'enteredAt'>) {
  const arms = Object.values(plan.steps).flatMap((step) =>
    step.type === 'wait-for' ? step.arms : [],
  );
  const events = arms.flatMap(({ when }) => (when.type === 'event' ? [when.match.event] : []));
  return { events: [...new Set(events)], since: enteredAt - FRESH_FOR_MS };
}

/** Decided after the entry, and not long before it: the entry event itself satisfies nothing. */
function eventsSince({ enteredAt, entryEventId }: Entered, lead: Lead): readonly LeadEvent[] {
  const entry = lead.events.find(({ id }) => id === entryEventId);
  return [...lead.events]
    .filter(
      ({ id, seq, occurredAt }) =>
        id !== entryEventId &&
        seq > (entry?.seq ?? 0) &&
        occurredAt >= enteredAt - (entry === undefined ? 0 : FRESH_FOR_MS),
    )
    .sort((a, b) => a.seq - b.seq);
}

/** In the order in which ingest would have told them; the first arm that matches an event counts. */
function armsOf(
  { arms }: WaitFor,
  { entry }: Entered,
  events: readonly LeadEvent[],
  lead: Lead,
  now: number,
  release: Release,
): readonly Pick<Satisfied, 'seq' | 'arm' | 'at'>[] {
  const { segments } = release;
  const ofEvents = events.flatMap((event) => {
    const context = { segments, now: event.occurredAt, entry };
    const arm = arms.find(
      ({ when }) => when.type === 'event' && matchesEvent(when.match, event, context),
    );
    return arm === undefined ? [] : [{ seq: event.seq, arm: arm.id, at: event.occurredAt }];
  });
  const holding = arms.find(
    ({ when }) =>
      when.type === 'condition' &&
      compiledIn(release, when.condition).holds(factReader(release, lead, now, { entry }), now),
  );
  return holding === undefined
    ? ofEvents
    : [...ofEvents, { seq: lead.seq, arm: holding.id, at: now }];
}
