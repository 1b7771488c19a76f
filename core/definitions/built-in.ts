/** Facts and events every workspace knows without declaring them, with the types files are checked against. */
import type { EventDeclaration, FactType } from './release.ts';

export interface BuiltInFact {
  readonly type: FactType;
  readonly label: string;
  /** Names of parameters it takes. */
  readonly params?: readonly string[];
  /** A trait of the lead: may be imported, updated and given to a persona. */
  readonly isTrait?: true;
  readonly values?: readonly string[];
}

export const builtInFacts: { readonly [fact: string]: BuiltInFact } = {
  email: trait('text', 'Email'),
  firstName: trait('text', 'First name'),
  lastName: trait('text', 'Last name'),
  company: trait('text', 'Company'),
  jobTitle: trait('text', 'Job title'),
  phone: trait('text', 'Phone'),
  country: trait('text', 'Country'),
  region: trait('text', 'Region'),
  language: trait('text', 'Language'),
  timezone: trait('text', 'Time zone'),
  employees: trait('number', 'Employees'),
  industry: trait('text', 'Industry'),
  source: trait('text', 'Source'),
  owner: trait('text', 'Owner'),
  tags: { type: 'list', label: 'Tags' },
  'account.owner': { type: 'text', label: 'Owner of the account' },
  'account.tags': { type: 'list', label: 'Tags of the account' },
  'account.domain': { type: 'text', label: 'Domain of the account' },
  'handoff.cause': { type: 'text', label: 'What caused the handoff' },
  'handoff.to': { type: 'text', label: 'Who gets the handoff' },
  stage: { type: 'text', label: 'Stage' },
  withSales: { type: 'boolean', label: 'With sales' },
  fitScore: { type: 'number', label: 'Fit score', params: ['model'] },
  engagementScore: { type: 'number', label: 'Engagement score', params: ['model'] },
  fitGrade: { type: 'text', label: 'Fit grade', params: ['model'] },
  grade: { type: 'text', label: 'Grade', params: ['model'] },
  eventCount: { type: 'number', label: 'Number of events', params: ['event', 'within', 'where'] },
  lastSeen: { type: 'date', label: 'Last seen' },
  daysSinceActivity: { type: 'number', label: 'Days since the last activity' },
  emailKind: { type: 'text', label: 'Kind of address' },
  emailStatus: { type: 'text', label: 'State of the address' },
  mayEmail: {
    type: 'choice',
    label: 'May be written to',
    params: ['class', 'topic'],
    values: ['yes', 'after-confirmation', 'no'],
  },
  bantYes: { type: 'number', label: 'BANT answered yes' },
  repAccepted: { type: 'boolean', label: 'Accepted by a rep' },
};

const page = { path: 'text', url: 'text', title: 'text', referrer: 'text' };
const consent = { class: 'text', topic: 'text', state: 'text', text: 'text', evidence: 'text' };
const message = { template: 'text', journey: 'text', step: 'text' };
const deal = { amount: 'number', currency: 'text' };
const handoff = { handoff: 'text', rep: 'text' };

export const builtInEvents: { readonly [event: string]: EventDeclaration } = Object.fromEntries(
  [
    event('Page Viewed', 'Looked at a page', true, page),
    event('Screen Viewed', 'Looked at a screen', false, { name: 'text' }),
    event('Form Submitted', 'Sent a form', true, { form: 'text', path: 'text', url: 'text' }),
    event('Email Sent', 'Was sent an email', false, message),
    event('Email Delivered', 'Received an email', false, message),
    event('Email Opened', 'Opened an email', false, message),
    event('Email Clicked', 'Clicked an email', true, { ...message, url: 'text' }),
    event('Email Bounced', 'An email came back', false, { ...message, kind: 'text' }),
    event('Email Complained', 'Called an email spam', false, message),
    event('Email Replied', 'Answered an email', true, { ...message, reply: 'text' }),
    event('Consent Given', 'Agreed to receive mail', false, consent),
    event('Consent Confirmed', 'Confirmed the consent', false, consent),
    event('Consent Withdrawn', 'Withdrew the consent', false, consent),
    event('Rep Assigned', 'Was given to a rep', false, handoff),
    event('Handoff Accepted', 'A rep accepted', false, handoff),
    event('Handoff Rejected', 'A rep rejected', false, {
      ...handoff,
      reason: 'text',
      callAgainAt: 'date',
      note: 'text',
    }),
    event('Meeting Booked', 'Booked a meeting', true, { rep: 'text', startsAt: 'date' }),
    event('Deal Created', 'A deal was opened', false, deal),
    event('Deal Won', 'Bought', false, deal),
    event('Deal Lost', 'Did not buy', false, { ...deal, reason: 'text' }),
  ].map((declared) => [declared.event, declared]),
);

function trait(type: FactType, label: string): BuiltInFact {
  return { type, label, isTrait: true };
}

function event(
  name: string,
  label: string,
  activity: boolean,
  properties: EventDeclaration['properties'],
): EventDeclaration {
  return { event: name, label, activity, properties };
}
