/** docs/proofs.md explains every finding, and its tables are what the corpus shows today. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findings } from '../../core/proofs/finding.ts';
import { pageWithTables, proofsPage } from './corpus-table.ts';

test('every finding has its section, in the order of the list', () => {
  const headings = [...readFileSync(proofsPage, 'utf8').matchAll(/^## (.+)$/gm)].map(
    ([, name]) => name,
  );
  expect(headings).toEqual([...findings]);
});

test('the tables are current: npm run corpus -- --write', async () => {
  expect(readFileSync(proofsPage, 'utf8')).toBe(await pageWithTables());
});
