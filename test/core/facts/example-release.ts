/** The example workspace of the rules' tests, as published: small, but with every kind of rule. */
import type { Release } from '../../../core/definitions/release.ts';
import type { Lead, LeadEvent } from '../../../core/facts/lead.ts';
import { builtInEvents } from '../../../core/facts/catalogue.ts';
import type { JsonObject } from '../../../core/rules/condition.ts';
import type { ScoringModel } from '../../../core/scoring/model.ts';

export const day = 86_400_000;
export const now = Date.UTC(2026, 2, 27, 15, 30);

export const coreModel: ScoringModel = {
  model: 'core',
  scores: {
    fit: {
      min: 0,
      max: 100,
      unknownUnless: { atLeast: 2, of: ['employees', 'seniority', 'country'] },
    },
    engagement: { min: 0, max: 100, halfLifeMs: 14 * day },
  },
  grades: {
    fit: [
      { grade: 'A', from: 70 },
      { grade: 'B', from: 45 },
      { grade: 'C', from: 20 },
      { grade: 'D', from: 0 },
    ],
    engagement: [
      { grade: '1', from: 60 },
      { grade: '2', from: 30 },
      { grade: '3', from: 10 },
      { grade: '4', from: 0 },
    ],
  },
  rules: [
    {
      id: 'can-sign',
      score: 'fit',
      points: 25,
      why: 'Director or above can sign',
      type: 'when',
      when: { fact: 'seniority', operator: 'isOneOf', value: ['director', 'vp', 'c-level'] },
    },
    {
      id: 'size',
      score: 'fit',
      points: 50,
      why: 'Large enough',
      type: 'when',
      when: { fact: 'employees', operator: 'atLeast', value: 500 },
    },
    {
      id: 'free-mail',
      score: 'fit',
      points: -20,
      why: 'Private address, rarely a company purchase',
      type: 'when',
      when: { fact: 'emailKind', operator: 'is', value: 'free' },
    },
    {
      id: 'pricing',
      score: 'engagement',
      points: 8,
      why: 'Looked at prices',
      type: 'for-each',
      match: { event: 'Pricing Viewed' },
      withinMs: 30 * day,
      atMost: 24,
      keeps: false,
    },
    {
      id: 'demo',
      score: 'engagement',
      points: 40,
      why: 'Asked for a demo',
      type: 'for-each',
      match: { event: 'Demo Requested' },
      keeps: false,
    },
    {
      id: 'job-hunter',
      score: 'engagement',
      points: -15,
      why: 'Reads job offers',
      type: 'for-each',
      match: {
        event: 'Page Viewed',
        where: { fact: 'path', operator: 'startsWith', value: '/jobs' },
      },
      atMost: 30,
      keeps: true,
    },
    {
      id: 'click',
      score: 'engagement',
      points: 3,
      why: 'Clicked an email',
      type: 'for-each',
      match: { event: 'Email Clicked', trust: 'human' },
      atMost: 9,
      keeps: false,
    },
    {
      id: 'fresh',
      score: 'engagement',
      points: 10,
      why: 'Was here this week',
      type: 'when',
      when: { fact: 'daysSinceActivity', operator: 'lessThan', value: 7 },
    },
  ],
};

export const release: Release = {
  id: 'release-1',
  events: {
    ...builtInEvents,
    'Demo Requested': {
      event: 'Demo Requested',
      label: 'Asked for a demo',
      activity: true,
      properties: {},
    },
    'Pricing Viewed': {
      event: 'Pricing Viewed',
      label: 'Looked at prices',
      activity: true,
      properties: {},
    },
  },
  facts: {
    painPoint: { id: 'painPoint', type: 'text', label: 'Pain point', from: 'pain_point' },
    buyWithinMonths: {
      id: 'buyWithinMonths',
      type: 'number',
      label: 'Buys within',
      from: 'buyWithinMonths',
    },
    budgetRange: {
      id: 'budgetRange',
      type: 'choice',
      label: 'Budget',
      from: 'budgetRange',
      values: ['none', '10-50k', '50k+'],
    },
    seniority: {
      id: 'seniority',
      type: 'choice',
      label: 'Seniority',
      from: 'seniority',
      values: ['individual', 'manager', 'director', 'vp', 'c-level'],
      derive: {
        from: 'jobTitle',
        words: [
          { value: 'vp', any: ['vp', 'vice president'] },
          { value: 'director', any: ['director', 'head of'] },
        ],
      },
    },
  },
  segments: {
    'enterprise-dach': {
      id: 'enterprise-dach',
      why: 'Large, German-speaking',
      when: {
        all: [
          { fact: 'employees', operator: 'atLeast', value: 500 },
          { fact: 'country', operator: 'isOneOf', value: ['DE', 'AT', 'CH'] },
        ],
      },
    },
  },
  models: [
    coreModel,
    { ...coreModel, model: 'hr', rules: coreModel.rules.filter(({ id }) => id === 'demo') },
  ],
  qualification: {
    qualification: 'b2b',
    order: ['subscriber', 'lead', 'marketingqualifiedlead', 'sales-accepted', 'customer'],
    bant: {
      budget: {
        ask: 'Is there a budget?',
        yes: { fact: 'budgetRange', operator: 'isOneOf', value: ['10-50k', '50k+'] },
      },
      need: { ask: 'What hurts?', yes: { fact: 'painPoint', operator: 'known', value: true } },
      timing: { ask: 'When?', yes: { fact: 'buyWithinMonths', operator: 'atMost', value: 6 } },
    },
    disqualified: [],
    stages: [
      {
        stage: 'marketingqualifiedlead',
        label: 'MQL',
        why: 'Good fit and active',
        when: {
          any: [
            { fact: 'grade', operator: 'isOneOf', value: ['A1', 'A2', 'B1'] },
            {
              fact: 'eventCount',
              params: { event: 'Demo Requested', within: '30 days' },
              operator: 'atLeast',
              value: 1,
            },
          ],
        },
        holdForMs: 600_000,
        instantOn: ['Demo Requested'],
        backTo: {
          stage: 'lead',
          if: { fact: 'daysSinceActivity', operator: 'atLeast', value: 45 },
        },
      },
    ],
    outcome: { opportunity: 'Deal Created', won: 'Deal Won', lost: 'Deal Lost' },
  },
  routings: {},
  team: { reps: {}, hours: {}, pools: {}, queues: {} },
  handoffs: {},
  rejectReasons: [],
  sending: {
    from: { name: 'Maria', email: 'maria@acme.example' },
    postalAddress: 'Hauptstr. 1, Berlin',
    zoneIfUnknown: 'Europe/Berlin',
    topics: [],
    caps: [],
    holidays: {},
    spreadMs: 0,
    consent: [
      {
        id: 'usa',
        why: 'Opt-out country',
        if: { fact: 'country', operator: 'is', value: 'US' },
        marketing: 'opt-out',
        outbound: 'opt-out',
      },
      {
        id: 'germany',
        why: 'Courts ask for proof',
        if: { fact: 'country', operator: 'is', value: 'DE' },
        marketing: 'double-opt-in',
        outbound: 'never',
      },
      { id: 'rest', why: 'Everyone else', marketing: 'opt-in', outbound: 'never' },
    ],
    uncertainSend: 'park',
  },
  journeys: {},
  templates: {},
};

export function lead(changes: Partial<Lead> = {}): Lead {
  return {
    id: 'lead-1',
    splitKey: 'lead-1',
    bornAt: now - 100 * day,
    address: 'ana@nordwind.example',
    traits: {},
    tags: [],
    stage: { stage: 'lead', since: now - 100 * day, entered: {}, left: {}, holding: {} },
    consents: [],
    suppressions: [],
    events: [],
    counts: {},
    enrolments: [],
    seq: 0,
    segments: [],
    ...changes,
  };
}

export function event(
  name: string,
  occurredAt: number,
  changes: {
    readonly id?: string;
    readonly trust?: LeadEvent['trust'];
    readonly properties?: JsonObject;
  } = {},
): LeadEvent {
  const id = changes.id ?? `${name} at ${occurredAt}`;
  return { id, name, occurredAt, seq: 0, properties: {}, trust: 'human', ...changes };
}
