/** The checked-in JSON Schemas are those of the formats, and offer the names of the workspace. */
import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { generateSchemas } from '../../workspace/generate-schemas.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('schema/', root);
let schemas: ReadonlyMap<string, string>;

beforeAll(async () => {
  schemas = generateSchemas(await readWorkspace(root.pathname));
});

test('schema/ is current: run `npm run generate:schemas` after changing a format or a name', async () => {
  expect((await readdir(folder)).sort()).toEqual([...schemas.keys()].sort());
  for (const [name, text] of schemas) {
    expect(await readFile(new URL(name, folder), 'utf8'), name).toBe(text);
  }
});

test('every format is draft-07 and explains itself', () => {
  for (const [name, text] of schemas) {
    const schema = JSON.parse(text) as { $schema: string; title?: string; description?: string };
    expect(schema.$schema, name).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema.title, name).toBeDefined();
    expect(schema.description, name).toBeDefined();
    expect(text, name).not.toContain('namesOf');
  }
});

test('editors are offered facts, operators, templates and stages', () => {
  const journey = schemas.get('journey.json');
  for (const name of ['daysSinceActivity', 'isOneOf', 'need-a-hand', 'Trial Started', 'MQL']) {
    expect(journey).toContain(JSON.stringify(name));
  }
});

test('keys reserved for later are refused by editors too', () => {
  expect(schemas.get('journey.json')).not.toContain('"sendNext"');
});
