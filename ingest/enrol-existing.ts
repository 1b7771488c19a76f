/**
 * Enrols the leads that match on the day of publishing, where an entry says `"existing": "enrol"`: page
 * by page, one `enrol` event each, so that every refusal and every reason is recorded as for anybody.
 *
 * Message ids derive from what was published, the journey and the lead: a run that was killed is run
 * again, passes over those it has asked, and goes on at the pace the first one began. A dry run takes
 * the same way and decides in memory.
 */
import { accountNeeds } from '../core/accounts/needs.ts';
import { withMembers } from '../store/account-members.ts';
import type { DecisionContext } from '../core/decision/context.ts';
import { decide } from '../core/decision/decide.ts';
import { entryKey, existingProperties, type ExistingEntry } from '../core/decision/existing.ts';
import { summarise } from '../core/decision/summarise.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { Store } from '../store/client.ts';
import { findAnswers, type EventNeed } from '../store/events.ts';
import { leadPages } from '../store/lead-pages.ts';
import { loadLeads } from '../store/leads.ts';
import { lastPlannedStart } from '../store/outbox.ts';
import { eventNeeds } from './batch.ts';
import type { Ingest } from './ingest.ts';
import { eventAbout, type IngestAnswer, type IngestRequest } from './request.ts';

export interface ExistingRun {
  readonly store: Store;
  readonly ingest: Pick<Ingest, 'ingest'>;
  readonly release: Release;
  readonly entries: readonly ExistingEntry[];
  /** Names this enrolment: the same for each attempt at it. */
  readonly name: string;
  readonly now: () => number;
  readonly dryRun: boolean;
}
export interface ExistingTally {
  readonly journey: string;
  readonly perHour: number;
  readonly entered: number;
  /** Why not → how many. */
  readonly refused: { readonly [because: string]: number };
}

/** As many as one batch of ingest holds. */
const leadsAtOnce = 200;

/** One tally per entry, in the order of `entries`. */
export async function enrolExisting(run: ExistingRun): Promise<readonly ExistingTally[]> {
  const context = { release: run.release, plans: new Map() };
  const counts: Count[] = [];
  for (const asked of run.entries) counts.push(await createCount(run, asked));
  if (counts.length === 0) return [];
  for await (const ids of leadPages(run.store, leadsAtOnce)) {
    const now = run.now();
    const events = needsOf(run.entries, eventNeeds(context, now));
    const known = await loadLeads(run.store, ids, { events });
    const asksMembers = accountNeeds(run.release).ofMembers;
    const leads = asksMembers ? await withMembers(run.store, known, { events }) : known;
    for (const journey of new Set(run.entries.map((asked) => asked.journey))) {
      const own = counts.filter(({ asked }) => asked.journey === journey);
      await enrolPage(run, leads.flatMap(matching(run, own, context, now)), context);
    }
  }
  return counts.map(({ asked: { journey, perHour }, entered, refused }) => ({
    ...{ journey, perHour, entered },
    refused: Object.fromEntries([...refused].sort(([, a], [, b]) => b - a)),
  }));
}

interface Count {
  readonly asked: ExistingEntry;
  readonly refused: Map<string, number>;
  entered: number;
  /** The next run of this entry starts no earlier. */
  nextAt: number;
}
interface Match {
  readonly lead: Lead;
  readonly count: Count;
  readonly request: IngestRequest;
}

/** After what an attempt before this one has planned: rows that are gone have started. */
async function createCount({ store, name }: ExistingRun, asked: ExistingEntry): Promise<Count> {
  const last = await lastPlannedStart(store, source, messageIdOf(name, asked.journey, ''));
  const nextAt = last === undefined ? 0 : last + gapOf(asked);
  return { asked, refused: new Map(), entered: 0, nextAt };
}

function gapOf({ perHour }: ExistingEntry): number {
  return 3_600_000 / perHour;
}

const source = 'publish';
function messageIdOf(name: string, journey: string, leadId: string): string {
  return `${name}/${journey}/${leadId}`;
}

/** An entry looks at any event there ever was: its own are loaded whole. */
function needsOf(entries: readonly ExistingEntry[], needs: readonly EventNeed[]) {
  const whole = entries.flatMap(({ entry }) => (entry.on === 'event' ? entry.match.event : []));
  return [
    ...needs.filter(({ event }) => !whole.includes(event)),
    ...[...new Set(whole)].map((event) => ({ event })),
  ];
}

/** By the first entry of the journey that the lead is an occasion for. */
function matching(
  { name }: ExistingRun,
  counts: readonly Count[],
  context: DecisionContext,
  now: number,
) {
  return (lead: Lead): readonly Match[] => {
    for (const count of counts) {
      const { journey, entry } = count.asked;
      const properties = existingProperties(lead, entry, now, context);
      if (properties === undefined) continue;
      const messageId = messageIdOf(name, journey, lead.id);
      const said = { source, messageId, name: '', now, properties, journey };
      const own = { ...said, type: 'enrol' as const, existing: entryKey(entry) };
      return [{ lead, count, request: eventAbout({ leadId: lead.id }, own) }];
    }
    return [];
  };
}

async function enrolPage(
  { store, ingest, dryRun }: ExistingRun,
  matches: readonly Match[],
  context: DecisionContext,
): Promise<void> {
  const ids = matches.map(({ request }) => request.event.id);
  const known = await findAnswers<IngestAnswer>(store, ids);
  const open: Match[] = [];
  for (const match of matches) {
    const answer = known.get(match.request.event.id);
    if (answer !== undefined) {
      tally(match, answer);
      continue;
    }
    const foreseen = summarise(decide(match.lead, match.request.event, context));
    if (dryRun) tally(match, foreseen);
    else open.push({ ...match, request: spaced(match, isEntered(match, foreseen)) });
  }
  const answers = await ingest.ingest(open.map(({ request }) => request));
  answers.forEach((answer, index) => {
    const match = open[index];
    if (match !== undefined) tally(match, answer);
  });
}

/** One after the other; only who enters takes a place, and one that comes late starts no backlog. */
function spaced({ count, request }: Match, enters: boolean): IngestRequest {
  const startsAt = Math.ceil(Math.max(count.nextAt, request.event.receivedAt));
  count.nextAt = startsAt + (enters ? gapOf(count.asked) : 0);
  return { ...request, event: { ...request.event, startsAt } };
}

type Answered = Pick<IngestAnswer, 'journeys'>;

function isEntered({ count }: Match, { journeys }: Answered): boolean {
  return journeys.some(({ journey, entered }) => journey === count.asked.journey && entered);
}

function tally(match: Match, answer: Answered): void {
  const { count } = match;
  if (isEntered(match, answer)) {
    count.entered += 1;
    return;
  }
  const said = answer.journeys.find(({ journey }) => journey === count.asked.journey);
  // It matched when it was looked at, and no more when its turn came.
  const because = said?.because ?? 'no-match';
  count.refused.set(because, (count.refused.get(because) ?? 0) + 1);
}
