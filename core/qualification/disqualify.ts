/**
 * The flag `disqualified`: set by the first rule that holds, released when that stops, or set for good
 * by a rep's rejection. It is not a stage; what it blocks and ends is decided where that happens.
 */
import type { Lead } from '../facts/lead.ts';
import type { Condition } from '../rules/condition.ts';
import type { Verdict } from '../rules/compile.ts';
import type { Qualification } from './model.ts';

export interface Disqualification {
  readonly rule: string;
  readonly why: string;
  readonly holds: boolean;
  readonly explanation: unknown;
}

/** The rule that a flag set by a rep carries: no rule of a file releases it. */
export const BY_REP = 'rejected:';

/** What changes about the flag now, or null. `asked` comes from a rejection. */
export function disqualification(
  lead: Lead,
  qualification: Qualification,
  verdict: (condition: Condition) => Verdict,
  asked?: { readonly reason: string; readonly why: string },
): Disqualification | null {
  const flag = lead.disqualified;
  if (asked !== undefined) {
    const rule = `${BY_REP}${asked.reason}`;
    return { rule, why: asked.why, holds: true, explanation: null };
  }
  if (flag?.id.startsWith(BY_REP) === true) return null;
  for (const { id, why, when } of qualification.disqualified) {
    const { holds, explanation } = verdict(when);
    if (holds) return flag?.id === id ? null : { rule: id, why, holds, explanation };
  }
  if (flag === undefined) return null;
  return { rule: flag.id, why: flag.why, holds: false, explanation: null };
}
