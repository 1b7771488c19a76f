/**
 * Reads one whole lead for an activity: with every event that some rule of the release, or the plan
 * the lead is on, can look at. It takes no lock; what has to be certain is asked again under one.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factNeeds } from '../core/facts/needs.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import type { Sql } from './client.ts';
import { loadLeads } from './leads.ts';

export function createLeadReader(sql: Sql) {
  return {
    load: async (
      leadId: string,
      release: Release,
      plan: JourneyPlan | undefined,
      now: number,
    ): Promise<Lead> => {
      const needs = factNeeds(release, plan === undefined ? [] : [plan]);
      const events = [...needs.events].map(([event, reach]) =>
        reach === 'all' ? { event } : { event, since: now - reach },
      );
      const [lead] = await loadLeads(sql, [leadId], { events });
      if (lead === undefined) throw new Error(`there is no lead ${leadId}`);
      return lead;
    },
  };
}
