/**
 * The development mailbox in the browser, and as JSON for scripts and tests. Never in production.
 *
 * The HTML of a mail is shown in a frame without scripts, without our origin and without our styles:
 * it is somebody else's page. Nothing here can send, change or delete a mail.
 */
import { Router } from 'express';
import { Problem } from '../api/problems.ts';
import { mailboxPage } from './pages/mailbox.ts';

/** A mail as it arrived; instants are epoch milliseconds. */
export interface MailView {
  readonly id: string;
  readonly receivedAt: number;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly messageId?: string;
  readonly subject: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly html?: string;
  readonly text?: string;
  readonly links: readonly string[];
  readonly raw: Buffer;
}
export interface MailReader {
  /** In order of arrival. */
  all(): Promise<readonly MailView[]>;
}

/** A page of a mailbox; whoever looks for an older one searches. */
const listedMost = 200;

export function mailboxRoutes(mailbox: MailReader, clock: () => number): Router {
  const router = Router();
  const byId = async (id: unknown): Promise<MailView> => {
    const mail = (await mailbox.all()).find((one) => one.id === id);
    if (mail === undefined) throw new Problem('not-found', 'There is no such mail.');
    return mail;
  };
  router.get('/dev/mailbox/messages', async (request, response) => {
    const to = wordOf(request.query['to']);
    const mails = (await mailbox.all()).filter((mail) => to === '' || isTo(mail, to));
    response.json({ messages: mails.map(mailJson) });
  });
  router.get('/mailbox', async (request, response) => {
    const search = wordOf(request.query['q']);
    const mails = (await mailbox.all()).filter((mail) => fits(mail, search)).toReversed();
    const list = mails.slice(0, listedMost);
    response
      .type('html')
      .send(mailboxPage({ list, search, mail: list[0], view: 'html', now: clock() }));
  });
  router.get('/mailbox/:id', async (request, response) => {
    const search = wordOf(request.query['q']);
    const mail = await byId(request.params['id']);
    const mails = (await mailbox.all()).filter((one) => fits(one, search)).toReversed();
    const view = viewOf(request.query['view']);
    const list = mails.slice(0, listedMost);
    response.type('html').send(mailboxPage({ list, search, mail, view, now: clock() }));
  });
  router.get('/mailbox/:id/html', async (request, response) => {
    const { html = '' } = await byId(request.params['id']);
    response.set({
      'Content-Security-Policy':
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-ancestors 'self'",
      'X-Frame-Options': 'SAMEORIGIN',
    });
    // Links open beside the mailbox, never inside the frame.
    response.type('html').send(`<base target="_blank">${html}`);
  });
  return router;
}

const views = ['html', 'text', 'headers', 'source', 'links'] as const;
export type MailTab = (typeof views)[number];
function viewOf(asked: unknown): MailTab {
  return views.find((view) => view === asked) ?? 'html';
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().toLowerCase() : '';
}

function isTo(mail: MailView, address: string): boolean {
  return mail.envelope.to.some((to) => to.toLowerCase() === address);
}

function fits(mail: MailView, search: string): boolean {
  if (search === '') return true;
  const fields = [mail.subject, mail.from.name, mail.from.address, ...mail.envelope.to];
  return fields.some((field) => field.toLowerCase().includes(search));
}

function mailJson({ raw: _raw, receivedAt, ...mail }: MailView): object {
  return { ...mail, receivedAt: new Date(receivedAt).toISOString() };
}
