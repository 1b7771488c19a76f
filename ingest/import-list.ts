/**
 * A list of people → leads, through the same door as everything else, some rows at a time.
 *
 * What a row brings that is known by its message id is left out, so a second run changes nothing and a
 * run that was killed goes on where it stopped. A row that is refused is reported and never stops the
 * rest. A dry run takes the same way up to the door, and says what would happen.
 */
import type { ImportMapping } from '../core/definitions/compile-import.ts';
import { mapRow, type MappedRow, type Row } from '../core/definitions/import-rows.ts';
import type { Store } from '../store/client.ts';
import { findIdentities } from '../store/identities.ts';
import { findKnownEvents } from '../store/known-events.ts';
import { newsOf, requestsOf, type ReadableRow } from './import-requests.ts';
import type { Ingest } from './ingest.ts';
import { findPoison } from './poison.ts';
import type { IngestAnswer, IngestRequest } from './request.ts';

/** A row of the list, or why it could not even be read. */
export type ListRow = { readonly rowNumber: number } & (
  { readonly row: Row } | { readonly problem: string }
);
export const importOutcomes = ['created', 'updated', 'unchanged', 'rejected'] as const;
export type ImportOutcome = (typeof importOutcomes)[number];
export interface RowResult {
  readonly rowNumber: number;
  readonly outcome: ImportOutcome;
  /** Address or id: whom the row is about. */
  readonly about: string;
  /** What is new, or why it is rejected. */
  readonly reason: string;
  /** Events stored, or to be stored. */
  readonly events: number;
  /** Asked for by the mapping; empty in a dry run. */
  readonly journeys: IngestAnswer['journeys'];
}
export interface ImportRun {
  readonly store: Store;
  readonly ingest: Pick<Ingest, 'ingest'>;
  readonly mapping: ImportMapping;
  readonly now: () => number;
  readonly dryRun: boolean;
}

/** Some hundred events: large enough to fill the batches of ingest, small enough to show progress. */
const rowsAtOnce = 100;
const identifierCharactersMax = 256;

/** Yields what became of each row, in chunks, in the order of the list. */
export async function* importList(
  run: ImportRun,
  rows: AsyncIterable<ListRow>,
): AsyncGenerator<readonly RowResult[]> {
  const seen: Seen = { events: new Set(), people: new Set(), slots: 0, startedAt: run.now() };
  let chunk: ListRow[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < rowsAtOnce) continue;
    yield await importChunk(run, chunk, seen);
    chunk = [];
    // What was stored is found there by now; only a dry run has to remember all of it.
    if (!run.dryRun) seen.events.clear();
    if (!run.dryRun) seen.people.clear();
  }
  if (chunk.length > 0) yield await importChunk(run, chunk, seen);
}

/** Of this run: what a dry run would have stored by now, and how many have entered the journey. */
interface Seen {
  readonly events: Set<string>;
  readonly people: Set<string>;
  readonly startedAt: number;
  slots: number;
}
interface Prepared {
  readonly row: ReadableRow;
  readonly requests: readonly IngestRequest[];
}

async function importChunk(
  run: ImportRun,
  chunk: readonly ListRow[],
  seen: Seen,
): Promise<readonly RowResult[]> {
  const now = run.now();
  const prepared = chunk.map((row) => prepare(run.mapping, row, now));
  const readable = prepared.filter((one): one is Prepared => 'requests' in one);
  const known = await lookUp(run.store, readable);
  const results = prepared.map(async (one): Promise<RowResult> => {
    if (!('requests' in one)) return one;
    const news = one.requests.filter(
      ({ event }) => !known.events.has(event.id) && !seen.events.has(event.id),
    );
    const keys = keysOf(one.row);
    const isKnown = keys.some((key) => known.people.has(key) || seen.people.has(key));
    for (const { event } of news) seen.events.add(event.id);
    for (const key of keys) seen.people.add(key);
    const result = resultOf(one.row, news, isKnown);
    return run.dryRun || news.length === 0
      ? result
      : store(run, throttled(run, news, seen), result);
  });
  return Promise.all(results);
}

function prepare(mapping: ImportMapping, listed: ListRow, now: number): Prepared | RowResult {
  const { rowNumber } = listed;
  if ('problem' in listed) return rejected(rowNumber, '', listed.problem);
  const row: MappedRow = mapRow(mapping, listed.row, rowNumber);
  if (!row.ok) return rejected(rowNumber, '', row.reason);
  const about = row.email ?? row.userId ?? '';
  if (about.length > identifierCharactersMax) {
    return rejected(rowNumber, '', `longer than ${identifierCharactersMax} characters: the id`);
  }
  const requests = requestsOf(mapping, row, now);
  for (const { event } of requests) {
    const poison = findPoison({ about, traits: event.traits, properties: event.properties }, '');
    if (poison !== undefined) return rejected(rowNumber, '', `${poison.path} ${poison.problem}`);
  }
  return { row, requests };
}

async function lookUp(sql: Store, prepared: readonly Prepared[]) {
  const ids = prepared.flatMap(({ requests }) => requests.map(({ event }) => event.id));
  const keys = prepared.flatMap(({ row: { userId, email } }) => [
    ...(userId === undefined ? [] : [{ kind: 'userId', value: userId } as const]),
    ...(email === undefined ? [] : [{ kind: 'email', value: email } as const]),
  ]);
  const [events, people] = [await findKnownEvents(sql, ids), await findIdentities(sql, keys)];
  return { events, people: new Set(people.map(({ kind, value }) => `${kind} ${value}`)) };
}

function keysOf({ userId, email }: ReadableRow): readonly string[] {
  return [
    ...(userId === undefined ? [] : [`userId ${userId}`]),
    ...(email === undefined ? [] : [`email ${email}`]),
  ];
}

function resultOf(
  { rowNumber, email, userId }: ReadableRow,
  news: readonly IngestRequest[],
  isKnown: boolean,
): RowResult {
  const about = email ?? userId ?? '';
  if (news.length === 0) {
    const reason = 'all of it is known';
    return { rowNumber, outcome: 'unchanged', about, reason, events: 0, journeys: [] };
  }
  const outcome = isKnown ? 'updated' : 'created';
  return { rowNumber, outcome, about, reason: newsOf(news), events: news.length, journeys: [] };
}

function rejected(rowNumber: number, about: string, reason: string): RowResult {
  return { rowNumber, outcome: 'rejected', about, reason, events: 0, journeys: [] };
}

/** `perHour`: the first enters at once, the others one after the other. */
function throttled(
  { mapping: { enter } }: ImportRun,
  requests: readonly IngestRequest[],
  seen: Seen,
): readonly IngestRequest[] {
  if (enter === undefined) return requests;
  return requests.map((request) => {
    if (request.event.type !== 'enrol') return request;
    const startsAt = Math.ceil(seen.startedAt + (seen.slots * 3_600_000) / enter.perHour);
    seen.slots += 1;
    return { ...request, event: { ...request.event, startsAt } };
  });
}

async function store(
  { ingest }: ImportRun,
  requests: readonly IngestRequest[],
  result: RowResult,
): Promise<RowResult> {
  try {
    const answers = await ingest.ingest(requests);
    return { ...result, journeys: answers.flatMap(({ journeys }) => journeys) };
  } catch (error) {
    if (!isAboutTheData(error)) throw error;
    const reason = `the database refuses it: ${error.message}`;
    return rejected(result.rowNumber, result.about, reason);
  }
}

/** PostgreSQL's classes 22 (data) and 23 (constraints); all else is no fault of the row. */
function isAboutTheData(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}
