/** Leads in memory with events of the last weeks, all from their number: for benchmarks without a database. */
import { derivedId } from '../core/decision/ids.ts';
import { bornLead } from '../core/decision/birth.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Lead, LeadEvent } from '../core/facts/lead.ts';
import type { JsonObject } from '../core/rules/condition.ts';

const DAY_MS = 86_400_000;

export function inventedLeads(
  release: Release,
  now: number,
  size: { readonly leads: number; readonly eventsEach: number },
): readonly Lead[] {
  return Array.from({ length: size.leads }, (_, n) => {
    const events = Array.from({ length: size.eventsEach }, (_each, e) => eventOf(n, e, now));
    events.sort((one, other) => one.occurredAt - other.occurredAt);
    return withHistory(person(release, n, now), events);
  });
}

function person(release: Release, n: number, now: number): Lead {
  const id = derivedId('bench', `lead ${n}`);
  const born = bornLead({ id, bornAt: now - 200 * DAY_MS }, release.qualification);
  return {
    ...born,
    address: `lead${n}@${pick(['nordwind.example', 'gmail.com', 'acme.example'], n)}`,
    traits: {
      firstName: 'Ana',
      title: pick(['VP Finance', 'Head of Controlling', 'Controller', 'Analyst', 'Team lead'], n),
      employees: (n * 37) % 2_000,
      country: pick(['DE', 'US', 'FR', 'BR'], n),
      industry: pick(['retail', 'mining', 'software'], n),
      reportingTool: pick(['Excel', 'Google Sheets', 'Power BI'], n),
    },
  };
}

const names = [
  ...['Page Viewed', 'Page Viewed', 'Pricing Viewed', 'Report Created', 'Email Clicked'],
  ...['Ebook Downloaded', 'Form Submitted', 'Trial Started', 'Report Shared', 'Page Viewed'],
  ...['Booth Visited', 'Email Replied', 'Page Viewed', 'Demo Requested', 'Page Viewed'],
];

function eventOf(n: number, e: number, now: number): LeadEvent {
  const mixed = (n * 7_919 + e * 104_729) % 1_000_003;
  const name = pick(names, mixed);
  const properties: JsonObject =
    name === 'Page Viewed' ? { path: mixed % 11 === 0 ? '/jobs' : `/blog/${mixed % 50}` } : {};
  const occurredAt = now - (mixed % (90 * 24)) * 3_600_000 - e;
  const id = derivedId('bench', `event ${n} ${e}`);
  return { id, name, properties, occurredAt, seq: e + 1, trust: 'human' };
}

function withHistory(lead: Lead, events: readonly LeadEvent[]): Lead {
  const counts: { [event: string]: Lead['counts'][string] } = {};
  for (const { name, occurredAt } of events) {
    const known = counts[name];
    counts[name] =
      known === undefined
        ? { count: 1, firstAt: occurredAt, lastAt: occurredAt }
        : { ...known, count: known.count + 1, lastAt: occurredAt };
  }
  const lastActivityAt = events.at(-1)?.occurredAt;
  return {
    ...lead,
    ...{ events, counts, seq: events.length },
    ...(lastActivityAt === undefined ? {} : { lastActivityAt }),
  };
}

function pick<T>(list: readonly T[], n: number): T {
  const found = list[n % list.length];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}
