/**
 * The second opinion: what the compiled evaluator decided inside a transaction is decided again by
 * json-rules-engine, on the same facts at the same instant.
 *
 * Used after the commit for stage changes and exits. A mismatch is a defect of ours and is returned,
 * never thrown, so that the caller can show it under "needs attention" and go on.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Condition, ReadFact } from '../core/rules/condition.ts';
import type { Segments, Verdict } from '../core/rules/compile.ts';
import { evaluateCondition } from './evaluate.ts';

export type Confirmation =
  | { readonly agrees: true }
  | { readonly agrees: false; readonly engine?: Verdict; readonly found: string };

export async function confirm(
  compiled: Verdict,
  condition: Condition,
  segments: Segments,
  read: ReadFact,
  now: number,
): Promise<Confirmation> {
  try {
    const engine = await evaluateCondition(condition, segments, read, now);
    if (isDeepStrictEqual(engine, compiled)) return { agrees: true };
    const found =
      engine.holds === compiled.holds
        ? 'Both evaluators agree on the outcome but not on the reasons.'
        : `The compiled evaluator said ${compiled.holds}, json-rules-engine says ${engine.holds}.`;
    return { agrees: false, engine, found };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'an unknown failure';
    return { agrees: false, found: `json-rules-engine gave no second opinion: ${reason}` };
  }
}
