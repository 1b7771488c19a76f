/** Several models and product lines side by side: a stage names the model it means, and the clock knows it. */
import { expect, test } from 'vitest';
import type { Release } from '../../../core/definitions/release.ts';
import type { Condition, Json, JsonObject } from '../../../core/rules/condition.ts';
import { DAY, qualification, release, scene } from '../decision/acme.ts';

const MQL = 'marketingqualifiedlead';

/** The core model knows prices and reports; `planning` knows e-books, in its own scores and grades. */
function withStage(when: Condition, backTo?: Condition): Release {
  const { models } = release();
  const planning: Release['models'][number] = {
    model: 'planning',
    scores: {
      fit: { min: 0, max: 100 },
      engagement: { min: 0, max: 100, halfLifeMs: 10 * DAY },
      depth: { min: 0, max: 10 },
    },
    grades: {
      fit: [
        { grade: 'A', from: 50 },
        { grade: 'B', from: 0 },
      ],
      engagement: [
        { grade: '1', from: 30 },
        { grade: '2', from: 0 },
      ],
      depth: [
        { grade: 'deep', from: 5 },
        { grade: 'flat', from: 0 },
      ],
    },
    rules: [
      each('ebook', 'engagement', 40),
      { ...each('ebook-fit', 'fit', 60), keeps: true },
      { ...each('ebook-depth', 'depth', 7), keeps: true },
    ],
  };
  const rules = qualification();
  const stages = rules.stages.flatMap((rule) => {
    if (rule.stage !== MQL) return [];
    const { backTo: _back, ...rest } = rule;
    const back = backTo === undefined ? {} : { backTo: { stage: 'lead', if: backTo } };
    return [{ ...rest, when, holdForMs: 0, ...back }];
  });
  return release({ models: [...models, planning], qualification: { ...rules, stages } });
}
function each(id: string, score: string, points: number) {
  const match = { event: 'Ebook Downloaded' };
  return { type: 'for-each' as const, id, why: id, score, points, keeps: false, match };
}
function leaf(fact: string, operator: string, value: Json, params: JsonObject): Condition {
  return { fact, operator, value, params };
}

test.each([
  ['grade', 'is', 'A1', {}],
  ['fitGrade', 'is', 'A', {}],
  ['fitScore', 'atLeast', 60, {}],
  ['engagementScore', 'atLeast', 40, {}],
  ['score', 'atLeast', 7, { score: 'depth' }],
  ['scoreGrade', 'is', 'deep', { score: 'depth' }],
] as const)('a stage may name the model of %s', (fact, operator, value, more) => {
  const itsOwn = scene(withStage(leaf(fact, operator, value, { model: 'planning', ...more })));
  itsOwn.play('Page Viewed');
  expect(itsOwn.lead.stage.stage).toBe('lead');
  itsOwn.play('Ebook Downloaded');
  expect(itsOwn.lead.stage.stage).toBe(MQL);
  const another = scene(withStage(leaf(fact, operator, value, { model: 'core', ...more })));
  another.play('Ebook Downloaded');
  another.wait(DAY);
  expect(another.lead.stage.stage).toBe('lead');
});

test('a score of a second model that fades leads back at the instant it falls below the number', () => {
  const below = leaf('engagementScore', 'lessThan', 10, { model: 'planning' });
  const reached = leaf('grade', 'is', 'A1', { model: 'planning' });
  const it = scene(withStage(reached, below));
  it.play('Ebook Downloaded');
  const start = it.now;
  it.wait(100 * DAY);
  expect(it.stages()).toEqual(['lead', MQL, 'lead'].slice(1));
  // 40 points read as 10 until 9.5 are left.
  const crossing = start + Math.ceil(10 * DAY * Math.log2(40 / 9.5));
  expect(Math.abs(it.lead.stage.since - crossing)).toBeLessThanOrEqual(1);
});
