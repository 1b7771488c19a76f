/** Random conditions over typed facts, and random leads whose facts go together as real ones do. */
import fc from 'fast-check';
import type {
  Condition,
  FactValue,
  Json,
  JsonObject,
  ReadFact,
} from '../../../core/rules/condition.ts';
import { PROOF_NOW } from '../../../core/proofs/satisfiability/cells.ts';

const day = 86_400_000;

interface Asked {
  readonly fact: string;
  readonly operators: readonly string[];
  readonly values: readonly Json[];
  readonly params?: JsonObject;
}
const numeric = [
  'atLeast',
  'atMost',
  'moreThan',
  'lessThan',
  'is',
  'isNot',
  'greaterThan',
  'isOneOf',
  'isNoneOf',
  'between',
];
const equal = ['is', 'isNot', 'isOneOf', 'isNoneOf', 'equal', 'notEqual', 'in', 'notIn', 'not:in'];
const numbers = [-1, 0, 1, 2.5, 6, 12, 36, 40, 69, 70, 100];
const counted = (event: string, within?: string): Asked => ({
  fact: 'eventCount',
  params: within === undefined ? { event } : { event, within },
  operators: numeric,
  values: [0, 1, 2, 3],
});

const asked: readonly Asked[] = [
  { fact: 'buyWithinMonths', operators: numeric, values: numbers },
  { fact: 'employees', operators: numeric, values: numbers },
  { fact: 'fitScore', operators: numeric, values: numbers },
  { fact: 'engagementScore', operators: numeric, values: [0, 19, 20, 50] },
  { fact: 'fitGrade', operators: equal, values: ['A', 'B', 'C', 'U'] },
  { fact: 'grade', operators: equal, values: ['A1', 'A2', 'B1', 'U3', 'A4'] },
  {
    fact: 'seniority',
    operators: [...equal, 'startsWith'],
    values: ['individual', 'vp', 'director'],
  },
  { fact: 'country', operators: [...equal, 'startsWith'], values: ['DE', 'de', 'US', 'D'] },
  {
    fact: 'industry',
    operators: [
      ...equal,
      ...['startsWith', 'endsWith', 'containsText', 'not:containsText', 'not:endsWith'],
    ],
    values: ['retail', 'retail and food', 're', 'tail', 'a', 'food'],
  },
  { fact: 'wantsCall', operators: ['is', 'isNot', 'notEqual'], values: [true, false] },
  { fact: 'withSales', operators: ['is', 'isNot'], values: [true, false] },
  { fact: 'stage', operators: equal, values: ['lead', 'marketingqualifiedlead', 'customer'] },
  {
    fact: 'trialEndsAt',
    operators: ['withinLast', 'olderThan'],
    values: ['2 days', '7 days', 'P3D'],
  },
  {
    fact: 'products',
    operators: ['has', 'hasAnyOf', 'hasAllOf', 'contains', 'doesNotContain'],
    values: ['a', 'b', 3],
  },
  counted('Report Created'),
  counted('Report Created', '7 days'),
  counted('Report Created', '30 days'),
];

const listed = new Set([
  ...['isOneOf', 'isNoneOf', 'in', 'notIn', 'not:in'],
  ...['hasAnyOf', 'hasAllOf'],
]);

const leaf: fc.Arbitrary<Condition> = fc
  .constantFrom(...asked)
  .chain(({ fact, operators, values, params }) =>
    fc
      .record({
        operator: fc.constantFrom('known', ...operators),
        value: fc.constantFrom(...values),
        list: fc.subarray([...values], { minLength: 1 }),
        known: fc.boolean(),
      })
      .map(({ operator, value, list, known }): Condition => {
        const expected =
          operator === 'known'
            ? known
            : operator === 'between'
              ? [...list, value].slice(0, 2)
              : listed.has(operator)
                ? list
                : value;
        return { fact, operator, value: expected, ...(params === undefined ? {} : { params }) };
      }),
  );

export const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: leaf, weight: 3 },
    { arbitrary: fc.array(tie('tree'), { maxLength: 4 }).map((all) => ({ all })), weight: 3 },
    { arbitrary: fc.array(tie('tree'), { maxLength: 3 }).map((any) => ({ any })), weight: 2 },
    { arbitrary: tie('tree').map((not) => ({ not })), weight: 1 },
    { arbitrary: fc.constant({ condition: 'dach' }), weight: 1 },
  ),
})).tree;

const maybe = <Value extends Json>(values: readonly Value[]) =>
  fc.constantFrom<FactValue>(...values, undefined);
const gradeAt = (score: number, bands: readonly (readonly [string, number])[]) =>
  bands.find(([, from]) => score >= from)?.[0] ?? '';

/** As the base workspace of the corpus declares them. */
export const anyLead: fc.Arbitrary<ReadFact> = fc
  .record({
    fit: fc.option(fc.oneof(fc.constantFrom(0, 1, 39, 40, 69, 70, 100), fc.nat(100))),
    engagement: fc.oneof(fc.constantFrom(0, 19, 20, 50), fc.nat(100)),
    counts: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)),
    stage: fc.constantFrom('subscriber', 'lead', 'marketingqualifiedlead', 'customer'),
    hasHandoff: fc.boolean(),
    own: fc.record({
      buyWithinMonths: maybe([0, 0.5, 1, 2, 2.5, 3, 6, 11, 12, 36]),
      employees: maybe([0, 1, 2, 2.5, 3, 12, 69.5, 1000]),
      seniority: maybe(['individual', 'manager', 'director', 'vp']),
      country: maybe(['DE', 'US', 'FR', 'DK', 'BR']),
      industry: maybe(['retail', 'Retail and food', 'tailor', 're', 'food', 'x', 'A', 'seafood']),
      wantsCall: maybe([true, false]),
      trialEndsAt: fc
        .option(fc.integer({ min: -2, max: 18 }), { nil: undefined })
        .map((half) => (half === undefined ? undefined : PROOF_NOW - (half * day) / 2)),
      products: fc.option(fc.subarray<Json>(['a', 'b', 3, 'c']), { nil: undefined }),
    }),
  })
  .map(({ fit, engagement, counts, stage, hasHandoff, own }): ReadFact => {
    const letter =
      fit === null
        ? 'U'
        : gradeAt(fit, [
            ['A', 70],
            ['B', 40],
            ['C', 0],
          ]);
    const number = gradeAt(engagement, [
      ['1', 50],
      ['2', 20],
      ['3', 0],
    ]);
    const [seven, later, before] = counts;
    const facts: { readonly [fact: string]: FactValue } = {
      ...own,
      fitScore: fit ?? undefined,
      engagementScore: engagement,
      fitGrade: letter,
      grade: `${letter}${number}`,
      stage,
      withSales: hasHandoff || ['marketingqualifiedlead', 'customer'].includes(stage),
    };
    return (fact, params) => {
      if (fact !== 'eventCount') return facts[fact];
      if (params?.['within'] === '7 days') return seven;
      return params?.['within'] === '30 days' ? seven + later : seven + later + before;
    };
  });
