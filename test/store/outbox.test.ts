/** The outbox on a real database: who is handed what was just written. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStore, type Store } from '../../store/client.ts';
import { addToOutbox } from '../../store/outbox.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
let store: Store;
beforeAll(() => {
  store = createStore({ databaseUrl: database.url });
});
afterAll(() => store.close());

const start = { target: 'journey', payload: { type: 'start' } } as const;

test('whoever commits a row is always handed it, wherever in its millisecond that is', async () => {
  for (let n = 0; n < 40; n += 1) {
    const targetId = randomUUID();
    const due = await addToOutbox(store, [{ ...start, targetId }]);
    expect(due.map((row) => row.targetId)).toEqual([targetId]);
  }
});

test('a row for later is left to the relay', async () => {
  const notBefore = Date.now() + 60_000;
  expect(await addToOutbox(store, [{ ...start, targetId: randomUUID(), notBefore }])).toEqual([]);
});
