/**
 * Writes `schema/*.json`, the JSON Schemas by which editors complete and explain the files.
 *
 * Generated from the formats that read the files, so the two cannot differ; a test compares what is
 * checked in. Run as `npm run generate:schemas`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { formats } from '../core/definitions/sources.ts';

/** File name → text. */
export function generateSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(formats).map(([kind, format]) => {
      const schema = z.toJSONSchema(format, {
        target: 'draft-7',
        io: 'input',
        unrepresentable: 'any',
      });
      return [`${kind}.json`, `${JSON.stringify(schema, null, 2)}\n`];
    }),
  );
}

if (import.meta.filename === process.argv[1]) {
  const folder = join(import.meta.dirname, '..', 'schema');
  await mkdir(folder, { recursive: true });
  const schemas = generateSchemas();
  await Promise.all([...schemas].map(([name, text]) => writeFile(join(folder, name), text)));
  console.log(`${schemas.size} schemas written to schema/`);
}
