/** What conditions on facts with parameters, interests and derived facts are refused for, and where. */
import { expect, test } from 'vitest';
import { compileExample, exampleText, problemsOf } from './example.ts';

const interests = (more = '') => `{ "interests": [
{ "id": "hr", "title": "HR software", "why": "Reads about HR", "fadesAfter": "90 days", "from": [
{ "event": "Ebook Downloaded", "points": 3, "halfLife": "30 days", "where": { "fact": "interest", "operator": "is", "value": "hr" } } ] }${more} ] }`;

function checkLeaf(leaf: string, expected: readonly string[]): void {
  const text = `{ "segments": [ { "id": "enterprise-dach", "why": "x", "when":\n${leaf} } ] }`;
  const found = problemsOf({ 'rules/segments.json': text, 'rules/interests.json': interests() });
  expect(found).toEqual(expected.map((line) => `rules/segments.json:${line}`));
}

test.each<[string, string, ...string[]]>([
  [
    'a sum without a property',
    '{ "fact": "eventSum", "params": { "event": "Deal Won" }, "operator": "atLeast", "value": 1 }',
    '2:1 fact "eventSum" needs "params": { "property": "…" }',
  ],
  [
    'a property the event does not have',
    '{ "fact": "eventSum", "params": { "event": "Deal Won", "property": "amuont" }, "operator": "atLeast", "value": 1 }',
    '2:68 event "Deal Won" has no property "amuont"; did you mean "amount"?',
  ],
  [
    'days without a span',
    '{ "fact": "activeDays", "operator": "atLeast", "value": 3 }',
    '2:1 fact "activeDays" needs "params": { "within": "…" }',
  ],
  [
    'another trust',
    '{ "fact": "eventCount", "params": { "event": "Email Clicked", "trust": "humans" }, "operator": "atLeast", "value": 3 }',
    '2:72 expected "human", found "humans"; did you mean "human"?',
  ],
  [
    'a score of another model',
    '{ "fact": "score", "params": { "score": "engagment" }, "operator": "atLeast", "value": 3 }',
    '2:41 unknown score "engagment"; did you mean "engagement"?',
  ],
  [
    'a grade that the score does not have',
    '{ "fact": "scoreGrade", "params": { "score": "engagement" }, "operator": "is", "value": "A" }',
    '2:89 "is" expects "1", "2", "3", "4" or "U", found "A"; did you mean "1"?',
  ],
  [
    'a question nobody asks',
    '{ "fact": "bantAnswer", "params": { "question": "money" }, "operator": "is", "value": "yes" }',
    '2:49 unknown question "money"; declare it in the "bant" of rules/qualification.json',
  ],
  [
    'an answer that is none',
    '{ "fact": "bantAnswer", "params": { "question": "budget" }, "operator": "is", "value": "maybe" }',
    '2:88 "is" expects "yes", "no" or "unknown", found "maybe"',
  ],
  [
    'an interest nobody declared',
    '{ "fact": "interests", "operator": "hasAnyOf", "value": ["hr", "hre"] }',
    '2:64 unknown interest "hre"; did you mean "hr"?',
  ],
  [
    'a surge of nothing',
    '{ "fact": "intentSurge", "operator": "atLeast", "value": 2 }',
    '2:1 fact "intentSurge" needs "params": { "interest": "…" }',
  ],
  [
    'a class that is none',
    '{ "fact": "consentState", "params": { "class": "newsletter" }, "operator": "is", "value": "opt-in" }',
    '2:48 expected "marketing", "outbound" or "transactional", found "newsletter"',
  ],
  [
    'bounds the wrong way round',
    '{ "fact": "employees", "operator": "between", "value": [500, 50] }',
    '2:56 "between" expects the least number first, found a list; write [50, 500]',
  ],
  [
    'no date',
    '{ "fact": "lastSeen", "operator": "before", "value": "31.12.2026" }',
    '2:54 "before" expects a date such as "2026-12-31" or "2026-12-31T18:00:00Z", found "31.12.2026"',
  ],
  [
    'a domain of a number',
    '{ "fact": "employees", "operator": "domainIn", "value": ["acme.com"] }',
    '2:36 "domainIn" never holds for "employees" (a number); "employees" is not a text',
  ],
  [
    'one of a list that is a list',
    '{ "fact": "tags", "operator": "isOneOf", "value": ["vip"] }',
    '2:31 "isOneOf" never holds for "tags" (a list); use "hasAnyOf"',
  ],
  [
    'a word of another tool',
    '{ "fact": "email", "operator": "hasDomain", "value": ["acme.com"] }',
    '2:32 unknown operator "hasDomain"; did you mean "domainIn"?',
  ],
])('%s', (_name, leaf, ...expected) => {
  checkLeaf(leaf, expected);
});

test('an interest is checked as every other file', () => {
  const path = 'rules/interests.json';
  const check = (text: string) => problemsOf({ [path]: text });
  expect(check(interests())).toEqual([]);
  expect(check(interests().replace('"interest"', '"intrest"'))).toEqual([
    `${path}:3:87 event "Ebook Downloaded" has no property "intrest"; did you mean "interest"?`,
  ]);
  expect(check(interests().replace('"points": 3', '"points": 0'))).toHaveLength(1);
  expect(check(interests().replace('"fadesAfter": "90 days", ', ''))).toEqual([
    `${path}:2:1 "fadesAfter" is missing`,
  ]);
  const twice = interests(
    ', { "id": "hr", "title": "x", "why": "x", "fadesAfter": "1 day", "from": [ { "event": "Deal Won" } ] }',
  );
  expect(check(twice)).toEqual([`${path}:3:148 interest "hr" is declared twice; rename one`]);
});

test('a gate says who gets email about interests; a workspace has one', () => {
  const path = 'rules/interests.json';
  const gate = '{ "noInterestKnown": "send", "otherInterest": "block" }';
  const gated = (text: string) => interests().replace(/\] }$/, `], "gate": ${text} }`);
  expect(problemsOf({ [path]: gated('{ "otherInterest": "block" }') })).toEqual([
    `${path}:3:150 "noInterestKnown" is missing`,
  ]);
  expect(problemsOf({ [path]: gated(gate.replace('block', 'blok')) })).toEqual([
    `${path}:3:196 expected "block" or "send", found "blok"; did you mean "block"?`,
  ]);
  const second = `{ "interests": [], "gate": ${gate} }`;
  expect(problemsOf({ [path]: gated(gate), 'rules/interests.more.json': second })).toEqual([
    `rules/interests.more.json:1:1 a second "gate": ${path} has one, and it is for all interests; keep one of them`,
  ]);
  const { release } = compileExample({ [path]: gated(gate) });
  expect(release.interestGate).toEqual({ noInterestKnown: 'send', otherInterest: 'block' });
  expect(Object.keys(release.interests ?? {})).toEqual(['hr']);
});

test('an email is about interests that are declared', () => {
  const path = 'templates/welcome/email.json';
  const about = (ids: string) => exampleText(path).replace('"topic"', `"about": ${ids}, "topic"`);
  const check = (ids: string) =>
    problemsOf({ [path]: about(ids), 'rules/interests.json': interests() });
  expect(check('["hr"]')).toEqual([]);
  expect(check('["hre"]')[0]).toMatch(/unknown interest "hre"; did you mean "hr"\?$/);
  expect(check('[]')).toHaveLength(1);
});

test('an interest compiles to what is computed with', () => {
  const { release } = compileExample({ 'rules/interests.json': interests() });
  expect(release.interests?.['hr']).toMatchObject({
    fadesAfterMs: 90 * 86_400_000,
    from: [{ match: { event: 'Ebook Downloaded' }, points: 3, halfLifeMs: 30 * 86_400_000 }],
  });
});

test.each<[string, string, readonly string[]]>([
  ['cleaned', '"type": "text", "derive": { "from": "jobTitle", "as": "seniority" }', []],
  [
    'in no way',
    '"type": "text", "derive": { "from": "jobTitle" }',
    ['2:62 a fact is derived by "words" or by "as"; add one of them'],
  ],
  [
    'in both ways',
    '"type": "text", "derive": { "from": "jobTitle", "as": "seniority", "words": { "vp": ["vp"] } }',
    ['2:62 a fact is derived by "words" or by "as"; remove one of them'],
  ],
  [
    'into a number',
    '"type": "number", "derive": { "from": "phone", "as": "phone" }',
    ['2:89 "phone" gives a text, and "level" is a number; make it a "text"'],
  ],
  [
    'into values that lack one',
    '"type": "choice", "values": ["manager", "vp"], "derive": { "from": "jobTitle", "as": "seniority" }',
    [
      '2:121 "seniority" gives "individual", "manager", "director", "vp" or "c-level", and "values" lacks individual, director, c-level; add what it lacks',
    ],
  ],
])('a fact derived %s', (_name, fields, expected) => {
  const fact = `{ "facts": [\n{ "id": "level", "label": "Level", ${fields} } ] }`;
  const found = problemsOf({ 'rules/facts.level.json': fact });
  expect(found).toEqual(expected.map((line) => `rules/facts.level.json:${line}`));
});
