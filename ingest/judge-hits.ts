/**
 * Requests to links that have settled become what people know of an email: a click of a person, a robot,
 * or a click that turns out to have been a robot's.
 *
 * Until then a request is a row and nothing else, so no score, stage or journey ever moves for a scanner.
 * All of an email is judged anew with each of its requests; what changed is told by one event per click,
 * and by a verdict on that event where it was told otherwise before. Any number of processes may do this
 * at once, and one may die anywhere: message ids make a repeat harmless.
 */
import { eventId } from '../core/decision/ids.ts';
import { EVENT_JUDGED } from '../core/decision/judged.ts';
import { feedbackEvent, type FeedbackEvent } from '../core/feedback/events.ts';
import type { Feedback } from '../core/feedback/feedback.ts';
import { judge, settleMs, type Change } from '../core/tracking/changes.ts';
import type { Sql } from '../store/client.ts';
import {
  findTrusts,
  findUnjudged,
  loadHits,
  saveJudged,
  type MailWithHits,
} from '../store/link-hits.ts';
import { settleByEvidence } from '../store/settlements.ts';
import { eventAbout, type IngestAnswer, type IngestRequest } from './request.ts';

export interface HitJudge {
  readonly sql: Sql;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly now: () => number;
  /** What a link says and where it leads, without what is personal; null: it is in the template no more. */
  readonly link: (mail: MailWithHits, link: string) => Promise<LinkSaid | null>;
  readonly onError: (error: unknown) => void;
}
export interface LinkSaid {
  readonly url: string;
  readonly words: string;
}

/** A round takes its share and leaves the rest to the next one. */
const mailsMax = 50;
/** Mails that could not be judged are left alone this long, so that they hold up no others. */
const failedForMs = 60_000;

/** Send → until when it is left alone. */
export type FailedMails = Map<string, number>;

/** One round; true when there may be more. */
export async function judgeHits(deps: HitJudge, failed: FailedMails = new Map()): Promise<boolean> {
  const now = deps.now();
  const until = now - settleMs;
  for (const [id, leftAloneUntil] of failed) if (leftAloneUntil <= now) failed.delete(id);
  const sends = await findUnjudged(deps.sql, until, mailsMax, [...failed.keys()]);
  if (sends.length === 0) return false;
  const loaded = await loadHits(deps.sql, sends);
  // In one turn, so that ingest takes them as one batch; each with an end of its own.
  const ends = await Promise.allSettled(
    loaded.mails.map((mail) => judgeMail(deps, mail, loaded, until)),
  );
  ends.forEach((end, index) => {
    const mail = loaded.mails[index];
    if (end.status === 'fulfilled' || mail === undefined) return;
    failed.set(mail.id, now + failedForMs);
    deps.onError(end.reason);
  });
  return sends.length === mailsMax;
}

async function judgeMail(
  deps: HitJudge,
  mail: MailWithHits,
  loaded: Awaited<ReturnType<typeof loadHits>>,
  until: number,
): Promise<void> {
  const own = loaded.hits.filter(({ send }) => send === mail.id);
  const clients = new Set(own.map(({ client }) => client));
  const others = loaded.others.filter(
    ({ client, send }) => send !== mail.id && clients.has(client),
  );
  const { verdicts, changes } = judge(mail, own, others, until);
  await settleIfOpen(deps, mail, own[0]?.at ?? until);
  const told = await Promise.all(
    changes.map(async (change) => ({ change, event: await eventOf(deps, mail, change) })),
  );
  const ids = told.map(({ event }) => eventId(event.source, event.messageId));
  const known = await findTrusts(deps.sql, ids);
  const requests = told.flatMap(({ change, event }) =>
    requestsOf(deps, mail, change, event, known),
  );
  if (requests.length > 0) await deps.ingest(requests);
  await saveJudged(
    deps.sql,
    [...verdicts].map(([id, { trust }]) => ({ id, trust })),
  );
}

/** Whoever asks for a link has the email: the relay took it, whatever its answer became. */
async function settleIfOpen({ sql }: HitJudge, mail: MailWithHits, at: number): Promise<void> {
  if (['sent', 'failed', 'skipped'].includes(mail.state)) return;
  const evidence = { type: 'clicked', source: 'link', at } as const;
  await settleByEvidence(sql, { sendId: mail.id, evidence });
}

async function eventOf(deps: HitJudge, mail: MailWithHits, change: Change): Promise<FeedbackEvent> {
  const { type, hit, trust, key, because } = change;
  const why = because === undefined ? {} : { because };
  const about = { send: mail.id, at: hit.at, source: 'link', key, trust, ...why } as const;
  if (type === 'opened') return feedbackEvent({ ...mail, send: mail.id }, { ...about, type });
  const said = await deps.link(mail, hit.link);
  const to = said === null ? {} : { url: said.url, link: said.words };
  const clicked: Feedback = { ...about, type, ...to };
  return feedbackEvent({ ...mail, send: mail.id }, clicked);
}

/** An event that is there already is judged; one that is not is told, unless there was nobody. */
function requestsOf(
  deps: HitJudge,
  mail: MailWithHits,
  { key, trust, because, hit }: Change,
  event: FeedbackEvent,
  known: Awaited<ReturnType<typeof findTrusts>>,
): readonly IngestRequest[] {
  const who = { leadId: mail.leadId };
  const now = deps.now();
  const id = eventId(event.source, event.messageId);
  const before = known.get(id);
  if (before === trust) return [];
  if (before !== undefined) {
    const properties = {
      ...{ event: id, trust, by: 'tracking' },
      because: because ?? 'a person followed it after all',
    };
    const messageId = `${event.messageId}/judged/${hit.id}/${trust}`;
    const own = { source: 'mail', messageId, name: EVENT_JUDGED, now, properties };
    return [eventAbout(who, own)];
  }
  const isOfRobots = key.startsWith('robot/') || event.name === 'Email Opened';
  if (trust === 'likely-robot' && !isOfRobots) return [];
  return [eventAbout(who, { ...event, now, occurredAt: hit.at })];
}
