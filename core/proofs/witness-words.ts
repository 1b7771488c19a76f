/**
 * Witnesses and the conditions they speak of, in words: "country DE, employees 500, grade not known".
 *
 * Facts are called as files call them, so that a reader finds them there. `core/explain` says why a
 * condition held for a real lead; here nobody real is meant.
 */
import type { Condition, FactValue, Json, JsonObject, Leaf } from '../rules/condition.ts';
import { durationInWords, durationOf } from '../rules/duration.ts';
import { isKnown, operators } from '../rules/operators.ts';
import { PROOF_NOW } from './satisfiability/cells.ts';
import type { WitnessFact } from './satisfiability/solve.ts';
import type { Term } from './satisfiability/variables.ts';

export function witnessInWords(witness: readonly WitnessFact[]): string {
  return witness.length === 0 ? 'any lead' : witness.map(factInWords).join(', ');
}

/** What cannot be had together: "employees is at least 500 and employees is less than 50". */
export function termsInWords(terms: readonly Term[]): string {
  return terms
    .map((term) =>
      'holds' in term ? conditionInWords(term.holds) : `not (${conditionInWords(term.fails)})`,
    )
    .join(' and ');
}

export function conditionInWords(condition: Condition): string {
  if ('all' in condition) return listInWords(condition.all, 'and');
  if ('any' in condition) return listInWords(condition.any, 'or');
  if ('not' in condition) return `not (${conditionInWords(condition.not)})`;
  if ('condition' in condition) return `in segment "${condition.condition}"`;
  return leafInWords(condition);
}

/** `eventCount` speaks of its event, a score of a model by its model. */
export function nameInWords(fact: string, params: JsonObject = {}): string {
  const { event, within, where, model } = params;
  if (typeof event !== 'string') return typeof model === 'string' ? `${fact} of "${model}"` : fact;
  const matching = where === undefined ? '' : ' that match';
  const window = typeof within === 'string' ? ` within ${within}` : '';
  return `number of "${event}"${matching}${window}`;
}

function factInWords({ fact, params, value, words }: WitnessFact): string {
  return `${nameInWords(fact, params)} ${words ?? valueInWords(value)}`;
}

/** Large numbers are instants: no fact of ours counts so far. */
const INSTANTS_FROM = Date.UTC(2000, 0, 1);

function valueInWords(value: FactValue): string {
  if (value === undefined || !isKnown(value)) return 'not known';
  if (typeof value === 'number' && value > INSTANTS_FROM) {
    const age = PROOF_NOW - value;
    return age < 0 ? 'in the future' : `${durationInWords(age)} ago`;
  }
  if (!isList(value)) return plain(value);
  return value.length === 0 ? 'empty' : value.map(plain).join(' and ');
}

function leafInWords(leaf: Leaf): string {
  const name = nameInWords(leaf.fact, leaf.params);
  if (leaf.operator === 'known') return `${name} is ${leaf.value === true ? '' : 'not '}known`;
  const words = operators.get(leaf.operator)?.words ?? leaf.operator;
  return `${name} ${words} ${expectedInWords(leaf)}`;
}

function expectedInWords({ value, operator }: Leaf): string {
  const span = operators.get(operator)?.value === 'duration' ? durationOf(value) : undefined;
  if (span !== undefined) return durationInWords(span);
  return isList(value) ? value.map(plain).join(', ') : plain(value);
}

function listInWords(conditions: readonly Condition[], joint: string): string {
  return conditions
    .map((one) =>
      'all' in one || 'any' in one ? `(${conditionInWords(one)})` : conditionInWords(one),
    )
    .join(` ${joint} `);
}

function plain(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || isList(value)) return JSON.stringify(value);
  const { fact } = value;
  return typeof fact === 'string' ? fact : JSON.stringify(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
