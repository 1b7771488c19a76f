/**
 * The built-in facts that are computed: from what a lead did, from scores, from where it stands on its
 * way to sales, from what it is interested in.
 *
 * Descriptions only; `event-facts.ts`, `score-facts.ts`, `qualification-facts.ts` and
 * `interest-facts.ts` answer them. Joined with the others in `catalogue.ts`.
 */
import type { FactType } from '../definitions/release.ts';
import type { BuiltInFact, FactParam } from './catalogue.ts';

interface Facts {
  readonly [fact: string]: BuiltInFact;
}

export const qualificationFacts: Facts = {
  stage: { type: 'text', label: 'Stage', description: 'The stage the lead is in.' },
  withSales: {
    type: 'boolean',
    label: 'With sales',
    description: 'In any stage from MQL on, or an open handoff.',
  },
  repAccepted: {
    type: 'boolean',
    label: 'Accepted by a rep',
    description: 'Whether the latest handoff was accepted.',
  },
  bantYes: {
    type: 'number',
    label: 'BANT answered yes',
    description: 'How many of the questions.',
    example: { operator: 'atLeast', value: 3 },
  },
  bantNo: {
    type: 'number',
    label: 'BANT answered no',
    description: 'How many of the questions.',
    example: { operator: 'atLeast', value: 2 },
  },
  bantUnknown: {
    type: 'number',
    label: 'BANT not answered',
    description: 'How many of the questions are neither yes nor no.',
    example: { operator: 'is', value: 0 },
  },
  bantGaps: {
    type: 'list',
    label: 'BANT questions without an answer',
    description: 'The names of the questions that are neither yes nor no.',
    example: { operator: 'has', value: 'budget' },
  },
  bantAnswer: {
    type: 'choice',
    label: 'Answer to a BANT question',
    description: 'Yes where its "yes" holds, else no where its "no" holds, else unknown.',
    params: ['question'],
    needs: ['question'],
    values: ['yes', 'no', 'unknown'],
    example: { operator: 'is', value: 'yes', params: { question: 'budget' } },
  },
  buyingStage: {
    type: 'choice',
    label: 'Buying stage',
    description:
      'The first of "buyingStages" in rules/qualification.json that holds; missing when none does.',
    values: ['awareness', 'consideration', 'decision'],
  },
};

export const scoreFacts: Facts = {
  fitScore: score('number', 'Fit score', 'Whole points; missing while too little is known.'),
  engagementScore: score('number', 'Engagement score', 'Whole points, fading with time.'),
  fitGrade: score('text', 'Fit grade', 'The letter of the grade; U while too little is known.'),
  grade: score('text', 'Grade', 'Letter of fit and number of engagement, such as A1.', 'A1'),
  score: {
    type: 'number',
    label: 'Score',
    description: 'Any score of any model, in whole points; missing while too little is known.',
    params: ['score', 'model'],
    needs: ['score'],
    example: { operator: 'atLeast', value: 40, params: { score: 'engagement' } },
  },
  scoreGrade: {
    type: 'text',
    label: 'Grade of a score',
    description: 'The grade of any score that has grades; U while too little is known.',
    params: ['score', 'model'],
    needs: ['score'],
    example: { operator: 'is', value: '1', params: { score: 'engagement' } },
  },
};

const someEvent = { event: 'Page Viewed' };
const lately = { ...someEvent, within: '30 days' };

export const eventFacts: Facts = {
  eventCount: {
    type: 'number',
    label: 'Number of events',
    description: 'How often an event happened, within a time and where a condition holds.',
    ...ofEvents(),
    example: { operator: 'atLeast', value: 3, params: lately },
  },
  eventSum: {
    type: 'number',
    label: 'Sum over events',
    description: 'A property of the events added up; what is no number adds nothing.',
    ...ofEvents('property'),
    example: {
      operator: 'moreThan',
      value: 1000,
      params: { event: 'Deal Won', property: 'amount', within: '365 days' },
    },
  },
  eventDistinct: {
    type: 'number',
    label: 'Number of different values',
    description: 'How many different values a property of the events had.',
    ...ofEvents('property'),
    example: { operator: 'atLeast', value: 3, params: { ...lately, property: 'path' } },
  },
  activeDays: {
    type: 'number',
    label: 'Active days',
    description:
      "On how many days of the lead's own calendar it was active, or did one event. Robots do not count.",
    params: ['within', 'event'],
    needs: ['within'],
    example: { operator: 'atLeast', value: 4, params: { within: '14 days' } },
  },
  firstEvent: {
    type: 'date',
    label: 'First time',
    description: 'When an event happened first.',
    params: ['event', 'where', 'trust'],
    needs: ['event'],
    example: { operator: 'olderThan', value: '30 days', params: someEvent },
  },
  lastEvent: {
    type: 'date',
    label: 'Last time',
    description: 'When an event happened last.',
    params: ['event', 'where', 'trust'],
    needs: ['event'],
    example: { operator: 'withinLast', value: '7 days', params: someEvent },
  },
  lastSeen: { type: 'date', label: 'Last seen', description: 'When anything was last heard.' },
  daysSinceActivity: {
    type: 'number',
    label: 'Days since the last activity',
    description: 'Whole days; since the lead is known when there was no activity.',
    example: { operator: 'atLeast', value: 45 },
  },
  emailsSinceActivity: {
    type: 'number',
    label: 'Emails since the last activity',
    description:
      'How many marketing and outbound emails were sent since then; since the lead is known when there was no activity.',
    example: { operator: 'atLeast', value: 8 },
  },
};

export const interestFacts: Facts = {
  interests: {
    type: 'list',
    label: 'Interests',
    description: 'Interests of rules/interests.json that have not faded. Robots show none.',
    example: { operator: 'has', value: 'hr' },
  },
  intent: {
    type: 'number',
    label: 'Strength of an interest',
    description:
      'The weights of all that shows the interest, halved with each half-life; to one decimal. Robots show none.',
    params: ['interest'],
    needs: ['interest'],
    example: { operator: 'atLeast', value: 3, params: { interest: 'hr' } },
  },
  intentSurge: {
    type: 'number',
    label: 'Surge of an interest',
    description:
      "Its rate of the last 7 days against the lead's own rate of the last 60: 1 is as usual, 2 twice that. Missing below 3 events in 60 days, and for leads known less than 14 days. Robots show none.",
    params: ['interest'],
    needs: ['interest'],
    example: { operator: 'atLeast', value: 2, params: { interest: 'hr' } },
  },
};

function score(type: FactType, label: string, description: string, grade = 'A'): BuiltInFact {
  const example =
    type === 'text' ? { operator: 'isOneOf', value: [grade] } : { operator: 'atLeast', value: 40 };
  return { type, label, description, params: ['model'], example };
}

function ofEvents(property?: 'property'): Pick<BuiltInFact, 'params' | 'needs'> {
  const more: readonly FactParam[] = property === undefined ? [] : [property];
  return { params: ['event', 'within', 'where', 'trust', ...more], needs: ['event', ...more] };
}
