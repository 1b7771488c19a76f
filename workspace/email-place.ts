/** The place in an email.json to which keys lead, for a problem that was found in the words themselves. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { WorkspaceFile } from '../core/definitions/sources.ts';

/** The nearest place that is there: a key that is missing is missing in something. */
export function emailPlace(
  files: readonly WorkspaceFile[],
  file: string,
  path: readonly string[],
): { readonly line: number; readonly column: number } {
  const text = files.find((one) => one.path === file)?.text ?? '';
  const tree = parseTree(text, [], { allowTrailingComma: true });
  if (tree === undefined) return { line: 1, column: 1 };
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined) return placeAt(text, node.offset);
  }
  return { line: 1, column: 1 };
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
