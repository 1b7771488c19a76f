import { describe, expect, test } from 'vitest';
import { eventNeeds } from '../../ingest/batch.ts';
import { loadLeads } from '../../store/leads.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { acme, call, identify, NOW, openWorld, track, type IngestWorld } from './world.ts';

const database = useTestDatabase();
const needs = { events: eventNeeds({ release: acme, plans: new Map() }, NOW) };

async function inWorld(work: (world: IngestWorld) => Promise<void>): Promise<void> {
  const world = openWorld(database.url);
  try {
    await work(world);
  } finally {
    await world.close();
  }
}
const page = (anonymousId: string, path: string) =>
  call({ type: 'page', anonymousId, properties: { path }, messageId: `${anonymousId}${path}` });

async function leadOf(world: IngestWorld, id: string | undefined) {
  const [lead] = await loadLeads(world.store, [id ?? ''], needs);
  return lead;
}
async function candidates(world: IngestWorld, id: string | undefined) {
  return world.store.query<{ because: string }>(
    'SELECT because FROM merge_candidate WHERE $1 IN (lead_id, other_id)',
    [id],
  );
}

describe('who an event is about', () => {
  test('a visitor who signs in takes the visits along', async () => {
    await inWorld(async (world) => {
      const visits = await world.ingest.ingest([page('v1', '/a'), page('v1', '/b')]);
      const [known] = await world.ingest.ingest([
        identify({ userId: 'm1', anonymousId: 'v1' }, { email: 'm1@x.example' }),
      ]);
      expect(known?.leadId).toBe(visits[0]?.leadId);
      expect(await leadOf(world, known?.leadId)).toMatchObject({
        address: 'm1@x.example',
        counts: { 'Page Viewed': { count: 2 } },
      });
    });
  });

  test('who has two user ids takes the visits of a new browser along', async () => {
    await inWorld(async (world) => {
      const [known] = await world.ingest.ingest([track('two-a', 'Page Viewed')]);
      await world.ingest.ingest([track('two-b', 'Page Viewed')]);
      await world.ingest.ingest([call({ type: 'alias', userId: 'two-a', previousId: 'two-b' })]);
      await world.ingest.ingest([page('two-v', '/a')]);
      const [signedIn] = await world.ingest.ingest([
        track('two-a', 'Page Viewed', { anonymousId: 'two-v' }),
      ]);
      expect(signedIn?.leadId).toBe(known?.leadId);
      expect(await leadOf(world, known?.leadId)).toMatchObject({
        counts: { 'Page Viewed': { count: 4 } },
      });
    });
  });

  test("a new user id never takes over another user's browser", async () => {
    await inWorld(async (world) => {
      const [newsletter] = await world.ingest.ingest([
        call({ type: 'identify', traits: { email: 'shared@x.example' } }),
      ]);
      const [owner] = await world.ingest.ingest([
        track('shared-1', 'Page Viewed', { anonymousId: 'shared-v' }),
      ]);
      const [other] = await world.ingest.ingest([
        identify({ userId: 'shared-2', anonymousId: 'shared-v' }, { email: 'shared@x.example' }),
      ]);
      expect(other?.leadId).toBe(newsletter?.leadId);
      const [still] = await world.ingest.ingest([track('shared-1', 'Page Viewed')]);
      expect(still?.leadId).toBe(owner?.leadId);
      expect(await candidates(world, owner?.leadId)).toEqual([{ because: 'two-user-ids' }]);
    });
  });

  test('a visitor who turns out to be a known lead is merged into it, both histories count', async () => {
    await inWorld(async (world) => {
      const [known] = await world.ingest.ingest([
        identify({ userId: 'm2' }, { email: 'm2@x.example', company: 'X' }),
        track('m2', 'Pricing Viewed'),
      ]);
      const [visit] = await world.ingest.ingest([
        page('v2', '/a'),
        call({ type: 'identify', anonymousId: 'v2', traits: { company: 'Y', plan: 'pro' } }),
      ]);
      expect(visit?.leadId).not.toBe(known?.leadId);
      const [merged] = await world.ingest.ingest([
        track('m2', 'Pricing Viewed', { anonymousId: 'v2' }),
      ]);
      expect(merged?.leadId).toBe(known?.leadId);
      const lead = await leadOf(world, visit?.leadId);
      expect(lead).toMatchObject({
        id: known?.leadId,
        splitKey: known?.leadId,
        traits: { company: 'X', plan: 'pro' },
        counts: { 'Page Viewed': { count: 1 }, 'Pricing Viewed': { count: 2 } },
      });
      const [after] = await world.ingest.ingest([page('v2', '/b')]);
      expect(after?.leadId).toBe(known?.leadId);
      expect(await candidates(world, known?.leadId)).toEqual([]);
    });
  });

  test('the same merge inside one batch comes out the same', async () => {
    await inWorld(async (world) => {
      const answers = await world.ingest.ingest([
        page('v3', '/a'),
        identify({ userId: 'm3' }, { email: 'm3@x.example' }),
        page('v3', '/b'),
        track('m3', 'Pricing Viewed', { anonymousId: 'v3' }),
        page('v3', '/c'),
      ]);
      const ids = answers.map((answer) => answer.leadId);
      expect(ids[3]).toBe(ids[1]);
      expect(ids[4]).toBe(ids[1]);
      const lead = await leadOf(world, ids[0]);
      expect(lead).toMatchObject({
        id: ids[1],
        counts: { 'Page Viewed': { count: 3 }, 'Pricing Viewed': { count: 1 } },
      });
      expect(lead?.events.filter(({ name }) => name === 'Page Viewed')).toHaveLength(3);
    });
  });

  test('three leads that turn out to be one person within one batch become one', async () => {
    await inWorld(async (world) => {
      const [visitor, user, contact] = await world.ingest.ingest([
        page('v7', '/a'),
        track('m7', 'Pricing Viewed'),
        call({ type: 'identify', traits: { email: 'm7@x.example' } }),
      ]);
      const [one, all] = await world.ingest.ingest([
        track('m7', 'Pricing Viewed', { anonymousId: 'v7' }),
        identify({ userId: 'm7' }, { email: 'm7@x.example' }),
      ]);
      expect(one?.leadId).toBe(user?.leadId);
      expect(all?.leadId).toBe(contact?.leadId);
      expect((await leadOf(world, visitor?.leadId))?.id).toBe(contact?.leadId);
      expect(await leadOf(world, user?.leadId)).toMatchObject({
        id: contact?.leadId,
        counts: { 'Page Viewed': { count: 1 }, 'Pricing Viewed': { count: 2 } },
      });
    });
  });

  test('two people on one browser stay two, and the pair is listed', async () => {
    await inWorld(async (world) => {
      const [first, second, again] = await world.ingest.ingest([
        identify({ userId: 'm4a', anonymousId: 'v4' }, { email: 'm4a@x.example' }),
        identify({ userId: 'm4b', anonymousId: 'v4' }, { email: 'm4b@x.example' }),
        page('v4', '/a'),
      ]);
      expect(second?.leadId).not.toBe(first?.leadId);
      expect(again?.leadId).toBe(first?.leadId);
      expect(await candidates(world, second?.leadId)).toEqual([{ because: 'two-user-ids' }]);
      expect((await leadOf(world, first?.leadId))?.address).toBe('m4a@x.example');
    });
  });

  test('two leads with an address each are not merged: the event goes to that of the userId', async () => {
    await inWorld(async (world) => {
      const [one, other] = await world.ingest.ingest([
        identify({ userId: 'm5' }, { email: 'm5@x.example' }),
        call({ type: 'identify', traits: { email: 'info5@x.example' } }),
      ]);
      const [both] = await world.ingest.ingest([
        identify({ userId: 'm5' }, { email: 'info5@x.example' }),
      ]);
      expect(both?.leadId).toBe(one?.leadId);
      expect((await leadOf(world, one?.leadId))?.address).toBe('m5@x.example');
      expect(await candidates(world, other?.leadId)).toEqual([{ because: 'two-addresses' }]);
    });
  });

  test('a user who changes the address keeps the lead', async () => {
    await inWorld(async (world) => {
      const [before] = await world.ingest.ingest([
        identify({ userId: 'm6' }, { email: 'old6@x.example' }),
      ]);
      const [after] = await world.ingest.ingest([
        identify({ userId: 'm6' }, { email: 'new6@x.example' }),
      ]);
      expect(after?.leadId).toBe(before?.leadId);
      expect((await leadOf(world, after?.leadId))?.address).toBe('new6@x.example');
    });
  });
});

describe('permission belongs to the address', () => {
  test('what an address refused holds for the lead that brings it later', async () => {
    await inWorld(async (world) => {
      await world.ingest.ingest([
        identify({ userId: 'p1' }, { email: 'p1@x.example' }),
        track('p1', 'Consent Withdrawn'),
        identify({ userId: 'p1' }, { email: 'other-p1@x.example' }, NOW + 1_000),
      ]);
      const suppressed = async (userId: string) => {
        const [answer] = await world.ingest.ingest([track(userId, 'Pricing Viewed')]);
        return (await leadOf(world, answer?.leadId))?.suppressions.map(({ scope }) => scope);
      };
      expect(await suppressed('p1')).toEqual([]);
      await world.ingest.ingest([
        identify({ userId: 'p1' }, { email: 'p1@x.example' }, NOW + 2_000),
      ]);
      expect(await suppressed('p1')).toEqual(['marketing']);
    });
  });

  const inForce = async (world: IngestWorld, userId: string) => {
    const [answer] = await world.ingest.ingest([track(userId, 'Pricing Viewed')]);
    const lead = await leadOf(world, answer?.leadId);
    return {
      scopes: lead?.suppressions.map(({ scope }) => scope),
      states: lead?.consents.map(({ state }) => state).sort(),
    };
  };

  test('renewed consent lifts an unsubscribe, in one batch or over several', async () => {
    await inWorld(async (world) => {
      const at = (seconds: number) => NOW + seconds * 1_000;
      await world.ingest.ingest([
        identify({ userId: 'p2' }, { email: 'p2@x.example' }),
        track('p2', 'Consent Withdrawn', {}, at(1)),
      ]);
      expect((await inForce(world, 'p2')).scopes).toEqual(['marketing']);
      await world.ingest.ingest([track('p2', 'Consent Given', {}, at(2))]);
      expect((await inForce(world, 'p2')).scopes).toEqual([]);
      await world.ingest.ingest([
        track('p2', 'Consent Withdrawn', {}, at(3)),
        track('p2', 'Consent Given', {}, at(4)),
        track('p2', 'Consent Withdrawn', {}, at(5)),
      ]);
      expect((await inForce(world, 'p2')).scopes).toEqual(['marketing']);
      await world.ingest.ingest([
        track('p2', 'Consent Given', {}, at(6)),
        track('p2', 'Consent Withdrawn', {}, at(7)),
        track('p2', 'Consent Given', {}, at(8)),
      ]);
      expect((await inForce(world, 'p2')).scopes).toEqual([]);
    });
  });

  test('what is read again of a lead decides as what was said: nothing hides a refusal', async () => {
    await inWorld(async (world) => {
      await world.ingest.ingest([
        identify({ userId: 'p3' }, { email: 'p3@x.example' }),
        track('p3', 'Consent Confirmed', {}, NOW + 1_000),
        track('p3', 'Consent Given', {}, NOW + 2_000),
        track('p3', 'Consent Withdrawn', { properties: { topic: 'events' } }, NOW + 3_000),
        track(
          'p3',
          'Consent Given',
          { properties: { topic: 'events', state: 'none' } },
          NOW + 4_000,
        ),
      ]);
      expect((await inForce(world, 'p3')).states).toEqual(['double-opt-in', 'opt-in', 'refused']);
    });
  });
});
