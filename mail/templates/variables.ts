/**
 * What an email may say: the variables of a template and where each comes from. The compiler refuses
 * any other name, the renderer is given an object of this shape, and the samples beside a template
 * are completed from here, so that an author writes only what the template is about.
 * It holds names and types, never a value of a real person.
 */

export interface EmailVariables {
  /** Facts of the lead, by fact id. */
  readonly lead: Readonly<Record<string, unknown>>;
  /** Properties of the event or call that entered the journey. */
  readonly entry?: Readonly<Record<string, unknown>>;
  readonly owner?: { readonly name: string; readonly email: string; readonly meetingLink?: string };
  readonly sender: { readonly name: string; readonly email: string };
  readonly workspace: { readonly postalAddress: string };
  readonly unsubscribe_url?: string;
  readonly subscription_management_url?: string;
  /** Transactional mail only: behind it a subscription is confirmed. */
  readonly confirm_url?: string;
  /** What was asked for, where the journey was entered by a request or a consent that names a topic. */
  readonly subscription?: { readonly title: string };
  /** Only in emails to reps. */
  readonly handoff?: HandoffVariables;
  /** Only in the email that tells a rep of an answer. */
  readonly reply?: ReplyVariables;
  readonly accept_url?: string;
  readonly reject_url?: string;
  readonly lead_url?: string;
}

export interface HandoffVariables {
  /** `Inbound lead`, from the handoff's id or title. */
  readonly kind: string;
  /** The event or stage that caused it, in words: `Asked for a demo`. */
  readonly cause: string;
  readonly stage: string;
  readonly grade: string;
  readonly fitScore: number;
  readonly engagementScore: number;
  readonly route: string;
  /** Absent when nobody takes it away any more: an escalation. */
  readonly acceptBy?: string;
  readonly firstTouchBy?: string;
  /** How often it was offered: 1 for the first rep; an escalation is no offer, and counts none. */
  readonly attempt: number;
  readonly previousRep?: string;
  readonly reasons: readonly { readonly why: string; readonly points: number }[];
  readonly missing: readonly string[];
  readonly facts: readonly { readonly label: string; readonly value: string | number }[];
  readonly questions: readonly { readonly ask: string; readonly answer: string }[];
  readonly history: readonly { readonly at: string; readonly what: string }[];
  readonly playbook?: string;
}

export interface ReplyVariables {
  /** The first words of the answer, without what was quoted. */
  readonly excerpt?: string;
  readonly at: string;
  /** The subject of the email it answers, and when that went out. */
  readonly subject?: string;
  readonly sentAt?: string;
  /** What it stopped, as a sentence. */
  readonly outcome: string;
  /** Opens an email to the person. */
  readonly url?: string;
}

/** Links that we make ourselves; every other link in a template goes through the `url` filter. */
export const ownLinks = [
  'unsubscribe_url',
  'subscription_management_url',
  'confirm_url',
  'accept_url',
  'reject_url',
  'lead_url',
] as const;

const closedRoots: Readonly<Record<string, readonly string[]>> = {
  owner: ['name', 'email', 'meetingLink'],
  sender: ['name', 'email'],
  workspace: ['postalAddress'],
  subscription: ['title'],
  reply: ['excerpt', 'at', 'subject', 'sentAt', 'outcome', 'url'],
  handoff: [
    ...['kind', 'cause', 'stage', 'grade', 'fitScore', 'engagementScore', 'route', 'acceptBy'],
    ...['firstTouchBy', 'attempt', 'previousRep', 'reasons', 'missing', 'facts', 'questions'],
    ...['history', 'playbook'],
  ],
};

/** True, or the names that would have been right. `facts` undefined means any fact is accepted. */
export function knowsVariable(
  path: readonly string[],
  facts: readonly string[] | undefined,
): true | readonly string[] {
  const [root = '', name] = path;
  if (root === 'entry') return true;
  if (root === 'lead') {
    if (facts === undefined || name === undefined) return true;
    return facts.includes(name) ? true : facts.map((fact) => `lead.${fact}`);
  }
  const members = closedRoots[root];
  if (members !== undefined) {
    return name === undefined || members.includes(name)
      ? true
      : members.map((member) => `${root}.${member}`);
  }
  if ((ownLinks as readonly string[]).includes(root)) return true;
  return ['lead', 'entry', ...Object.keys(closedRoots), ...ownLinks];
}

/** Completes a sample with what the product itself provides at every send. */
export function sampleVariables(sample: Readonly<Record<string, unknown>>): EmailVariables {
  const link = 'https://example.com/u/sample';
  return {
    lead: {},
    sender: { name: 'Maria at Acme', email: 'maria@acme.example' },
    workspace: { postalAddress: 'Acme GmbH, Hauptstr. 1, 10115 Berlin' },
    unsubscribe_url: link,
    subscription_management_url: 'https://example.com/p/sample',
    confirm_url: 'https://example.com/k/sample',
    ...sample,
  };
}
