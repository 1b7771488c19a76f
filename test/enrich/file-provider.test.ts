import { rename, writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Release } from '../../core/definitions/release.ts';
import { openEnrichmentFile, type FileProvider } from '../../enrich/file-provider.ts';
import { release as acme } from '../core/decision/acme.ts';

const release: Release = {
  ...acme(),
  facts: {
    revenue: {
      id: 'revenue',
      type: 'number',
      label: 'Revenue',
      from: 'revenue',
      range: [0, 1_000],
    },
    size: { id: 'size', type: 'choice', label: 'Size', from: 'size', values: ['small', 'large'] },
  },
};
const signal = new AbortController().signal;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'enrichment-'));
});
afterAll(() => rm(dir, { recursive: true }));

let files = 0;
async function opened(
  text: string,
  work: (provider: FileProvider, path: string, errors: unknown[]) => Promise<void>,
  ending = 'csv',
): Promise<void> {
  const path = join(dir, `companies-${(files += 1)}.${ending}`);
  const errors: unknown[] = [];
  await writeFile(path, text);
  const provider = await openEnrichmentFile({
    path,
    release: () => Promise.resolve(release),
    onError: (error) => errors.push(error),
    lookEveryMs: 0,
  });
  try {
    await work(provider, path, errors);
  } finally {
    await provider.close();
  }
}

test('finds what a row says, by the domain or the one it belongs to', async () => {
  const text = [
    '\uFEFFdomain,employees,industry,confidence,at',
    'nordwind.de,900,"Wind, and ""sun""",0.8,2026-03-01',
    'Grün.de,,Bio,,',
    '',
  ].join('\r\n');
  await opened(text, async (provider) => {
    const said = { confidence: 0.8, at: '2026-03-01' };
    const nordwind = {
      values: {
        employees: { value: '900', ...said },
        industry: { value: 'Wind, and "sun"', ...said },
      },
      source: 'companies-1.csv',
    };
    expect(await provider.enrich({ domain: 'nordwind.de' }, signal)).toEqual(nordwind);
    expect(await provider.enrich({ domain: 'mail.nordwind.de' }, signal)).toEqual(nordwind);
    expect(await provider.enrich({ domain: 'xn--grn-ioa.de' }, signal)).toMatchObject({
      values: { industry: { value: 'Bio' } },
    });
    expect(await provider.enrich({ domain: 'wind.de' }, signal)).toBeNull();
    expect(await provider.enrich({ domain: 'de' }, signal)).toBeNull();
    expect(provider.rows()).toBe(2);
  });
});

test('reads a JSON object per line, with a certainty for each value', async () => {
  const rows = [
    { domain: 'a.de', employees: { value: 5, confidence: 0.4 }, size: 'Small', industry: null },
    { domain: 'b.de', revenue: 7, confidence: 1 },
  ];
  await opened(
    rows.map((row) => JSON.stringify(row)).join('\n'),
    async (provider) => {
      expect(await provider.enrich({ domain: 'a.de' }, signal)).toMatchObject({
        values: { employees: { value: 5, confidence: 0.4 }, size: { value: 'Small' } },
      });
      expect(await provider.enrich({ domain: 'b.de' }, signal)).toMatchObject({
        values: { revenue: { value: 7, confidence: 1 } },
      });
    },
    'ndjson',
  );
});

describe('a file that is wrong', () => {
  const refused = (name: string, text: string, words: RegExp, ending = 'csv') =>
    test(`${name} is refused with its lines`, async () => {
      await expect(opened(text, () => Promise.resolve(), ending)).rejects.toThrow(words);
    });
  refused(
    'without a domain',
    'company,employees\nX,9\n',
    /csv:1: the header has no column "domain"/,
  );
  refused('of nothing', '', /csv:1: the file is empty/);
  refused('with an unknown fact', 'domain,employes\na.de,9\n', /csv:2: "employes" is "9": no fact/);
  refused(
    'with a wrong type',
    'domain,employees\n\na.de,many\n',
    /csv:3: "employees" is "many": it is of/,
  );
  refused(
    'out of range',
    'domain;revenue\na.de;1001\n',
    /csv:2: "revenue" is "1001": it is out of range/,
  );
  refused('with another choice', 'domain,size\na.de,huge\n', /csv:2: "size" is "huge": it is none/);
  refused('that names people', 'domain,email\na.de,x@a.de\n', /"email" is "x@a.de": only the lead/);
  refused('with a cell too many', 'domain,size\na.de,small,x\n', /csv:2: expected 2 cells/);
  refused('with an open quote', 'domain,size\na.de,"small\n', /csv:2: a quotation mark/);
  refused('with one domain twice', 'domain,size\na.de,small\nA.de,large\n', /csv:3: "a.de" stands/);
  refused(
    'with a bad domain',
    'domain,size\nnot a domain,small\n',
    /csv:2: "domain" is "not a domain"/,
  );
  refused('with a bad certainty', 'domain,confidence\na.de,2\n', /csv:2: "confidence" is "2"/);
  refused('that is no JSON', '{"domain"', /ndjson:1: no JSON/, 'ndjson');
  refused(
    'in many places',
    `domain,size\n${Array.from({ length: 30 }, (_, row) => `d${row}.de,huge`).join('\n')}`,
    /csv:21: [^\n]*\n {2}… and 10 more/,
  );
});

test('is read again when it changes, and what was read stays when the new one is wrong', async () => {
  await opened('domain,employees\na.de,5\n', async (provider, path, errors) => {
    const ask = async () =>
      (await provider.enrich({ domain: 'a.de' }, signal))?.values['employees'];
    expect(await ask()).toEqual({ value: '5' });
    await writeFile(`${path}.new`, 'industry,domain,employees\nWind,a.de,6\n');
    await rename(`${path}.new`, path);
    expect(await ask()).toEqual({ value: '6' });
    await writeFile(`${path}.new`, 'domain,employees\na.de,many\n');
    await rename(`${path}.new`, path);
    expect(await ask()).toEqual({ value: '6' });
    expect(String(errors[0])).toContain('csv:2: "employees" is "many"');
  });
});

test('finds each of 50,000 rows by its index', async () => {
  const rows = Array.from({ length: 50_000 }, (_, row) => `d${row}.de,${row}`);
  await opened(`domain,employees\n${rows.join('\n')}`, async (provider) => {
    for (const row of [0, 1, 25_000, 49_999]) {
      expect(await provider.enrich({ domain: `d${row}.de` }, signal)).toMatchObject({
        values: { employees: { value: String(row) } },
      });
    }
    expect(await provider.enrich({ domain: 'd50000.de' }, signal)).toBeNull();
  });
});
