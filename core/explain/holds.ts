/**
 * Since when the conditions of stages ahead hold, carried forward by the clock alone: what the ticks of
 * an earlier time noted, found again without them.
 */
import { compiledIn, type DecisionContext } from '../decision/context.ts';
import type { Lead } from '../facts/lead.ts';
import { nextChange } from '../facts/next-change.ts';
import { factReader } from '../facts/read.ts';
import { rulesAhead } from '../qualification/stages.ts';
import type { StageRule } from '../qualification/model.ts';

/** A condition that turns more often than this between two events is taken as it is at the end. */
const TURNS_MOST = 50;

/** The lead with its holds as they are at `until`; it carries those of its last decision, at `from`. */
export function holdsUntil(
  lead: Lead,
  from: number,
  until: number,
  context: DecisionContext,
): Lead {
  const { holding, left } = lead.stage;
  if (lead.disqualified !== undefined || lead.seq === 0) return lead;
  const held: Record<string, number> = {};
  for (const rule of rulesAhead(context.release.qualification, lead.stage.stage)) {
    if (rule.holdForMs === 0 && !Object.hasOwn(left, rule.stage)) continue;
    const known = Object.hasOwn(holding, rule.stage) ? holding[rule.stage] : undefined;
    const since = sinceWhen(rule, known, lead, { from, until }, context);
    if (since !== undefined) held[rule.stage] = since;
  }
  return { ...lead, stage: { ...lead.stage, holding: held } };
}

function sinceWhen(
  { when }: StageRule,
  known: number | undefined,
  lead: Lead,
  { from, until }: { readonly from: number; readonly until: number },
  { release }: DecisionContext,
): number | undefined {
  const condition = compiledIn(release, when);
  const holdsAt = (at: number) => condition.holds(factReader(release, lead, at), at);
  let since = known;
  let at = from;
  for (let turns = 0; turns < TURNS_MOST; turns += 1) {
    const next = nextChange(release, lead, [condition], at);
    if (next === null || next > until) break;
    at = next;
    since = holdsAt(at) ? (since ?? at) : undefined;
  }
  return holdsAt(until) ? (since ?? until) : undefined;
}
