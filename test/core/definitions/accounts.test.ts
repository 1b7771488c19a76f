/** `rules/accounts.json`: what it comes to, and every mistake with its place and a way out. */
import { expect, test } from 'vitest';
import { problemsOf } from './example.ts';

const path = 'rules/accounts.json';
function check(text: string, expected: readonly string[]): void {
  expect(problemsOf({ [path]: text })).toEqual(expected.map((line) => `${path}:${line}`));
}
const seniority = (value: string) =>
  `{ "fact": "seniority", "operator": "is", "value": "${value}" }`;
const buyer = `{ "role": "buyer", "why": "Signs", "when": ${seniority('vp')} }`;

test('every part may be left out', () => {
  check('{}', []);
  check('{ "roles": [], "score": {} }', []);
});

test.each([
  ['{ "links": {} }', '1:3 unknown key "links"; did you mean "link"?'],
  [
    '{ "link": { "aliases": { "a.example": ["not a domain"] } } }',
    '1:40 expected a domain such as "nordwind.example", found "not a domain"',
  ],
  [
    '{ "link": { "aliases": { "a.example": ["x.example"], "b.example": ["x.example"] } } }',
    '1:68 "x.example" is an alias of "a.example" already; name it once',
  ],
  [
    '{ "link": { "aliases": { "a.example": ["b.example"], "b.example": ["c.example"] } } }',
    '1:40 "b.example" is a main domain, so it cannot be an alias of "a.example"; list its aliases under one main domain',
  ],
  [
    '{ "link": { "aliases": { "a.example": ["b.example"] }, "never": ["b.example"] } }',
    '1:66 "b.example" is linked under "aliases" and never linked here; take it out of one of them',
  ],
  [
    '{ "named": [{ "account": "a.example", "tier": "1", "why": "x", "owner": "ana" }] }',
    '1:73 unknown rep "ana"; did you mean "anna"?',
  ],
  [
    '{ "named": [{ "account": "A.example", "tier": "1", "why": "x" }, { "account": "a.example", "tier": "2", "why": "y" }] }',
    '1:79 account "a.example" is declared twice; rename one',
  ],
  [
    '{ "link": { "aliases": { "a.example": ["b.example"] } }, "named": [{ "account": "b.example", "tier": "1", "why": "x" }] }',
    '1:81 "b.example" is an alias; name its main domain "a.example"',
  ],
  [
    `{ "roles": [${buyer}], "committee": ["buyr"] }`,
    `1:${`{ "roles": [${buyer}], "committee": [`.length + 1} unknown role "buyr"; did you mean "buyer"?`,
  ],
  [
    '{ "engaged": { "why": "x", "when": { "fact": "account.score", "operator": "atLeast", "value": 3 } } }',
    '1:36 "account.score" is made of this condition, so it cannot stand in it; ask for what one person is or did',
  ],
  [
    '{ "score": { "max": 30, "fromEach": { "atMost": 31 } } }',
    '1:49 one person may give 31, more than all of them together (30); at most 30',
  ],
])('%s', (text, expected) => {
  check(text, [expected]);
});

test('a role that nobody declares is a mistake wherever a condition names it', () => {
  const problems = problemsOf({
    [path]: `{ "roles": [${buyer}] }`,
    'rules/segments.json': `{ "segments": [
  { "id": "covered", "why": "x", "when": { "fact": "account.roles", "operator": "has", "value": "buyr" } },
  { "id": "enterprise-dach", "why": "x", "when": { "fact": "buyingRole", "operator": "is", "value": "buyer" } } ] }`,
  });
  expect(problems).toEqual(['rules/segments.json:2:97 unknown role "buyr"; did you mean "buyer"?']);
});
