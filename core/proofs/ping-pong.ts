/**
 * Can a stage be entered again on evidence that has been answered already?
 *
 * The engine lets nobody back without new activity, and without `again` not before `when` has stopped
 * and begun anew. What is left is what a file can loosen: an `again` that is over within a day, an
 * event that skips it, and a rejection that moves forward.
 */
import type { Path } from '../definitions/problems.ts';
import type { Release } from '../definitions/release.ts';
import type { StageRule } from '../qualification/model.ts';
import type { Condition } from '../rules/condition.ts';
import { durationOf } from '../rules/duration.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';

/** Less than a working day: nobody's judgement of a lead changes so soon. */
const soonMs = 86_400_000;

export function findPingPong({ release, sources }: ProvableWorkspace): readonly Finding[] {
  const file = sources.qualification[0]?.path;
  if (file === undefined) return [];
  const { stages } = release.qualification;
  const inStages = stages.flatMap((rule, index) => {
    const told = { file, path: ['stages', index] };
    return [...findSoon(rule, told, release), ...findExcept(rule, told, release)];
  });
  return [...inStages, ...findForward({ release, sources })];
}

interface Place {
  readonly file: string;
  readonly path: Path;
}

/** How a lead comes to leave the stage, in words; `undefined` when it never does. */
function wayBack({ stage, backTo }: StageRule, release: Release): string | undefined {
  const { order } = release.qualification;
  const at = order.indexOf(stage);
  const rejection = release.rejectReasons.find(({ then }) => {
    const to = then.stage === undefined ? -1 : order.indexOf(then.stage);
    return to >= 0 && to < at;
  });
  if (rejection !== undefined)
    return `rejected as "${rejection.id}" → ${rejection.then.stage ?? ''}`;
  return backTo === undefined ? undefined : `"backTo" → ${backTo.stage}`;
}

function findSoon(rule: StageRule, { file, path }: Place, release: Release): readonly Finding[] {
  const { again, label, stage } = rule;
  const back = wayBack(rule, release);
  if (again === undefined || back === undefined || again.notBeforeMs >= soonMs) return [];
  if (!outlives(rule.when, again.notBeforeMs, release)) return [];
  const wait = Math.round(again.notBeforeMs / 60_000);
  return [
    {
      finding: 'ping-pong',
      severity: 'warning',
      file,
      path: [...path, 'again', 'notBefore'],
      message: `a lead that has left "${label}" is back after ${wait} minutes and one page view, on the same old evidence`,
      witness: `${stage} → ${back} → ${wait} min later a page view, "when" still holds → ${stage}${sayHandoff(rule)}`,
      fix: '"notBefore": "30 days", or longer than what "when" counts',
    },
  ];
}

function findExcept(rule: StageRule, { file, path }: Place, release: Release): readonly Finding[] {
  const { again, label, stage, when } = rule;
  const back = wayBack(rule, release);
  if (again === undefined || back === undefined) return [];
  return again.except.flatMap((event, index): readonly Finding[] => {
    if (rule.instantOn.includes(event) || countedEvents(when, release).has(event)) return [];
    return [
      {
        finding: 'ping-pong',
        severity: 'warning',
        file,
        path: [...path, 'again', 'except', index],
        message: `"${event}" lets a lead back into "${label}" at once, and is no evidence for it: "when" does not count it`,
        witness: `${stage} → ${back} → "${event}", "when" still holds on the old evidence → ${stage}${sayHandoff(rule)}`,
        fix: `count "${event}" in "when", or take it out of "except"`,
      },
    ];
  });
}

function sayHandoff({ onEnter }: StageRule): string {
  return onEnter?.handoff === undefined ? '' : `, handoff "${onEnter.handoff}" again`;
}

/** A rep says no, and the lead is handed over again for it. */
function findForward({ release, sources }: ProvableWorkspace): readonly Finding[] {
  const { order, stages } = release.qualification;
  const handing = stages.filter(({ onEnter }) => onEnter?.handoff !== undefined);
  return sources.handoffs.flatMap(({ path: file, value }) =>
    value.rejectReasons.flatMap(({ id }, index): readonly Finding[] => {
      const to = release.rejectReasons.find((reason) => reason.id === id)?.then.stage;
      const target = handing.find(({ stage }) => stage === to);
      if (target === undefined) return [];
      const from = handing.find(({ stage }) => order.indexOf(stage) < order.indexOf(target.stage));
      if (from === undefined) return [];
      return [
        {
          finding: 'ping-pong',
          severity: 'warning',
          file,
          path: ['rejectReasons', index, 'then', 'stage'],
          message: `rejecting a lead as "${id}" moves it forward to "${target.label}" and hands it over again`,
          witness: `${from.stage}, handoff "${from.onEnter?.handoff ?? ''}" → rejected as "${id}" → ${target.stage}${sayHandoff(target)}`,
          fix: `a stage before "${from.stage}"`,
        },
      ];
    }),
  );
}

/** Whether the condition may still hold after so long without anything new. */
function outlives(condition: Condition, ms: number, release: Release): boolean {
  if ('all' in condition) return condition.all.every((one) => outlives(one, ms, release));
  if ('any' in condition) return condition.any.some((one) => outlives(one, ms, release));
  if ('not' in condition) return true;
  if ('condition' in condition) {
    const segment = release.segments[condition.condition];
    return segment === undefined || outlives(segment.when, ms, release);
  }
  const span = condition.operator === 'withinLast' ? condition.value : condition.params?.['within'];
  return span === undefined || (durationOf(span) ?? Infinity) > ms;
}

/** The events that a condition counts, in segments and in scores too. */
function countedEvents(condition: Condition, release: Release): ReadonlySet<string> {
  const inner = (one: Condition) => [...countedEvents(one, release)];
  if ('all' in condition) return new Set(condition.all.flatMap(inner));
  if ('any' in condition) return new Set(condition.any.flatMap(inner));
  if ('not' in condition) return countedEvents(condition.not, release);
  if ('condition' in condition) {
    const segment = release.segments[condition.condition];
    return segment === undefined ? new Set() : countedEvents(segment.when, release);
  }
  const event = condition.params?.['event'];
  if (scored.includes(condition.fact)) return scoringEvents(release);
  return new Set(typeof event === 'string' ? [event] : []);
}

const scored = ['grade', 'fitGrade', 'fitScore', 'engagementScore'];

function scoringEvents({ models }: Release): ReadonlySet<string> {
  const rules = models.flatMap((model) => model.rules);
  return new Set(rules.flatMap((rule) => (rule.type === 'when' ? [] : [rule.match.event])));
}
