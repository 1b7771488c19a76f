/**
 * What a journey needs beside itself: the names it speaks of, the names those speak of, and the emails.
 *
 * It walks the files as plain JSON and knows only which keys carry names. A name that nobody declared
 * (a built-in fact, a property of an event) is not needed; whether all is there is the check's to say.
 */
import type { WorkspaceFile } from '../../core/definitions/sources.ts';
import type { Json } from '../../core/rules/condition.ts';
import type { Declaration, DeclarationKind } from './declarations.ts';
import { objectOf, parsed } from './values.ts';

export interface Needs {
  readonly templates: readonly string[];
  readonly declarations: readonly Declaration[];
}

/** Key → what the text under it names. */
const named: { readonly [key: string]: DeclarationKind | 'template' | 'assignee' } = {
  event: 'event',
  name: 'event',
  fact: 'fact',
  from: 'fact',
  interest: 'interest',
  segment: 'segment',
  condition: 'segment',
  topic: 'topic',
  hours: 'hours',
  send: 'template',
  for: 'assignee',
  ifNone: 'assignee',
  notify: 'assignee',
};

/** `isHere` tells what the workspace that takes the journey has already, by name. */
export function needsOf(
  texts: readonly string[],
  files: readonly WorkspaceFile[],
  declared: readonly Declaration[],
  isHere: (declaration: Declaration) => boolean,
): Needs {
  const templates = new Set<string>();
  const found = new Set<Declaration>();
  const manifests = new Map(files.map(({ path, text }) => [path, text]));
  const look = (value: Json): void => {
    for (const { kind, id } of namesIn(value)) {
      if (kind === 'template') {
        const manifest = manifests.get(`templates/${id}/email.json`);
        if (manifest === undefined || templates.has(id)) continue;
        templates.add(id);
        look(parsed(manifest));
        continue;
      }
      const declaration = declared.find((one) => one.kind === kind && one.id === id);
      if (declaration === undefined || found.has(declaration)) continue;
      found.add(declaration);
      // Whoever works here already has office hours of their own.
      if (kind !== 'rep' || !isHere(declaration)) look(declaration.value);
    }
  };
  for (const text of texts) look(parsed(text));
  return { templates: [...templates], declarations: [...found] };
}

interface Named {
  readonly kind: DeclarationKind | 'template';
  readonly id: string;
}

function namesIn(value: Json): readonly Named[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((inner: Json) => namesIn(inner));
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) => [
    ...nameAt(key, inner),
    ...(key === 'value' ? interestsIn(value, inner) : []),
    ...(key === 'about' ? aboutIn(inner) : []),
    ...(key === 'columns' ? factsIn(inner) : []),
    ...(key === 'variables' ? variablesIn(inner) : []),
    ...namesIn(inner),
  ]);
}

function nameAt(key: string, value: Json): readonly Named[] {
  const kind = Object.hasOwn(named, key) ? named[key] : undefined;
  if (kind === undefined || typeof value !== 'string') return [];
  if (kind !== 'assignee') return [{ kind, id: value }];
  return value.startsWith('rep:') ? [{ kind: 'rep', id: value.slice(4) }] : [];
}

/** `interests has hr`: the value names an interest. */
function interestsIn(leaf: Json, value: Json): readonly Named[] {
  if (objectOf(leaf)['fact'] !== 'interests') return [];
  const names: readonly Json[] = Array.isArray(value) ? value : [value];
  return names.filter((name) => typeof name === 'string').map((id) => ({ kind: 'interest', id }));
}

/** An email is `about` interests. */
function aboutIn(names: Json): readonly Named[] {
  if (!Array.isArray(names)) return [];
  return names
    .filter((name) => typeof name === 'string')
    .map((id) => ({ kind: 'interest' as const, id }));
}

/** The columns of an import name facts as their values. */
function factsIn(columns: Json): readonly Named[] {
  if (typeof columns !== 'object' || columns === null) return [];
  return Object.values(columns).flatMap((target: Json) => {
    const to = typeof target === 'string' ? target : objectOf(target)['to'];
    return typeof to === 'string' ? [{ kind: 'fact' as const, id: to }] : [];
  });
}

/** `lead.<fact>` of an email. */
function variablesIn(variables: Json): readonly Named[] {
  if (typeof variables !== 'object' || variables === null) return [];
  return Object.keys(variables)
    .filter((name) => name.startsWith('lead.'))
    .map((name) => ({ kind: 'fact', id: name.slice('lead.'.length) }));
}
