/**
 * Delivery reports: what RFC 3464 says in fields, and what older servers (qmail, Exim) say in words of a
 * fixed shape. A bounce that neither of these explains is soft: an address is given up only where a
 * server said so about this very address.
 */
import { bounceKind } from '../../core/feedback/classify.ts';
import type { FeedbackAbout } from '../../core/feedback/feedback.ts';
import { headerOf, type InboundMail } from './inbound-mail.ts';
import { addressIn, fieldGroups, type ReportFields } from './report-fields.ts';

type Bounced = Extract<FeedbackAbout, { readonly type: 'bounced' }>;
type Deferred = Extract<FeedbackAbout, { readonly type: 'deferred' }>;
export type DeliveryReport = Bounced | Deferred | { readonly type: 'delivered' };

/**
 * `address`: that of our mail. Undefined where the mail is no report; null where it is one that says
 * nothing to us (relayed to where no reports come from).
 */
export function readDeliveryReport(
  mail: InboundMail,
  address: string | undefined,
): DeliveryReport | null | undefined {
  const status = mail.parts.find(({ type }) => type.endsWith('delivery-status'));
  if (status !== undefined) {
    const recipients = fieldGroups(status.text).filter((group) => isRecipient(group));
    const ours = recipients.filter((group) => concerns(group, address));
    const told = (ours.length > 0 ? ours : recipients).map((group) => outcomeOf(group, address));
    if (told.length > 0) return gravest(told);
  }
  return isBounceNotice(mail) ? inWords(mail, address) : undefined;
}

function isRecipient(group: ReportFields): boolean {
  return group.has('final-recipient') || group.has('original-recipient') || group.has('action');
}

function concerns(group: ReportFields, address: string | undefined): boolean {
  const named = [group.get('original-recipient'), group.get('final-recipient')].map(addressIn);
  return address !== undefined && named.includes(address);
}

function outcomeOf(group: ReportFields, address: string | undefined): DeliveryReport | null {
  const said = group.get('diagnostic-code') ?? '';
  const status = statusOf(group.get('status'), said);
  const text = said.replace(/^\s*[\w-]+\s*;\s*/, '') || (group.get('status') ?? '');
  const coded = status === undefined ? {} : { status };
  switch (actionOf(group, status)) {
    case 'failed': {
      const kind = bounceKind({ ...coded, text, aboutRecipient: true });
      // Of an address that ours is forwarded to: the person may still get mail in another way.
      const isOther = address !== undefined && isNamed(group) && !concerns(group, address);
      const isPassing = status?.startsWith('4') === true;
      const milder = kind === 'hard' && (isOther || isPassing) ? 'soft' : kind;
      return { type: 'bounced', kind: milder, ...coded, detail: text };
    }
    case 'delayed':
      return { type: 'deferred', ...coded, detail: text };
    // Expanded: it was delivered to the address, which passed it on to several.
    case 'delivered':
    case 'expanded':
      return { type: 'delivered' };
    default:
      return null;
  }
}

function isNamed(group: ReportFields): boolean {
  return addressIn(group.get('original-recipient') ?? group.get('final-recipient')) !== undefined;
}

/** What the last server answered says more than the summary of the one that reports. */
function statusOf(written: string | undefined, said: string): string | undefined {
  const own = code.exec(written ?? '')?.[0];
  const remote = codeIn(said);
  if (remote !== undefined && (own === undefined || /^\d\.0\.0$/.test(own))) return remote;
  return own ?? remote;
}
const code = /\b[245]\.\d{1,3}\.\d{1,3}\b/;

/** `550 5.1.1 …` and qmail's `(#5.1.1)`; a figure elsewhere may be an IP address. */
function codeIn(text: string): string | undefined {
  return (
    /\b[45]\d\d[ -]#?([45]\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1] ??
    /\(#([45]\.\d{1,3}\.\d{1,3})\)/.exec(text)?.[1]
  );
}

function actionOf(group: ReportFields, status: string | undefined): string {
  const [action = ''] = /^[a-z]+/.exec((group.get('action') ?? '').toLowerCase()) ?? [];
  if (['failed', 'delayed', 'delivered', 'relayed', 'expanded'].includes(action)) return action;
  const byClass: { readonly [first: string]: string } = {
    5: 'failed',
    4: 'delayed',
    2: 'delivered',
  };
  return byClass[status?.charAt(0) ?? ''] ?? 'failed';
}

function gravest(told: readonly (DeliveryReport | null)[]): DeliveryReport | null {
  const order = ['hard', 'soft', 'sender', 'deferred', 'delivered'];
  const gravity = (one: DeliveryReport | null): number =>
    one === null ? order.length : order.indexOf(one.type === 'bounced' ? one.kind : one.type);
  return [...told].sort((one, other) => gravity(one) - gravity(other))[0] ?? null;
}

const daemons = /^(?:mailer-daemon|mail-daemon|postmaster|mdaemon|mailerdaemon)@/i;
const bounceSubjects =
  /^(?:(?:re|fwd?|aw): )?(?:undeliver|mail delivery (?:failed|failure|system)|delivery (?:status|failure|has failed|has been delayed)|returned mail|failure notice|mail system error|non[- ]?delivery|unzustellbar|nicht zustellbar|zustellung fehlgeschlagen|warning: (?:message|could not send)|message delayed|échec de (?:la )?remise|non remis|no se puede entregar|mancato recapito)/i;

function isBounceNotice(mail: InboundMail): boolean {
  const type = headerOf(mail, 'content-type').toLowerCase();
  if (/report-type\s*=\s*"?delivery-status/.test(type)) return true;
  if (headerOf(mail, 'x-failed-recipients') !== '') return true;
  const fromServer = daemons.test(mail.from) || daemons.test(mail.envelopeFrom);
  if (fromServer) return true;
  return mail.envelopeFrom === '' && bounceSubjects.test(mail.subject);
}

/** qmail's QSBMF and Exim's letters put `<address>:` above what the server said. */
function inWords(mail: InboundMail, address: string | undefined): DeliveryReport {
  const isWarning = /^(?:warning|delivery .*delayed|message delayed)/i.test(mail.subject);
  const detail = saidAbout(mail.text, address);
  if (
    isWarning ||
    /\b(?:will be retried|still being retried|do not need to re-?send)\b/i.test(mail.text)
  ) {
    return { type: 'deferred', detail: detail ?? mail.subject };
  }
  const status = detail === undefined ? undefined : codeIn(detail);
  if (detail === undefined || status === undefined) {
    return { type: 'bounced', kind: 'soft', detail: detail ?? mail.subject };
  }
  const kind = bounceKind({ status, text: detail, aboutRecipient: true });
  const isPassing = kind === 'hard' && status.startsWith('4');
  return { type: 'bounced', kind: isPassing ? 'soft' : kind, status, detail };
}

/** The paragraph that begins with our address; what is said of another one, or in passing, is not read. */
function saidAbout(text: string, address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const [notice = ''] = text.replace(/\r\n?/g, '\n').split(/^-{3,}.*$/m);
  const lines = notice.split('\n');
  const isOurs = (line: string): boolean => {
    const [first = ''] = line.trim().toLowerCase().split(/[\s:]/, 1);
    return first.replace(/^<|>$/g, '') === address;
  };
  const start = lines.findIndex(isOurs);
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line, index) => index > 0 && line.trim() === '');
  const paragraph = [lines[start] ?? '', ...rest.slice(0, end < 0 ? rest.length : end)].join(' ');
  const said = paragraph
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\S+ ?/, '');
  return said === '' ? undefined : said;
}
