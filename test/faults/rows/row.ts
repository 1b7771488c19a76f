/**
 * One row of the fault matrix: what is done to the product while journeys run. The same row is played
 * small in `npm test` and large by `npm run faults`; what must hold afterwards is the checker's.
 */
import type { Cluster } from '../support/cluster.ts';
import { check, expectedHere, missingEmails, type Violation } from '../support/checker.ts';
import { forEachOf, type Call } from '../support/driver.ts';
import { checkReplay } from '../support/replay.ts';
import { gather, untilRest, type Death, type Witnesses } from '../support/witnesses.ts';

export interface RowOptions {
  /** Journeys, or events, of this row. */
  readonly n: number;
  readonly seed: number;
}
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly apis: number;
  readonly workers: number;
  readonly env?: Readonly<Record<string, string>>;
  play(cluster: Cluster, options: RowOptions): Promise<Played>;
}
export interface Played {
  readonly deaths?: readonly Death[];
  readonly faultsEndedAt: number;
  /** What this row promises beyond the invariants. */
  readonly alsoHolds?: (seen: Witnesses) => readonly string[];
}
export interface RowLine {
  readonly fault: string;
  readonly journeys: number;
  readonly ended: number;
  readonly expected: number;
  readonly atSink: number;
  readonly missing: number;
  readonly twice: number;
  readonly unknown: number;
  readonly kills: number;
  /** Journeys running at the kill that met the fewest. */
  readonly runningAtLeast: number;
  readonly inTransmission: number;
  readonly lostAnswers: number;
  readonly restSeconds: number;
}
export interface Verdict {
  readonly lines: readonly RowLine[];
  readonly violations: readonly Violation[];
  readonly seen: Witnesses;
}

/** Plays the rows side by side on one cluster, waits for rest, and judges what all witnesses saw. */
export async function playRows(
  cluster: Cluster,
  rows: readonly { readonly row: Row; readonly options: RowOptions }[],
  { restWithinMs = 90_000, before = [] }: { restWithinMs?: number; before?: readonly Death[] } = {},
): Promise<Verdict> {
  const played = await Promise.all(
    rows.map(async ({ row, options }) => ({ row, ...(await row.play(cluster, options)) })),
  );
  const faultsEndedAt = Math.max(...played.map((one) => one.faultsEndedAt));
  const journeys = enteredBy(cluster.driver.calls);
  const restedAt = await untilRest(cluster, { journeys, timeoutMs: restWithinMs });
  const deaths = [...before, ...played.flatMap((one) => one.deaths ?? [])];
  const seen = await gather(cluster, { deaths, faultsEndedAt, restedAt });
  const violations = [
    ...check(seen, { ...expectedHere, restWithinMs }),
    ...(await checkReplay(seen, cluster.bundle)),
    ...played.flatMap(({ row, alsoHolds }) =>
      (alsoHolds?.(seen) ?? []).map((what) => ({ invariant: row.id, what })),
    ),
  ];
  return { violations, seen, lines: played.map(({ row, deaths: own }) => lineOf(seen, row, own)) };
}

/** Addresses tell the rows of one cluster apart. */
export function addressesOf(row: string, n: number, kind = 'lead'): readonly string[] {
  return Array.from({ length: n }, (_, i) => `${row.toLowerCase()}-${kind}-${i}@lead.example`);
}

export async function enter(
  cluster: Cluster,
  addresses: readonly string[],
  event = 'Trial Started',
): Promise<void> {
  await forEachOf(addresses, 10, (address, i) => cluster.driver.track(event, address, i));
}

function enteredBy(calls: readonly Call[]): number {
  const entering = calls.filter(
    ({ event, answeredAt }) => expectedHere.journeys[event] !== undefined && answeredAt !== null,
  );
  return new Set(entering.map(({ event, address }) => `${event} ${address}`)).size;
}

function lineOf(all: Witnesses, row: Row, deaths: readonly Death[] = []): RowLine {
  const seen = witnessesOf(all, row.id);
  const keys = new Set(seen.mails.map(({ key }) => key));
  const expected = seen.enrolments
    .filter(({ outcome }) => outcome === 'completed')
    .flatMap(({ journey }) => expectedHere.emails[journey] ?? []).length;
  return {
    fault: `${row.id} ${row.title}`,
    journeys: seen.enrolments.length,
    ended: seen.enrolments.filter(({ status }) => status === 'closed').length,
    expected,
    atSink: keys.size,
    missing: missingEmails(seen, expectedHere).length,
    twice: seen.mails.length - keys.size,
    unknown: seen.sends.filter(({ state }) => state === 'unknown').length,
    kills: deaths.length,
    runningAtLeast: deaths.length === 0 ? 0 : Math.min(...deaths.map(({ running }) => running)),
    inTransmission: new Set(deaths.flatMap(({ transmitting }) => transmitting)).size,
    lostAnswers: seen.sends.filter(({ id }) => seen.unanswered.has(id)).length,
    restSeconds: Math.round((all.restedAt - all.faultsEndedAt) / 100) / 10,
  };
}

function witnessesOf(seen: Witnesses, row: string): Witnesses {
  const isOwn = (address: string | null): boolean =>
    address?.startsWith(`${row.toLowerCase()}-`) === true;
  return {
    ...seen,
    mails: seen.mails.filter(({ to }) => isOwn(to[0] ?? '')),
    enrolments: seen.enrolments.filter(({ address }) => isOwn(address)),
    sends: seen.sends.filter(({ address }) => isOwn(address)),
  };
}

const columns: readonly (readonly [string, keyof RowLine])[] = [
  ['fault', 'fault'],
  ['journeys', 'journeys'],
  ['ended', 'ended'],
  ['emails expected', 'expected'],
  ['at the sink', 'atSink'],
  ['missing without `unknown`', 'missing'],
  ['twice', 'twice'],
  ['`unknown`', 'unknown'],
  ['kills', 'kills'],
  ['running at each, at least', 'runningAtLeast'],
  ['in transmission at kills', 'inTransmission'],
  ['answers lost', 'lostAnswers'],
  ['rest after, s', 'restSeconds'],
];

export function markdown(lines: readonly RowLine[]): string {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(columns.map(([title]) => title)),
    row(columns.map((_, n) => (n === 0 ? '---' : '---:'))),
    ...lines.map((line) => row(columns.map(([, key]) => line[key]))),
  ].join('\n');
}
