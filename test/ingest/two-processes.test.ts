/** What another process writes about a lead while this one waits for its lock. */
import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { call, NOW, openWorld, track } from './world.ts';

const database = useTestDatabase();

test('a company that another process gave the lead meanwhile is kept', async () => {
  const [one, other] = [openWorld(database.url), openWorld(database.url)];
  try {
    const [born] = await one.ingest.ingest([track('moved', 'Page Viewed')]);
    await one.ingest.ingest([call({ type: 'group', userId: 'else', groupId: 'their-company' })]);
    const leadId = born?.leadId;
    let waiting: Promise<unknown> = Promise.resolve();
    await other.store.transaction(async (sql) => {
      await sql.run(
        `UPDATE lead SET account_id = (SELECT id FROM account WHERE key = 'their-company') WHERE id = $1`,
        [leadId],
      );
      waiting = one.ingest.ingest([track('moved', 'Page Viewed', {}, NOW + 1)]);
      await until(
        async () => {
          const [row] = await other.store.query<{ n: number }>(
            `SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          );
          return (row?.n ?? 0) > 0;
        },
        { what: 'one process waiting for the lead' },
      );
    });
    await waiting;
    const rows = await one.store.query(
      'SELECT a.key FROM lead l LEFT JOIN account a ON a.id = l.account_id WHERE l.id = $1',
      [leadId],
    );
    expect(rows).toEqual([{ key: 'their-company' }]);
  } finally {
    await one.close();
    await other.close();
  }
});
