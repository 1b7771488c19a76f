/** Verdicts on events and stages by hand on a real database: rows, counts, statements, and due on time. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Release } from '../../core/definitions/release.ts';
import { eventNeeds } from '../../ingest/batch.ts';
import { eventAbout, type IngestRequest } from '../../ingest/request.ts';
import { tickDueLeads } from '../../runtime/dispatch/due-loop.ts';
import { findEvent } from '../../store/judged.ts';
import { loadLeads } from '../../store/leads.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { acme, identify, NOW, openWorld, track, type IngestWorld } from './world.ts';

const database = useTestDatabase();
const MINUTE = 60_000;
const DAY = 86_400_000;
const needs = { events: eventNeeds({ release: acme, plans: new Map() }, NOW) };

async function inWorld(work: (world: IngestWorld) => Promise<void>): Promise<void> {
  const world = openWorld(database.url);
  try {
    await work(world);
  } finally {
    await world.close();
  }
}
function operator(leadId: string, name: string, properties: object, now: number): IngestRequest {
  const own = { source: 'operator', messageId: randomUUID(), name, now };
  return eventAbout({ leadId }, { ...own, properties: { ...properties } });
}
function verdict(leadId: string, event: string, trust: string, now: number): IngestRequest {
  return operator(leadId, 'Event Judged', { event, trust, because: 'A scanner', by: 'anna' }, now);
}

test('a verdict changes the event, its counts and the stage, and tells the rep', async () => {
  await inWorld(async ({ store, ingest }) => {
    const who = { userId: 'judged-1' };
    await ingest.ingest([identify(who, { email: 'j1@nordwind.example' })]);
    await ingest.ingest([track('judged-1', 'Page Viewed', {}, NOW)]);
    const [demo] = await ingest.ingest([track('judged-1', 'Demo Requested', {}, NOW + MINUTE)]);
    const { leadId, eventId } = demo ?? { leadId: '', eventId: '' };
    expect(demo?.stage).toBe('marketingqualifiedlead');
    const [answer] = await ingest.ingest([
      verdict(leadId, eventId, 'likely-robot', NOW + 5 * MINUTE),
    ]);
    expect(answer).toMatchObject({
      stage: 'lead',
      moves: [{ from: 'marketingqualifiedlead', to: 'lead' }],
      handoff: { status: 'closed', because: 'robot' },
    });
    const [lead] = await loadLeads(store, [leadId], needs);
    expect(lead?.lastActivityAt).toBe(NOW);
    expect(lead?.counts).toMatchObject({ 'Page Viewed': { count: 1 } });
    expect(lead?.counts).not.toHaveProperty('Demo Requested');
    expect((await findEvent(store, eventId))?.trust).toBe('likely-robot');
    const [kept] = await store.query<{ properties: object }>(
      'SELECT properties FROM event WHERE id = $1',
      [answer?.eventId],
    );
    expect(kept?.properties).toMatchObject({ before: 'human', name: 'Demo Requested' });
    const [told] = await store.query<{ payload: object }>(
      `SELECT o.payload FROM outbox o JOIN handoff h ON h.id = o.target_id
       WHERE h.lead_id = $1 ORDER BY o.id DESC LIMIT 1`,
      [leadId],
    );
    expect(told?.payload).toMatchObject({
      message: { type: 'settled', status: 'closed', because: 'robot' },
    });
    // Taken back, the count is there again, and so is the stage.
    const [back] = await ingest.ingest([verdict(leadId, eventId, 'human', NOW + 9 * MINUTE)]);
    expect(back?.stage).toBe('marketingqualifiedlead');
    const [again] = await loadLeads(store, [leadId], needs);
    expect(again?.counts['Demo Requested']).toEqual({
      ...{ count: 1, firstAt: NOW + MINUTE, lastAt: NOW + MINUTE },
    });
  });
});

test('the second opinion agrees with every stage that was decided so', async () => {
  await inWorld(async ({ store, ingest }) => {
    const [demo] = await ingest.ingest([track('confirmed-1', 'Demo Requested')]);
    const { leadId, eventId } = demo ?? { leadId: '', eventId: '' };
    await ingest.ingest([verdict(leadId, eventId, 'likely-robot', NOW + MINUTE)]);
    const said = { stage: 'PQL', reason: 'Met', by: 'anna' };
    await ingest.ingest([operator(leadId, 'Stage Set', said, NOW + 2 * MINUTE)]);
    await ingest.close();
    const rules = await store.query<{ rule: string; confirmed: boolean | null }>(
      `SELECT detail->>'rule' AS rule, confirmed FROM decision WHERE lead_id = $1 AND kind = 'stage' ORDER BY seq`,
      [leadId],
    );
    expect(rules).toEqual([
      { rule: 'marketingqualifiedlead', confirmed: true },
      { rule: 'marketingqualifiedlead.takenBack', confirmed: true },
      { rule: 'by-hand', confirmed: true },
    ]);
  });
});

test('an event and the verdict on it may come in one batch', async () => {
  await inWorld(async ({ store, ingest }) => {
    const [born] = await ingest.ingest([track('judged-2', 'Page Viewed', {}, NOW)]);
    const leadId = born?.leadId ?? '';
    const click = track('judged-2', 'Pricing Viewed', {}, NOW + DAY);
    await ingest.ingest([click, verdict(leadId, click.event.id, 'likely-robot', NOW + DAY)]);
    const [lead] = await loadLeads(store, [leadId], needs);
    expect(lead?.lastActivityAt).toBe(NOW);
    expect(lead?.counts).not.toHaveProperty('Pricing Viewed');
  });
});

test('only a batch with a verdict pays for one: one statement to read, two to write', async () => {
  await inWorld(async (world) => {
    const known = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const [answer] = await world.ingest.ingest([track(`cost-${index}`, 'Pricing Viewed')]);
        return { leadId: answer?.leadId ?? '', eventId: answer?.eventId ?? '' };
      }),
    );
    const cost = async (requests: readonly IngestRequest[]) => {
      world.statements();
      await world.ingest.ingest(requests);
      return world.statements().filter((text) => !text.startsWith('UPDATE decision')).length;
    };
    const plain = known.map(({ leadId }) => operator(leadId, 'Pricing Viewed', {}, NOW + MINUTE));
    const robots = known.map(({ leadId, eventId }) =>
      verdict(leadId, eventId, 'likely-robot', NOW + MINUTE),
    );
    const usual = await cost(plain);
    expect(await cost(robots.slice(0, 1))).toBe(usual + 3);
    expect(await cost(robots.slice(1))).toBe(usual + 3);
  });
});

test('a fading score leads forward and back on time, by the loop of the worker alone', async () => {
  const { stages, ...rules } = acme.qualification;
  const [mql] = stages;
  if (mql === undefined) throw new Error('no stage');
  const engaged = (operator: string, value: number) => ({
    fact: 'engagementScore',
    operator,
    value,
  });
  // Cooled down to at most 20, and held so for a day: worth a call; below 10 it is too late.
  const when = { all: [engaged('atMost', 20), engaged('atLeast', 10)] };
  const backTo = { stage: 'lead', if: engaged('lessThan', 10) };
  const cooled = { ...mql, when, backTo, holdForMs: DAY, instantOn: [] };
  const fading: Release = { ...acme, qualification: { ...rules, stages: [cooled] } };
  const releases = { current: async () => fading, plans: async () => new Map<string, never>() };
  const world = openWorld(database.url, { releases });
  try {
    const { store, ingest } = world;
    await store.run('UPDATE lead SET due_at = NULL');
    const views = Array.from({ length: 5 }, () => track('fades-1', 'Pricing Viewed'));
    const [answer] = await ingest.ingest(views);
    // Nobody looks for a hundred days; then each instant is decided as of itself.
    const late = { sql: store, ingest: ingest.ingest, now: () => NOW + 100 * DAY };
    const onError = (error: unknown): void => {
      throw error;
    };
    for (let round = 0; round < 20; round += 1) await tickDueLeads({ ...late, onError });
    const moves = await store.query<{ at: number; to: string; eventId: string | null }>(
      `SELECT at, detail->>'to' AS to, event_id AS "eventId" FROM decision
       WHERE lead_id = $1 AND kind = 'stage' ORDER BY seq`,
      [answer?.leadId],
    );
    const fadesTo = (points: number) => NOW + 14 * DAY * Math.log2(40 / points);
    expect(moves.map(({ to }) => to)).toEqual(['lead', 'marketingqualifiedlead', 'lead']);
    expect(moves.slice(1).map(({ eventId }) => eventId)).toEqual([null, null]);
    // Scores are whole points: 20.5 reads as 21, 9.5 as 10.
    expect(Math.abs((moves[1]?.at ?? 0) - (fadesTo(20.5) + DAY))).toBeLessThan(2);
    expect(Math.abs((moves[2]?.at ?? 0) - fadesTo(9.5))).toBeLessThan(2);
  } finally {
    await world.close();
  }
});

test('what was set by hand ends on time, without an event', async () => {
  await inWorld(async ({ store, ingest }) => {
    const [born] = await ingest.ingest([track('hand-1', 'Page Viewed')]);
    const leadId = born?.leadId ?? '';
    const until = NOW + 60 * DAY;
    const said = { stage: 'MQL', reason: 'Met', by: 'anna', until: new Date(until).toISOString() };
    const [answer] = await ingest.ingest([operator(leadId, 'Stage Set', said, NOW + MINUTE)]);
    expect(answer).toMatchObject({
      stage: 'marketingqualifiedlead',
      handoff: { status: 'opened', because: 'Stage Set' },
    });
    const stored = async () => (await loadLeads(store, [leadId], needs))[0];
    for (let due = (await stored())?.dueAt; due !== undefined && due < until;) {
      await ingest.tick(leadId, due);
      expect((await stored())?.stage).toMatchObject({ byHand: { by: 'anna', until } });
      due = (await stored())?.dueAt;
    }
    expect((await stored())?.dueAt).toBe(until);
    await ingest.tick(leadId, until);
    expect((await stored())?.stage).toMatchObject({ stage: 'lead', since: until });
  });
});
