/** Where personal data lives is one list: it knows every column there is, and says what becomes of each. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStore, type Store } from '../../store/client.ts';
import { impersonalTables, personalTables, type PersonalTable } from '../../store/personal-data.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
let store: Store;
let columns: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 1 });
  const rows = await store.query<{ readonly table: string; readonly columns: readonly string[] }>(
    `SELECT table_name AS "table", array_agg(column_name::text ORDER BY column_name) AS columns
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
     GROUP BY 1`,
  );
  columns = new Map(rows.map(({ table, columns: own }) => [table, own]));
});
afterAll(() => store.close());

const tables = Object.entries<PersonalTable>(personalTables);

test('every table either holds data of people or is said to be about something else', () => {
  const known = [...Object.keys(personalTables), ...Object.keys(impersonalTables)];
  expect(known.sort()).toEqual([...columns.keys()].sort());
});

describe.each(tables)('%s', (table, { personal, plain, erased }) => {
  test('each column is classified, once', () => {
    expect([...personal, ...plain].sort()).toEqual(columns.get(table));
  });

  test('what says something of the person goes with the row, or is emptied', () => {
    if (erased === 'delete') expect(personal).not.toEqual([]);
    else expect(Object.keys(erased).sort()).toEqual([...personal].sort());
  });
});
