/**
 * The two ways formats are written: `shape` (an object with exactly these keys) and `choice`.
 *
 * Both tell the reader of a problem more than zod does: which keys are known, and which words are
 * reserved for later. zod's final issues carry only a message, so the message carries that as JSON;
 * `explain-issues.ts` is the only reader.
 */
import { z } from 'zod';

export interface KeyHints {
  readonly known: readonly string[];
  /** Key → why it is refused. */
  readonly refused: { readonly [key: string]: string };
}
export interface ChoiceHints {
  /** Words reserved for later. */
  readonly later: readonly string[];
}

export const notYet = 'is not available yet';

/** Begins the message of a value of the wrong type where only a text of one form is right. */
export const writtenAs = 'written as ';

/** A strict object; `later` are keys reserved for what is not built yet. */
export function shape<const Fields extends z.core.$ZodLooseShape>(
  fields: Fields,
  options: {
    readonly later?: readonly string[];
    readonly refused?: { readonly [key: string]: string };
  } = {},
) {
  const later = Object.fromEntries((options.later ?? []).map((key) => [key, notYet]));
  const hints: KeyHints = {
    known: Object.keys(fields).filter((key) => key !== '$schema'),
    refused: { ...later, ...options.refused },
  };
  const message = JSON.stringify(hints);
  return z.strictObject(fields, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? message : undefined),
  });
}

export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  later: readonly string[] = [],
) {
  const hints: ChoiceHints = { later };
  return z.enum(words, { error: () => JSON.stringify(hints) });
}

export function keyHintsOf(message: string): KeyHints {
  return JSON.parse(message) as KeyHints;
}

export function choiceHintsOf(message: string): ChoiceHints {
  return message.startsWith('{') ? (JSON.parse(message) as ChoiceHints) : { later: [] };
}

/** What every file opens with. */
export const schemaKey = z
  .string()
  .optional()
  .meta({
    description:
      'Where editors find the completion and explanations for this file. Keep it as the first line.',
    examples: ['../schema/journey.json'],
  });

export const someText = z.string().min(1);

/** Whose names editors offer for a text; `json-schema.ts` fills them in. */
export type NamesOf =
  | 'assignee'
  | 'closed-destination'
  | 'date'
  | 'destination'
  | 'enterable-journey'
  | 'event'
  | 'event-property'
  | 'exit'
  | 'fact'
  | 'fact-here'
  | 'handoff'
  | 'hours'
  | 'interest'
  | 'import-target'
  | 'journey'
  | 'model'
  | 'operator'
  | 'question'
  | 'reader'
  | 'reject-reason'
  | 'rep'
  | 'role'
  | 'routing'
  | 'score'
  | 'segment'
  | 'stage'
  | 'stage-value'
  | 'template'
  | 'topic'
  | 'trait';

/** A text that names something declared elsewhere. */
export function nameOf(kind: NamesOf, description: string) {
  return someText.meta({ description, namesOf: kind });
}

/**
 * What an editor shows for a field: what it does, what holds without it, how it is written. Examples
 * go by a name of ours, because zod drops its own wherever a text is turned into something else.
 */
export function about<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  ...examples: readonly unknown[]
): Schema {
  return schema.meta({
    description,
    ...(examples.length === 0 ? {} : { shown: [...examples] }),
  });
}

/** Names that appear in links, ids and file names. */
export const key = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  error: 'a name of letters, digits, "-", "_" and "." (at most 64)',
});

export const why = someText.meta({
  description: 'The reason in plain words. People read it wherever this is explained.',
  examples: ['They bought', 'Director or above can sign'],
});

/** A text that `parse` turns into something else, or refuses with a sentence. */
export function parsedText<Value>(parse: (text: string) => Parsed<Value>) {
  const empty = parse('');
  const error = empty.ok ? undefined : `${writtenAs}${empty.expected}`;
  return z.string({ error }).transform((text, context): Value => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.expected });
    return z.NEVER;
  });
}
export type Parsed<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly expected: string };
