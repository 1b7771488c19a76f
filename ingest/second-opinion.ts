/**
 * After the commit json-rules-engine decides every stage change and exit again, on the facts that were
 * stored with the decision, at its instant. So whatever reaches a person has passed it.
 *
 * It changes no decision: a mismatch is a defect of ours, stored as `confirmed = false` and listed
 * under "needs attention". A process that dies in between leaves `confirmed` empty, which is listed too.
 */
import type { DecisionContext } from '../core/decision/context.ts';
import { planOf } from '../core/decision/context.ts';
import type { Decision } from '../core/decision/decision.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { Explanation } from '../core/rules/compile.ts';
import type { Condition, FactValue, Json, JsonObject, ReadFact } from '../core/rules/condition.ts';
import { confirm } from '../rule-engine/confirm.ts';
import { confirmDecisions } from '../store/decisions.ts';
import type { Sql } from '../store/client.ts';
import type { FoldedEvent } from './fold.ts';

export async function confirmFolded(
  sql: Sql,
  folded: readonly FoldedEvent[],
  context: DecisionContext,
): Promise<void> {
  const opinions: { readonly id: string; readonly agrees: boolean }[] = [];
  for (const { lead, decisions, decisionIds } of folded) {
    for (const [index, decision] of decisions.entries()) {
      const id = decisionIds[index];
      if (id === undefined || (decision.kind !== 'stage' && decision.kind !== 'exit')) continue;
      opinions.push({ id, agrees: await isConfirmed(decision, lead, context) });
    }
  }
  await confirmDecisions(sql, opinions);
}

type Judged = Extract<Decision, { kind: 'stage' | 'exit' }>;

async function isConfirmed(decision: Judged, lead: Lead, context: DecisionContext) {
  const condition =
    decision.kind === 'stage'
      ? conditionOfStage(decision.rule, context)
      : conditionOfExit(decision.enrolmentId, decision.exit, lead, context);
  // An event that is named, a verdict, a deal: no condition was asked.
  if (condition === undefined || decision.explanation === null) return true;
  const explanation = decision.explanation as Explanation;
  const compiled = { holds: true, explanation };
  const { segments } = context.release;
  const opinion = await confirm(compiled, condition, segments, readerOf(explanation), decision.at);
  return opinion.agrees;
}

function conditionOfStage(rule: string, { release }: DecisionContext): Condition | undefined {
  const { stages } = release.qualification;
  const back = stages.find(({ stage }) => rule === `${stage}.backTo`)?.backTo?.if;
  return back ?? stages.find(({ stage }) => rule === stage)?.when;
}

function conditionOfExit(
  enrolmentId: string,
  exit: string,
  lead: Lead,
  context: DecisionContext,
): Condition | undefined {
  const enrolment = lead.enrolments.find(({ id }) => id === enrolmentId);
  if (enrolment === undefined) return undefined;
  const plan = planOf(context, enrolment.journey, enrolment.planHash);
  const when = plan?.exits.find(({ id }) => id === exit)?.when;
  return when?.type === 'condition' ? when.condition : undefined;
}

/** Answers with what the decision saw. What it did not look at is missing here too. */
function readerOf(explanation: Explanation): ReadFact {
  const seen = new Map<string, FactValue>();
  collect(explanation, seen);
  return (fact, params) => seen.get(keyOf(fact, params));
}

function collect(explanation: Explanation, seen: Map<string, FactValue>): void {
  switch (explanation.type) {
    case 'all':
    case 'any':
      for (const part of explanation.of) collect(part, seen);
      return;
    case 'not':
      collect(explanation.of, seen);
      return;
    case 'segment':
      if (explanation.of !== undefined) collect(explanation.of, seen);
      return;
    case 'leaf': {
      const { fact, params, path, actual } = explanation;
      if (actual === undefined) return;
      const key = keyOf(fact, params);
      seen.set(key, path === undefined ? actual : nested(seen.get(key), path.split('.'), actual));
    }
  }
}

/** The object that has `value` at the path, beside what was put there for other paths. */
function nested(around: FactValue, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const known = isObject(around) ? around : {};
  return { ...known, [key]: nested(known[key], rest, value) };
}

function isObject(value: FactValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The engine passes empty parameters where a condition has none. */
function keyOf(fact: string, params: JsonObject | undefined): string {
  const given = Object.entries(params ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return given.length === 0 ? fact : `${fact} ${JSON.stringify(given)}`;
}
