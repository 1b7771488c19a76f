/** What authors write on purpose: changes of the base workspace after which nothing may be reported. */
import { expect, test } from 'vitest';
import type { Json } from '../../core/rules/condition.ts';
import { baseFolder, problemsOf, readFiles } from './corpus.ts';

const base = readFiles(baseFolder);
const rule = '{ "fact": "employees", "operator": "atLeast", "value": 500 }';
const arm = '{ "fact": "fitGrade", "operator": "is", "value": "A" }';

/** The workspace with one text replaced by another, which must be there once. */
function check(file: string, from: string, to: Json) {
  const text = typeof to === 'string' ? to : JSON.stringify(to);
  const files = base.map((one) =>
    one.path === file ? { ...one, text: replaceOnce(one.text, from, text) } : one,
  );
  expect(problemsOf(files).map(({ message, witness }) => ({ message, witness }))).toEqual([]);
}

function replaceOnce(text: string, from: string, to: string): string {
  expect(text.split(from)).toHaveLength(2);
  return text.replace(from, () => to);
}

const leaf = (fact: string, operator: string, value: Json): Json => ({ fact, operator, value });
const known = (fact: string): Json => leaf(fact, 'known', true);

test.each<[string, Json]>([
  ['"is not" asks for a known fact', leaf('country', 'isNot', 'DE')],
  ['not, with known beside it', { all: [{ not: leaf('country', 'is', 'DE') }, known('country')] }],
  [
    'not, or openly not known',
    { any: [{ not: leaf('country', 'is', 'DE') }, leaf('country', 'known', false)] },
  ],
  [
    'not, beside what asks for the fact',
    { all: [{ not: leaf('country', 'is', 'DE') }, leaf('country', 'isOneOf', ['DE', 'AT'])] },
  ],
  ['not known', { not: known('industry') }],
  ['a stage is never missing', { not: leaf('stage', 'is', 'customer') }],
  [
    'a count is never missing',
    {
      not: { ...(leaf('eventCount', 'atLeast', 1) as object), params: { event: 'Demo Requested' } },
    },
  ],
  ['a grade is never missing', { not: leaf('fitGrade', 'isOneOf', ['A', 'B']) }],
  ['no such tag', { not: leaf('account.tags', 'has', 'partner') }],
  ['not true', { not: leaf('wantsCall', 'is', true) }],
  ['it has not happened', { not: leaf('trialEndsAt', 'withinLast', '7 days') }],
  ['a comparison with another fact', leaf('employees', 'atLeast', { fact: 'fitScore' })],
  ['a country nobody else names', leaf('country', 'is', 'BR')],
  ['two products', { all: [leaf('products', 'has', 'a'), leaf('products', 'has', 'b')] }],
  ['a score that all rules together reach', leaf('fitScore', 'atLeast', 80)],
  ['the grade of those of whom too little is known', leaf('fitGrade', 'is', 'U')],
])('an arm for: %s', (_, condition) => {
  check('journeys/trial.json', arm, condition);
});

test('a rule that holds beside another on the same fact', () => {
  check('rules/scoring.json', rule, leaf('seniority', 'is', 'vp'));
});

test('a second route for the same leads, where the first may pass them on', () => {
  const first = '"to": "rep:anna" },';
  const second =
    '{ "id": "dach-again", "why": "Anna is away", "if": { "condition": "dach" }, "to": "rep:tom" },';
  check('rules/routing.json', first, `"to": "rep:anna", "ifAway": "next-match" },\n${second}`);
});

test('the owner of the account first, a pool for the rest', () => {
  const owner = `{ "id": "owner", "why": "Has one", "if": ${JSON.stringify(known('account.owner'))}, "to": "account-owner" },`;
  check('rules/routing.json', '"match": [', `"match": [\n${owner}`);
});

test('a country that only a consent rule speaks of is shut out on purpose', () => {
  const canada = `{ "id": "canada", "why": "Not allowed", "if": ${JSON.stringify(leaf('country', 'is', 'CA'))}, "marketing": "never", "outbound": "never" },`;
  check('rules/sending.json', '"consent": [', `"consent": [\n${canada}`);
});

test('a branch for those with and those without a fact needs no third arm', () => {
  const two = `${JSON.stringify(known('country'))}, "steps": [] }, { "id": "nowhere", "if": ${JSON.stringify(leaf('country', 'known', false))}`;
  check('journeys/trial.json', arm, two);
});
