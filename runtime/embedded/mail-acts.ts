/**
 * What people and servers do with a mail of the development mailbox: bounce, complain, reply, click,
 * leave. Every act takes the way it would take in the world: a mail over SMTP to the receiver of this
 * installation, or a request to the link in the mail. Nothing is told to the engine directly. Behind
 * the buttons of the mailbox page and the mailbox of the tests; never in production.
 */
import {
  awayReplyTo,
  bounceOf,
  complaintOf,
  deliverAnswer,
  replyTo,
  unsubscribeMailOf,
  type AnswerMail,
} from './answers.ts';
import type { MailboxMessage } from './mailbox-message.ts';

export type ActedMail = Pick<
  MailboxMessage,
  'id' | 'envelope' | 'headers' | 'raw' | 'subject' | 'anchors' | 'images'
>;

export interface MailActsOptions {
  /** Where inbound mail is taken; undefined while it is not. */
  readonly receiver?: () => Receiver | undefined;
  /** Where a link of a mail is really served; as it stands when left out. */
  readonly at?: (url: string) => string;
  /** Links that begin otherwise lead elsewhere, and are not asked for; all are when left out. */
  readonly publicUrl?: string;
}
interface Receiver {
  readonly host: string;
  readonly port: number;
}

export interface MailActs {
  /** `5.1.1`, `5.2.2` …: a delivery report; answers with the words of the receiver, as all mails do. */
  bounce(mail: ActedMail, status: string): Promise<string>;
  /** A report that it is still tried, or that it arrived. */
  report(mail: ActedMail, action: 'delayed' | 'delivered'): Promise<string>;
  complain(mail: ActedMail): Promise<string>;
  reply(mail: ActedMail, text: string): Promise<string>;
  /** An out-of-office notice; `until` as YYYY-MM-DD. */
  away(mail: ActedMail, until: string): Promise<string>;
  unsubscribeByMail(mail: ActedMail): Promise<string>;
  /** The POST of RFC 8058 that a mail program makes for its reader. */
  oneClickUnsubscribe(mail: ActedMail): Promise<Answered>;
  /** Follows a link as a browser does, by its words, its address or its place in `anchors`. */
  click(mail: ActedMail, link: string | number | RegExp): Promise<Answered>;
  /** Loads every image, as a mail program that shows pictures. */
  open(mail: ActedMail): Promise<readonly Answered[]>;
  /** Follows every link at once, by HEAD and GET, as a filter for harmful links does. */
  scan(mail: ActedMail): Promise<readonly Answered[]>;
}
export interface Answered {
  readonly url: string;
  readonly status: number;
  /** Of a redirect. */
  readonly location?: string;
  readonly text: string;
}

export function createMailActs(options: MailActsOptions): MailActs {
  const deliver = async (answer: AnswerMail): Promise<string> => {
    const receiver = options.receiver?.();
    if (receiver === undefined) throw new Error(notTaken);
    return deliverAnswer(receiver, answer);
  };
  const { publicUrl } = options;
  const isAsked = (url: string): boolean =>
    /^https?:\/\//i.test(url) && (publicUrl === undefined || url.startsWith(`${publicUrl}/`));
  const ask = (url: string, request: RequestInit): Promise<Answered> => {
    if (isAsked(url)) return answerOf(options.at?.(url) ?? url, request);
    return Promise.reject(new Error(`${url} leads elsewhere: nobody here would hear of it.`));
  };
  return {
    bounce: (mail, status) => deliver(bounceOf(mail, status)),
    report: (mail, action) =>
      deliver(bounceOf(mail, action === 'delayed' ? '4.4.1' : '2.0.0', { action })),
    complain: (mail) => deliver(complaintOf(mail)),
    reply: (mail, text) => deliver(replyTo(mail, text)),
    away: (mail, until) =>
      deliver(awayReplyTo(mail, `I am out of the office until ${until} and read no mail.`)),
    unsubscribeByMail: async (mail) => {
      const answer = unsubscribeMailOf(mail);
      if (answer === undefined)
        throw new Error('The mail names no address to unsubscribe by mail.');
      return deliver(answer);
    },
    oneClickUnsubscribe: async (mail) => {
      const url = oneClickUrl(mail);
      if (url === undefined) throw new Error('The mail offers no one-click unsubscribe.');
      const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
      return ask(url, { method: 'POST', body });
    },
    click: async (mail, link) => ask(hrefOf(mail, link), { headers: personWith(mail) }),
    open: (mail) =>
      Promise.all(
        mail.images.filter(isAsked).map((url) => ask(url, { headers: personWith(mail) })),
      ),
    scan: async (mail) => {
      const urls = mail.anchors.map(({ href }) => href).filter(isAsked);
      const both = urls.flatMap((url) => ['HEAD', 'GET'].map((method) => ({ url, method })));
      return Promise.all(both.map(({ url, method }) => ask(url, { method, headers: scanner })));
    },
  };
}

/** Undefined unless both headers of RFC 8058 are there. */
export function oneClickUrl({ headers }: Pick<ActedMail, 'headers'>): string | undefined {
  const of = (name: string) => headers.find((header) => header.name === name)?.value ?? '';
  if (!/one-click/i.test(of('list-unsubscribe-post'))) return undefined;
  return /<(https?:[^>]+)>/.exec(of('list-unsubscribe'))?.[1];
}

export const notTaken =
  'No inbound mail is taken here: INBOUND_SMTP_PORT with BOUNCE_DOMAIN or REPLY_DOMAIN is not set.';

function hrefOf({ anchors }: ActedMail, link: string | number | RegExp): string {
  const found =
    typeof link === 'number'
      ? anchors[link]
      : anchors.find(({ href, words }) => fits(words, link) || fits(href, link));
  if (found !== undefined) return found.href;
  const names = anchors.map(({ href, words }) => `  ${words || '(no words)'}: ${href}`).join('\n');
  throw new Error(`The mail has no link ${String(link)}; it has:\n${names}`);
}

function fits(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text === wanted : text.search(wanted) >= 0;
}

async function answerOf(url: string, request: RequestInit): Promise<Answered> {
  const response = await fetch(url, { ...request, redirect: 'manual' });
  const location = response.headers.get('location');
  return {
    ...{ url, status: response.status, text: await response.text() },
    ...(location === null ? {} : { location }),
  };
}

/** Each mail has a reader of its own: the same browser at four mails in a moment would be a machine. */
function personWith({ id }: ActedMail): Readonly<Record<string, string>> {
  const version = 100 + (parseInt(id.replace(/\D/g, '').slice(0, 6) || '0', 10) % 900);
  return {
    'user-agent': `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.${version} Safari/537.36`,
    accept: 'text/html,image/avif,image/webp,*/*;q=0.8',
    'accept-language': 'en',
  };
}

/** Filters call themselves browsers: what they do tells them. */
const scanner = {
  'user-agent':
    'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.198 Safari/537.36',
};
