/**
 * Writes the JSON Schemas by which editors complete and explain the files of one workspace: its own
 * `schema/`, which the `$schema` of every file points at.
 *
 * A file is written only when its text changes: editors read a schema again whenever it is touched.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatSchemas, printSchema } from '../core/definitions/json-schema.ts';
import { namesSchema } from '../core/definitions/names-schema.ts';
import { namesOfFiles, noNames } from '../core/definitions/schema-names.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';

/** File name → text, with the names that the files declare; without files, the formats alone. */
export function generateSchemas(files?: readonly WorkspaceFile[]): ReadonlyMap<string, string> {
  const names = namesSchema(files === undefined ? noNames() : namesOfFiles(files));
  const all = Object.entries({ ...formatSchemas(), names });
  return new Map(all.map(([name, schema]) => [`${name}.json`, `${printSchema(schema)}\n`]));
}

export { schemaFolder } from './schema-folder.ts';

/** Names of the files that were written. */
export async function writeSchemas(
  directory: string,
  files: readonly WorkspaceFile[],
): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const written = await Promise.all(
    [...generateSchemas(files)].map(async ([name, text]) => {
      const path = join(directory, name);
      const before = await readFile(path, 'utf8').catch(absentWhenMissing);
      if (before === text) return [];
      await writeFile(path, text);
      return [name];
    }),
  );
  return written.flat();
}

function absentWhenMissing(cause: unknown): undefined {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
  throw cause;
}
