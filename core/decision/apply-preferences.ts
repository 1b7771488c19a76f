/**
 * What `Preferences Changed` says: fewer emails or as many as before, clicks counted or not. Apart from
 * consent because it never allows a mail, it only takes some away; what it does not name stays.
 */
import type { Lead, Preferences } from '../facts/lead.ts';
import { nothing, type Moment } from './context.ts';
import type { Decided } from './decision.ts';

export function applyPreferences(lead: Lead, { event }: Moment): Decided {
  const { properties, occurredAt: at } = event;
  const { fewer, tracking } = properties;
  const said = {
    ...(typeof fewer === 'boolean' ? { fewer } : {}),
    ...(typeof tracking === 'boolean' ? { tracking } : {}),
  };
  const known = lead.preferences;
  const isOlder = known?.at !== undefined && known.at > at;
  if (isOlder || Object.keys(said).length === 0) return nothing(lead);
  const preferences: Preferences = { ...known, ...said, at };
  return {
    lead: { ...lead, preferences },
    decisions: [],
    effects: [{ type: 'preferences', ...said, at }],
  };
}
