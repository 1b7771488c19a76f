/**
 * Whether something a file listens for is there: an event that matches, or a condition that holds.
 *
 * Only the event being decided can match: what lies before it is a matter of facts. A robot's event
 * matches like any other unless the file asks for a human; bursts are what `holdFor` is for.
 */
import type { Lead, LeadEvent } from '../facts/lead.ts';
import { matchesEvent } from '../facts/match-event.ts';
import type { Watch } from '../journey/plan.ts';
import type { EventMatch, JsonObject } from '../rules/condition.ts';
import { judgeOf, type DecisionContext, type Moment } from './context.ts';

/** The explanation of what was seen, or null. */
export function seen(
  watch: Watch,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  entry: JsonObject,
): { readonly explanation: unknown } | null {
  switch (watch.type) {
    case 'event':
      return isEvent(watch.match, moment, context, entry)
        ? { explanation: { type: 'event', event: watch.match.event } }
        : null;
    case 'condition': {
      const judge = judgeOf(context, lead, moment.now, entry);
      if (!judge.holds(watch.condition)) return null;
      return { explanation: judge.verdict(watch.condition).explanation };
    }
  }
}

export function isEvent(
  match: EventMatch,
  moment: Moment,
  { release }: DecisionContext,
  entry?: JsonObject,
): boolean {
  if (moment.event.name === '') return false;
  const { segments } = release;
  return matchesEvent(match, leadEventOf(moment), { segments, now: moment.now, entry });
}

/** The event as the lead will remember it. */
export function leadEventOf({ event, seq }: Moment): LeadEvent {
  const { id, name, properties, occurredAt, trust } = event;
  return { id, name, properties, occurredAt, seq, trust };
}
