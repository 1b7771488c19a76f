/**
 * JSON with comments as plain values, and whether two of them say the same. Apart because declarations,
 * needs and templates all ask it.
 */
import { getNodeValue, parse, type Node } from 'jsonc-parser';
import { canonicalJson } from '../../core/definitions/canonical.ts';
import type { Json, JsonObject } from '../../core/rules/condition.ts';

export function valueOf(node: Node): Json {
  return getNodeValue(node) as Json;
}

export function parsed(text: string): Json {
  return parse(text, [], { allowTrailingComma: true }) as Json;
}

export function objectOf(value: Json | undefined): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Whatever the order of keys; `$schema` says where an editor looks, not what a file says. */
export function saysTheSame(a: Json, b: Json): boolean {
  return canonicalJson(withoutSchema(a)) === canonicalJson(withoutSchema(b));
}

function withoutSchema(value: Json): Json {
  const { $schema: _, ...rest } = objectOf(value);
  return Object.keys(objectOf(value)).length > 0 ? rest : value;
}
