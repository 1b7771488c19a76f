/**
 * After the commit json-rules-engine decides every stage change and exit again, on the facts that were
 * stored with the decision, at its instant. So whatever reaches a person has passed it.
 *
 * It changes no decision: a mismatch is a defect of ours, stored as `confirmed = false` and listed
 * under "needs attention". A process that dies in between leaves `confirmed` empty: the worker asks for
 * those again, from what is stored alone.
 */
import type { DecisionContext } from '../core/decision/context.ts';
import { planOf } from '../core/decision/context.ts';
import type { Decision } from '../core/decision/decision.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import type { Explanation } from '../core/rules/compile.ts';
import type { Condition, FactValue, Json, JsonObject, ReadFact } from '../core/rules/condition.ts';
import { confirm } from '../rule-engine/confirm.ts';
import { confirmDecisions, findUnconfirmed, type Unconfirmed } from '../store/decisions.ts';
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
      const condition =
        decision.kind === 'stage'
          ? conditionOfStage(decision.rule, context.release)
          : conditionOfExit(decision.exit, planOfRun(decision.enrolmentId, lead, context));
      opinions.push({ id, agrees: await isConfirmed(decision, condition, context.release) });
    }
  }
  await confirmDecisions(sql, opinions);
}

export interface StoredReleases {
  release(id: string): Promise<Release>;
  plan(hash: string): Promise<JourneyPlan | undefined>;
}

/** Younger decisions are still in the hands of the process that made them. */
const LEFT_OVER_AFTER_MS = 60_000;

/** One round over what a crash left without a second opinion; true when there may be more. */
export async function confirmLeftOver(
  sql: Sql,
  releases: StoredReleases,
  limit: number,
  olderThanMs = LEFT_OVER_AFTER_MS,
): Promise<boolean> {
  const rows = await findUnconfirmed(sql, olderThanMs, limit);
  const opinions: { readonly id: string; readonly agrees: boolean }[] = [];
  for (const row of rows) {
    const release = await releases.release(row.releaseId);
    const condition = await conditionOfStored(row, release, releases);
    opinions.push({ id: row.id, agrees: await isConfirmed(row, condition, release) });
  }
  await confirmDecisions(sql, opinions);
  return rows.length === limit;
}

async function conditionOfStored(
  { kind, rule, planHash }: Unconfirmed,
  release: Release,
  releases: StoredReleases,
): Promise<Condition | undefined> {
  if (kind === 'stage') return conditionOfStage(rule, release);
  return conditionOfExit(rule, planHash === null ? undefined : await releases.plan(planHash));
}

type Judged = Pick<Extract<Decision, { kind: 'stage' | 'exit' }>, 'at' | 'explanation'>;

/** A condition that cannot be found any more is not confirmed: somebody has to look. */
async function isConfirmed(
  { at, explanation }: Judged,
  condition: Condition | undefined,
  { segments }: Release,
): Promise<boolean> {
  if (!isOfCondition(explanation)) return true;
  if (condition === undefined) return false;
  const compiled = { holds: true, explanation };
  return (await confirm(compiled, condition, segments, readerOf(explanation), at)).agrees;
}

/** An event that is named, a verdict, a deal: no condition was asked. */
function isOfCondition(explanation: unknown): explanation is Explanation {
  if (typeof explanation !== 'object' || explanation === null) return false;
  return 'type' in explanation && explanation.type !== 'event';
}

function conditionOfStage(rule: string, release: Release): Condition | undefined {
  const { stages } = release.qualification;
  const back = stages.find(({ stage }) => rule === `${stage}.backTo`)?.backTo?.if;
  return back ?? stages.find(({ stage }) => rule === stage)?.when;
}

function planOfRun(enrolmentId: string, lead: Lead, context: DecisionContext) {
  const enrolment = lead.enrolments.find(({ id }) => id === enrolmentId);
  return enrolment && planOf(context, enrolment.journey, enrolment.planHash);
}

function conditionOfExit(exit: string, plan: JourneyPlan | undefined): Condition | undefined {
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
