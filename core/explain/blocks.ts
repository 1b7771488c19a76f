/**
 * What keeps a lead out of a stage although its condition holds, or would: a flag, a person's word, the
 * stage it comes from, a rest after it was left, a way back that is open.
 *
 * The same questions that `core/qualification/stages.ts` asks before it lets a lead in.
 */
import { judgeOf, type DecisionContext } from '../decision/context.ts';
import type { Lead } from '../facts/lead.ts';
import type { StageRule } from '../qualification/model.ts';

export type Block =
  | { readonly type: 'disqualified'; readonly why: string; readonly at: number }
  | {
      readonly type: 'by-hand';
      readonly why: string;
      readonly by: string;
      readonly until?: number;
    }
  | { readonly type: 'from'; readonly stages: readonly string[] }
  /** Left at `left`: not before `until`, and not without activity since then. */
  | {
      readonly type: 'again';
      readonly left: number;
      readonly until?: number;
      readonly needsActivity: boolean;
      /** It was left with its condition holding: that must stop first. */
      readonly needsAnew: boolean;
      readonly except: readonly string[];
    }
  | { readonly type: 'back-to'; readonly stage: string };

export function blocksOf(
  rule: StageRule | undefined,
  lead: Lead,
  now: number,
  context: DecisionContext,
): readonly Block[] {
  return [
    ...flagged(lead),
    ...setByHand(lead, now),
    ...(rule === undefined
      ? []
      : [
          ...comingFrom(rule, lead),
          ...resting(rule, lead, now),
          ...wayBack(rule, lead, now, context),
        ]),
  ];
}

function flagged({ disqualified }: Lead): readonly Block[] {
  if (disqualified === undefined) return [];
  const { why, at } = disqualified;
  return [{ type: 'disqualified', why, at }];
}

function setByHand({ stage: { byHand } }: Lead, now: number): readonly Block[] {
  if (byHand === undefined || (byHand.until !== undefined && byHand.until <= now)) return [];
  const { why, by, until } = byHand;
  return [{ type: 'by-hand', why, by, ...(until === undefined ? {} : { until }) }];
}

function comingFrom({ from }: StageRule, { stage }: Lead): readonly Block[] {
  return from === undefined || from.includes(stage.stage) ? [] : [{ type: 'from', stages: from }];
}

function resting(rule: StageRule, lead: Lead, now: number): readonly Block[] {
  const { left: leftAt, holding } = lead.stage;
  const left = Object.hasOwn(leftAt, rule.stage) ? leftAt[rule.stage] : undefined;
  if (left === undefined) return [];
  const needsActivity = lead.lastActivityAt === undefined || lead.lastActivityAt <= left;
  const end = left + (rule.again?.notBeforeMs ?? 0);
  const until = end > now ? { until: end } : {};
  const needsAnew = rule.again === undefined && (holding[rule.stage] ?? left) <= left;
  if (!needsActivity && !needsAnew && end <= now) return [];
  const except = rule.again?.except ?? [];
  return [{ type: 'again', left, ...until, needsActivity, needsAnew, except }];
}

function wayBack(
  { backTo }: StageRule,
  lead: Lead,
  now: number,
  context: DecisionContext,
): readonly Block[] {
  if (backTo === undefined || !judgeOf(context, lead, now).holds(backTo.if)) return [];
  return [{ type: 'back-to', stage: backTo.stage }];
}
