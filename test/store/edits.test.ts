/** What publishing writes for runs in flight: a fixed number of statements, and nobody is forgotten. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { JourneyPlan, PlanStep } from '../../core/journey/plan.ts';
import { createStore, type Store } from '../../store/client.ts';
import { lockPublishing, markStragglers, wakeMarked } from '../../store/edits.ts';
import { saveRelease, type StoredDefinition } from '../../store/releases.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const database = useTestDatabase();
const statements: string[] = [];
let store: Store;
beforeAll(() => {
  const onStatement = (text: string): void => void statements.push(text);
  store = createStore({ databaseUrl: database.url, poolSize: 2, onStatement });
});
afterAll(() => store.close());
afterEach(() =>
  store.query('TRUNCATE release, definition, plan_move, enrolment, lead, decision, outbox'),
);

function journey(key: string, hash: string, whenEdited: Partial<JourneyPlan['whenEdited']>) {
  const steps: { [step: string]: PlanStep } = { [hash]: { type: 'wait', ms: 1 } };
  const plan = { journey: key, steps, whenEdited: { ...moves, ...whenEdited } };
  return { hash: `${key}-${hash}`, kind: 'journey', key, source: '', compiled: plan };
}
const moves = { inFlight: 'move-at-next-step', renamed: {}, removed: {} } as const;

/** The id of the release, and how many statements it took. */
async function publish(...parts: readonly StoredDefinition[]) {
  statements.length = 0;
  const id = randomUUID();
  const meta = { id, author: 'ines', message: 'm', publishedAt: Date.now() };
  const applied = await saveRelease(store, parts, meta);
  return { id, applied, count: statements.length };
}

async function enter(key: string, hash: string, many: number): Promise<void> {
  await store.run(
    `WITH born AS (
       INSERT INTO lead (id, canonical_id, split_key, born_at, stage, stage_state)
       SELECT id, id, id, now(), 'lead', '{}' FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $3::int)) AS x
       RETURNING id)
     INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at)
     SELECT gen_random_uuid(), id, $1, 1, 'open', $1 || '-' || $2, gen_random_uuid(), now() FROM born`,
    [key, hash, many],
  );
}

const marked = () =>
  store.query(
    `SELECT journey, plan_hash AS "from", target_plan AS "to", count(*)::int AS runs FROM enrolment
     WHERE status = 'open' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  );

test.each(['move-at-next-step', 'exit'] as const)(
  '"%s" takes as many statements for three hundred runs as for three',
  async (inFlight) => {
    await publish(journey('trial', 'a', {}));
    await enter('trial', 'a', 3);
    const few = await publish(journey('trial', 'b', { inFlight }));
    await enter('trial', 'b', 300);
    const many = await publish(journey('trial', 'c', { inFlight }));
    expect(many.count).toBe(few.count);
    const count = inFlight === 'exit' ? 300 : 303;
    const applied = inFlight === 'exit' ? { ended: count, marked: 0 } : { ended: 0, marked: count };
    expect(many.applied).toEqual(applied);
  },
);

test('each older version gets its own way, and only journeys that changed are touched', async () => {
  await publish(journey('trial', 'a', {}), journey('other', 'a', {}));
  await enter('trial', 'a', 2);
  await enter('other', 'a', 2);
  await publish(journey('trial', 'b', { renamed: { a: 'b' } }), journey('other', 'a', {}));
  await enter('trial', 'b', 1);
  await publish(journey('trial', 'c', { renamed: { b: 'c' } }), journey('other', 'a', {}));
  expect(await marked()).toEqual([
    { journey: 'other', from: 'other-a', to: null, runs: 2 },
    { journey: 'trial', from: 'trial-a', to: 'trial-c', runs: 2 },
    { journey: 'trial', from: 'trial-b', to: 'trial-c', runs: 1 },
  ]);
  const ways = await store.query(
    `SELECT from_plan AS "from", renamed FROM plan_move WHERE to_plan = 'trial-c' ORDER BY 1`,
  );
  expect(ways).toEqual([
    { from: 'trial-a', renamed: { a: 'c' } },
    { from: 'trial-b', renamed: { b: 'c' } },
  ]);
});

test('the old version again takes the mark from those who have not moved', async () => {
  const first = journey('trial', 'a', {});
  await publish(first);
  await enter('trial', 'a', 2);
  await publish(journey('trial', 'b', {}));
  await publish(first);
  expect(await marked()).toEqual([{ journey: 'trial', from: 'trial-a', to: null, runs: 2 }]);
});

test('"stay" leaves everybody, also those on their way to the version before', async () => {
  await publish(journey('trial', 'a', {}));
  await enter('trial', 'a', 2);
  await publish(journey('trial', 'b', {}));
  await publish(journey('trial', 'c', { inFlight: 'stay' }));
  expect(await marked()).toEqual([{ journey: 'trial', from: 'trial-a', to: 'trial-b', runs: 2 }]);
});

test('a journey that was gone and comes back takes its leads along', async () => {
  const other = journey('other', 'a', {});
  await publish(journey('trial', 'a', {}), other);
  await enter('trial', 'a', 2);
  await publish(other);
  expect(await marked()).toEqual([{ journey: 'trial', from: 'trial-a', to: null, runs: 2 }]);
  await publish(journey('trial', 'b', {}), other);
  expect(await marked()).toEqual([{ journey: 'trial', from: 'trial-a', to: 'trial-b', runs: 2 }]);
});

test('who enters the old version while the new one is published is marked a little later', async () => {
  await publish(journey('trial', 'a', {}));
  await publish(journey('trial', 'b', {}));
  await enter('trial', 'a', 1);
  await enter('trial', 'b', 1);
  await store.transaction(async (publishing) => {
    await lockPublishing(publishing);
    expect(await markStragglers(store)).toBe(0);
  });
  expect(await markStragglers(store)).toBe(1);
  expect(await markStragglers(store)).toBe(0);
  await store.run(`UPDATE enrolment SET target_plan = NULL, blocked = 'no place'`);
  expect(await markStragglers(store)).toBe(0);
});

test('who is merged while a release waits for their lock leaves as the person they are now', async () => {
  await publish(journey('trial', 'a', {}));
  await enter('trial', 'a', 1);
  await enter('other', 'a', 1);
  const [merge] = await store.query<{ readonly from: string; readonly into: string }>(
    `SELECT a.lead_id AS "from", b.lead_id AS "into" FROM enrolment a, enrolment b
     WHERE a.journey = 'trial' AND b.journey = 'other'`,
  );
  const publishing = await store.transaction(async (merging) => {
    await merging.run('UPDATE lead SET canonical_id = $2 WHERE id = $1', [
      merge?.from,
      merge?.into,
    ]);
    const waiting = publish(journey('trial', 'b', { inFlight: 'exit' }));
    const isWaiting = () =>
      merging.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND datname = current_database()`);
    await until(async () => (await isWaiting()).length === 1, { what: 'the release to wait' });
    return { waiting };
  });
  expect((await publishing.waiting).applied).toEqual({ ended: 1, marked: 0 });
  expect(await store.query(`SELECT lead_id AS "leadId" FROM decision WHERE kind = 'exit'`)).toEqual(
    [{ leadId: merge?.into }],
  );
});

test('a run that has not started is not woken before its time, nor one twice', async () => {
  await publish(journey('trial', 'a', {}));
  await enter('trial', 'a', 3);
  await store.run(
    `INSERT INTO outbox (target, target_id, payload)
     SELECT 'journey', id, '{"type":"start"}' FROM enrolment LIMIT 1`,
  );
  const { id: releaseId } = await publish(journey('trial', 'b', {}));
  expect(await wakeMarked(store, { releaseId, from: Date.now(), perHour: 3_600 })).toBe(2);
  expect(await wakeMarked(store, { releaseId: null, from: Date.now(), perHour: 3_600 })).toBe(0);
});
