/** Every case of the corpus is caught, at its place, with its witness, and nothing else is said. */
import { describe, expect, test } from 'vitest';
import { findings } from '../../core/proofs/finding.ts';
import { asExpected, baseFolder, corpusCases, problemsOf, readFiles } from './corpus.ts';

const cases = corpusCases();

test('the base workspace, over which the cases are laid, is clean', () => {
  expect(problemsOf(readFiles(baseFolder))).toEqual([]);
});

test.each(findings)('%s has a case', (finding) => {
  expect(cases.filter(({ expected }) => expected.finding === finding)).not.toEqual([]);
});

describe.each(cases)('$name', ({ files, expected }) => {
  test('is caught where it is, and nothing else is reported', () => {
    const found = problemsOf(files);
    expect(found.map((problem) => asExpected(problem, expected))).toEqual([expected]);
  });
});
