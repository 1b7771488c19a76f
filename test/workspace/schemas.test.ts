/** The checked-in JSON Schemas are those of the formats. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { generateSchemas } from '../../workspace/generate-schemas.ts';

const folder = new URL('../../schema/', import.meta.url);

test('schema/ is current: run `npm run generate:schemas` after changing a format', async () => {
  const generated = generateSchemas();
  expect((await readdir(folder)).sort()).toEqual([...generated.keys()].sort());
  for (const [name, text] of generated) {
    expect(await readFile(new URL(name, folder), 'utf8'), name).toBe(text);
  }
});

test('every format is draft-07 and explains itself', () => {
  for (const [name, text] of generateSchemas()) {
    const schema = JSON.parse(text) as { $schema: string; title?: string; description?: string };
    expect(schema.$schema, name).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema.title, name).toBeDefined();
    expect(schema.description, name).toBeDefined();
  }
});

test('keys reserved for later are refused by editors too', () => {
  expect(generateSchemas().get('journey.json')).not.toContain('"sendNext"');
});
