/**
 * Dotted paths into plain data: `company.name`, `items.0.sku`.
 *
 * The one path resolver of the product; rule-engine hands it to json-rules-engine as well, whose own
 * JSONPath can run code. It reads own properties only and never throws.
 */
import type { FactValue, Json } from './condition.ts';

export function valueAt(value: FactValue, path: string): FactValue {
  let current: FactValue = value;
  for (const key of path.split('.')) {
    if (current === null || typeof current !== 'object') return undefined;
    if (!Object.hasOwn(current, key)) return undefined;
    current = (current as { readonly [key: string]: Json })[key];
  }
  return current;
}

/** json-rules-engine's rule: a path is ignored where the fact holds no object. */
export function factAtPath(value: FactValue, path: string | undefined): FactValue {
  if (path === undefined || path === '' || value === null || typeof value !== 'object')
    return value;
  return valueAt(value, path);
}
