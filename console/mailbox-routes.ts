/**
 * The development mailbox in the browser, and as JSON for scripts and tests. Never in production.
 *
 * GET shows and changes nothing; the forms act, and are taken from our own pages only. The HTML of a
 * mail is shown in a frame without scripts, without our origin and without our styles: it is somebody
 * else's page, and the image that tells opens is taken out, because looking here is no opening.
 */
import { Router, urlencoded } from 'express';
import { describeLinks } from '../api/mail-links.ts';
import { Problem } from '../api/problems.ts';
import { timelineEntry } from '../api/timeline.ts';
import type { TrackingDeps } from '../api/tracking.ts';
import type { MailboxDesk } from '../runtime/embedded/mailbox-desk.ts';
import type { MailboxMessage } from '../runtime/embedded/mailbox-message.ts';
import { commandOfMail, readMailStory } from '../store/mail-story.ts';
import { findSend } from '../store/read-sends.ts';
import { actAsked, type Fields } from './mail-form.ts';
import {
  mailboxPage,
  type MailboxQuery,
  type MailboxView,
  type MailStory,
} from './pages/mailbox.ts';
import { mailTabs, type MailView } from './pages/mail.ts';
import { sendPage } from './refusals.ts';
import { fromOurPages } from './session.ts';

export interface MailboxDeps extends TrackingDeps {
  readonly publicUrl: string;
  readonly files?: unknown;
}

const listedMost = 25;
/** Whole mails, for scripts. */
const readMost = 200;
const storyMost = 30;

export function mailboxRoutes(desk: MailboxDesk, deps: MailboxDeps): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '50kb' });
  router.get('/dev/mailbox/messages', async (request, response) => {
    const { to, search } = queryIn(request.query);
    const { mails } = await desk.list({ ...asked({ to, search }), limit: readMost });
    const whole = await Promise.all(mails.toReversed().map(({ id }) => mustFind(desk, id)));
    response.json({ messages: whole.map(mailJson) });
  });
  router.get('/mailbox', async (request, response) => {
    const query = queryIn(request.query);
    sendPage(response, 200, await shown(desk, deps, query));
  });
  router.get('/mailbox/:id', async (request, response) => {
    const query = queryIn(request.query);
    sendPage(response, 200, await shown(desk, deps, query, request.params.id));
  });
  router.get('/mailbox/:id/html', async (request, response) => {
    const { html = '' } = await mustFind(desk, request.params.id);
    response.set({
      'Content-Security-Policy':
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-ancestors 'self'",
      'X-Frame-Options': 'SAMEORIGIN',
      'Cache-Control': 'no-store',
    });
    const scheme = request.query['scheme'] === 'dark' ? 'dark' : 'light';
    response.type('html').send(asSeen(html, scheme));
  });
  router.post('/mailbox/outage', fromOurPages, form, async (request, response) => {
    const { kind, seconds } = (request.body ?? {}) as Fields;
    await desk.setOutage(outageAsked(desk, kind, seconds, deps.clock()));
    response.redirect(303, '/mailbox');
  });
  router.post('/mailbox/:id/acts', fromOurPages, form, async (request, response) => {
    const mail = await mustFind(desk, String(request.params['id']));
    await desk.press(mail, actAsked((request.body ?? {}) as Fields, mail));
    response.redirect(303, `/mailbox/${mail.id}?view=answers#pressed`);
  });
  return router;
}

async function shown(
  desk: MailboxDesk,
  deps: MailboxDeps,
  query: MailboxQuery,
  id?: string,
): Promise<string> {
  const { search, to, before } = query;
  const list = await desk.list({ ...asked({ search, to, before }), limit: listedMost });
  const one = id ?? list.mails[0]?.id;
  const mail = one === undefined ? undefined : await mustFind(desk, one);
  const release = await deps.releases.current();
  const view: MailboxView = {
    ...{ list, query, isChosen: id !== undefined, now: deps.clock() },
    zone: release.sending.zoneIfUnknown,
    ...{ publicUrl: deps.publicUrl, hasFiles: deps.files !== undefined },
    addresses: desk.addresses,
    outages: desk.outages,
    ...some('outage', desk.outage()),
    ...some('mail', mail === undefined ? undefined : await viewOf(desk, deps, query, mail)),
  };
  return mailboxPage(view);
}

async function viewOf(
  desk: MailboxDesk,
  deps: MailboxDeps,
  query: MailboxQuery,
  mail: MailboxMessage,
): Promise<MailView> {
  const story = await storyOf(deps, mail);
  const isLinked = query.view === 'links' || query.view === 'answers';
  return {
    ...{ mail, query, takesMail: desk.takesMail(), pressed: desk.pressed(mail.id) },
    links: isLinked ? await describeLinks(deps, mail.anchors) : [],
    ...some('story', story),
  };
}

/** Undefined: it is no mail of the ledger, such as one that somebody else sent here. */
async function storyOf(
  { sql, releases }: MailboxDeps,
  { messageId }: MailboxMessage,
): Promise<MailStory | undefined> {
  const commandId = messageId === undefined ? null : await commandOfMail(sql, messageId);
  const send = commandId === null ? null : await findSend(sql, commandId);
  if (send === null) return undefined;
  const release = await releases.current();
  const { leadId, id: sendId } = send;
  const rows = await readMailStory(sql, { leadId, sendId, commandId: send.commandId }, storyMost);
  const entries = rows.map((row) => timelineEntry(row, release));
  return { send, entries, release };
}

async function mustFind(desk: MailboxDesk, id: string): Promise<MailboxMessage> {
  const mail = await desk.find(id);
  if (mail === undefined) throw new Problem('not-found', 'There is no such mail.');
  return mail;
}

const longestMs = 3_600_000;

function outageAsked(desk: MailboxDesk, kind = '', seconds = '', now = 0) {
  if (kind === '') return undefined;
  const ms = Number(seconds) * 1_000;
  if (!desk.outages.some((known) => known.kind === kind)) {
    throw new Problem('bad-request', `"${kind}" is no trouble of the mail server.`);
  }
  if (!(ms > 0 && ms <= longestMs)) {
    throw new Problem('bad-request', `"${seconds}" are no seconds; expected 1 to 3600.`);
  }
  return { kind, untilMs: now + ms };
}

function queryIn(query: { readonly [name: string]: unknown }): MailboxQuery {
  const view = mailTabs.find((tab) => tab === query['view']) ?? 'html';
  return {
    ...{
      search: wordOf(query['q']),
      to: wordOf(query['to']),
      before: wordOf(query['before']),
      view,
    },
    isPhone: query['width'] === 'phone',
    isDark: query['scheme'] === 'dark',
  };
}

/** What is set of it: an empty field of a form asks for nothing. */
function asked(fields: {
  readonly search?: string;
  readonly to?: string;
  readonly before?: string;
}) {
  const set = Object.entries(fields).filter(([, value]) => value !== '');
  return Object.fromEntries(set) as typeof fields;
}

function some<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Each in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Each in Name]?: Value });
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, 200) : '';
}

/**
 * What the reader's system would choose is chosen by the switch, whatever the developer's prefers. Links
 * open beside the mailbox, never inside the frame. Nothing stands before the doctype: quirks would follow.
 */
function asSeen(html: string, scheme: 'light' | 'dark'): string {
  const asked = scheme === 'dark' ? '@media all {' : '@media not all {';
  const own = `<base target="_blank"><style>:root{color-scheme:${scheme} !important}</style>`;
  const seen = html
    .replace(/<img\b[^>]*\bsrc=(["'])[^"']*\/o\/1o\.[^"']*\1[^>]*>/gi, '')
    .replace(/@media[^{]*prefers-color-scheme:\s*dark[^{]*\{/g, asked);
  const head = /<head\b[^>]*>/i.exec(seen);
  const at = head === null ? 0 : head.index + head[0].length;
  return `${seen.slice(0, at)}${own}${seen.slice(at)}`;
}

function mailJson({ raw: _raw, receivedAt, ...mail }: MailboxMessage): object {
  return { ...mail, receivedAt: new Date(receivedAt).toISOString() };
}
