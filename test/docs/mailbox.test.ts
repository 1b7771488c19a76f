// docs/mailbox.md: the table of addresses is the one that is in force, and every act is named.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createMailActs } from '../../runtime/embedded/mail-acts.ts';
import { misbehaviours } from '../../runtime/embedded/misbehaviour.ts';

const text = await readFile(resolve(import.meta.dirname, '../../docs/mailbox.md'), 'utf8');

test('every address that misbehaves is in the table, with what it does', () => {
  const told = [...text.matchAll(/^\| `([\w-]+)@`\s+\| (.*?)\s*\|$/gm)].map(([, name, does]) => ({
    name,
    does,
  }));
  const known = misbehaviours({ slowMs: 3_000 }).map(({ name, does }) => ({ name, does }));
  expect(told).toEqual(known);
});

test('every act of the test API is told', () => {
  const untold = Object.keys(createMailActs({})).filter((name) => !text.includes(`\`${name}(mail`));
  expect(untold).toEqual([]);
});
