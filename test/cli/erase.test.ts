/** `perennial erase` and `export`: counted first, erased once, and the same answer ever after. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStore, type Store } from '../../store/client.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { run } from './run.ts';

const database = useTestDatabase();
let store: Store;
const at = {
  get databaseUrl() {
    return database.url;
  },
};
const [id, ana] = [randomUUID(), 'ana@nordwind.example'];
beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  await store.run(
    `INSERT INTO lead (id, canonical_id, split_key, born_at, stage, stage_state, address, traits)
     VALUES ($1, $1, $1, now(), 'lead', '{"since":0,"entered":{},"left":{},"holding":{}}', $2, '{"firstName":"Ana"}')`,
    [id, ana],
  );
  await store.run("INSERT INTO identity (kind, value, lead_id) VALUES ('email', $2, $1)", [
    id,
    ana,
  ]);
});
afterAll(() => store.close());

test('a person is counted, given out, erased, and gone', async () => {
  const counted = await run(['erase', ana, '--dry-run'], at);
  expect(counted.lines).toEqual([
    'An erasure would take 2 rows in 2 tables; nothing was changed.',
    '       1  identity',
    '       1  lead',
  ]);
  const given = JSON.parse((await run(['export', ana], at)).out) as { readonly tables: object };
  expect(given).toMatchObject({ leadId: id, tables: { lead: [{ traits: { firstName: 'Ana' } }] } });

  const nameless = await run(['erase', ana], at);
  expect([nameless.code, nameless.err]).toEqual([1, expect.stringContaining('why is missing')]);
  const erased = await run(['erase', ana, '--why', 'by letter', '--by', 'mia'], at);
  expect(erased.lines[0]).toMatch(/^Erased .* by mia: 2 rows in 2 tables\.$/);
  expect((await run(['erase', ana, '--why', 'again', '--by', 'tom'], at)).out).toBe(erased.out);
  expect((await run(['export', ana], at)).code).toBe(1);
});
