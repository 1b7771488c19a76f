/** Runs that should have acted: looked up on a real Temporal server, started again or listed. */
import { expect, test } from 'vitest';
import type { Release } from '../../../core/definitions/release.ts';
import type { Flow } from '../../../core/journey/flow.ts';
import { createDeliver, type DeliverDeps } from '../../../runtime/dispatch/deliver.ts';
import { checkLateRuns } from '../../../runtime/dispatch/late-runs.ts';
import { takeFromOutbox } from '../../../store/outbox.ts';
import { leadJourneyId, type LeadJourneyInput } from '../../../workflows/contract.ts';
import { useTestDatabase } from '../../support/postgres.ts';
import { createQueueSuffix, useTemporal } from '../../support/temporal.ts';
import { HOUR, journey, onEvent } from '../../core/decision/acme.ts';
import { acme, identify, NOW, openWorld, track, type IngestWorld } from '../../ingest/world.ts';

const database = useTestDatabase();
const temporal = useTemporal();
const queueSuffix = createQueueSuffix();

const flow: Flow = {
  v: 1,
  start: 'hello',
  steps: {
    hello: { type: 'act', next: 'first' },
    first: { type: 'wait-for', since: 'entry', upToMs: HOUR, arms: { r: null }, timedOut: null },
  },
};
const trial = journey('trial', {
  enter: [onEvent('Trial Started')],
  steps: {
    hello: { type: 'send', template: 'hello' },
    first: {
      type: 'wait-for',
      since: 'entry',
      upToMs: HOUR,
      arms: [{ id: 'r', when: { type: 'event', match: { event: 'Report Created' } } }],
    },
  },
});
const published = trial['trial'] ?? expect.fail('no journey');
const plan = { ...published.plan, flow };
const journeys = { trial: { ...published, plan } };
const release: Release = { ...acme, journeys };

function depsOf(world: IngestWorld): DeliverDeps {
  const plans = async () => new Map([[published.hash, plan]]);
  const common = { sql: world.store, client: temporal.client, plans, queueSuffix };
  return { ...common, sendVia: 'local', deadlineMs: 1_000 };
}
/** A run, and whatever its store says of it; the outbox holds its start. */
async function enter(world: IngestWorld, user: string): Promise<string> {
  const [, answer] = await world.ingest.ingest([
    identify({ userId: user }, { email: `${user}@x.example` }),
    track(user, 'Trial Started'),
  ]);
  return answer?.journeys[0]?.enrolmentId ?? expect.fail('not entered');
}
async function check(world: IngestWorld, id: string, now = NOW + HOUR): Promise<string | null> {
  await checkLateRuns({ ...depsOf(world), now: () => now, againMs: -1 });
  const [row] = await world.store.query<{ found: string | null }>(
    'SELECT found FROM enrolment WHERE id = $1',
    [id],
  );
  return row?.found ?? null;
}
async function inWorld(work: (world: IngestWorld) => Promise<void>): Promise<void> {
  const releases = { current: async () => release, plans: async () => new Map() };
  const world = openWorld(database.url, { releases });
  try {
    await work(world);
  } finally {
    await world.store.run('DELETE FROM outbox');
    await world.store.run("UPDATE enrolment SET status = 'closed'");
    await world.close();
  }
}
const handleOf = (id: string) => temporal.client.workflow.getHandle(leadJourneyId('trial', id));

async function inputOf(id: string): Promise<LeadJourneyInput> {
  const { events } = await handleOf(id).fetchHistory();
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return JSON.parse(Buffer.from(payload?.data ?? []).toString()) as LeadJourneyInput;
}

test('a start that waits in the outbox is left to the relay', async () => {
  await inWorld(async (world) => {
    const id = await enter(world, 'l1');
    expect(await check(world, id)).toBeNull();
    await expect(handleOf(id).describe()).rejects.toThrow(/not found/i);
  });
});

test('a start that was lost is made good: from the first step', async () => {
  await inWorld(async (world) => {
    const id = await enter(world, 'l2');
    await world.store.run('DELETE FROM outbox');
    expect(await check(world, id, NOW + HOUR / 6)).toBeNull();
    expect(await check(world, id)).toBe('not in Temporal: started again from its first step');
    expect(await inputOf(id)).toMatchObject({ enrolmentId: id, inbox: [] });
    expect(await check(world, id)).toBe('running, but no worker answers for it');
  });
});

test('a run whose namespace was wiped goes on where it stood, with what it had heard', async () => {
  await inWorld(async (world) => {
    const id = await enter(world, 'l3');
    await world.ingest.ingest([track('l3', 'Report Created', {}, NOW + 60_000)]);
    await world.store.run('DELETE FROM outbox');
    await world.store.run(
      `UPDATE enrolment SET step = 'hello', since = to_timestamp($2 / 1000.0),
         expected_by = to_timestamp($2 / 1000.0) WHERE id = $1`,
      [id, NOW],
    );
    expect(await check(world, id)).toBe('not in Temporal: started again after "hello"');
    const { state, inbox } = await inputOf(id);
    expect(state?.command).toMatchObject({ type: 'wait', step: 'first', until: NOW + HOUR });
    expect(inbox).toEqual([
      expect.objectContaining({ type: 'satisfied', step: 'first', arm: 'r', at: NOW + 60_000 }),
    ]);
  });
});

test('a run that somebody ended in Temporal is listed and never started again', async () => {
  await inWorld(async (world) => {
    const id = await enter(world, 'l4');
    const rows = await takeFromOutbox(world.store, { limit: 10, graceMs: 0, hideMs: 0 });
    await createDeliver(depsOf(world))(rows);
    await handleOf(id).terminate('by hand');
    expect(await check(world, id)).toBe('ended in Temporal: TERMINATED');
    const { runId } = await handleOf(id).describe();
    expect(await check(world, id)).toBe('ended in Temporal: TERMINATED');
    expect((await handleOf(id).describe()).runId).toBe(runId);
  });
});
