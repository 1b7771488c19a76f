/**
 * `$schema`, the first key of every file: without it, or with that of another kind, an editor completes
 * nothing or the wrong things, and nobody notices. A warning, because the files mean the same.
 */
import { posix } from 'node:path';
import { parseDocument, problemOf } from '../core/definitions/document.ts';
import type { Problem } from '../core/definitions/problems.ts';
import { kindOf } from '../core/definitions/sources.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { schemaFolder } from './schema-folder.ts';

/** Files that have mistakes already are left alone: first things first. */
export function checkSchemaKeys(
  files: readonly WorkspaceFile[],
  found: readonly Problem[],
): readonly Problem[] {
  const broken = new Set(
    found.flatMap(({ file, severity }) => (severity === 'error' ? [file] : [])),
  );
  return files.flatMap((file) => {
    const kind = kindOf(file.path);
    return kind === undefined || broken.has(file.path) ? [] : checkOne(file, kind);
  });
}

const written =
  /^\uFEFF?(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*\{(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*"\$schema"\s*:\s*"([^"\\]*)"/;

function checkOne({ path, text }: WorkspaceFile, kind: string): readonly Problem[] {
  const right = posix.relative(posix.dirname(path), `${schemaFolder}/${kind}.json`);
  const first = written.exec(text)?.[1];
  if (first !== undefined && isRight(path, first, right)) return [];
  const document = parseDocument(path, text);
  const key = document.root?.children?.find(({ children }) => children?.[0]?.value === '$schema');
  const value: unknown = key?.children?.[1]?.value;
  if (typeof value === 'string' && isRight(path, value, right)) return [];
  const found = typeof value === 'string' ? JSON.stringify(value) : undefined;
  const message =
    found === undefined
      ? 'editors cannot help here: "$schema" is missing'
      : `"$schema" leads editors to ${found}, which is not the schema of this file`;
  const fix = `write "$schema": "${right}"`;
  return [
    problemOf(
      document,
      found === undefined ? [] : ['$schema'],
      { message, fix },
      'value',
      'warning',
    ),
  ];
}

/** A schema of a server counts by its name: `https://…/schemas/journey.json`. */
function isRight(path: string, value: string, right: string): boolean {
  if (/^https?:\/\//.test(value)) return posix.basename(value) === posix.basename(right);
  return posix.join(posix.dirname(path), value) === posix.join(posix.dirname(path), right);
}
