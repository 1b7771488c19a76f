/**
 * The formats of files as JSON Schemas (draft-07) for editors.
 *
 * Made from the very formats that read the files, so the two cannot differ. They are the same for
 * every workspace: whatever a workspace names itself they take from `names.json` beside them
 * (`names-schema.ts`), the one file that changes when somebody adds a fact. Nothing here reads a disk.
 */
import { z } from 'zod';
import type { NamesOf } from './shape.ts';
import { formats } from './sources.ts';
import type { Kind } from './sources.ts';

export type JsonSchema = { [key: string]: unknown };

/** Kind of file → schema. */
export function formatSchemas(): { readonly [K in Kind]: JsonSchema } {
  const made = Object.entries(formats).map(([kind, format]) => {
    const condition = kind === 'journey' ? 'JourneyCondition' : 'LeadCondition';
    return [kind, schemaOf(format, condition)];
  });
  // One entry for each format.
  return Object.fromEntries(made) as { readonly [K in Kind]: JsonSchema };
}

/** A format or a part of one; conditions and names are references to `names.json`. */
export function schemaOf(format: z.ZodType, condition: string): JsonSchema {
  const { definitions = {}, ...schema } = z.toJSONSchema(format, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => fillIn(jsonSchema as JsonSchema),
  }) as unknown as JsonSchema & { definitions?: Definitions };
  const targets = new Map([
    ...aliasesIn(definitions),
    ['#/definitions/Condition', inNames(condition)],
    ['#/definitions/EventCondition', inNames('EventCondition')],
    ['#/definitions/SlaCondition', inNames('SlaCondition')],
  ]);
  // A format with a name of its own is a reference to itself.
  const { $ref: root = '' } = schema as { readonly $ref?: string };
  const own = root.slice('#/definitions/'.length);
  const whole = tidy(definitions[own] ?? schema, targets) as JsonSchema;
  const kept = reachedFrom(whole, tidy(definitions, targets) as Definitions);
  return Object.keys(kept).length === 0 ? whole : { ...whole, definitions: kept };
}

type Definitions = { [name: string]: JsonSchema };

/** JSON that people can read in a review: whatever fits stands on one line. */
export function printSchema(value: unknown, indent = ''): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= 96) {
    return spaced(line);
  }
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const entries = Array.isArray(value)
    ? value.map((one: unknown) => printSchema(one, inner))
    : Object.entries(value).map(
        ([key, one]) => `${JSON.stringify(key)}: ${printSchema(one, inner)}`,
      );
  return `${open}\n${entries.map((entry) => inner + entry).join(',\n')}\n${indent}${close}`;
}

/** A blank after each comma and colon that is not part of a text. */
function spaced(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"|[,:]/g, (part) => (part.length === 1 ? `${part} ` : part));
}

function inNames(definition: string): string {
  return `names.json#/definitions/${definition}`;
}

/** `reject-reason` → `RejectReason`. */
export function definitionOf(kind: NamesOf): string {
  return kind.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase());
}

/** The marks that formats carry → references; what zod says and editors need not hear is dropped. */
function fillIn(schema: JsonSchema): void {
  const names = schema['namesOf'] as NamesOf | undefined;
  const keys = schema['keysOf'] as NamesOf | undefined;
  const whole = schema['holds'] as string | undefined;
  if (schema['shown'] !== undefined) schema['examples'] = schema['shown'];
  for (const mark of ['namesOf', 'keysOf', 'holds', 'shown']) delete schema[mark];
  if (names !== undefined) {
    delete schema['minLength'];
    schema['allOf'] = [{ $ref: inNames(definitionOf(names)) }];
  }
  if (keys !== undefined) {
    schema['propertyNames'] = { $ref: inNames(definitionOf(keys)) };
  }
  if (whole !== undefined) {
    for (const key of ['type', 'propertyNames', 'additionalProperties', 'default']) {
      delete schema[key];
    }
    schema['allOf'] = [{ $ref: inNames(whole) }];
  }
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  // What a text means is no text: a default of 0 ms is not how a file would write it.
  if (schema['type'] === 'string' && typeof schema['default'] !== 'string') {
    delete schema['default'];
  }
  const plainKeys = schema['propertyNames'] as JsonSchema | undefined;
  if (plainKeys !== undefined && Object.keys(plainKeys).join() === 'type') {
    delete schema['propertyNames'];
  }
}

/** Definitions that only point at another one. */
function aliasesIn(definitions: Definitions): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const [name, schema] of Object.entries(definitions)) {
    const [only] = (schema['allOf'] as readonly { $ref?: string }[] | undefined) ?? [];
    const target = (schema['$ref'] as string | undefined) ?? only?.$ref;
    if (name.startsWith('__') && Object.keys(schema).length === 1 && target !== undefined) {
      aliases.set(`#/definitions/${name}`, target);
    }
  }
  return aliases;
}

/** Of `AnyValue` only this is left: whatever is JSON. */
const anyValue = '#/definitions/AnyValue';

/** One way to refer: `$ref` alone, or `allOf` beside a description. */
function tidy(value: unknown, targets: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => tidy(one, targets));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, tidy(inner, targets)]);
  const schema = Object.fromEntries(entries) as JsonSchema;
  const [only] = (schema['allOf'] as readonly JsonSchema[] | undefined) ?? [];
  const reference = schema['$ref'] ?? only?.['$ref'];
  if (typeof reference !== 'string') return schema;
  const { $ref: _own, allOf: _again, ...rest } = schema;
  const $ref = targetOf(reference, targets);
  if ($ref === anyValue) return rest;
  return Object.keys(rest).length === 0 ? { $ref } : { ...rest, allOf: [{ $ref }] };
}

function targetOf(reference: string, targets: ReadonlyMap<string, string>): string {
  const next = targets.get(reference);
  return next === undefined || next === reference ? reference : targetOf(next, targets);
}

function reachedFrom(schema: JsonSchema, definitions: Definitions): Definitions {
  const reached = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/definitions\/([^"]+)"/g)) {
      if (reached.has(name)) continue;
      reached.add(name);
      visit(definitions[name] ?? {});
    }
  };
  visit(schema);
  return Object.fromEntries(Object.entries(definitions).filter(([name]) => reached.has(name)));
}
