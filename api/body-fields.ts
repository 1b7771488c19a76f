/**
 * Single fields of a request's body as people fill them in, checked where they are used: each refusal
 * names the field, what was found and what was expected.
 */
import { Problem } from './problems.ts';

/** Longer ones are cut: a reason is a sentence. */
const textMost = 500;

export function requiredText(value: unknown, field: string, says?: string): string {
  const text = typeof value === 'string' ? value.trim().slice(0, textMost) : '';
  if (text !== '') return text;
  const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  const what = says === undefined ? '' : ` that says ${says}`;
  throw invalidField(field, `${field} ${found}; expected a text${what}.`);
}

/** Empty where nothing was said. */
export function optionalText(value: unknown, field: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.trim().slice(0, textMost);
  throw invalidField(field, `${field} is ${JSON.stringify(value)}; expected a text.`);
}

export function invalidField(field: string, detail: string): Problem {
  return new Problem('invalid-body', detail, { errors: [{ pointer: `#/${field}`, detail }] });
}
