/** Reads a property of an event that came from outside: a text, or nothing. It never throws. */
import type { Json } from '../rules/condition.ts';

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
