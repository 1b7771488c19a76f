/** The JSON Schemas of every shipped workspace: current, complete, and in words. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateSchemas, writeSchemas } from '../../workspace/generate-schemas.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { shippedWorkspaces } from '../support/workspaces.ts';

interface Schema {
  readonly [key: string]: unknown;
}

const root = new URL('../../', import.meta.url).pathname;
let schemas: ReadonlyMap<string, string>;
beforeAll(async () => {
  schemas = generateSchemas(await readWorkspace(root));
});

/** Those of the recipes are written when somebody opens one: `npm run generate:schemas`. */
const withSchemas = (await shippedWorkspaces()).filter(([name]) => !name.includes('recipes'));

test.each(withSchemas)(
  'schema/ of %s is current: run `npm run generate:schemas` after changing a format or a name',
  async (_name, directory) => {
    const folder = join(directory, 'schema');
    const current = generateSchemas(await readWorkspace(directory));
    expect((await readdir(folder)).sort()).toEqual([...current.keys()].sort());
    for (const [name, text] of current) {
      expect(await readFile(join(folder, name), 'utf8'), name).toBe(text);
    }
  },
);

test('every schema is draft-07 and has a title', () => {
  for (const [name, text] of schemas) {
    const schema = JSON.parse(text) as Schema;
    expect(schema['$schema'], name).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema['title'], name).toBeDefined();
    expect(schema['description'], name).toBeDefined();
    expect(text, name).not.toMatch(/"(namesOf|keysOf|holds|shown)":/);
  }
});

describe('every field is explained', () => {
  /** Calls `see` with every schema of a field, an arm or an entry of a list, and where it stands. */
  function walk(schema: Schema, place: string, see: (field: Schema, place: string) => void): void {
    const visit = (field: Schema, at: string, isSeen = true) => {
      const isUnion = Array.isArray(field['anyOf']) && !('description' in field);
      if (isSeen && !isUnion) see(field, at);
      walk(field, at, see);
    };
    for (const key of ['properties', 'definitions']) {
      for (const [name, field] of Object.entries((schema[key] ?? {}) as Schema)) {
        visit(field as Schema, `${place}/${name}`, key === 'properties');
      }
    }
    const entries = [schema['items'], schema['additionalProperties']].flat();
    entries.forEach((entry) => {
      if (typeof entry === 'object' && entry !== null) visit(entry as Schema, `${place}/*`);
    });
    const arms = (schema['anyOf'] ?? []) as readonly Schema[];
    if (!isNames(arms)) arms.forEach((arm, index) => visit(arm, `${place}/${index}`));
  }

  /** Names and what else is right: explained by the field, name by name by `enumDescriptions`. */
  function isNames(arms: readonly Schema[]): boolean {
    return arms.some((arm) => 'enum' in arm);
  }

  function resolve(schema: Schema, file: string): Schema {
    const [all] = (schema['allOf'] as readonly Schema[] | undefined) ?? [];
    const reference = (schema['$ref'] ?? all?.['$ref']) as string | undefined;
    if (reference === undefined) return schema;
    const [where = '', path = ''] = reference.split('#/definitions/');
    const home = where === '' ? file : where;
    const { definitions } = JSON.parse(schemas.get(home) ?? '{}') as {
      readonly definitions: { readonly [name: string]: Schema };
    };
    const target = definitions[path];
    if (target === undefined) throw new Error(`${reference} of ${file} points at nothing`);
    return { ...resolve(target, home), ...schema };
  }

  test('with a description', () => {
    const silent: string[] = [];
    for (const [name, text] of schemas) {
      walk(JSON.parse(text) as Schema, name, (field, place) => {
        const said = resolve(field, name)['description'];
        if (typeof said !== 'string' || said.length < 6) silent.push(place);
      });
    }
    expect(silent).toEqual([]);
  });

  test('with an example, names or words to choose from wherever a text or number is typed', () => {
    const bare: string[] = [];
    let typed = 0;
    for (const [name, text] of schemas) {
      walk(JSON.parse(text) as Schema, name, (field, place) => {
        const whole = resolve(field, name);
        if (!['string', 'number', 'integer'].includes(String(whole['type']))) return;
        typed++;
        const helps = ['examples', 'enum', 'anyOf', 'const', 'default'];
        if (!helps.some((key) => key in whole) && !isNumberAlone(whole)) bare.push(place);
      });
    }
    expect(bare).toEqual([]);
    expect(typed).toBeGreaterThan(150);
  });

  function isNumberAlone(field: Schema): boolean {
    return field['type'] !== 'string' && 'minimum' in field && 'maximum' in field;
  }

  test('every name is offered with what it means', () => {
    const { definitions } = JSON.parse(schemas.get('names.json') ?? '') as {
      readonly definitions: { readonly [name: string]: Schema };
    };
    const fact = definitions['FactOfLead'] as {
      readonly enum: readonly string[];
      readonly enumDescriptions: readonly string[];
    };
    expect(fact.enumDescriptions[fact.enum.indexOf('painPoint')]).toBe('Pain point (text)');
    expect(fact.enum).toHaveLength(fact.enumDescriptions.length);
  });
});

test('names are offered where they are known, and only there', () => {
  const { definitions } = JSON.parse(schemas.get('names.json') ?? '') as {
    readonly definitions: { readonly [name: string]: Schema };
  };
  const offered = (name: string) => JSON.stringify(definitions[name]);
  expect(offered('FactOfLead')).not.toContain('"handoff.cause"');
  expect(offered('FactOfHandoff')).toContain('"handoff.cause"');
  expect(offered('FactOfLead')).not.toContain('entry');
  expect(offered('FactInJourney')).toContain('^entry');
  expect(offered('EnterableJourney')).toContain('"recycle"');
  expect(offered('EnterableJourney')).not.toContain('"trial-nurture"');
  expect(offered('Stage')).toContain('"MQL"');
  expect(offered('StageValue')).not.toContain('"MQL"');
});

test('keys reserved for later are refused by editors too', () => {
  expect(schemas.get('journey.json')).not.toContain('"sendNext"');
});

describe('a workspace somebody is writing on', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-schema-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const factsOf = (files: ReadonlyMap<string, string>): string => {
    const { definitions } = JSON.parse(files.get('names.json') ?? '') as {
      readonly definitions: { readonly [name: string]: Schema };
    };
    return JSON.stringify(definitions['FactOfLead']);
  };
  const withFacts = async (change: (text: string) => string) => {
    const files = await readWorkspace(root);
    return files.map((file) =>
      file.path === 'rules/facts.json' ? { ...file, text: change(file.text) } : file,
    );
  };

  test('keeps its names while a comma is missing, while a key is wrong, while a text is open', async () => {
    for (const change of [
      (text: string) => text.replace('},\n', '}\n'),
      (text: string) => text.replace('"label": "Pain point"', '"lable": "Pain point"'),
      (text: string) => text.replace(/\]\s*\}\s*$/, ''),
    ]) {
      const facts = factsOf(generateSchemas(await withFacts(change)));
      expect(facts).toContain('"seniority"');
      expect(facts).toContain('"plan"');
    }
  });

  test('leaves names free while the file that declares them cannot be read at all', async () => {
    const facts = factsOf(generateSchemas(await withFacts(() => '')));
    expect(facts).toContain('{"type":"string"}');
  });

  test('writes only what changed: one file for a new fact', async () => {
    const files = await readWorkspace(root);
    expect(await writeSchemas(folder, files)).toHaveLength(15);
    expect(await writeSchemas(folder, files)).toEqual([]);
    const more = '{ "facts": [{ "id": "shoeSize", "type": "number", "label": "Shoe size" },';
    const added = await withFacts((text) => text.replace(/\{[^[]*"facts": \[/, more));
    expect(await writeSchemas(folder, added)).toEqual(['names.json']);
    await writeFile(join(folder, 'journey.json'), 'somebody typed here');
    expect(await writeSchemas(folder, added)).toEqual(['journey.json']);
  });
});
