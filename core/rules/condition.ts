/**
 * Conditions: json-rules-engine's JSON, grammar unchanged, as data.
 *
 * A condition says what must hold; it never says where a fact comes from. `ReadFact` is the one
 * door through which an evaluation sees the world, so the same condition runs in ingest, in the
 * simulator and inside json-rules-engine itself.
 */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** `undefined` means the fact is not known: every plain-word operator is false on it. */
export type FactValue = Json | undefined;
export type ReadFact = (fact: string, params?: JsonObject) => FactValue;

export interface Leaf {
  readonly fact: string;
  readonly operator: string;
  readonly value: Json;
  readonly params?: JsonObject;
  /** Dotted keys into an object fact, json-rules-engine's `path` without JSONPath. */
  readonly path?: string;
  readonly name?: string;
  readonly priority?: number;
}
export interface AllOf {
  readonly all: readonly Condition[];
  readonly name?: string;
  readonly priority?: number;
}
export interface AnyOf {
  readonly any: readonly Condition[];
  readonly name?: string;
  readonly priority?: number;
}
export interface Not {
  readonly not: Condition;
  readonly name?: string;
  readonly priority?: number;
}
/** A named segment of `rules/segments.json`. */
export interface SegmentReference {
  readonly condition: string;
  readonly priority?: number;
}
export type Condition = Leaf | AllOf | AnyOf | Not | SegmentReference;

/** An event named in a file: `where` is a condition on its properties, `same` a property equal to the entry event's. */
export interface EventMatch {
  readonly event: string;
  readonly where?: Condition;
  readonly same?: string;
  readonly trust?: 'human';
}
