/**
 * How sending goes, for the API, the console and the command line: the last day by sender and receiver,
 * with the state of each way in words. Reads only; what is paused is resumed like any pause.
 */
import { instantInZone } from '../console/time.ts';
import type { Release } from '../core/definitions/release.ts';
import { warmUpDay, type WarmUpDay } from '../core/sending/pacing.ts';
import { pauseKey, receiverTitle } from '../core/sending/receiver.ts';
import { wallTime } from '../core/sending/zone.ts';
import type { Releases } from '../ingest/batch.ts';
import type { Sql } from '../store/client.ts';
import { readSending, type SendingRows, type WayCounts } from '../store/read-sending.ts';

type PauseRow = SendingRows['pauses'][number];
type Reception = SendingRows['receptions'][number];
export type Counts = Omit<WayCounts, 'sender' | 'receiver'>;

export interface WayView extends Counts {
  readonly receiver: string;
  readonly title: string;
  readonly pause?: PauseRow;
  readonly refusing?: Reception;
}
export interface SenderView extends Counts {
  readonly sender: string;
  /** Of everything it sends. */
  readonly pause?: PauseRow;
  readonly warmUp?: WarmUpDay & { readonly used: number };
  readonly waiting: number;
  /** Those in trouble first, then by what was sent. */
  readonly ways: readonly WayView[];
}
export interface SendingView {
  readonly now: number;
  readonly since: number;
  readonly senders: readonly SenderView[];
  /** Our own mail server does not answer, or not to us. */
  readonly mailServer?: Reception & { readonly waiting: number };
}

const dayMs = 86_400_000;

export async function viewSending(deps: {
  readonly sql: Sql;
  readonly releases: Pick<Releases, 'current'>;
  readonly clock: () => number;
}): Promise<SendingView & { readonly release: Release }> {
  const now = deps.clock();
  const release = await deps.releases.current();
  const { zoneIfUnknown } = release.sending;
  const since = now - dayMs;
  const rows = await readSending(deps.sql, { now, since, day: wallTime(now, zoneIfUnknown).date });
  return { ...sendingView(rows, release, now), since, release };
}

function sendingView(rows: SendingRows, release: Release, now: number) {
  const own = rows.receptions.find(({ sender }) => sender === '');
  const names = new Set([
    release.sending.from.email,
    ...rows.ways.map(({ sender }) => sender),
    ...(release.sending.warmUp ?? []).flatMap(({ sender }) => sender ?? []),
    ...rows.pauses.flatMap(({ key }) => key.split('>', 1)).filter((sender) => sender !== ''),
  ]);
  const senders = [...names].map((sender) => senderView(sender, rows, release, now));
  return {
    now,
    senders,
    ...(own === undefined ? {} : { mailServer: { ...own, waiting: rows.unanswered } }),
  };
}

function senderView(sender: string, rows: SendingRows, release: Release, now: number): SenderView {
  const pause = rows.pauses.find(({ key }) => key === '' || key === sender);
  const today = warmUpDay(release.sending, sender, now);
  const used = rows.warmedUp.find((one) => one.sender === sender)?.count ?? 0;
  const ways = waysOf(sender, rows);
  return {
    sender,
    ...sumOf(ways),
    ...(pause === undefined ? {} : { pause }),
    ...(today === undefined ? {} : { warmUp: { ...today, used } }),
    waiting: rows.waiting.find((one) => one.sender === sender)?.count ?? 0,
    ways: [...ways].sort((a, b) => trouble(b) - trouble(a) || b.sent - a.sent),
  };
}

const none: Counts = { tried: 0, sent: 0, delivered: 0, hard: 0, soft: 0, ours: 0, complained: 0 };

function waysOf(sender: string, rows: SendingRows): readonly WayView[] {
  const known = rows.ways.filter((way) => way.sender === sender);
  const refusing = rows.receptions.filter((one) => one.sender === sender);
  const paused = rows.pauses.flatMap(({ key }) => {
    const [whose, receiver] = key.split('>');
    return whose === sender && receiver !== undefined ? [receiver] : [];
  });
  const names = new Set([
    ...known.map(({ receiver }) => receiver),
    ...refusing.map(({ receiver }) => receiver),
    ...paused,
  ]);
  return [...names].map((receiver) => {
    const { sender: _, ...counts } = known.find((way) => way.receiver === receiver) ?? {
      ...{ ...none, sender, receiver },
    };
    const pause = rows.pauses.find(({ key }) => key === pauseKey(sender, receiver));
    const reception = refusing.find((one) => one.receiver === receiver);
    return {
      ...counts,
      title: receiverTitle(receiver),
      ...(pause === undefined ? {} : { pause }),
      ...(reception?.blockedUntil == null ? {} : { refusing: reception }),
    };
  });
}

function trouble({ pause, refusing }: WayView): number {
  return (pause === undefined ? 0 : 2) + (refusing === undefined ? 0 : 1);
}

export function sumOf(ways: readonly Counts[]): Counts {
  const sum = (of: keyof Counts): number => ways.reduce((total, way) => total + way[of], 0);
  return {
    ...{
      tried: sum('tried'),
      sent: sum('sent'),
      delivered: sum('delivered'),
      hard: sum('hard'),
      soft: sum('soft'),
    },
    ...{ ours: sum('ours'), complained: sum('complained') },
  };
}

/** "paused since Mon 23 Nov, 10:12 by breaker: 4 of 50 …"; undefined: all is well. */
export function wayState(
  { pause, refusing }: Pick<WayView, 'pause' | 'refusing'>,
  zone: string,
): string | undefined {
  if (pause !== undefined) return `paused ${sinceWhen(pause, zone)}`;
  if (refusing === undefined) return undefined;
  const { refusals, blockedUntil, response, since } = refusing;
  const again =
    blockedUntil === null ? '' : `, asked again at ${instantInZone(blockedUntil, zone)}`;
  const said = response === null ? '' : `; it says “${response}”`;
  return `refuses for now: ${refusals} in a row since ${instantInZone(since, zone)}${again}${said}`;
}

/** "since Mon 23 Nov, 10:12 by the circuit breaker: 4 of 50 …". */
export function sinceWhen({ from, by, why }: PauseRow, zone: string): string {
  const who = by === '' ? '' : ` by ${by === 'breaker' ? 'the circuit breaker' : by}`;
  return `since ${instantInZone(from, zone)}${who}${why === '' ? '' : `: ${why}`}`;
}

export function warmUpWords({ number, of, used, max }: NonNullable<SenderView['warmUp']>): string {
  return `warm-up, day ${number} of ${of}: ${used.toLocaleString('en-US')} of ${max.toLocaleString('en-US')} today`;
}

/** "The mail server has not answered since Mon 23 Nov, 10:12: 37 emails wait". */
export function mailServerWords(
  { since, waiting }: NonNullable<SendingView['mailServer']>,
  zone: string,
): string {
  const wait = waiting === 1 ? '1 email waits' : `${waiting.toLocaleString('en-US')} emails wait`;
  const waits = waiting === 0 ? '' : `: ${wait}`;
  return `The mail server has not taken anything since ${instantInZone(since, zone)}${waits}`;
}
