/** What needs a person is found by the first page: late runs, and decisions nobody confirms. */
import { expect, test } from 'vitest';
import { readOverview } from '../../store/read-overview.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { identify, NOW, openWorld, track } from '../ingest/world.ts';

const database = useTestDatabase();
const query = { now: NOW + 3_600_000, since: NOW, zone: 'UTC', lateMs: 900_000 };

test('mismatches, missing second opinions and late runs are listed with what was found', async () => {
  const world = openWorld(database.url);
  const { store, ingest } = world;
  try {
    await ingest.ingest([
      identify({ userId: 'o1' }, { email: 'o1@x.example' }),
      track('o1', 'Demo Requested'),
      identify({ userId: 'o2' }, { email: 'o2@x.example' }),
      track('o2', 'Trial Started'),
    ]);
    await ingest.close();
    const before = (await readOverview(store, query)).attention;
    expect(before).toMatchObject({ ruleMismatches: 0, unconfirmed: 0, lateRuns: 1 });
    expect(before.lateFindings).toEqual([]);
    await store.run("UPDATE enrolment SET found = 'ended in Temporal: TERMINATED'");
    await store.run("UPDATE decision SET confirmed = false WHERE detail->>'to' LIKE 'marketing%'");
    await store.run("UPDATE decision SET confirmed = NULL WHERE detail->>'to' = 'lead'");
    expect((await readOverview(store, query)).attention).toMatchObject({
      ruleMismatches: 1,
      unconfirmed: 1,
      lateFindings: [{ found: 'ended in Temporal: TERMINATED', count: 1 }],
    });
  } finally {
    await world.close();
  }
});
