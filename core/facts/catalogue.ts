/**
 * Facts and events every workspace knows without declaring them.
 *
 * Files are checked against these types, editors complete from them, documentation lists them, and
 * `read.ts` answers every fact named here (a test proves it). No value is computed in this file.
 */
import { accountFacts, buyingRole } from '../accounts/catalogue.ts';
import type { EventDeclaration, FactType } from '../definitions/release.ts';
import type { JsonObject, Leaf } from '../rules/condition.ts';
import { eventFacts, interestFacts, qualificationFacts, scoreFacts } from './computed-catalogue.ts';

/** Details that a condition may ask for: `"params": { "within": "30 days" }`. */
export type FactParam =
  | 'class'
  | 'event'
  | 'interest'
  | 'model'
  | 'property'
  | 'question'
  | 'score'
  | 'topic'
  | 'trust'
  | 'where'
  | 'within';

export interface BuiltInFact {
  readonly type: FactType;
  readonly label: string;
  readonly description: string;
  /** Names of parameters it takes. */
  readonly params?: readonly FactParam[];
  /** Those of them without which it has no answer. */
  readonly needs?: readonly FactParam[];
  /** For its page of documentation; without it, one made from its type. */
  readonly example?: Pick<Leaf, 'operator' | 'value'> & { readonly params?: JsonObject };
  /** A trait of the lead: may be imported, updated and given to a persona. */
  readonly isTrait?: true;
  readonly values?: readonly string[];
  /** Only readable there. */
  readonly onlyIn?: 'sla';
}

export const builtInFacts: { readonly [fact: string]: BuiltInFact } = {
  email: trait('text', 'Email', 'The address, normalised.'),
  firstName: trait('text', 'First name', 'Also the first word of `name`.'),
  lastName: trait('text', 'Last name', 'Also what follows the first word of `name`.'),
  company: trait('text', 'Company', 'Also filled by `company.name`.'),
  jobTitle: trait('text', 'Job title', 'Also filled by `title`.'),
  phone: trait(
    'text',
    'Phone',
    'Such as +49301234567; as it was sent where it is no valid number.',
  ),
  country: trait(
    'text',
    'Country',
    'ISO code such as DE, whether a code or a name was sent; also filled by `address.country`.',
  ),
  region: trait('text', 'Region', 'Also filled by `address.state`.'),
  language: trait('text', 'Language', 'Such as "de"; also filled by `locale`.'),
  timezone: trait('text', 'Time zone', 'IANA name such as Europe/Berlin.'),
  employees: trait('number', 'Employees', 'Also filled by `company.employee_count`.'),
  industry: trait('text', 'Industry', 'Also filled by `company.industry`.'),
  source: trait('text', 'Source', 'Where the lead came from.'),
  owner: trait('text', 'Owner', 'The rep who owns the lead.'),
  tags: { type: 'list', label: 'Tags', description: 'Tags of the lead.' },
  buyingRole,
  ...accountFacts,
  'handoff.cause': { ...text('What caused the handoff', 'An event, or a stage.'), onlyIn: 'sla' },
  'handoff.to': { ...text('Who gets the handoff', 'Such as pool:dach.'), onlyIn: 'sla' },
  ...qualificationFacts,
  ...scoreFacts,
  ...eventFacts,
  ...interestFacts,
  emailKind: {
    type: 'choice',
    label: 'Kind of address',
    description: 'A private provider, a shared mailbox, a throw-away address or a company.',
    values: ['free', 'role', 'disposable', 'company'],
  },
  emailStatus: {
    type: 'choice',
    label: 'State of the address',
    description:
      'What is known about writing to it. "resting": mail came back softly, and is tried again by itself; "sunset": marketing ended in silence, until there is a sign of life.',
    values: ['ok', 'unsubscribed', 'sunset', 'resting', 'bounced', 'complained', 'suppressed'],
  },
  emailVerdict: {
    type: 'choice',
    label: 'Verdict on the address',
    description: 'Whether mail can reach it; missing while nothing is known.',
    values: ['valid', 'risky', 'invalid'],
  },
  mayEmail: {
    type: 'choice',
    label: 'May be written to',
    description: 'By consent and suppression, for a class (marketing unless told) and a topic.',
    params: ['class', 'topic'],
    values: ['yes', 'after-confirmation', 'no'],
  },
  consentState: {
    type: 'choice',
    label: 'Consent given',
    description: 'What the person said, for a class (marketing unless told) and a topic.',
    params: ['class', 'topic'],
    values: ['none', 'refused', 'opt-in', 'double-opt-in'],
    example: { operator: 'is', value: 'double-opt-in', params: { topic: 'product-tips' } },
  },
};

const page = { path: 'text', url: 'text', title: 'text', referrer: 'text' };
const said = { from: 'text', text: 'text', evidence: 'text' } as const;
const consent = { class: 'text', topic: 'text', state: 'text', ...said } as const;
const request = { class: 'text', topic: 'text', ...said } as const;
const preferences = { fewer: 'boolean', tracking: 'boolean', evidence: 'text' };
const verification = { status: 'text', reason: 'text', by: 'text' };
const message = { template: 'text', journey: 'text', step: 'text', send: 'text' };
const back = { status: 'text', detail: 'text' };
const deal = { amount: 'number', currency: 'text' };
const handoff = { handoff: 'text', rep: 'text' };
const byHand = { stage: 'text', reason: 'text', until: 'date', by: 'text', quiet: 'boolean' };
const judged = { event: 'text', trust: 'text', because: 'text', by: 'text', before: 'text' };
const rejection = { ...handoff, reason: 'text', callAgainAt: 'date', note: 'text' };

export const builtInEvents: { readonly [event: string]: EventDeclaration } = Object.fromEntries(
  [
    event('Page Viewed', 'Looked at a page', true, page),
    event('Screen Viewed', 'Looked at a screen', false, { name: 'text' }),
    event('Form Submitted', 'Sent a form', true, { form: 'text', path: 'text', url: 'text' }),
    event('Email Sent', 'Was sent an email', false, message),
    event('Email Delivered', 'Received an email', false, message),
    event('Email Opened', 'Opened an email', false, message),
    event('Email Clicked', 'Clicked an email', true, { ...message, url: 'text', link: 'text' }),
    event('Email Deferred', 'An email is still on its way', false, { ...message, ...back }),
    event('Email Bounced', 'An email came back', false, { ...message, ...back, kind: 'text' }),
    event('Email Complained', 'Called an email spam', false, message),
    event('Email Replied', 'Answered an email', true, {
      ...message,
      reply: 'text',
      excerpt: 'text',
    }),
    event('Email Auto Replied', 'Answered by itself', false, { ...message, until: 'date' }),
    event('Consent Given', 'Agreed to receive mail', false, consent),
    event('Consent Confirmed', 'Confirmed the consent', false, consent),
    event('Consent Withdrawn', 'Withdrew the consent', false, consent),
    event('Subscription Requested', 'Asked to receive mail', false, request),
    event('Preferences Changed', 'Changed preferences', false, preferences),
    event('Email Verified', 'The address was verified', false, verification),
    event('Lead Enriched', 'More became known', false, { provider: 'text', outcome: 'text' }),
    event('Rep Assigned', 'Was given to a rep', false, handoff),
    event('Handoff Accepted', 'A rep accepted', false, handoff),
    event('Handoff Rejected', 'A rep rejected', false, rejection),
    event('Stage Set', 'Stage set by hand', false, byHand),
    event('Event Judged', 'An event was judged anew', false, judged),
    event('Meeting Booked', 'Booked a meeting', true, { rep: 'text', startsAt: 'date' }),
    event('Deal Created', 'A deal was opened', false, deal),
    event('Deal Won', 'Bought', false, deal),
    event('Deal Lost', 'Did not buy', false, { ...deal, reason: 'text' }),
  ].map((declared) => [declared.event, declared]),
);

function trait(type: FactType, label: string, description: string): BuiltInFact {
  return { type, label, description, isTrait: true };
}
function text(label: string, description: string): BuiltInFact {
  return { type: 'text', label, description };
}
function event(
  name: string,
  label: string,
  activity: boolean,
  properties: EventDeclaration['properties'],
): EventDeclaration {
  return { event: name, label, activity, properties };
}
