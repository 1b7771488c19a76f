/**
 * The double opt-in: what is behind the link of a confirmation mail, and what its button does.
 *
 * The link names the mail in the ledger; its journey's entry says what was asked for. Pressing gives
 * `Consent Confirmed`, the only word that lifts an unsubscribe from outside. No IP address is kept as
 * evidence: the mailbox is what is proven, by the mail, the instants and the request it answers.
 */
import type { Release } from '../core/definitions/release.ts';
import {
  requestIn,
  requestStanding,
  type RequestStanding,
  type SubscriptionRequest,
} from '../core/sending/confirmation.ts';
import { confirmPage, lostPage } from '../console/pages/confirm.ts';
import { eventAbout } from '../ingest/request.ts';
import { readToken } from '../mail/tokens.ts';
import { findRequest, type StoredRequest } from '../store/subscriptions.ts';
import { isUuid } from './named-lead.ts';
import { badLink } from './problems.ts';
import type { Pages, SubscriptionRoutes } from './routes/subscriptions.ts';
import {
  canReturn,
  createPreferencePages,
  createUnsubscribePages,
  find,
  outside,
  preferencesPathOf,
  requestAgain,
  type Found,
  type SubscriptionDeps,
} from './subscriptions.ts';

export function createSubscriptions(deps: SubscriptionDeps): SubscriptionRoutes {
  return {
    unsubscribe: createUnsubscribePages(deps),
    preferences: createPreferencePages(deps),
    confirm: createConfirmPages(deps),
    lostPage: async () => lostPage(outside({ release: await deps.releases.current() })),
  };
}

interface Confirmable {
  readonly found: Found;
  readonly stored: StoredRequest;
  readonly request: SubscriptionRequest;
  readonly standing: RequestStanding;
  /** As the page shows it and the consent keeps it. */
  readonly text: string;
  /** What it is about, by its titles; absent: everything. */
  readonly title?: string;
  /** By id; absent: everything. */
  readonly topics?: readonly string[];
}

function createConfirmPages(deps: SubscriptionDeps): Pages {
  return {
    page: async (token, notice) => {
      const { found, standing, text, title } = await confirmable(deps, token);
      return confirmPage({
        ...outside(found),
        ...{ address: found.subject.address, state: standing, text },
        ...(title === undefined ? {} : { title }),
        ...(notice === undefined ? {} : { notice }),
        canAsk: canReturn(found),
        preferencesPath: found.subject.preferencesPath,
      });
    },
    press: async (token, body) => {
      const asked = await confirmable(deps, token);
      if (body['choice'] === 'again') {
        if (asked.standing !== 'expired' && asked.standing !== 'taken-back') return done;
        const { class: messageClass, topic } = asked.request;
        const again = { class: messageClass, ...(topic === undefined ? {} : { topic }) };
        return { redirect: true, notice: await askAgain(deps, asked, again) };
      }
      if (asked.standing === 'open') await confirm(deps, asked);
      return done;
    },
  };
}
const done = { redirect: true } as const;

async function confirmable(deps: SubscriptionDeps, token: string): Promise<Confirmable> {
  const read = readToken(deps.secret, 'confirm', token);
  if (!read.ok || !isUuid(read.payload)) throw badLink();
  const stored = await findRequest(deps.sql, read.payload);
  if (stored === null) throw badLink();
  const { leadId, address, commandId: key } = stored;
  const preferencesPath = preferencesPathOf(deps.secret, read.payload);
  const found = await find(deps, { leadId, address, key, preferencesPath });
  const { release, lead, now } = found;
  const request = requestIn(stored, release.sending.topics);
  const topics = topicsOf(found, request);
  const title = topics?.map((topic) => titleOf(release, topic)).join(', ');
  const standing = requestStanding(request, lead, now);
  const text = `Yes, ${release.sending.from.name} may email me${title === undefined ? '' : `: ${title}`}.`;
  return {
    ...{ found, stored, request, standing, text },
    ...(topics === undefined || title === undefined ? {} : { topics, title }),
  };
}

/** With what else waits for a confirmation: one mail is out at a time, and its page names all of it. */
function topicsOf(
  { standing }: Found,
  { class: messageClass, topic }: SubscriptionRequest,
): readonly string[] | undefined {
  if (topic === undefined) return undefined;
  const waiting = standing.topics.filter(({ state }) => state === 'unconfirmed');
  const others = messageClass === 'marketing' ? waiting.map(({ id }) => id) : [];
  return [...new Set([topic, ...others])];
}

function titleOf({ sending }: Release, topic: string): string {
  return sending.topics.find(({ id }) => id === topic)?.title ?? topic;
}

/** One request is confirmed once, from whichever of its mails. */
async function confirm(
  deps: SubscriptionDeps,
  { stored, request, text, topics, found }: Confirmable,
): Promise<void> {
  const { leadId, address, commandId, enrolmentId, askedAt, sentAt } = stored;
  const { now } = found;
  const when = sentAt === null ? '' : `, sent ${instant(sentAt)}`;
  const evidence = `confirm link of ${commandId}${when}, asked ${instant(askedAt)}, pressed ${instant(now)}`;
  const said = { class: request.class, state: 'double-opt-in', text, evidence, address };
  const own = { source: 'confirm', name: 'Consent Confirmed', now, concerns: address };
  const about = (topic: string) =>
    eventAbout(
      { leadId },
      { ...own, messageId: `${enrolmentId}/${topic}`, properties: { ...said, topic } },
    );
  const whole = eventAbout({ leadId }, { ...own, messageId: enrolmentId, properties: said });
  await deps.ingest(topics === undefined ? [whole] : topics.map(about));
}

async function askAgain(
  deps: SubscriptionDeps,
  { found }: Confirmable,
  asked: { readonly class: string; readonly topic?: string },
) {
  return canReturn(found) ? requestAgain(deps, found, asked, 'confirm link') : 'cannot';
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
