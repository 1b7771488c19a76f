/** Shipped files in sentences: as checked in, and so that no value can change in silence. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { alterationsOf, type Alteration } from './alterations.ts';
import { goldenOf, readingOf, shippedFiles, type ShippedFile } from './shipped.ts';

let files: readonly ShippedFile[];
let altered: readonly (Alteration & { readonly file: ShippedFile })[];

beforeAll(async () => {
  files = await shippedFiles();
  altered = files.flatMap((file) =>
    alterationsOf(file.kind, file.text).map((one) => ({ ...one, file })),
  );
});

test('every shipped file reads as checked in: `npm run generate:readings` after a change', async () => {
  for (const file of files) expect(readingOf(file), file.path).toBe(await goldenOf(file));
  const kept = await readdir(join(import.meta.dirname, 'golden'));
  expect(kept.sort()).toEqual(files.map(({ golden }) => basename(golden)).sort());
});

/** Fields whose format knows one word only, there or at all: nothing to alter. */
const oneWordOnly = [
  ...['$schema', 'else', 'existing', 'ifMissing', 'ifNoOwner', 'merge', 'needs', 'on', 'timers'],
  ...['trust', 'whenOpen', 'whileInside'],
];

describe('altering a single one changes what is read', () => {
  test('values', () => {
    const values = altered.filter(({ isName, path }) => !isName && path.at(-1) !== '$schema');
    expect(values.filter(isSilent).map(placeOf)).toEqual([]);
    const without = values.filter(({ texts }) => texts.length === 0);
    const fields = without.map(({ path }) => path.findLast((part) => typeof part === 'string'));
    expect(fields.filter((field) => !oneWordOnly.includes(String(field)))).toEqual([]);
    expect(values.flatMap(({ texts }) => texts).length).toBeGreaterThan(2000);
  });

  test('names of fields', () => {
    const names = altered.filter(({ isName }) => isName);
    expect(names.filter(isSilent).map(placeOf)).toEqual([]);
    expect(names.flatMap(({ texts }) => texts).length).toBeGreaterThan(200);
  });
});

function isSilent({ file, texts }: (typeof altered)[number]): boolean {
  const readings = [file.text, ...texts].map((text) => readingOf({ ...file, text }));
  return new Set(readings).size !== readings.length;
}

function placeOf({ file, path }: (typeof altered)[number]): string {
  return `${file.path} ${path.join('.')}`;
}
