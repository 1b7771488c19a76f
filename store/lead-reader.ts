/**
 * Reads one whole lead for an activity: with every event that some rule of the release, or the plan
 * the lead is on, can look at. It takes no lock; what has to be certain is asked again under one.
 */
import { showsMembers } from '../core/accounts/needs.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factNeeds } from '../core/facts/needs.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import type { Sql } from './client.ts';
import { withMembers } from './account-members.ts';
import type { EventNeed } from './events.ts';
import { loadLeads } from './leads.ts';

export function createLeadReader(sql: Sql) {
  return {
    load: async (
      leadId: string,
      release: Release,
      plan: JourneyPlan | undefined,
      now: number,
      /** For people to read: events of these names, since then. */
      history: { readonly events: readonly string[]; readonly since: number } = none,
    ): Promise<Lead> => {
      const { since } = history;
      const needs = new Map<string, EventNeed>(
        history.events.map((event) => [event, { event, since }]),
      );
      for (const [event, reach] of factNeeds(release, plan === undefined ? [] : [plan]).events) {
        if (reach === 'all') needs.set(event, { event });
        else needs.set(event, { event, since: earlier(needs.get(event)?.since, now - reach) });
      }
      const events = [...needs.values()];
      const known = await loadLeads(sql, [leadId], { events });
      const plans = plan === undefined ? [] : [plan];
      const [lead] = showsMembers(release, plans)
        ? await withMembers(sql, known, { events })
        : known;
      if (lead === undefined) throw new Error(`there is no lead ${leadId}`);
      return lead;
    },
  };
}

const none = { events: [], since: 0 };

function earlier(known: number | undefined, since: number): number {
  return known === undefined ? since : Math.min(known, since);
}
