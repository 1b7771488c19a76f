/** What a crash left without a second opinion gets it later, from what is stored alone. */
import { expect, test } from 'vitest';
import { confirmLeftOver, type StoredReleases } from '../../ingest/second-opinion.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { acme, identify, openWorld, track } from './world.ts';

const database = useTestDatabase();
const releases: StoredReleases = {
  release: async () => acme,
  plan: async (hash) => Object.values(acme.journeys).find((one) => one.hash === hash)?.plan,
};

test('decisions of a process that died are confirmed later, and a wrong one is told apart', async () => {
  const world = openWorld(database.url);
  const { store, ingest } = world;
  const confirmed = () =>
    store.query<{ readonly rule: string; readonly confirmed: boolean | null }>(
      `SELECT coalesce(detail->>'exit', detail->>'rule') AS rule, confirmed FROM decision
       WHERE kind IN ('stage', 'exit') AND detail->'explanation' <> 'null' ORDER BY id`,
    );
  try {
    await ingest.ingest([
      identify({ userId: 's1' }, { email: 's1@nordwind.example' }),
      track('s1', 'Trial Started'),
      track('s1', 'Demo Requested'),
    ]);
    await ingest.close();
    await store.run('UPDATE decision SET confirmed = NULL');
    expect(await confirmLeftOver(store, releases, 100)).toBe(false);
    expect((await confirmed()).every((row) => row.confirmed === null)).toBe(true);

    await store.run(
      `UPDATE decision SET detail = jsonb_set(detail, '{explanation,actual}', 'false')
       WHERE detail->>'exit' = 'with-sales'`,
    );
    expect(await confirmLeftOver(store, releases, 1, 0)).toBe(true);
    while (await confirmLeftOver(store, releases, 1, 0));
    expect(await confirmed()).toEqual([
      { rule: 'marketingqualifiedlead', confirmed: true },
      { rule: 'with-sales', confirmed: false },
    ]);
  } finally {
    await world.close();
  }
});
