import { Client, Connection } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { armFailpoints } from '../../../faults/failpoint.ts';
import { createDeliver, type DeliverDeps } from '../../../runtime/dispatch/deliver.ts';
import { startDueLoop, tickDueLeads } from '../../../runtime/dispatch/due-loop.ts';
import { relayOnce, startRelay } from '../../../runtime/dispatch/relay.ts';
import { countOutbox, takeFromOutbox } from '../../../store/outbox.ts';
import { handoffWorkflowId, leadJourneyId } from '../../../workflows/contract.ts';
import { useTestDatabase } from '../../support/postgres.ts';
import { createQueueSuffix, useTemporal } from '../../support/temporal.ts';
import { until } from '../../support/until.ts';
import { acme, identify, NOW, openWorld, track, type IngestWorld } from '../../ingest/world.ts';

const database = useTestDatabase();
const temporal = useTemporal();
const queueSuffix = createQueueSuffix();
const plans = async () =>
  new Map(Object.values(acme.journeys).map(({ hash, plan }) => [hash, plan]));

function delivery(world: IngestWorld, over: Partial<DeliverDeps> = {}) {
  return createDeliver({
    sql: world.store,
    client: temporal.client,
    plans,
    sendVia: 'local',
    queueSuffix,
    ...over,
  });
}

async function inWorld(work: (world: IngestWorld) => Promise<void>): Promise<void> {
  const world = openWorld(database.url);
  try {
    await work(world);
    expect(await countOutbox(world.store)).toBe(0);
  } finally {
    await world.close();
  }
}

async function enterTrial(world: IngestWorld, user: string): Promise<string> {
  const [, answer] = await world.ingest.ingest([
    identify({ userId: user }, { email: `${user}@x.example` }),
    track(user, 'Trial Started'),
  ]);
  const enrolmentId = answer?.journeys[0]?.enrolmentId ?? '';
  return leadJourneyId('trial', enrolmentId);
}

const rowsOf = (world: IngestWorld) =>
  takeFromOutbox(world.store, { limit: 100, graceMs: 0, hideMs: 0 });

async function historyOf(workflowId: string) {
  const { events = [] } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  const signals = (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes);
  return { signals: signals.length };
}

describe('delivery', () => {
  test('starts the journey of an entry and the handoff, on their queues', async () => {
    await inWorld(async (world) => {
      const workflowId = await enterTrial(world, 'd1');
      const [answer] = await world.ingest.ingest([track('d1', 'Demo Requested')]);
      await delivery(world)(await rowsOf(world));
      const journey = await temporal.client.workflow.getHandle(workflowId).describe();
      expect(journey).toMatchObject({
        type: 'leadJourney',
        status: { name: 'RUNNING' },
        taskQueue: `perennial-journeys${queueSuffix}`,
      });
      expect(await historyOf(workflowId)).toEqual({ signals: 1 });
      const handoffId = answer?.handoff?.handoffId ?? '';
      const handoff = await temporal.client.workflow
        .getHandle(handoffWorkflowId(handoffId))
        .describe();
      expect(handoff.taskQueue).toBe(`perennial-handoffs${queueSuffix}`);
    });
  });

  test('needs no order: the message first, the start afterwards', async () => {
    await inWorld(async (world) => {
      const workflowId = await enterTrial(world, 'd2');
      await world.ingest.ingest([track('d2', 'Demo Requested')]);
      const rows = await rowsOf(world);
      for (const row of rows.toReversed()) await delivery(world)([row]);
      expect(await historyOf(workflowId)).toEqual({ signals: 1 });
    });
  });

  test('takes a run that is over for delivered, and starts no second one', async () => {
    await inWorld(async (world) => {
      const workflowId = await enterTrial(world, 'd3');
      await delivery(world)(await rowsOf(world));
      const handle = temporal.client.workflow.getHandle(workflowId);
      const { runId } = await handle.describe();
      await handle.terminate('over');
      await world.ingest.ingest([track('d3', 'Demo Requested')]);
      await delivery(world)(await rowsOf(world));
      expect(await handle.describe()).toMatchObject({ runId, status: { name: 'TERMINATED' } });
    });
  });
});

describe('the relay', () => {
  for (const point of ['relay.afterStart', 'relay.beforeMark'] as const) {
    test(`delivers again what a death at ${point} left, to the same run`, async () => {
      await inWorld(async (world) => {
        const workflowId = await enterTrial(world, `r-${point}`);
        const disarm = armFailpoints(`${point}=throw;once`);
        try {
          await delivery(world)(await rowsOf(world)).catch(() => undefined);
        } finally {
          disarm();
        }
        expect(await countOutbox(world.store)).toBe(1);
        const { runId } = await temporal.client.workflow.getHandle(workflowId).describe();
        await world.store.run('UPDATE outbox SET not_before = now()');
        await relayOnce({ sql: world.store, deliver: delivery(world), graceMs: 0 });
        const again = await temporal.client.workflow.getHandle(workflowId).describe();
        expect(again.runId).toBe(runId);
      });
    });
  }

  test('keeps what cannot be delivered, says why, and delivers it when Temporal is back', async () => {
    await inWorld(async (world) => {
      const workflowId = await enterTrial(world, 'r3');
      const connection = Connection.lazy({ address: '127.0.0.1:1' });
      const away = new Client({ connection });
      await delivery(world, { client: away, deadlineMs: 300 })(await rowsOf(world));
      await connection.close();
      const [row] = await world.store.query<{ lastError: string; waits: boolean }>(
        'SELECT last_error AS "lastError", not_before > now() AS waits FROM outbox',
      );
      expect(row).toMatchObject({ waits: true });
      expect(row?.lastError).toMatch(/\S/);
      await world.store.run('UPDATE outbox SET not_before = now()');
      const relay = startRelay({
        sql: world.store,
        deliver: delivery(world),
        graceMs: 0,
        everyMs: 10,
        onError: (error) => {
          throw error;
        },
      });
      await until(async () => (await countOutbox(world.store)) === 0, { what: 'an empty outbox' });
      await relay.stop();
      expect(await historyOf(workflowId)).toEqual({ signals: 0 });
    });
  });

  test('leaves young rows to whoever committed them', async () => {
    await inWorld(async (world) => {
      await enterTrial(world, 'r4');
      await relayOnce({ sql: world.store, deliver: delivery(world), graceMs: 60_000 });
      expect(await countOutbox(world.store)).toBe(1);
      await relayOnce({ sql: world.store, deliver: delivery(world), graceMs: 0 });
    });
  });
});

describe('the due loop', () => {
  test('ticks a lead at the instant it is due, however late it looks', async () => {
    await inWorld(async (world) => {
      const views = [1, 2, 3, 4].map((n) =>
        track('t1', 'Pricing Viewed', { messageId: `t1-${n}` }),
      );
      const [answer] = await world.ingest.ingest([
        identify({ userId: 't1' }, { email: 't1@x.example', seniority: 'vp', employees: 900 }),
        ...views,
      ]);
      const loop = startDueLoop({
        sql: world.store,
        ingest: world.ingest.ingest,
        now: () => NOW + 900_000,
        everyMs: 10,
        onError: (error) => {
          throw error;
        },
      });
      const moved = await until(
        async () =>
          (
            await world.store.query<{ at: number }>(
              "SELECT at FROM decision WHERE lead_id = $1 AND kind = 'stage' AND detail->>'to' = 'marketingqualifiedlead'",
              [answer?.leadId],
            )
          )[0],
        { what: 'the stage change' },
      );
      await loop.stop();
      expect(moved.at).toBe(NOW + 600_000);
      await delivery(world)(await rowsOf(world));
    });
  });

  test('a lead whose tick fails is left alone for a while and keeps nobody waiting', async () => {
    await inWorld(async (world) => {
      const leads = await world.ingest.ingest([
        identify({ userId: 'bad' }, { email: 'bad@x.example' }),
        identify({ userId: 'good' }, { email: 'good@x.example' }),
      ]);
      const [bad = '', good = ''] = leads.map(({ leadId }) => leadId);
      await world.store.run(`UPDATE lead SET due_at = to_timestamp($1 / 1000.0)`, [NOW]);
      const asked: string[] = [];
      const errors: unknown[] = [];
      const failed = new Map<string, number>();
      const round = () =>
        tickDueLeads(
          {
            sql: world.store,
            now: () => NOW + 1_000,
            onError: (error) => errors.push(error),
            ingest: async (requests) => {
              const [request] = requests;
              const id = request !== undefined && 'leadId' in request.who ? request.who.leadId : '';
              asked.push(id);
              if (id === bad) throw new Error('cannot be decided');
              return world.ingest.ingest(requests);
            },
          },
          failed,
        );
      await round();
      await round();
      expect(asked.filter((id) => id === bad)).toHaveLength(1);
      expect(asked).toContain(good);
      expect(errors).toHaveLength(1);
      expect(failed.get(bad)).toBe(NOW + 61_000);
    });
  });
});
