/** A look-up as a file says it, checked, read, and lived by personas. */
import { expect, test } from 'vitest';
import { runPersona } from '../../../core/simulate/persona.ts';
import { describeChanges } from '../../../core/words/describe-changes.ts';
import { noLexicon } from '../../../core/words/lexicon.ts';
import { stepWords } from '../../../core/words/step-words.ts';
import { compileExample, exampleText, journeyText, problemsOf } from '../definitions/example.ts';

const branch = `{ "id": "large", "branch": [
  { "id": "many", "if": { "fact": "employees", "operator": "atLeast", "value": 500 }, "steps": [ { "id": "end", "exit": "Large" } ] },
  { "id": "few", "else": true, "steps": [] } ] }`;
const lookUp = (facts: string, upTo = '2 minutes') =>
  `{ "id": "look-up", "enrich": ${facts}, "upTo": "${upTo}" }`;
const journey = journeyText([lookUp('["employees", "industry"]'), branch].join(',\n'));

function lived(persona: object): readonly string[] {
  const file = {
    persona: 'looked-up',
    startsAt: '2026-03-27T16:30:00+01:00',
    script: [{ day: 0, event: 'Trial Started' }],
    expect: {},
    ...persona,
  };
  const changes = { 'journeys/x.json': journey, 'personas/x.json': JSON.stringify(file) };
  const { personas, release } = compileExample(changes);
  const found = personas.find((one) => one.persona === 'looked-up');
  if (found === undefined) throw new Error('the persona is not there');
  return runPersona(release, found)
    .timeline.map(({ text }) => text)
    .filter((text) => /look-up|sample|Enriched/.test(text));
}
const lead = { email: 'ana@nordwind.example' };

test('what the persona says that a provider knows becomes known, and the journey goes by it', () => {
  expect(lived({ lead, enrichment: { employees: 900 } })).toEqual([
    'Enters journey "sample"',
    'Lead Enriched',
    'More became known (sample, look-up)',
    'Journey "sample" ends: exit:end',
  ]);
});

test('without that nobody knows more, and the journey goes on', () => {
  expect(lived({ lead })).toEqual([
    'Enters journey "sample"',
    'Nobody knows more (sample, look-up)',
    'Journey "sample" is completed',
  ]);
});

test('what the lead said is not looked up', () => {
  const all = { ...lead, employees: 3, industry: 'Wind' };
  expect(lived({ lead: all, enrichment: { employees: 900 } })).toContain(
    'All of it was known already (sample, look-up)',
  );
  const some = { ...lead, employees: 3 };
  const story = lived({ lead: some, enrichment: { employees: 900, industry: 'Wind' } });
  expect(story).toContain('More became known (sample, look-up)');
  expect(story).toContain('Journey "sample" is completed');
});

test('what makes no sense is a problem with its place', () => {
  const check = (step: string, ...expected: readonly string[]) =>
    expect(problemsOf({ 'journeys/x.json': journeyText(step) })).toEqual(
      expected.map((line) => expect.stringContaining(line) as string),
    );
  check(lookUp('["employes"]'), '3:31 unknown fact "employes"; did you mean "employees"?');
  check(lookUp('["email"]'), '3:31 only the lead itself can say "email"');
  check(lookUp('["grade"]'), '3:31 unknown fact "grade"');
  check(lookUp('["industry", "industry"]'), '3:43 fact "industry" is named twice; leave one out');
  check(lookUp('[]'), '3:30 ');
  check(lookUp('["industry"]', '0 minutes'), 'no time to look anything up');
  check('{ "id": "look-up", "enrich": ["industry"] }', '"upTo"');
  const busy = exampleText('personas/busy-vp.json');
  const told = busy.replace('"startsAt"', '"enrichment": { "owner": "anna" }, "startsAt"');
  expect(problemsOf({ 'personas/busy-vp.json': told }).join()).toContain(
    'only the lead itself can say "owner"',
  );
});

test('an email that answers an act may follow a short look-up, not one that takes a day', () => {
  const steps = (upTo: string) =>
    journeyText(
      [
        lookUp('["industry"]', upTo),
        '{ "id": "hello", "send": "welcome", "class": "transactional" }',
      ].join(',\n'),
    );
  expect(problemsOf({ 'journeys/x.json': steps('2 minutes') })).toEqual([]);
  expect(problemsOf({ 'journeys/x.json': steps('1 day') }).join()).toContain('answers nothing');
});

test('a changed look-up is told', () => {
  const other = journey.replace('["employees", "industry"]', '["employees"]');
  const part = (source: string) => ({ kind: 'journey', key: 'x', hash: source, source }) as const;
  const told = describeChanges(
    [part(journey)],
    [part(other.replace('2 minutes', '3 minutes'))],
  ).map(({ text }) => text);
  expect(told).toEqual([
    'the step look-up: what it looks up drops industry',
    'the step look-up: the longest wait is 3 minutes instead of 2 minutes',
  ]);
});

test('is read as a sentence', () => {
  const step = { id: 'x', enrich: ['employees', 'industry'], upTo: 120_000 };
  expect(stepWords(step, noLexicon)).toBe(
    'Looks up number of employees and industry, for up to 2 minutes',
  );
});
