/**
 * Does an SLA wait for a cause that nobody declared?
 *
 * Events named as events are checked by the formats. `handoff.cause` compares with the name of an event
 * or a stage as a plain text, where a slip of the pen is no mistake of form: the rule just never fires.
 */
import type { Path } from '../definitions/problems.ts';
import { didYouMean } from '../definitions/suggest.ts';
import type { Condition, Json } from '../rules/condition.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { writtenConditions } from './written-conditions.ts';

export function findUndeclaredCauses(workspace: ProvableWorkspace): readonly Finding[] {
  const { events, qualification } = workspace.release;
  const known = [...Object.keys(events), ...qualification.order];
  return writtenConditions(workspace).flatMap(({ what, file, path, condition }) =>
    causesIn(condition, path).flatMap((cause): readonly Finding[] => {
      if (known.includes(cause.text)) return [];
      const text = JSON.stringify(cause.text);
      return [
        {
          finding: 'undeclared-event',
          severity: 'warning',
          file,
          path: cause.path,
          message: `${what} waits for the cause ${text}, which is no declared event and no stage`,
          witness: `handoff.cause is the name of the event that caused the handoff, or the stage: never ${text} as long as nobody declares it`,
          fix: didYouMean(cause.text, known) ?? 'declare the event in rules/events.json',
        },
      ];
    }),
  );
}

function causesIn(
  condition: Condition,
  path: Path,
): readonly { readonly text: string; readonly path: Path }[] {
  if ('all' in condition) {
    return condition.all.flatMap((one, index) => causesIn(one, [...path, 'all', index]));
  }
  if ('any' in condition) {
    return condition.any.flatMap((one, index) => causesIn(one, [...path, 'any', index]));
  }
  if ('not' in condition) return causesIn(condition.not, [...path, 'not']);
  if ('condition' in condition || condition.fact !== 'handoff.cause') return [];
  if (!exact.has(condition.operator)) return [];
  const { value } = condition;
  if (typeof value === 'string') return [{ text: value, path: [...path, 'value'] }];
  return isList(value)
    ? value.flatMap((text, index) =>
        typeof text === 'string' ? [{ text, path: [...path, 'value', index] }] : [],
      )
    : [];
}

const exact = new Set(['is', 'isNot', 'isOneOf', 'equal', 'notEqual', 'in', 'notIn']);

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
