/**
 * What the rules of a workspace declare by name (events, facts, interests, segments, topics, reps and their hours),
 * each with the words its author wrote, and how one of them is written into another workspace.
 *
 * A file that grows keeps its comments and its layout: text is inserted, never printed anew. Nothing
 * here reads a disk, and nothing is ever replaced.
 */
import { applyEdits, findNodeAtLocation, modify, parseTree, type Node } from 'jsonc-parser';
import { kindOf, type Kind, type WorkspaceFile } from '../../core/definitions/sources.ts';
import type { Json } from '../../core/rules/condition.ts';
import { valueOf } from './values.ts';

export type DeclarationKind = 'event' | 'fact' | 'interest' | 'segment' | 'topic' | 'rep' | 'hours';
export interface Declaration {
  readonly kind: DeclarationKind;
  readonly id: string;
  readonly value: Json;
  /** As its author wrote it. */
  readonly text: string;
  readonly file: string;
}
interface Home {
  readonly file: Kind;
  readonly list: string;
  /** The key that names an entry of a list; absent where entries are named by their own keys. */
  readonly id?: string;
}

const homes: { readonly [K in DeclarationKind]: Home } = {
  event: { file: 'events', list: 'events', id: 'event' },
  fact: { file: 'facts', list: 'facts', id: 'id' },
  interest: { file: 'interests', list: 'interests', id: 'id' },
  segment: { file: 'segments', list: 'segments', id: 'id' },
  topic: { file: 'sending', list: 'topics', id: 'id' },
  rep: { file: 'routing', list: 'reps' },
  hours: { file: 'routing', list: 'hours' },
};
const declarationKinds = Object.keys(homes) as readonly DeclarationKind[];
const layout = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' } };

export function declarationsOf(files: readonly WorkspaceFile[]): readonly Declaration[] {
  return files.flatMap((file) =>
    declarationKinds
      .filter((kind) => homes[kind].file === kindOf(file.path))
      .flatMap((kind) => declarationsIn(file, kind)),
  );
}

function declarationsIn({ path, text }: WorkspaceFile, kind: DeclarationKind): Declaration[] {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const { list, id } = homes[kind];
  const node = tree === undefined ? undefined : findNodeAtLocation(tree, [list]);
  return (node?.children ?? []).flatMap((child) => {
    const entry = id === undefined ? child.children?.[1] : child;
    const name: unknown =
      id === undefined
        ? child.children?.[0]?.value
        : child.type === 'object' && findNodeAtLocation(child, [id])?.value;
    if (entry === undefined || typeof name !== 'string') return [];
    const written = text.slice(entry.offset, entry.offset + entry.length);
    return [{ kind, id: name, value: valueOf(entry), text: written, file: path }];
  });
}

/** Into the file of its kind, which is made where there is none; `schema` is the path of the schemas. */
export function declare(
  files: readonly WorkspaceFile[],
  declaration: Declaration,
  schema: string,
): readonly WorkspaceFile[] {
  const { file: kind, list, id } = homes[declaration.kind];
  const known = files.filter(({ path }) => kindOf(path) === kind);
  const file =
    known.find(({ path }) => path === `rules/${kind}.json`) ??
    known.find(({ text }) => listIn(text, list) !== undefined) ??
    known[0];
  const entry =
    id === undefined ? `${JSON.stringify(declaration.id)}: ${declaration.text}` : declaration.text;
  if (file === undefined) {
    const [open, close] = id === undefined ? ['{', '}'] : ['[', ']'];
    const text = `{ "$schema": "${schema}/${kind}.json",\n  "${list}": ${open}\n    ${entry} ${close} }\n`;
    return [...files, { path: `rules/${kind}.json`, text }];
  }
  const empty: Json = id === undefined ? {} : [];
  const ready =
    listIn(file.text, list) === undefined
      ? applyEdits(file.text, modify(file.text, [list], empty, layout))
      : file.text;
  return replaceFile(files, { path: file.path, text: insertLast(ready, list, entry) });
}

/** A property that an event has there and not here. */
export function addProperty(
  files: readonly WorkspaceFile[],
  event: Declaration,
  property: string,
  type: Json,
): readonly WorkspaceFile[] {
  return files.map((file) => {
    if (file.path !== event.file) return file;
    const index = declarationsIn(file, 'event').findIndex(({ id }) => id === event.id);
    const path = ['events', index, 'properties'];
    const tree = parseTree(file.text, [], { allowTrailingComma: true });
    const last = tree && findNodeAtLocation(tree, path)?.children?.at(-1);
    if (last === undefined) {
      const edits = modify(file.text, path, { [property]: type }, layout);
      return { ...file, text: applyEdits(file.text, edits) };
    }
    const end = last.offset + last.length;
    const added = `, ${JSON.stringify(property)}: ${JSON.stringify(type)}`;
    return { ...file, text: `${file.text.slice(0, end)}${added}${file.text.slice(end)}` };
  });
}

function replaceFile(
  files: readonly WorkspaceFile[],
  changed: WorkspaceFile,
): readonly WorkspaceFile[] {
  return files.map((file) => (file.path === changed.path ? changed : file));
}

function listIn(text: string, list: string): Node | undefined {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  return tree === undefined ? undefined : findNodeAtLocation(tree, [list]);
}

/** After the last entry, on a line of its own, and after a comment that speaks of that entry. */
function insertLast(text: string, list: string, entry: string): string {
  const node = listIn(text, list);
  if (node === undefined) throw new Error(`no list ${JSON.stringify(list)} to write into`);
  const last = node.children?.at(-1);
  if (last === undefined) {
    const at = node.offset + 1;
    return `${text.slice(0, at)}\n    ${entry}${text.slice(at).replace(/^(?=\S)/, ' ')}`;
  }
  const end = last.offset + last.length;
  const line = text.slice(text.lastIndexOf('\n', last.offset) + 1, last.offset);
  const indent = /^\s*$/.test(line) ? line : `${/^\s*/.exec(line)?.[0] ?? ''}  `;
  const comment = /^[ \t]*,?[ \t]*\/\/[^\n]*/.exec(text.slice(end))?.[0] ?? '';
  const hasComma = /^\s*,/.test(text.slice(end));
  const before = text.slice(0, end) + (hasComma ? '' : ',') + comment;
  const rest = text.slice(end + comment.length);
  // A trailing comma of the author moves behind the new last entry by itself.
  return hasComma && comment === ''
    ? `${text.slice(0, end)},\n${indent}${entry}${rest}`
    : `${before}\n${indent}${entry}${rest}`;
}
