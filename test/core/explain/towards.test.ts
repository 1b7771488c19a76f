/**
 * What would make this lead an MQL: every set qualifies by the real fold, nothing in it can be left out,
 * and on small rule sets no smaller one exists.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, goodFit, incoming, is, MINUTE, release, scene, tick } from '../decision/acme.ts';
import { decide } from '../../../core/decision/decide.ts';
import type { DecisionContext } from '../../../core/decision/context.ts';
import type { IncomingEvent } from '../../../core/decision/decision.ts';
import type { Release } from '../../../core/definitions/release.ts';
import { towards, type TowardsSet } from '../../../core/explain/towards.ts';
import { eventsOf, type Step } from '../../../core/explain/what-if.ts';
import type { Lead } from '../../../core/facts/lead.ts';
import type { Condition } from '../../../core/rules/condition.ts';

const MQL = 'marketingqualifiedlead';

function inWords({ steps, afterMs }: TowardsSet): string {
  const parts = steps.map(({ move, times }) =>
    move.type === 'fact'
      ? `${move.fact} ${JSON.stringify(move.value).replaceAll('"', '')}`
      : `${times} × ${move.event}`,
  );
  return `${parts.join(' + ')}${afterMs === undefined ? '' : ` after ${afterMs / MINUTE} min`}`;
}

function asked(workspace: Release, lead: Lead, now: number, stage = MQL) {
  return towards(stage, lead, now, { release: workspace, plans: new Map() });
}

describe('towards a stage', () => {
  const acme = release();
  test('a good fit lacks one event, or several of another', () => {
    const { lead, now } = scene(acme, goodFit);
    expect(asked(acme, lead, now).sets.map(inWords)).toEqual([
      '1 × Demo Requested after 0 min',
      '3 × Report Created after 0 min',
      '4 × Pricing Viewed after 10 min',
    ]);
  });

  test('of somebody unknown facts have to be learned too', () => {
    const { lead, now } = scene(acme, {});
    expect(asked(acme, lead, now).sets.map(inWords)).toEqual([
      '1 × Demo Requested after 0 min',
      'seniority vp + employees 500 + 3 × Report Created after 0 min',
      'seniority vp + employees 500 + 4 × Pricing Viewed after 10 min',
    ]);
  });

  test('what is known is not proposed to be otherwise', () => {
    const { lead, now } = scene(acme, { ...goodFit, employees: 3 });
    expect(asked(acme, lead, now).sets.map(inWords)).toEqual(['1 × Demo Requested after 0 min']);
  });

  test('a stage that is left to come from another one says so', () => {
    const { lead, now } = scene(acme, { seniority: 'vp' });
    const { blocks, sets } = asked(acme, lead, now, 'salesqualifiedlead');
    expect(blocks).toEqual([{ type: 'from', stages: ['sales-accepted'] }]);
    expect(sets.map(inWords)).toContain('budgetRange 50k+ + buyWithinMonths 6');
  });

  test('whoever left the stage has to rest, and to do something', () => {
    const it = scene(acme, goodFit);
    it.play('Demo Requested');
    it.play('Handoff Rejected', { reason: 'not-now' });
    const { answer, blocks } = asked(acme, it.lead, it.now + DAY);
    expect(answer).toBe('holds');
    expect(blocks).toMatchObject([
      { type: 'again', until: it.now + 30 * DAY, needsActivity: true, except: ['Demo Requested'] },
    ]);
  });

  test('a disqualified lead is blocked whatever it does', () => {
    const it = scene(acme, goodFit);
    it.play('Demo Requested');
    it.play('Handoff Rejected', { reason: 'not-a-fit' });
    expect(asked(acme, it.lead, it.now, 'product-qualified').blocks).toMatchObject([
      { type: 'disqualified', why: 'Because: not-a-fit' },
    ]);
  });

  test('stages without a rule are reached by an event', () => {
    const { lead, now } = scene(acme, {});
    expect(asked(acme, lead, now, 'customer').sets.map(inWords)).toEqual([
      '1 × Deal Won after 0 min',
    ]);
    expect(asked(acme, lead, now, 'subscriber').answer).toBe('there');
  });

  test.each<readonly [Condition, string]>([
    [
      { ...is('bantAnswer', 'yes'), params: { question: 'budget' } },
      'budgetRange 50k+ after 0 min',
    ],
    [
      { ...is('score', 16, 'atLeast'), params: { score: 'engagement' } },
      '2 × Report Created after 0 min',
    ],
    [is('interests', 'prices', 'has'), '1 × Pricing Viewed after 0 min'],
    [
      { ...is('lastEvent', '7 days', 'withinLast'), params: { event: 'Page Viewed' } },
      '1 × Page Viewed after 0 min',
    ],
    [
      { all: [is('daysSinceActivity', 3, 'atMost'), is('painPoint', true, 'known')] },
      'painPoint something else + 1 × Page Viewed after 0 min',
    ],
  ])('what a rule may look at is found: %j', (when, first) => {
    const [mql] = acme.qualification.stages;
    if (mql === undefined) throw new Error('the company has stages');
    const { backTo: _back, ...rule } = mql;
    const prices = { match: { event: 'Pricing Viewed' }, points: 2 };
    const interest = {
      id: 'prices',
      title: 'Prices',
      why: 'Looks at them',
      fadesAfterMs: 60 * DAY,
    };
    const workspace = release({
      interests: { prices: { ...interest, from: [prices] } },
      qualification: { ...acme.qualification, stages: [{ ...rule, holdForMs: 0, when }] },
    });
    const it = scene(workspace, {});
    it.now += 10 * DAY;
    expect(asked(workspace, it.lead, it.now).sets.map(inWords)).toContain(first);
  });

  test('points that a rule takes are named', () => {
    const [model] = acme.models;
    if (model === undefined) throw new Error('the company has a model');
    const taking = {
      type: 'when',
      id: 'free',
      score: 'fit',
      points: -20,
      why: 'Free mail',
      when: is('emailKind', 'free'),
    } as const;
    const workspace = release({ models: [{ ...model, rules: [...model.rules, taking] }] });
    const it = scene(workspace, goodFit);
    it.identify({}, { address: 'ana@gmail.com' });
    expect(asked(workspace, it.lead, it.now).against).toEqual([{ why: 'Free mail', points: -20 }]);
  });
});

const choices = ['low', 'mid', 'high'];
const facts = ['size', 'role'];
const events = ['Pricing Viewed', 'Report Created'];
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .record({ fact: fc.constantFrom(...facts), value: fc.constantFrom(...choices) })
    .map(({ fact, value }) => is(fact, value)),
  fc.constantFrom(...facts).map((fact) => is(fact, true, 'known')),
  fc
    .record({ event: fc.constantFrom(...events), value: fc.integer({ min: 1, max: 3 }) })
    .map(({ event, value }) => ({ ...is('eventCount', value, 'atLeast'), params: { event } })),
  fc.constantFrom(10, 20, 30).map((value) => is('fitScore', value, 'atLeast')),
  fc.constantFrom(10, 20, 30).map((value) => is('engagementScore', value, 'atLeast')),
  fc.constantFrom(['A1'], ['A1', 'A2', 'B1']).map((value) => is('grade', value, 'isOneOf')),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  leaf,
  fc.array(leaf, { minLength: 2, maxLength: 3 }).map((all) => ({ all })),
  fc.array(leaf, { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
  fc.tuple(leaf, leaf, leaf).map(([a, b, c]) => ({ all: [a, { any: [b, c] }] })),
  fc
    .tuple(leaf, fc.constantFrom(...facts), fc.constantFrom(...choices))
    .map(([a, fact, value]) => ({ all: [a, { not: is(fact, value) }] })),
);
const scoreRules = fc.array(
  fc.oneof(
    fc
      .record({
        ...{ when: leaf.filter((one) => !('fact' in one) || !/Score|grade/.test(one.fact)) },
        points: fc.constantFrom(10, 20, -10),
      })
      .map(({ when, points }) => ({ type: 'when', score: 'fit', points, when }) as const),
    fc
      .record({ event: fc.constantFrom(...events), atMost: fc.constantFrom(10, 30) })
      .map(({ event, atMost }) => {
        const rule = { score: 'engagement', points: 10, atMost, keeps: false };
        return { type: 'for-each', ...rule, match: { event } } as const;
      }),
  ),
  { maxLength: 5 },
);
const known = fc.record(
  { size: fc.constantFrom(...choices), role: fc.constantFrom(...choices) },
  { requiredKeys: [] },
);

function workspaceOf(
  when: Condition,
  rules: typeof scoreRules extends fc.Arbitrary<infer T> ? T : never,
): Release {
  const base = release();
  const band = (from: Readonly<Record<string, number>>) =>
    Object.entries(from).map(([grade, points]) => ({ grade, from: points }));
  const fact = (id: string) =>
    ({ id, type: 'choice', label: id, from: id, values: choices }) as const;
  return release({
    facts: Object.fromEntries(facts.map((id) => [id, fact(id)])),
    models: [
      {
        model: 'core',
        scores: {
          fit: { min: 0, max: 100, unknownUnless: { atLeast: 1, of: facts } },
          engagement: { min: 0, max: 100, halfLifeMs: 14 * DAY },
        },
        grades: {
          fit: band({ A: 20, B: 10, C: 0 }),
          engagement: band({ '1': 20, '2': 10, '3': 0 }),
        },
        rules: rules.map((rule, index) => ({ ...rule, id: `rule-${index}`, why: `why ${index}` })),
      },
    ],
    qualification: {
      ...base.qualification,
      disqualified: [],
      stages: [{ stage: MQL, label: 'MQL', why: 'As drawn', holdForMs: 0, instantOn: [], when }],
    },
  });
}

/** By the fold of production, tick included. */
function reaches(
  lead: Lead,
  happening: readonly IncomingEvent[],
  context: DecisionContext,
): boolean {
  const now = happening[0]?.receivedAt ?? 0;
  const folded = happening.reduce((before, event) => decide(before, event, context).lead, lead);
  return decide(folded, tick(now), context).lead.stage.stage === MQL;
}

/** Every set of at most three parts, by size, the slow way. */
function smallest(lead: Lead, now: number, context: DecisionContext): number | undefined {
  const parts = [
    ...facts
      .filter((fact) => lead.traits[fact] === undefined)
      .map((fact) => choices.map((value) => [told(now, { [fact]: value })])),
    ...events.map((event) =>
      [1, 2, 3].map((times) => Array.from({ length: times }, (_, nth) => did(now, event, nth))),
    ),
  ];
  const sets = parts.reduce<readonly (readonly (readonly IncomingEvent[])[])[]>(
    (found, ways) => [...found, ...found.flatMap((set) => ways.map((way) => [...set, way]))],
    [[]],
  );
  return sets
    .filter((set) => set.length > 0 && set.length <= 3)
    .sort((one, other) => one.length - other.length)
    .find((set) => reaches(lead, set.flat(), context))?.length;
}
function told(now: number, traits: IncomingEvent['traits']): IncomingEvent {
  return { ...incoming(`told ${JSON.stringify(traits)}`, now), type: 'identify', traits };
}
function did(now: number, name: string, nth: number): IncomingEvent {
  return { ...incoming(`did ${name} ${nth}`, now), name };
}

test('on random rules every set qualifies, none has a part too many, and none smaller exists', () => {
  let found = 0;
  fc.assert(
    fc.property(condition, scoreRules, known, (when, rules, traits) => {
      const workspace = workspaceOf(when, rules);
      const context = { release: workspace, plans: new Map() };
      const { lead, now } = scene(workspace, traits);
      const { answer, sets } = asked(workspace, lead, now);
      if (answer === 'there' || answer === 'holds') return;
      const plays = (steps: readonly Step[]) =>
        reaches(lead, eventsOf(lead, steps, now, context), context);
      for (const { steps } of sets) {
        expect(plays(steps)).toBe(true);
        for (const [index, { move, times }] of steps.entries()) {
          const fewer = times > 1 ? [{ move, times: times - 1 }] : [];
          expect(plays(steps.toSpliced(index, 1, ...fewer))).toBe(false);
        }
      }
      if (sets.length > 0) found += 1;
      expect(sets[0]?.steps.length).toBe(smallest(lead, now, context));
    }),
    { numRuns: 50 },
  );
  expect(found).toBeGreaterThan(2);
});
