/** What the proofs believe of facts, against facts read from random leads as production reads them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bornLead } from '../../../core/decision/birth.ts';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
import { builtInFacts } from '../../../core/facts/catalogue.ts';
import type { FactParam } from '../../../core/facts/catalogue.ts';
import type { Release } from '../../../core/definitions/release.ts';
import type { Lead, LeadEvent } from '../../../core/facts/lead.ts';
import { factReader } from '../../../core/facts/read.ts';
import { domainOf, leadWorld } from '../../../core/proofs/satisfiability/domain.ts';
import type { FactDomain } from '../../../core/proofs/satisfiability/domain.ts';
import { linkOf } from '../../../core/proofs/satisfiability/links.ts';
import type { LinkedFact } from '../../../core/proofs/satisfiability/links.ts';
import type { FactValue, JsonObject } from '../../../core/rules/condition.ts';
import { isKnown } from '../../../core/rules/operators.ts';
import { baseFolder, readFiles } from '../../proofs/corpus.ts';

const compiled = compileRelease(readFiles(baseFolder), 'base');
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
const release: Release = {
  ...compiled.workspace.release,
  interests: {
    reports: {
      ...{ id: 'reports', title: 'Reports', why: 'Makes them', fadesAfterMs: 4_000_000_000 },
      from: [{ match: { event: 'Report Created' }, points: 2, halfLifeMs: 1_000_000_000 }],
    },
  },
};
const now = Date.UTC(2026, 5, 1);
const day = 86_400_000;

const event: fc.Arbitrary<LeadEvent> = fc.record({
  id: fc.uuid(),
  name: fc.constantFrom('Report Created', 'Demo Requested', 'Page Viewed'),
  properties: fc.record({ name: fc.constantFrom('Sales', 'Costs', 'x') }),
  occurredAt: fc.integer({ min: 0, max: 60 }).map((days) => now - days * day),
  seq: fc.nat(100),
  trust: fc.constantFrom('human' as const, 'likely-robot' as const),
});
const traits = fc.record(
  {
    country: fc.constantFrom('de', 'DE', 'Germany', ' us ', '', 49),
    language: fc.constantFrom('de-DE', 'EN', 'fr_FR', 'pt'),
    employees: fc.constantFrom(0, 12, '500', 'many', 10_000),
    seniority: fc.constantFrom('VP', 'director', 'king'),
    wantsCall: fc.constantFrom('yes', 'no', true, 'perhaps', 0),
    products: fc.constantFrom<string | string[]>('a', ['a', 'b'], []),
    trialEndsAt: fc.constantFrom('2026-06-10', 'soon', now),
    budget: fc.constantFrom('none', 'Large', 'huge'),
    buyWithinMonths: fc.constantFrom(0, 3, '12', 'soon'),
  },
  { requiredKeys: [] },
);
const lead: fc.Arbitrary<Lead> = fc
  .record({
    traits,
    events: fc.array(event, { maxLength: 8 }),
    stage: fc.constantFrom(...release.qualification.order),
    address: fc.option(fc.constantFrom('a@gmail.com', 'info@acme.example', 'b@nordwind.example')),
    account: fc.option(fc.constant({ id: 'acc', tags: ['competitor'], traits: {} })),
    isOpen: fc.boolean(),
    suppressed: fc.boolean(),
    verdict: fc.option(fc.constantFrom('valid', 'risky', 'invalid')),
  })
  .map(({ traits, events, stage, address, account, isOpen, suppressed, verdict }): Lead => {
    const born = bornLead({ id: 'lead', bornAt: now - 90 * day }, release.qualification);
    const names = [...new Set(events.map(({ name }) => name))];
    const counted = names.map((name) => [
      name,
      { count: events.filter((one) => one.name === name).length, firstAt: 0, lastAt: 0 },
    ]);
    return {
      ...born,
      traits,
      events,
      counts: Object.fromEntries(counted) as Lead['counts'],
      stage: { ...born.stage, stage },
      suppressions: suppressed ? [{ scope: 'marketing', reason: 'unsubscribed', at: 0 }] : [],
      ...(address === null ? {} : { address }),
      ...(verdict === null ? {} : { emailCheck: { status: verdict, reason: 'role', at: 0 } }),
      ...(account === null ? {} : { account }),
      ...(isOpen
        ? { handoff: { id: 'h', handoff: 'inbound', status: 'open', openedAt: 0, cause: 'x' } }
        : {}),
    };
  });

const counts: readonly JsonObject[] = [
  { event: 'Report Created' },
  { event: 'Report Created', within: '7 days' },
  { event: 'Report Created', within: '30 days' },
  { event: 'Report Created', within: '30 days', trust: 'human' },
  { event: 'Report Created', trust: 'human' },
  {
    event: 'Report Created',
    within: '30 days',
    where: { fact: 'name', operator: 'is', value: 'Sales' },
  },
];
/** What a fact cannot be answered without. */
function paramsOf(fact: string): JsonObject {
  const given: { readonly [param in FactParam]?: string } = {
    ...{ event: 'Report Created', property: 'name', within: '30 days' },
    ...{ interest: 'reports', question: 'timing', score: 'engagement' },
  };
  const needs = builtInFacts[fact]?.needs ?? [];
  return Object.fromEntries(needs.map((param) => [param, given[param] ?? null]));
}

const facts: readonly LinkedFact[] = [
  ...[...Object.keys(builtInFacts), ...Object.keys(release.facts)]
    .filter((fact) => fact !== 'eventCount' && !fact.startsWith('handoff.'))
    .map((fact) => ({ fact, params: paramsOf(fact) })),
  ...counts.map((params) => ({ fact: 'eventCount', params })),
];

const domains = facts.map(({ fact, params }) => domainOf(release, leadWorld, fact, params));
const links = facts.flatMap((one, a) =>
  facts.flatMap((other, b) => {
    const goTogether = a < b ? linkOf(release, one, other) : undefined;
    return goTogether === undefined ? [] : [{ a, b, goTogether }];
  }),
);

test('every fact of every lead lies in its domain, and linked facts go together', () => {
  expect(links.length).toBeGreaterThan(10);
  fc.assert(
    fc.property(lead, (one) => {
      const read = factReader(release, one, now);
      const values = facts.map(({ fact, params }) => read(fact, params));
      const said = (index: number) => [facts[index], values[index]];
      const outside = domains.flatMap((domain, index) =>
        isIn(domain, values[index]) ? [] : [said(index)],
      );
      const apart = links.flatMap(({ a, b, goTogether }) =>
        goTogether(values[a], values[b]) ? [] : [[said(a), said(b)]],
      );
      expect({ outside, apart }).toEqual({ outside: [], apart: [] });
    }),
    { numRuns: 500 },
  );
});

function isIn(domain: FactDomain, value: FactValue): boolean {
  if (value === undefined || !isKnown(value)) return domain.mayBeMissing;
  switch (domain.type) {
    case 'number': {
      if (typeof value !== 'number') return false;
      const { from, to, isWhole } = domain;
      return value >= from && value <= to && (!isWhole || Number.isInteger(value));
    }
    case 'choice':
      return domain.values.some((one) => one === value);
    case 'text':
      return typeof value === 'string' && domain.canBe(value);
    case 'list':
      return Array.isArray(value);
    case 'date':
    case 'any':
      return true;
  }
}
