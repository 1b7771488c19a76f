/** The engine behind the proofs against the evaluator that decides in production. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../core/definitions/canonical.ts';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
import { PROOF_NOW } from '../../../core/proofs/satisfiability/cells.ts';
import { leadWorld } from '../../../core/proofs/satisfiability/domain.ts';
import { solve } from '../../../core/proofs/satisfiability/solve.ts';
import type { WitnessFact } from '../../../core/proofs/satisfiability/solve.ts';
import { compileCondition } from '../../../core/rules/compile.ts';
import type { ReadFact } from '../../../core/rules/condition.ts';
import { baseFolder, readFiles } from '../../proofs/corpus.ts';
import { anyCondition, anyLead } from './random-lead-facts.ts';

const compiled = compileRelease(readFiles(baseFolder), 'base');
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
const { release } = compiled.workspace;

function readerOf(witness: readonly WitnessFact[]): ReadFact {
  const facts = new Map(
    witness.map(({ fact, params, value }) => [canonicalJson([fact, params]), value]),
  );
  return (fact, params = {}) => facts.get(canonicalJson([fact, params]));
}

/** Enough leads that a wrong "cannot hold" does not slip through. */
const leads = fc.sample(anyLead, { numRuns: 3_000, seed: 20_260_115 });

test('a witness satisfies the condition, and what cannot hold is held by none of 3,000 leads', () => {
  const tally = { yes: 0, no: 0, unknown: 0 };
  fc.assert(
    fc.property(anyCondition, (condition) => {
      const answer = solve(release, leadWorld, [{ holds: condition }]);
      const { holds } = compileCondition(condition, release.segments);
      tally[answer.type]++;
      if (answer.type === 'yes') expect(holds(readerOf(answer.witness), PROOF_NOW)).toBe(true);
      if (answer.type === 'no') expect(leads.some((read) => holds(read, PROOF_NOW))).toBe(false);
    }),
    { numRuns: 4_000 },
  );
  expect(tally.no).toBeGreaterThan(200);
  expect(tally.yes).toBeGreaterThan(2_000);
  expect(tally.unknown).toBeLessThan(100);
});

test('what cannot fail holds for all of 3,000 leads', () => {
  let certain = 0;
  fc.assert(
    fc.property(anyCondition, (condition) => {
      const answer = solve(release, leadWorld, [{ fails: condition }]);
      const { holds } = compileCondition(condition, release.segments);
      certain += answer.type === 'no' ? 1 : 0;
      if (answer.type === 'yes') expect(holds(readerOf(answer.witness), PROOF_NOW)).toBe(false);
      if (answer.type === 'no') expect(leads.every((read) => holds(read, PROOF_NOW))).toBe(true);
    }),
    { numRuns: 4_000 },
  );
  expect(certain).toBeGreaterThan(20);
});
