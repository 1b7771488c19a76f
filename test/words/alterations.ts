/**
 * Every single value of a file, altered so that its format still takes it: for properties of the
 * form "nothing may change in silence".
 */
import type { z } from 'zod';
import { canonicalJson } from '../../core/definitions/canonical.ts';
import { parseDocument, readValue } from '../../core/definitions/document.ts';
import { formats, type Kind } from '../../core/definitions/sources.ts';
import type { Json } from '../../core/rules/condition.ts';

export interface Alteration {
  readonly path: readonly (string | number)[];
  /** Whether the name of a field was altered instead of a value. */
  readonly isName: boolean;
  /** Texts of the file with another value there: two where the format allows two. */
  readonly texts: readonly string[];
}

export function alterationsOf(kind: Kind, text: string): readonly Alteration[] {
  const value = readValue(parseDocument('file', text)) ?? null;
  const meaning = meaningOf(kind, value);
  return [...leavesOf(value), ...namesOf(value)].map(({ path, isName, candidates }) => {
    const texts = new Map<string, string>();
    for (const candidate of candidates) {
      const altered = isName
        ? renamed(value, path, String(candidate))
        : changed(value, path, candidate);
      const other = altered === undefined ? undefined : meaningOf(kind, altered);
      if (other === undefined || other === meaning || texts.has(other)) continue;
      texts.set(other, JSON.stringify(altered));
      if (texts.size === 2) break;
    }
    return { path, isName, texts: [...texts.values()] };
  });
}

/** What the format makes of it; `undefined` where it refuses. */
function meaningOf(kind: Kind, value: Json): string | undefined {
  const parsed = (formats[kind] as z.ZodType).safeParse(value);
  return parsed.success ? canonicalJson(parsed.data) : undefined;
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly isName: boolean;
  readonly candidates: readonly (string | number | boolean)[];
}

function leavesOf(value: Json, path: Place['path'] = []): readonly Place[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry: Json, index) => leavesOf(entry, [...path, index]));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
  }
  return [{ path, isName: false, candidates: othersOf(value) }];
}

function namesOf(value: Json, path: Place['path'] = []): readonly Place[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry: Json, index) => namesOf(entry, [...path, index]));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    { path: [...path, key], isName: true, candidates: [`${key}x`, `${key}y`, 'fr', 'it'] },
    ...namesOf(inner, [...path, key]),
  ]);
}

function othersOf(value: Json): Place['candidates'] {
  if (typeof value === 'number') return [value + 1, value + 2, value - 1, value / 2, value / 4];
  if (typeof value === 'boolean') return [!value];
  return typeof value === 'string' ? [...words, `${value}x`, `${value} y`] : [];
}

/** One of each form that a text in a file can have; the first two that a format takes are tried. */
const words: readonly string[] = [
  ...[
    '3 days',
    '3 hours',
    '-4 days',
    '3 business days',
    '5 business hours',
    'after 91 days',
    'always',
  ],
  ...[
    '10:30',
    '11:45',
    '2027-03-04',
    '2027-04-05',
    '2027-03-04/2027-03-05',
    '2028-01-01T10:00:00Z',
  ],
  ...[
    '2028-01-02T10:00:00Z',
    'mon-thu',
    'sat',
    'Europe/Paris',
    'Asia/Tokyo',
    'de',
    'it',
    'JPY',
    'CHF',
  ],
  ...['other@acme.example', 'else@acme.example', 'https://other.example', 'https://else.example'],
  ...[
    'traits.other',
    'traits.else',
    'awareness',
    'decision',
    'text',
    'number',
    'list',
    'marketing',
    'outbound',
    'transactional',
  ],
  ...[
    'never',
    'opt-in',
    'opt-out',
    'refused',
    'none',
    'fill-empty-only',
    'overwrite',
    'round-robin',
  ],
  ...[
    'weighted',
    'assign-anyway',
    'next-match',
    'catch-up',
    'no-catch-up',
    'resend',
    'park',
    'stay',
  ],
  ...['exit', 'skip', 'continue', 'enrol', 'ignore', 'likely-robot', 'human', 'rejects', 'accepts'],
  ...['robot', 'ever', 'fit', 'engagement', 'send', 'block', 'journey', 'nothing', 'nobody'],
  ...[
    'clicks',
    'opens',
    'call',
    'email',
    'meeting',
    'step',
    'entry',
    'userId',
    'customer',
    'decision',
  ],
  ...['owner', 'workspace', 'no-consent', 'capped', 'anna {} b', 'carl {} d'],
];

function changed(value: Json, path: Place['path'], other: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return other;
  if (Array.isArray(value)) {
    return value.map((entry: Json, index) => (index === key ? changed(entry, rest, other) : entry));
  }
  const entries = Object.entries(value as { readonly [name: string]: Json });
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, name === key ? changed(inner, rest, other) : inner]),
  );
}

function renamed(value: Json, path: Place['path'], other: string): Json | undefined {
  const [key, ...rest] = path;
  if (Array.isArray(value)) {
    return value.map((entry: Json, index) =>
      index === key ? (renamed(entry, rest, other) ?? null) : entry,
    );
  }
  const entries = Object.entries(value as { readonly [name: string]: Json });
  return Object.fromEntries(
    entries.map(([name, inner]) => {
      if (name !== key) return [name, inner];
      return rest.length === 0 ? [other, inner] : [name, renamed(inner, rest, other) ?? null];
    }),
  );
}
