/**
 * Handoffs from the click of a lead to the verdict of a rep: the real workflow on the real server in
 * skipped time, its activities as the worker wires them, the page behind the links, real emails.
 */
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeliver } from '../../runtime/dispatch/deliver.ts';
import { createRehearsal } from '../../runtime/dispatch/rehearsal.ts';
import { startRelay } from '../../runtime/dispatch/relay.ts';
import type { Loop } from '../../runtime/dispatch/loop.ts';
import { handoffWorkflowId, QUEUES } from '../../workflows/contract.ts';
import {
  hour,
  minute,
  openHandoffWorld,
  sales,
  SECRET,
  slaWith,
  type HandoffWorld,
} from '../activities/handoff-world.ts';
import { openApi, type ApiWorld } from '../api/world.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createQueueSuffix, useTemporal, workflowBundle } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const temporal = useTemporal();
const queueSuffix = createQueueSuffix();
/** Whatever time it is while the tests run; one test is about office hours. */
const always = {
  hours: { office: { zone: 'UTC', days: 'mon-sun', from: '00:00', to: '23:59' } },
  sla: [slaWith({ acceptWithin: '30 minutes', remindAfter: ['15 minutes'] })],
};

let world: HandoffWorld;
let api: ApiWorld;
let worker: Worker;
let running: Promise<void>;
let relay: Loop;
let leads = 0;

beforeAll(async () => {
  const deliverOf = (store: HandoffWorld['store']) =>
    createDeliver({
      ...{ sql: store, client: temporal.client, plans: async () => new Map() },
      ...{ sendVia: 'local', queueSuffix },
    });
  world = await openHandoffWorld({ url: database.url, mailbox: mailbox(), deliver: deliverOf });
  relay = startRelay({
    sql: world.store,
    deliver: deliverOf(world.store),
    onError: () => undefined,
  });
  api = await openApi(database.url, {
    ...{ sql: world.store, releases: world.releases, secret: SECRET, clock: () => world.now },
    ingest: (requests) => world.ingest.ingest(requests),
  });
  worker = await Worker.create({
    ...{ connection: temporal.connection, namespace: temporal.namespace },
    ...{ taskQueue: QUEUES.handoffs + queueSuffix, workflowBundle: workflowBundle() },
    ...{ activities: world.activities, maxCachedWorkflows: 0 },
  });
  running = worker.run();
});
afterAll(async () => {
  await relay.stop();
  worker.shutdown();
  await running;
  await api.close();
  await world.close();
});

/** A lead that asks for a demo now, whose handoff's run has its first rep. */
async function asks(...team: Parameters<typeof sales>) {
  await world.publish(sales({ ...always, ...team[0] }, team[1]));
  await world.store.run(`UPDATE pool SET state = '{}'`);
  world.now = Date.now();
  const userId = `run-${(leads += 1)}`;
  const { handoffId, leadId } = await world.demo(userId, { firstName: 'Ana', country: 'DE' });
  const id = handoffWorkflowId(handoffId);
  const rehearsal = createRehearsal(temporal.client.connection, temporal.namespace);
  const startedAt = world.now;
  const email = `${userId}@${userId}.lead.example`;
  const mails = (rep: string) => world.inbox(rep, email);
  const written = () => ['mia', 'tom', 'anna', 'jon', 'lena'].flatMap(mails);
  const atLeast = (mailsThere: number) =>
    until(() => written().length >= mailsThere, { what: `${mailsThere} emails about ${userId}` });
  await atLeast(1);
  return {
    ...{ userId, handoffId, leadId, id, mails, written, atLeast },
    handle: temporal.client.workflow.getHandle(id),
    reps: () => world.reps(handoffId),
    /** Skips to so long after the lead asked. */
    after: async (ms: number) => {
      world.now = startedAt + ms;
      await rehearsal.fastForward(id, startedAt + ms + 2_000);
    },
    link: (rep: string, nth = 0) => {
      const links = mails(rep)[nth]?.links ?? [];
      return new URL(links.find((one) => /\/h\/[^?]+$/.test(one)) ?? 'http://none').pathname;
    },
  };
}
const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' };
const press = (path: string, body: string) => api.call('POST', path, body, form);

describe('the clock', () => {
  test('reminds, reassigns, reassigns, escalates, and goes on reminding for five business days', async () => {
    const pools = {
      inbound: { share: 'round-robin', members: [{ rep: 'mia' }, { rep: 'tom' }, { rep: 'jon' }] },
      dach: { share: 'weighted', members: [{ rep: 'anna' }] },
    };
    const it = await asks({ pools });
    expect(await it.reps()).toEqual(['mia']);
    await it.after(15 * minute);
    await it.atLeast(2);
    expect(it.mails('mia')[1]?.subject).toMatch(/^Reminder: Ana waits for you until/);
    await it.after(30 * minute);
    await it.atLeast(3);
    expect(await it.reps()).toEqual(['mia', 'tom']);
    expect((await api.call('GET', it.link('mia'))).text).toContain('moved on to Tom');
    await press(it.link('mia'), 'verdict=accept');
    expect(await world.handoff(it.handoffId)).toMatchObject({
      status: 'open',
      rep: 'tom',
      reassigned: 1,
    });
    await it.after(91 * minute);
    await it.atLeast(7);
    expect(await it.reps()).toEqual(['mia', 'tom', 'jon', 'lena']);
    expect(it.mails('lena')[0]?.subject).toBe('Escalated: nobody took Ana');
    expect((await world.handoff(it.handoffId)).escalatedAt).not.toBeNull();
    await it.after(9 * 24 * hour);
    await it.atLeast(12);
    expect(
      it
        .mails('lena')
        .slice(1)
        .map(({ subject }) => subject),
    ).toEqual(Array(5).fill('Reminder: Ana waits for you'));
    await it.after(60 * 24 * hour);
    expect((await it.handle.describe()).status.name).toBe('RUNNING');
    expect(it.written()).toHaveLength(12);
    expect((await press(it.link('lena'), 'verdict=accept')).status).toBe(303);
    await it.handle.result();
    expect(await world.handoff(it.handoffId)).toMatchObject({
      status: 'accepted',
      settledBy: 'lena',
    });
  });

  test('runs in the hours of the rep: a lead of Friday night is due on Monday', async () => {
    const day = 24 * hour;
    const today = new Date(Date.now());
    // Open tomorrow only: from now on that is the first business minute there is.
    const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const tomorrow = names[(today.getUTCDay() + 1) % 7] ?? '';
    const hours = {
      office: { zone: 'UTC', days: `${tomorrow}-${tomorrow}`, from: '09:00', to: '18:00' },
    };
    const it = await asks({ hours, sla: [slaWith({})] });
    const midnight =
      Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()) + day;
    const { acceptBy, openedAt } = await world.handoff(it.handoffId);
    expect(acceptBy).toBe(midnight + 9.5 * hour);
    await it.after(midnight + 9 * hour + 14 * minute - openedAt);
    expect(it.written()).toHaveLength(1);
    await it.after(midnight + 9 * hour + 15 * minute - openedAt);
    await it.atLeast(2);
    await it.after(midnight + 9 * hour + 30 * minute - openedAt);
    await it.atLeast(3);
    expect(await it.reps()).toEqual(['mia', 'tom']);
    await it.handle.terminate();
  });

  test('a rep who leaves the team is asked nothing more: at the next reminder it goes to another', async () => {
    const it = await asks();
    const { reps, pools, ...rest } = sales(always);
    const { mia: _gone, ...others } = reps as Record<string, unknown>;
    const inbound = { share: 'round-robin', members: [{ rep: 'tom' }] };
    await world.publish({ ...rest, reps: others, pools: { ...(pools as object), inbound } });
    await it.after(15 * minute);
    await it.atLeast(2);
    expect(await it.reps()).toEqual(['mia', 'tom']);
    expect(it.mails('mia')).toHaveLength(1);
    await it.handle.terminate();
  });
});

describe('a verdict through the page', () => {
  test('accepting stops the clock: the run ends, the lead is SAL, nobody is reminded', async () => {
    const it = await asks();
    await press(it.link('mia'), 'verdict=accept');
    await it.handle.result();
    const { json } = await api.call('GET', `/v1/leads/${it.leadId}`);
    expect(json).toMatchObject({
      owner: 'mia',
      stage: { label: 'SAL' },
      handoff: { status: 'accepted', rep: 'mia' },
    });
    await press(it.link('mia'), 'verdict=reject&reason=not-a-fit');
    expect((await api.call('GET', it.link('mia'))).text).toContain('Accepted. It is yours');
    expect(it.written()).toHaveLength(1);
  });

  test('"not now" ends it and starts the journey that comes back, with reason and day', async () => {
    const it = await asks();
    await press(
      it.link('mia'),
      'verdict=reject&reason=not-now&callAgainOn=2031-06-01&note=After+the+audit',
    );
    await it.handle.result();
    const { json } = await api.call('GET', `/v1/leads/${it.leadId}`);
    expect(json).toMatchObject({
      stage: { stage: 'lead' },
      handoff: { status: 'rejected', reason: 'not-now' },
    });
    const [run] = await world.store.query(
      `SELECT status, entry FROM enrolment WHERE lead_id = $1 AND journey = 'recycle'`,
      [it.leadId],
    );
    expect(run).toMatchObject({
      status: 'open',
      entry: { reason: 'not-now', callAgainAt: '2031-06-01' },
    });
  });

  test('"will never buy" disqualifies, and marketing journeys end', async () => {
    const it = await asks();
    // The shipped journeys all end when sales take over; one that does not is on its way here.
    await world.publish(sales(always), (files) =>
      files.map(({ path, text }) =>
        path === 'journeys/recycle.json'
          ? { path, text: text.replace(/"exit": \[[^\]]*\],/, '"exit": [],') }
          : { path, text },
      ),
    );
    await world.call({ type: 'enrol', userId: it.userId, journey: 'recycle' });
    const recycle = () =>
      world.store.query(
        `SELECT status, outcome FROM enrolment WHERE lead_id = $1 AND journey = 'recycle'`,
        [it.leadId],
      );
    expect(await recycle()).toMatchObject([{ status: 'open' }]);
    await press(it.link('mia'), 'verdict=reject&reason=not-a-fit');
    await it.handle.result();
    const { json } = await api.call('GET', `/v1/leads/${it.leadId}`);
    expect(json['disqualified']).toMatchObject({ why: 'Will never buy' });
    expect(await recycle()).toMatchObject([{ status: 'closed', outcome: 'disqualified' }]);
    expect((await api.call('GET', it.link('mia'))).text).toContain('Rejected. Thank you');
  });

  test('"not my territory" ends this run and begins another with another rep', async () => {
    const it = await asks();
    await press(it.link('mia'), 'verdict=reject&reason=wrong-territory');
    await it.handle.result();
    await it.atLeast(2);
    expect(it.mails('tom')).toHaveLength(1);
    const { json } = await api.call('GET', `/v1/leads/${it.leadId}`);
    const { id } = json['handoff'] as { readonly id: string };
    expect(id).not.toBe(it.handoffId);
    await temporal.client.workflow.getHandle(handoffWorkflowId(id)).terminate();
  });

  test('of a queue, whoever watches it may take it, and then owns the lead', async () => {
    const it = await asks({ match: [{ id: 'rest', why: 'Everyone', to: 'queue:inbound' }] });
    await it.atLeast(2);
    await press(it.link('anna'), 'verdict=accept');
    await it.handle.result();
    const { json } = await api.call('GET', `/v1/leads/${it.leadId}`);
    expect(json).toMatchObject({ owner: 'anna', handoff: { status: 'accepted', rep: 'anna' } });
    expect((await api.call('GET', it.link('lena'))).text).toContain('Accepted by Anna');
  });
});

test('what the lead does meanwhile reaches its rep as news, each time, and moves no deadline', async () => {
  const it = await asks();
  const before = await world.handoff(it.handoffId);
  for (let again = 1; again <= 2; again += 1) {
    await world.call({ type: 'track', userId: it.userId, event: 'Demo Requested' });
    await it.atLeast(1 + again);
  }
  expect(
    it
      .mails('mia')
      .map(({ subject }) => subject)
      .slice(1),
  ).toEqual(Array(2).fill('News of Ana: Asked for a demo'));
  expect(await world.handoff(it.handoffId)).toEqual(before);
  await it.after(15 * minute);
  await it.atLeast(4);
  await it.handle.terminate();
});
