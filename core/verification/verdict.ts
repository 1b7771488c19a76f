/**
 * What can be said of an address, in a closed list of reasons with their words.
 *
 * A verdict is `valid`, `risky` or `invalid` with exactly one reason; where nothing is known there is
 * none, which is no verdict at all and stops nobody. A reason belongs to one status: a provider that
 * mixes them up is not believed.
 */
export type VerificationStatus = 'valid' | 'risky' | 'invalid';

interface Reason {
  readonly status: VerificationStatus;
  readonly words: string;
}

const reasonsOf = {
  'takes-mail': { status: 'valid', words: 'Its domain takes mail' },
  'free-provider': { status: 'valid', words: 'A private mailbox at a provider that takes mail' },
  'mailbox-exists': { status: 'valid', words: 'The mailbox exists' },
  role: { status: 'risky', words: 'A mailbox that several people read' },
  disposable: { status: 'risky', words: 'A throw-away address' },
  'no-mail-server': {
    status: 'risky',
    words: 'Its domain names no mail server, only a web server',
  },
  'catch-all': { status: 'risky', words: 'Its domain takes mail for any name' },
  syntax: { status: 'invalid', words: 'It is not written like an address' },
  'no-such-domain': { status: 'invalid', words: 'Its domain does not exist' },
  'no-address-for-mail': {
    status: 'invalid',
    words: 'Its domain has no server that mail could go to',
  },
  'refuses-mail': { status: 'invalid', words: 'Its domain says that it takes no mail' },
  'no-such-mailbox': { status: 'invalid', words: 'The mailbox does not exist' },
  bounced: { status: 'invalid', words: 'Mail to it came back for good' },
} as const satisfies { readonly [reason: string]: Reason };

export type VerificationReason = keyof typeof reasonsOf;
export const verificationReasons: { readonly [reason in VerificationReason]: Reason } = reasonsOf;
export const verificationStatuses: readonly VerificationStatus[] = ['valid', 'risky', 'invalid'];

export interface Verdict {
  readonly status: VerificationStatus;
  readonly reason: VerificationReason;
}
/** No verdict: `again` says whether asking later can help. */
export interface Undecided {
  readonly status: 'unknown';
  readonly because: 'dns-away' | 'reserved-domain' | 'not-looked-up' | 'provider-away';
  readonly again: boolean;
}
export type Verification = Verdict | Undecided;

export function verdict(reason: VerificationReason): Verdict {
  return { status: verificationReasons[reason].status, reason };
}

function isReason(text: unknown): text is VerificationReason {
  return typeof text === 'string' && Object.hasOwn(verificationReasons, text);
}

const undecided: { readonly [because in Undecided['because']]: string } = {
  'dns-away': 'The name servers gave no answer, which says nothing about it',
  'reserved-domain': 'A domain that is reserved for examples and tests: there is nothing to ask',
  'not-looked-up': 'Nothing speaks against it; domains are not looked up here',
  'provider-away': 'Whoever verifies addresses gave no answer, which says nothing about it',
};

/** In plain words, for people. */
export function verificationWords(verification: Verification): string {
  return verification.status === 'unknown'
    ? undecided[verification.because]
    : verificationReasons[verification.reason].words;
}

/** `reason` as it was stored, whoever gave it. */
export function reasonWords(reason: string): string {
  return isReason(reason) ? verificationReasons[reason].words : reason;
}

/**
 * What a provider answered, believed only when it is one of the answers there are. The text says what
 * was found and never repeats more than a word of it.
 */
export function parseVerification(answer: unknown): Verification | { readonly problem: string } {
  if (typeof answer !== 'object' || answer === null) {
    return { problem: `expected an object with "status", found ${kindOf(answer)}` };
  }
  const { status, reason, because, again } = answer as { readonly [key: string]: unknown };
  if (status === 'unknown') {
    const known = Object.keys(undecided).find((one) => one === because);
    const said = (known ?? 'provider-away') as Undecided['because'];
    return { status, because: said, again: again !== false };
  }
  if (!isReason(reason)) {
    return { problem: `"reason" is ${wordOf(reason)}; expected one of the list` };
  }
  const expected = verificationReasons[reason].status;
  if (status !== expected) {
    return { problem: `"status" is ${wordOf(status)}; with "${reason}" it is "${expected}"` };
  }
  return { status: expected, reason };
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : `a value of type ${typeof value}`;
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
}
