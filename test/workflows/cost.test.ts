/**
 * What a journey costs, counted from its history. An Action is what a Temporal service bills: the
 * start, each timer, each regular activity, each signal, and all local activities of one workflow
 * task together. The numbers are exact: one event more is a change that somebody has to want.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { useTemporal, workflowBundle } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import type { LeadJourneyStatus } from '../../workflows/contract.ts';
import { EXAMPLE_PLANS, sixSends } from './example-plans.ts';
import { openJourneyWorld, type JourneyWorld, type ScriptedPlan } from './journey-world.ts';

const temporal = useTemporal();
const worlds: JourneyWorld[] = [];
let near: JourneyWorld;
let queued: JourneyWorld;
beforeAll(async () => {
  const { client, connection, namespace } = temporal;
  const server = { client, connection, namespace, workflowBundle: workflowBundle() };
  worlds.push((near = await openJourneyWorld(server)), (queued = await openJourneyWorld(server)));
});
afterAll(async () => {
  for (const world of worlds) await world.stop();
});

/** In real time, without skipping: each wait ends with the second in which it began. */
const SIX_SENDS: ScriptedPlan = {
  flow: { v: 1, start: 'wait-1', steps: sixSends(1) },
  startAt: Date.UTC(2026, 2, 27, 9),
  act: () => ({ type: 'done' }),
  messages: [],
};

test.concurrent(
  'start and six times wait and send are 13 actions and 41 events with local sends',
  async () => {
    const journey = await near.start('cost-local', SIX_SENDS, { sendVia: 'local' });
    await journey.handle.result();
    const history = await onlyHistory(journey);
    expect({ actions: actionsOf(history), events: history.events?.length }).toEqual({
      actions: 13,
      events: 41,
    });
    // The send and the timer of the next wait are one workflow task.
    const tasks = (history.events ?? []).map((event) => ({
      sends: event.markerRecordedEventAttributes?.workflowTaskCompletedEventId?.toString(),
      waits: event.timerStartedEventAttributes?.workflowTaskCompletedEventId?.toString(),
    }));
    const sends = tasks.flatMap(({ sends }) => sends ?? []);
    const waits = tasks.flatMap(({ waits }) => waits ?? []);
    expect(sends.slice(0, 5)).toEqual(waits.slice(1));
  },
);

test.concurrent(
  'start and six times wait and send are 13 actions and 71 events with queued sends',
  async () => {
    const journey = await queued.start('cost-queue', SIX_SENDS, { sendVia: 'queue' });
    await journey.handle.result();
    const history = await onlyHistory(journey);
    expect({ actions: actionsOf(history), events: history.events?.length }).toEqual({
      actions: 13,
      events: 71,
    });
  },
);

test('a message that cannot end the wait in progress costs its signal and no timer', async () => {
  const journey = await near.start('cost-signals', {
    ...SIX_SENDS,
    flow: { v: 1, start: 'long', steps: { long: { type: 'wait', ms: 86_400_000, next: null } } },
  });
  const isWaiting = async () =>
    (await journey.handle.query<LeadJourneyStatus>('status')).doing === 'wait';
  await until(isWaiting, { what: 'the journey to begin its wait' });
  for (let seq = 1; seq <= 3; seq += 1) {
    const message = { type: 'satisfied', seq, step: 'elsewhere', arm: 'a', at: 0 };
    await journey.handle.signal('deliver', message);
  }
  await journey.handle.signal('deliver', { type: 'exit', seq: 4, exit: 'bought' });
  expect(await journey.handle.result()).toMatchObject({ how: 'exited', why: 'bought' });
  const history = await onlyHistory(journey);
  expect(actionsOf(history)).toBe(1 + 1 + 4);
});

test('an exit that is there at the start costs the start alone', async () => {
  const plan = EXAMPLE_PLANS['exit-before-the-start'] ?? SIX_SENDS;
  const journey = await near.start('cost-closed', plan);
  expect(await journey.handle.result()).toMatchObject({ how: 'exited', why: 'bought' });
  expect(actionsOf(await onlyHistory(journey))).toBe(1);
});

test('confirming the end of a wait costs nothing beside a local send, and one action beside a queued one', async () => {
  const actionsFor = async (world: JourneyWorld, name: string, sendVia: 'local' | 'queue') => {
    const plan = EXAMPLE_PLANS[name] ?? SIX_SENDS;
    const journey = await world.start(`cost-${name}-${sendVia}`, plan, { sendVia });
    await journey.rehearse();
    return actionsOf(await onlyHistory(journey));
  };
  const before = await actionsFor(near, 'timed-out', 'local');
  expect(await actionsFor(near, 'timed-out-and-confirmed', 'local')).toBe(before);
  const queuedBefore = await actionsFor(queued, 'timed-out', 'queue');
  expect(await actionsFor(queued, 'timed-out-and-confirmed', 'queue')).toBe(queuedBefore + 1);
});

test('a move to a newer plan costs the new run alone', async () => {
  const plan = EXAMPLE_PLANS['moved-when-it-woke'] ?? SIX_SENDS;
  const journey = await near.start('cost-move', plan, { sendVia: 'local' });
  await journey.rehearse();
  const [before, after] = await journey.histories();
  // Start, welcome, the wait, and what looked at the rows.
  expect(actionsOf(before ?? {})).toBe(4);
  // Its start, the pause that goes on, and the last act.
  expect(actionsOf(after ?? {})).toBe(3);
});

type Journey = Awaited<ReturnType<JourneyWorld['start']>>;

async function onlyHistory(journey: Journey): Promise<History> {
  const [history] = await journey.histories();
  return history ?? {};
}

function actionsOf(history: History): number {
  let actions = 0;
  const tasksWithLocalActivities = new Set<string>();
  for (const event of history.events ?? []) {
    const marker = event.markerRecordedEventAttributes;
    if (marker) tasksWithLocalActivities.add(String(marker.workflowTaskCompletedEventId));
    const isBilled =
      event.workflowExecutionStartedEventAttributes ??
      event.workflowExecutionSignaledEventAttributes ??
      event.timerStartedEventAttributes ??
      event.activityTaskScheduledEventAttributes;
    if (isBilled) actions += 1;
  }
  return actions + tasksWithLocalActivities.size;
}
