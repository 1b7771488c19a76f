import { expect, test } from 'vitest';
import { builtInFacts, type FactParam } from '../../../core/facts/catalogue.ts';
import type { Interest } from '../../../core/interests/model.ts';
import { emailKind } from '../../../core/facts/email-kind.ts';
import type { Lead } from '../../../core/facts/lead.ts';
import { factNeeds } from '../../../core/facts/needs.ts';
import type { JourneyPlan } from '../../../core/journey/plan.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { FactScope } from '../../../core/facts/reading.ts';
import { nextChange } from '../../../core/facts/next-change.ts';
import type { Release } from '../../../core/definitions/release.ts';
import { compileCondition } from '../../../core/rules/compile.ts';
import type { Condition, FactValue, Json, JsonObject } from '../../../core/rules/condition.ts';
import { day, event, lead, now, release } from './example-release.ts';

function fact(
  name: string,
  changes: Partial<Lead>,
  params?: JsonObject,
  scope?: FactScope,
): FactValue {
  return factReader(release, lead(changes), now, scope)(name, params);
}

test.each<[string, FactValue, Partial<Lead>]>([
  ['email', 'ana@nordwind.example', {}],
  ['jobTitle', 'Head of Sales', { traits: { title: 'Head of Sales' } }],
  ['jobTitle', 'CEO', { traits: { title: 'Boss', jobTitle: 'CEO' } }],
  ['company', 'Nordwind AG', { traits: { company: { name: 'Nordwind AG', employee_count: 900 } } }],
  ['employees', 900, { traits: { company: { name: 'Nordwind AG', employee_count: '900' } } }],
  ['employees', undefined, { traits: { employees: 'many' } }],
  ['country', 'DE', { traits: { address: { country: 'de' } } }],
  ['firstName', 'Ana', { traits: { name: 'Ana Maria Berg' } }],
  ['lastName', 'Maria Berg', { traits: { name: 'Ana Maria Berg' } }],
  ['language', 'de', { traits: { locale: 'de-DE' } }],
  ['company', undefined, { traits: { company: '  ' } }],
  ['toString', undefined, {}],
  ['neverDeclared', undefined, { traits: { neverDeclared: 1 } }],
])('%s is %j', (name, expected, changes) => {
  expect(fact(name, changes)).toEqual(expected);
});

test.each<[FactValue, Partial<Lead>]>([
  ['vp', { traits: { jobTitle: 'VP, Sales' } }],
  ['director', { traits: { title: 'Head of  Marketing' } }],
  [undefined, { traits: { jobTitle: 'MVP Builder' } }],
  ['c-level', { traits: { seniority: 'C-Level', jobTitle: 'VP Sales' } }],
  ['director', { traits: { seniority: 'supreme', jobTitle: 'Director' } }],
  [undefined, {}],
])('seniority is %j, derived from whole words of the job title', (expected, changes) => {
  expect(fact('seniority', changes)).toBe(expected);
});

test('counts over all time come from the counts, the rest from the events', () => {
  const known = {
    counts: { 'Page Viewed': { count: 40, firstAt: 0, lastAt: now } },
    events: [
      event('Page Viewed', now - day, { id: 'a', properties: { path: '/jobs/7' } }),
      event('Page Viewed', now - day, { id: 'a', properties: { path: '/jobs/7' } }),
      event('Page Viewed', now - 9 * day, { id: 'b', properties: { path: '/pricing' } }),
      event('Page Viewed', now + 1, { id: 'c', properties: { path: '/pricing' } }),
    ],
  };
  const where = { fact: 'path', operator: 'startsWith', value: '/jobs' };
  expect(fact('eventCount', known, { event: 'Page Viewed' })).toBe(40);
  expect(fact('eventCount', known, { event: 'Page Viewed', within: '30 days' })).toBe(2);
  expect(fact('eventCount', known, { event: 'Page Viewed', within: '9 days' })).toBe(1);
  expect(fact('eventCount', known, { event: 'Page Viewed', where })).toBe(1);
  expect(fact('eventCount', known, { event: 'Never Heard' })).toBe(0);
});

test('a lead is with sales from MQL on, or while a handoff is open', () => {
  const at = (stage: string): Partial<Lead> => ({ stage: { ...lead().stage, stage } });
  const handoff = { id: 'h', handoff: 'inbound', openedAt: now, cause: 'Demo Requested' };
  expect(fact('withSales', at('lead'))).toBe(false);
  expect(fact('withSales', at('marketingqualifiedlead'))).toBe(true);
  expect(fact('withSales', at('customer'))).toBe(true);
  expect(fact('withSales', { handoff: { ...handoff, status: 'open' } })).toBe(true);
  expect(fact('withSales', { handoff: { ...handoff, status: 'rejected' } })).toBe(false);
  expect(fact('repAccepted', { handoff: { ...handoff, status: 'accepted' } })).toBe(true);
});

test('scores and grades read the model core unless params name another', () => {
  const known = { events: [event('Demo Requested', now)], lastActivityAt: now };
  expect(fact('engagementScore', known)).toBe(50);
  expect(fact('engagementScore', known, { model: 'hr' })).toBe(40);
  expect(fact('grade', known)).toBe('U2');
  expect(fact('fitScore', known)).toBeUndefined();
  expect(fact('fitGrade', known)).toBe('U');
  expect(fact('grade', known, { model: 'nobody' })).toBeUndefined();
});

test('BANT counts the questions answered yes', () => {
  expect(fact('bantYes', {})).toBe(0);
  expect(fact('bantYes', { traits: { budgetRange: '50K+', pain_point: 'Excel' } })).toBe(2);
});

test('entry and handoff facts come from their scope', () => {
  const scope = {
    entry: { plan: 'pro', event: { startsAt: 5 } },
    handoff: { cause: 'Demo Requested' },
  };
  expect(fact('entry.plan', {}, undefined, scope)).toBe('pro');
  expect(fact('entry.event.startsAt', {}, undefined, scope)).toBe(5);
  expect(fact('entry.plan', {})).toBeUndefined();
  expect(fact('handoff.cause', {}, undefined, scope)).toBe('Demo Requested');
});

test('what a group call said of the company answers where the lead did not', () => {
  const account = { id: 'a', name: 'Nordwind AG', tags: [], traits: { employees: '900' } };
  expect(fact('company', { account })).toBe('Nordwind AG');
  expect(fact('employees', { account })).toBe(900);
  expect(fact('industry', { account })).toBeUndefined();
  expect(fact('employees', { account, traits: { employees: 40 } })).toBe(40);
  expect(fact('country', { account: { ...account, traits: { country: 'DE' } } })).toBeUndefined();
});

test('account facts need an account', () => {
  const account = { id: 'a', domain: 'nordwind.example', tags: ['vip'], traits: { tier: 'gold' } };
  expect(fact('account.tags', { account })).toEqual(['vip']);
  expect(fact('account.tier', { account })).toBe('gold');
  expect(fact('account.owner', { account })).toBeUndefined();
  expect(fact('account.tags', {})).toBeUndefined();
});

test('days since activity are whole, and start at birth for the silent', () => {
  expect(fact('daysSinceActivity', { lastActivityAt: now - 2 * day + 1 })).toBe(1);
  expect(fact('daysSinceActivity', { lastActivityAt: now - 2 * day })).toBe(2);
  expect(fact('daysSinceActivity', {})).toBe(100);
});

test.each([
  ['a@gmail.com', 'free'],
  ['info@gmail.com', 'free'],
  ['info@nordwind.example', 'role'],
  ['sales+fair@nordwind.example', 'role'],
  ['x@sub.mailinator.com', 'disposable'],
  ['ana@nordwind.example', 'company'],
])('%s is a %s address', (address, kind) => {
  expect(emailKind(address)).toBe(kind);
});

test('the state of an address follows its suppressions', () => {
  const suppressed = (scope: 'all' | 'marketing', reason: string): Partial<Lead> => ({
    suppressions: [{ scope, reason, at: now }],
  });
  expect(fact('emailStatus', {})).toBe('ok');
  expect(fact('emailStatus', suppressed('marketing', 'unsubscribe'))).toBe('unsubscribed');
  expect(fact('emailStatus', suppressed('all', 'hard-bounce'))).toBe('bounced');
  expect(fact('mayEmail', suppressed('all', 'hard-bounce'), { class: 'transactional' })).toBe('no');
});

test('facts that ask for themselves are missing instead of going round for ever', () => {
  const self = (fact: string): Condition => ({
    not: {
      fact,
      operator: 'known',
      value: true,
      ...(fact === 'bantAnswer' ? { params: { question: 'other' } } : {}),
    },
  });
  const circular: Release = {
    ...release,
    facts: {
      ...release.facts,
      a: { id: 'a', type: 'text', label: 'A', from: 'a', derive: { from: 'b', words: [] } },
      b: { id: 'b', type: 'text', label: 'B', from: 'b', derive: { from: 'a', words: [] } },
    },
    models: release.models.map((model) => ({
      ...model,
      rules: [
        { id: 'x', score: 'fit', points: 1, why: 'x', type: 'when', when: self('grade') },
        { id: 'y', score: 'fit', points: 1, why: 'y', type: 'when', when: self('mayEmail') },
      ],
    })),
    qualification: {
      ...release.qualification,
      bant: {
        need: { ask: '?', yes: { all: [self('bantYes'), self('mayEmail')] } },
        other: { ask: '?', yes: self('bantAnswer') },
      },
    },
    sending: {
      ...release.sending,
      consent: release.sending.consent.map((rule) => ({ ...rule, if: self('bantYes') })),
    },
  };
  const read = factReader(circular, lead(), now);
  expect(read('a')).toBeUndefined();
  expect(read('grade')).toBe('U4');
  expect(read('bantYes')).toBe(1);
  expect(read('bantAnswer', { question: 'other' })).toBe('yes');
  expect(read('mayEmail', { class: 'outbound' })).toBe('no');
  const conditions = ['grade', 'bantYes', 'mayEmail'].map((fact) =>
    compileCondition(self(fact), {}),
  );
  expect(nextChange(circular, lead(), conditions, now)).toBeNull();
});

test('every built-in fact of a lead is answered for one of whom everything is known', () => {
  const own = Object.entries(builtInFacts).filter(([id]) => !id.startsWith('account.'));
  const traits = own.flatMap(([id, { isTrait, type }]) =>
    isTrait === true ? [[id, type === 'number' ? 7 : 'known'] as const] : [],
  );
  const hr: Interest = {
    id: 'hr',
    title: 'HR',
    why: 'Reads about HR',
    fadesAfterMs: 90 * day,
    from: [{ match: { event: 'Page Viewed' }, points: 1 }],
  };
  const whole = lead({
    traits: { ...Object.fromEntries(traits), country: 'DE', seniority: 'vp' },
    lastSeenAt: now,
    emailCheck: { status: 'valid', reason: 'mx', at: now },
    events: [1, 2, 3].map((days) => event('Page Viewed', now - days * day)),
    counts: { 'Page Viewed': { count: 3, firstAt: now - 3 * day, lastAt: now - day } },
  });
  const buyingStages = [
    { is: 'decision', why: 'x', when: { fact: 'seniority', operator: 'is', value: 'vp' } },
  ] as const;
  const known: Release = {
    ...release,
    interests: { hr },
    qualification: { ...release.qualification, buyingStages },
  };
  const read = factReader(known, whole, now, { handoff: { cause: 'x', to: 'pool:dach' } });
  const given: { readonly [param in FactParam]?: Json } = {
    ...{ event: 'Page Viewed', property: 'path', within: '30 days' },
    ...{ interest: 'hr', question: 'budget', score: 'fit' },
  };
  const unanswered = own.filter(([id, { needs = [] }]) => {
    const params = Object.fromEntries(needs.map((param) => [param, given[param] ?? null]));
    return read(id, needs.length === 0 ? undefined : params) === undefined;
  });
  expect(unanswered.map(([id]) => id)).toEqual([]);
});

test('a batch loads events only as far back as some rule looks', () => {
  expect(Object.fromEntries(factNeeds(release).events)).toEqual({
    'Demo Requested': 140 * day,
    'Email Auto Replied': 90 * day,
    'Email Bounced': 104 * day,
    'Pricing Viewed': 30 * day,
    'Page Viewed': 'all',
    'Email Clicked': 140 * day,
  });
});

test('what a journey waits for needs no history: only its conditions do', () => {
  const waits = {
    type: 'wait-for',
    since: 'entry',
    upToMs: day,
    arms: [
      { id: 'seen', when: { type: 'event', match: { event: 'Report Created' } } },
      { id: 'often', when: { type: 'condition', condition: counted } },
    ],
  } as const;
  const { events } = factNeeds(release, [{ ...emptyPlan, steps: { waits } }]);
  expect(events.get('Report Created')).toBeUndefined();
  expect(events.get('Booth Visited')).toBe(3 * day);
});

const counted = {
  fact: 'eventCount',
  params: { event: 'Booth Visited', within: '3 days' },
  operator: 'atLeast',
  value: 2,
};
const emptyPlan: JourneyPlan = {
  ...{ v: 1, journey: 'j', title: 'J', owner: 'maria', enter: [], exits: [], steps: {} },
  sending: { class: 'marketing', priority: 1, holdAtMostMs: 0 },
  flow: { v: 1, start: null, steps: {} },
  whenEdited: { inFlight: 'stay', renamed: {}, removed: {} },
  whenPaused: { timers: 'freeze' },
};
