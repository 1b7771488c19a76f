/** The buttons of one mail of the development mailbox, as forms: which act a post asks for. Pure. */
import { Problem } from '../api/problems.ts';
import type { MailAct } from '../runtime/embedded/mailbox-desk.ts';
import type { MailboxMessage } from '../runtime/embedded/mailbox-message.ts';

export type Fields = Readonly<Record<string, string | undefined>>;

/** A button may say what it needs behind a colon: `bounce:5.1.1`. Throws `Problem` with what was expected. */
export function actAsked(fields: Fields, { anchors }: Pick<MailboxMessage, 'anchors'>): MailAct {
  const { until = '', link = '' } = fields;
  const [act = '', said = ''] = (fields['act'] ?? '').split(':');
  const text = (said === '' ? (fields['text'] ?? '') : said).trim().slice(0, 5_000);
  switch (act) {
    case 'bounce':
      return { type: act, status: matching(said, /^[245]\.\d{1,3}\.\d{1,3}$/, 'such as 5.1.1') };
    case 'report':
      return { type: act, action: said === 'delivered' ? 'delivered' : 'delayed' };
    case 'reply':
      return {
        type: act,
        text: matching(text.trim().slice(0, 5_000), /\S/, 'words to reply with'),
      };
    case 'away':
      return { type: act, until: matching(until, /^\d{4}-\d{2}-\d{2}$/, 'a date as YYYY-MM-DD') };
    case 'click': {
      const index = Number(matching(link, /^\d{1,4}$/, 'the number of a link'));
      if (anchors[index] === undefined) throw refused(link, `one of ${anchors.length} links`);
      return { type: act, link: index };
    }
    case 'complain':
    case 'unsubscribe-by-mail':
    case 'one-click':
    case 'open':
    case 'scan':
      return { type: act };
    default:
      throw refused(act, 'a button of this page');
  }
}

function matching(value: string, pattern: RegExp, expected: string): string {
  if (!pattern.test(value)) throw refused(value, expected);
  return value;
}

function refused(found: string, expected: string): Problem {
  return new Problem('bad-request', `Found "${found}", expected ${expected}.`);
}
