/**
 * Conditions on the age of a date: `withinLast` and `olderThan`, decorated or not. No other operator
 * looks at the clock.
 *
 * Apart because whoever asks an answer again, and whoever asks when it turns, must mean the same
 * operators. An instant too many costs a look that finds nothing; one left out would be a decision missed.
 */
import type { FactValue } from './condition.ts';
import { durationOf } from './duration.ts';
import { instantOf } from './instant.ts';
import { undecorated } from './operators.ts';

/** What is compared with a span of time. */
export function isAboutAge(operator: string): boolean {
  return undecorated(operator)?.value === 'duration';
}

/** Where such a condition may turn: at the dates, and where each is as old as the value says. */
export function ageChanges(actual: FactValue, value: FactValue): readonly number[] {
  const spans = entriesOf(value).map(durationOf).filter(isNumber);
  const dates = entriesOf(actual).map(instantOf).filter(isNumber);
  return dates.flatMap((at) => [at, ...spans.map((span) => at + span)]);
}

/** Decorated with `some` or `every`, each entry of a list counts by itself. */
function entriesOf(value: FactValue): readonly FactValue[] {
  return Array.isArray(value) ? (value as readonly FactValue[]) : [value];
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}
