/**
 * In which order a format lists the keys of an object: `$schema` first, then as its author meant them.
 *
 * Maps whose keys the file chooses (reps, columns, words) have no order of ours: theirs may mean
 * something. Asked by the formatter alone.
 */
import type { z } from 'zod';
import type { Json } from '../rules/condition.ts';
import { formats } from './sources.ts';
import type { Kind } from './sources.ts';

export interface KeyOrder {
  /** Known keys, in order; empty where the file's own order stands. */
  readonly keys: readonly string[];
  below(key: string | number, value: Json): KeyOrder;
}

export function keyOrderOf(kind: Kind, value: Json): KeyOrder {
  return orderOf(formats[kind], value);
}

const none: KeyOrder = { keys: [], below: () => none };

function orderOf(schema: unknown, value: Json): KeyOrder {
  const { def } = schema as Schema;
  switch (def.type) {
    case 'object':
      return {
        keys: Object.keys(def.shape ?? {}),
        below: (key, inner) => below(def.shape?.[key], inner),
      };
    case 'array':
      return { keys: [], below: (_index, inner) => below(def.element, inner) };
    case 'record':
      return { keys: [], below: (_key, inner) => below(def.valueType, inner) };
    case 'union': {
      const fitting = def.options?.find((one) => (one as z.ZodType).safeParse(value).success);
      return below(fitting, value);
    }
    case 'optional':
    case 'default':
    case 'nullable':
    case 'readonly':
      return below(def.innerType, value);
    case 'pipe':
      return below(def.in, value);
    case 'lazy':
      return below(def.getter?.(), value);
    default:
      return none;
  }
}

function below(schema: unknown, value: Json): KeyOrder {
  return schema === undefined ? none : orderOf(schema, value);
}

/** The part of zod's own description of a schema that is looked at here. */
interface Schema {
  readonly def: {
    readonly type: string;
    readonly shape?: { readonly [key: string]: unknown };
    readonly element?: unknown;
    readonly valueType?: unknown;
    readonly options?: readonly unknown[];
    readonly innerType?: unknown;
    readonly in?: unknown;
    readonly getter?: () => unknown;
  };
}
