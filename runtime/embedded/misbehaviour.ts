/**
 * The addresses that misbehave in the development mailbox, in one table: by the part before the @, at
 * whatever domain, with whatever stands behind a `+`. What the table says of one is what the mailbox
 * page and docs/mailbox.md show; what it does, `smtp-faults.ts` and `late-answers.ts` carry out.
 */
import type { SmtpAttempt, SmtpFault } from './smtp-sink.ts';

export type Misbehaviour = { readonly name: string; readonly does: string } & (
  | {
      readonly type: 'fault';
      readonly at: SmtpAttempt['stage'];
      readonly fault: SmtpFault;
      /** The first time only; the next try is taken, as by a greylist. */
      readonly once?: true;
    }
  /** Takes the mail, and answers it by mail a moment later. */
  | { readonly type: 'answer'; readonly answer: LateAnswer }
);
export type LateAnswer =
  | { readonly type: 'bounce'; readonly status: string }
  | { readonly type: 'complain' }
  | { readonly type: 'away' }
  | { readonly type: 'reply'; readonly text: string };

export function misbehaviours(settings: { readonly slowMs: number }): readonly Misbehaviour[] {
  const { slowMs } = settings;
  return [
    refuses('gone', 550, '5.1.1 No such mailbox'),
    refuses('full', 552, '5.2.2 Mailbox full'),
    refuses('blocked', 550, '5.7.1 Sender blocked by policy'),
    refuses('busy', 451, '4.7.1 Too busy, try again later'),
    {
      ...refuses('grey', 451, '4.7.1 Greylisted, try again later'),
      does: 'Refuses the first try with 451, takes the second.',
      once: true,
    },
    strikes(
      'slow',
      { type: 'delay', ms: slowMs },
      `Takes it, and says so ${slowMs / 1000} s late.`,
    ),
    strikes('drop', { type: 'drop' }, 'Takes it, and hangs up without a word.'),
    strikes('reset', { type: 'reset' }, 'Takes it, and resets the connection.'),
    strikes('silent', { type: 'silence' }, 'Takes it, and never says so.'),
    answers('later-gone', { type: 'bounce', status: '5.1.1' }, 'a bounce: no such mailbox'),
    answers('later-full', { type: 'bounce', status: '5.2.2' }, 'a bounce: the mailbox is full'),
    answers('complains', { type: 'complain' }, 'a complaint: it was marked as spam'),
    answers('replies', { type: 'reply', text: 'Thanks! Can we talk on Thursday?' }, 'a reply'),
    answers('stop', { type: 'reply', text: 'Please stop.' }, 'a reply that says stop'),
    answers(
      'away',
      { type: 'away' },
      'an out-of-office notice, a week long; away+2026-12-24@ until that day',
    ),
  ];
}

/** `Later-Gone+7@any.example` → `later-gone`. */
export function nameIn(address: string): string {
  return (address.split('@')[0] ?? '').split('+')[0]?.toLowerCase() ?? '';
}

/** What stands behind the `+`. */
export function tagIn(address: string): string | undefined {
  return (address.split('@')[0] ?? '').split('+')[1];
}

function refuses(name: string, code: number, text: string) {
  const fault = { type: 'refuse', code, text } as const;
  const does = `Refuses with ${code} ${text}.`;
  return { type: 'fault', name, does, at: 'recipient', fault } as const;
}

function strikes(name: string, fault: SmtpFault, does: string): Misbehaviour {
  return { type: 'fault', name, does, at: 'data', fault };
}

function answers(name: string, answer: LateAnswer, what: string): Misbehaviour {
  return { type: 'answer', name, answer, does: `Takes it; a moment later comes ${what}.` };
}
