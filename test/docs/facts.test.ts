// docs/facts.md: made from the catalogue, and every example on it passes the checker.
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { checkCondition } from '../../core/definitions/check-condition.ts';
import { collectNames } from '../../core/definitions/names.ts';
import type { Problem } from '../../core/definitions/problems.ts';
import { createScope } from '../../core/definitions/scope.ts';
import { readSources } from '../../core/definitions/sources.ts';
import { decorators, operators } from '../../core/rules/operators.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import {
  decoratorExamples,
  examples,
  factsPageText,
  operatorExamples,
  writtenPage,
} from './facts-page.ts';

const files = await readWorkspace(resolve(import.meta.dirname, '../..'));
const interests = `{ "interests": [ { "id": "hr", "title": "HR", "why": "Reads about HR", "fadesAfter": "90 days",
  "from": [ { "event": "Page Viewed" } ] } ] }`;
const sources = readSources([...files, { path: 'rules/interests.page.json', text: interests }], []);
const names = collectNames(sources, []);

test('is as the catalogue makes it: npm run generate:facts', async () => {
  expect(await writtenPage()).toBe(await factsPageText());
});

test('has an example of every operator and of every word before one', () => {
  const known = [...operators.values()].filter(({ later }) => later !== true);
  expect(Object.keys(operatorExamples).sort()).toEqual(known.map(({ name }) => name).sort());
  expect(Object.keys(decoratorExamples)).toEqual([...decorators.keys()]);
});

test.each(examples().map(({ of, condition }) => [of, condition] as const))(
  'the example of %s passes the checker',
  (_of, condition) => {
    const problems: Problem[] = [];
    const [source] = sources.segments;
    if (source === undefined) throw new Error('The workspace has no segments.');
    const scope = createScope(source.document, names, problems);
    checkCondition(scope, condition, ['segments'], { type: 'lead', handoff: true });
    expect(problems).toEqual([]);
  },
);
