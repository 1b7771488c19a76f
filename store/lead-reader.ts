/**
 * Reads whole leads for activities, each with every event that some rule of the release, or the plan
 * the lead is on, can look at. It takes no lock; what has to be certain is asked again under one.
 */
import { showsMembers } from '../core/accounts/needs.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factNeeds } from '../core/facts/needs.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import type { Sql, Store } from './client.ts';
import { withMembers } from './account-members.ts';
import type { EventNeed } from './events.ts';
import { gathered, usualEveryMs } from './gathering.ts';
import { loadLeads } from './leads.ts';

export function createLeadReader(store: Pick<Store, 'onOneConnection'>) {
  const together = gathered<AskedLead, Lead | null>({
    crowdedEveryMs: usualEveryMs,
    namesOf: ({ leadId }) => [leadId],
    work: (asked) => store.onOneConnection((sql) => loadAlike(sql, asked)),
  });
  return {
    load: async (
      leadId: string,
      release: Release,
      plan: JourneyPlan | undefined,
      now: number,
      /** For people to read: events of these names, since then. */
      history: { readonly events: readonly string[]; readonly since: number } = none,
    ): Promise<Lead> => {
      const needs = needsOf(release, plan);
      const lead =
        history.events.length > 0
          ? await store.onOneConnection((sql) =>
              loadOne(sql, leadId, needs, eventsOf([{ needs, now }], history)),
            )
          : await together({ leadId, needs, now });
      if (lead === null) throw new Error(`there is no lead ${leadId}`);
      return lead;
    },
  };
}

interface AskedLead {
  readonly leadId: string;
  readonly needs: Needs;
  readonly now: number;
}
interface Needs {
  readonly events: ReadonlyMap<string, number | 'all'>;
  readonly ofMembers: boolean;
}

/** One statement of each kind for all who are asked for; a little more of a history harms nobody. */
async function loadAlike(sql: Sql, asked: readonly AskedLead[]): Promise<readonly (Lead | null)[]> {
  const events = eventsOf(asked);
  const plain = asked.filter(({ needs }) => !needs.ofMembers).map(({ leadId }) => leadId);
  const leads = await loadLeads(sql, plain, { events });
  const byId = new Map(leads.map((lead) => [lead.id, lead]));
  return Promise.all(
    asked.map(
      async ({ leadId, needs }) => byId.get(leadId) ?? (await loadOne(sql, leadId, needs, events)),
    ),
  );
}

/** Also one that another lead stands for, or that is shown with the other members of its account. */
async function loadOne(
  sql: Sql,
  leadId: string,
  needs: Needs,
  events: readonly EventNeed[],
): Promise<Lead | null> {
  const known = await loadLeads(sql, [leadId], { events });
  const [lead] = needs.ofMembers ? await withMembers(sql, known, { events }) : known;
  return lead ?? null;
}

function eventsOf(
  asked: readonly Pick<AskedLead, 'needs' | 'now'>[],
  { events, since }: { readonly events: readonly string[]; readonly since: number } = none,
): readonly EventNeed[] {
  const needs = new Map<string, EventNeed>(events.map((event) => [event, { event, since }]));
  for (const one of asked) {
    for (const [event, reach] of one.needs.events) {
      const known = needs.get(event);
      if (known !== undefined && known.since === undefined) continue;
      if (reach === 'all') needs.set(event, { event });
      else needs.set(event, { event, since: earlier(known?.since, one.now - reach) });
    }
  }
  return [...needs.values()];
}

const needsOfRelease = new WeakMap<Release, WeakMap<object, Needs>>();

/** Found once per release and plan: all their conditions are taken apart for it. */
function needsOf(release: Release, plan: JourneyPlan | undefined): Needs {
  const ofPlans = needsOfRelease.get(release) ?? new WeakMap<object, Needs>();
  needsOfRelease.set(release, ofPlans);
  const known = ofPlans.get(plan ?? release);
  if (known !== undefined) return known;
  const plans = plan === undefined ? [] : [plan];
  const { events } = factNeeds(release, plans);
  const needs = { events, ofMembers: showsMembers(release, plans) };
  ofPlans.set(plan ?? release, needs);
  return needs;
}

const none = { events: [], since: 0 };

function earlier(known: number | undefined, since: number): number {
  return known === undefined ? since : Math.min(known, since);
}
