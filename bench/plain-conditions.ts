/**
 * The conditions of a rule file on plain facts, judged by the compiled evaluator with its whole
 * reasoning, and by one Engine of json-rules-engine that holds them all. No facts are computed and nothing
 * is scored: what is left is the cost of conditions alone.
 */
import type { Condition, JsonObject } from '../core/rules/condition.ts';
import { compileCondition } from '../core/rules/compile.ts';
import { createEngine } from '../rule-engine/evaluate.ts';
import { asRoot } from '../rule-engine/rule.ts';
import { partsOf } from './judged.ts';

const leaf = (fact: string, operator: string, value: JsonValue) => ({
  ...{ fact, operator, value },
});
type JsonValue = JsonObject[string];

export const plainConditions: readonly Condition[] = [
  leaf('seniority', 'isOneOf', ['director', 'vp', 'c-level']),
  leaf('seniority', 'is', 'manager'),
  leaf('employees', 'atLeast', 500),
  { all: [leaf('employees', 'atLeast', 50), leaf('employees', 'lessThan', 500)] },
  leaf('country', 'isOneOf', ['DE', 'AT', 'CH']),
  leaf('industry', 'isOneOf', ['manufacturing', 'logistics', 'retail', 'software']),
  { any: [leaf('tool', 'containsText', 'excel'), leaf('tool', 'containsText', 'sheets')] },
  leaf('emailKind', 'is', 'free'),
  { not: leaf('emailKind', 'is', 'free') },
  leaf('visits', 'between', [3, 9]),
  leaf('visits', 'moreThan', 20),
  { all: [leaf('country', 'is', 'US'), leaf('visits', 'atLeast', 5)] },
  { any: [leaf('plan', 'known', true), leaf('visits', 'atLeast', 12)] },
  leaf('plan', 'isNot', 'free'),
  leaf('tags', 'has', 'partner'),
  leaf('tags', 'hasAnyOf', ['partner', 'press']),
  { all: [leaf('seniority', 'known', true), { not: leaf('tags', 'has', 'press') }] },
  leaf('industry', 'startsWith', 'soft'),
  leaf('country', 'isNoneOf', ['FR', 'BR']),
  {
    any: [
      { all: [leaf('seniority', 'is', 'vp'), leaf('employees', 'atLeast', 100)] },
      { all: [leaf('visits', 'atLeast', 10), leaf('emailKind', 'is', 'company')] },
    ],
  },
];

/** Which of them hold, by their place in the list. */
export type Held = readonly number[];

export function createCompiled(now: number) {
  const compiled = plainConditions.map((condition) => compileCondition(condition, {}));
  let parts = 0;
  return (facts: JsonObject): Held => {
    const held: number[] = [];
    for (const [place, condition] of compiled.entries()) {
      const verdict = condition.evaluate((fact) => facts[fact], now);
      parts += partsOf(verdict.explanation);
      if (verdict.holds) held.push(place);
    }
    if (parts < held.length) throw new Error('a condition holds for no reason');
    return held;
  };
}

export function createOneEngine(now: number) {
  const engine = createEngine(now);
  for (const [place, condition] of plainConditions.entries()) {
    engine.addRule({ conditions: asRoot(condition), event: { type: 'holds', params: { place } } });
  }
  return async (facts: JsonObject): Promise<Held> => {
    const { events } = await engine.run(facts as Record<string, unknown>);
    return events.map(({ params }) => Number(params?.['place'])).sort((a, b) => a - b);
  };
}

export function inventedFacts(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, n) => ({
    seniority: ['vp', 'director', 'manager', 'individual'][n % 4] ?? '',
    employees: (n * 37) % 2_000,
    country: ['DE', 'US', 'FR', 'BR', 'AT'][n % 5] ?? '',
    industry: ['retail', 'mining', 'software'][n % 3] ?? '',
    tool: ['Excel', 'Google Sheets', 'Power BI'][n % 3] ?? '',
    emailKind: ['company', 'free', 'company'][n % 3] ?? '',
    visits: (n * 7) % 30,
    tags: n % 6 === 0 ? ['partner'] : [],
    ...(n % 2 === 0 ? { plan: n % 4 === 0 ? 'free' : 'team' } : {}),
  }));
}
