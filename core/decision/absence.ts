/**
 * Out of office: an automatic answer that names the day of return pauses the lead until then. Journeys
 * stand still meanwhile, as in any pause of a lead, and go on by themselves.
 *
 * Never for more than 90 days, and a second answer only makes it longer. One that an operator ended is
 * not begun again by the same date.
 */
import type { Lead, LeadEvent } from '../facts/lead.ts';
import { AWAY_AT_MOST_MS } from '../facts/needs.ts';
import { instantOf } from '../rules/instant.ts';
import { nothing, type Moment } from './context.ts';
import type { Decided } from './decision.ts';

export const AUTO_REPLIED = 'Email Auto Replied';

export function pauseWhileAway(lead: Lead, { event, now, age }: Moment): Decided {
  if (event.name !== AUTO_REPLIED || age === 'historical') return nothing(lead);
  const until = awayUntil(event);
  const known = lead.events
    .filter(({ id, name }) => name === AUTO_REPLIED && id !== event.id)
    .map((one) => awayUntil(one) ?? 0);
  if (until === undefined || until <= Math.max(now, ...known)) return nothing(lead);
  const why = `Out of office until ${new Date(until).toISOString().slice(0, 10)}`;
  return { lead, decisions: [], effects: [{ type: 'pause-lead', from: now, until, why }] };
}

function awayUntil({
  properties,
  occurredAt,
}: Pick<LeadEvent, 'properties' | 'occurredAt'>): number | undefined {
  const until = instantOf(properties['until']);
  return until === undefined ? undefined : Math.min(until, occurredAt + AWAY_AT_MOST_MS);
}
