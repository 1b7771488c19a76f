/**
 * A lead as it was known at an earlier instant: the same as it was then, whatever came later. Random
 * scripts run on a real database; after each step the lead is kept as it is, and in the end asked for
 * as of that instant.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leadThen, type LeadThen } from '../../api/lead-as-of.ts';
import { loadWholeLead } from '../../api/lead-view.ts';
import type { Release } from '../../core/definitions/release.ts';
import { factReader } from '../../core/facts/read.ts';
import type { Lead } from '../../core/facts/lead.ts';
import { undoMerge } from '../../ingest/unmerge.ts';
import { eventAbout, tickOf, type IngestRequest } from '../../ingest/request.ts';
import { DAY, HOUR, MINUTE } from '../core/decision/acme.ts';
import { acme, call, identify, NOW, openWorld, track, type IngestWorld } from '../ingest/world.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const PUBLISHED = NOW + 20 * DAY;
const [model] = acme.models;
if (model === undefined) throw new Error('the company has a model');
/** Prices count more, pages less: published while the scripts run. */
const later: Release = {
  ...acme,
  id: '0195a000-0000-7000-8000-0000000000bb',
  models: [
    {
      ...model,
      rules: model.rules.map((rule) => (rule.id === 'pricing' ? { ...rule, points: 15 } : rule)),
    },
  ],
};
const releases = [acme, later];
let now = NOW;
let world: IngestWorld;

beforeAll(async () => {
  const inForce = () => (now < PUBLISHED ? acme : later);
  world = openWorld(database.url, {
    releases: {
      current: () => Promise.resolve(inForce()),
      plans: () => Promise.resolve(new Map()),
    },
  });
  for (const [index, { id }] of releases.entries()) {
    await world.store.run(
      `INSERT INTO release (id, author, message, entries, published_at)
       VALUES ($1, 'maria', '', '{}', to_timestamp($2::float8 / 1000.0))`,
      [id, index === 0 ? NOW - DAY : PUBLISHED],
    );
  }
});
afterAll(async () => world.close());

const deps = () => ({
  sql: world.store,
  clock: () => now,
  releases: {
    current: () => Promise.resolve(now < PUBLISHED ? acme : later),
    plans: () => Promise.resolve(new Map()),
    release: (id: string) => {
      const found = releases.find((one) => one.id === id);
      return found === undefined ? Promise.reject(new Error(id)) : Promise.resolve(found);
    },
  },
});

function leadOf(found: LeadThen): Extract<LeadThen, { type: 'known' }> {
  if (found.type !== 'known') throw new Error(`expected a lead, found ${found.type}`);
  return found;
}

/** What a person is told of a lead, and what decides about it next. */
function told(lead: Lead, release: Release, at: number) {
  const read = factReader(release, lead, at);
  const { traits, tags, stage, disqualified, counts, handoff, address } = lead;
  const byState = (one: { readonly state: string; readonly class: string }) =>
    `${one.class} ${one.state}`;
  return {
    ...{ traits, tags: [...tags].sort(), stage, disqualified, counts, address },
    handoff: handoff?.status,
    scored: release.models.map((one) => read.scored(one.model)),
    lastActivityAt: lead.lastActivityAt,
    lastSeenAt: lead.lastSeenAt,
    consents: lead.consents.map(byState).sort(),
    suppressions: lead.suppressions.map(({ scope }) => scope).sort(),
    account: lead.account?.traits,
    events: lead.events.map(({ id, trust }) => `${id} ${trust}`).sort(),
  };
}

const names = [
  'Pricing Viewed',
  'Pricing Viewed',
  'Report Created',
  'Demo Requested',
  'Trial Started',
];
const step = fc.record({
  gap: fc.constantFrom(MINUTE, 9 * MINUTE, 3 * HOUR, 2 * DAY, 9 * DAY),
  late: fc.constantFrom(0, 0, 0, HOUR),
  does: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...names).map((event) => ({ event })) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(
          ...[{ seniority: 'vp' }, { employees: 900 }, { employees: 3 }, { email: 'own' }],
        )
        .map((traits) => ({ traits })),
    },
    { weight: 1, arbitrary: fc.constantFrom('visit', 'join', 'company', 'unsubscribe', 'agree') },
    { weight: 1, arbitrary: fc.constantFrom('soft', 'soft', 'soft', 'delivered') },
    { weight: 2, arbitrary: fc.constantFrom('robot', 'person', 'accepts', 'by-hand', 'clock') },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('as of an instant', () => {
  test('a lead is told as it was decided then, over publishes, verdicts and merges', async () => {
    let moves = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
        const script = await play(steps);
        moves += script.snapshots.filter(({ lead }) => lead.stage.stage !== 'subscriber').length;
        now = Math.max(now, PUBLISHED) + 200 * DAY;
        for (const { lead, release, at } of script.snapshots) {
          const then = leadOf(await leadThen(deps(), lead.id, at));
          expect(then.release.id).toBe(release.id);
          const expected = told(lead, release, at);
          const found = told(await withEvents(then.lead, lead), release, at);
          expect(found).toEqual(expected);
        }
      }),
      { numRuns: 8 },
    );
    expect(moves).toBeGreaterThan(2);
  });
});

test('a merge counts while it was in force, and what a robot did until somebody saw it', async () => {
  now = NOW;
  const visitor = { anonymousId: 'undone-visitor' };
  const page = () => call({ type: 'page', ...visitor, properties: { path: '/' } }, now);
  const [known] = await world.ingest.ingest([
    identify({ userId: 'undone' }, { email: 'undone@firm-of-its-own.example' }, now),
  ]);
  await world.ingest.ingest([page()]);
  now += HOUR;
  const alone = now;
  now += HOUR;
  await world.ingest.ingest([identify({ userId: 'undone', ...visitor }, {}, now)]);
  const [visit] = await world.ingest.ingest([page()]);
  now += HOUR;
  const together = now;
  const leadId = known?.leadId ?? '';
  const [merge] = await world.store.query<{ readonly id: string }>(
    'SELECT id FROM lead_merge WHERE into_id = $1',
    [leadId],
  );
  now += HOUR;
  const asked = { mergeId: merge?.id ?? '', by: 'anna', why: 'Two people', now };
  await undoMerge(world.store, acme, asked);
  now += HOUR;
  const judged = { event: visit?.eventId ?? '', trust: 'likely-robot', because: 'A scanner' };
  await world.ingest.ingest([
    eventAbout(
      { leadId: visit?.leadId ?? '' },
      {
        source: 'operator',
        messageId: randomUUID(),
        name: 'Event Judged',
        now,
        properties: judged,
      },
    ),
  ]);
  now += DAY;
  const visits = async (at: number) =>
    leadOf(await leadThen(deps(), leadId, at)).lead.counts['Page Viewed']?.count ?? 0;
  expect([await visits(alone), await visits(together), await visits(now - 1)]).toEqual([0, 2, 0]);
});

test('a stage that a hold leads to is forecast, and an instant before the first event refused', async () => {
  now = NOW;
  const traits = { seniority: 'vp', employees: 900 };
  const who = { userId: 'forecast' };
  const [lead] = await world.ingest.ingest([identify(who, traits, now)]);
  const viewed = [1, 2, 3, 4].map(() => track('forecast', 'Pricing Viewed', {}, now));
  await world.ingest.ingest(viewed);
  const at = (instant: number) => leadThen(deps(), lead?.leadId ?? '', instant);
  const soon = leadOf(await at(now + 10 * MINUTE));
  expect([soon.tense, soon.lead.stage.stage]).toEqual(['forecast', 'marketingqualifiedlead']);
  expect(leadOf(await at(now + 9 * MINUTE)).lead.stage.stage).toBe('lead');
  // Once nothing happens for 45 days it goes back.
  expect(leadOf(await at(now + 50 * DAY)).lead.stage.stage).toBe('lead');
  expect(await at(now - 1)).toEqual({ type: 'unknown', since: now });
});

/** The fold keeps every event; a lead that is read has those that some rule can look at. */
function withEvents(then: Lead, read: Lead): Promise<Lead> {
  const wanted = new Set(read.events.map(({ id }) => id));
  return Promise.resolve({ ...then, events: then.events.filter(({ id }) => wanted.has(id)) });
}

interface Snapshot {
  readonly lead: Lead;
  readonly release: Release;
  readonly at: number;
}

async function play(steps: readonly Step[]): Promise<{ readonly snapshots: readonly Snapshot[] }> {
  const userId = randomUUID();
  const snapshots: Snapshot[] = [];
  const events: string[] = [];
  now = NOW;
  const take = async (...requests: Parameters<typeof world.ingest.ingest>[0]) => {
    const answers = await world.ingest.ingest(requests);
    return answers[0];
  };
  const first = await take(identify({ userId, anonymousId: `${userId}-own` }, {}, now));
  const leadId = first?.leadId ?? '';
  for (const { gap, late, does } of steps) {
    now += gap;
    const request = requestFor(does, { userId, leadId, events, late });
    const answers = request === undefined ? undefined : await take(request);
    if (typeof does === 'object' && 'event' in does && answers !== undefined) {
      events.push(answers.eventId);
    }
    const { current } = deps().releases;
    const release = await current();
    const lead = await loadWholeLead(world.store, release, leadId, now);
    if (lead !== undefined && lead.id === leadId) snapshots.push({ lead, release, at: now });
  }
  return { snapshots };
}

interface Playing {
  readonly userId: string;
  readonly leadId: string;
  readonly events: readonly string[];
  readonly late: number;
}

function requestFor(
  does: Step['does'],
  { userId, leadId, events, late }: Playing,
): IngestRequest | undefined {
  if (typeof does === 'object' && 'event' in does) {
    const timestamp = new Date(now - late).toISOString();
    return track(userId, does.event, { timestamp }, now);
  }
  if (typeof does === 'object') {
    const traits =
      'email' in does.traits ? { email: `${userId}@acme-${userId}.example` } : does.traits;
    return identify({ userId }, traits, now);
  }
  const own = (name: string, properties: object) =>
    eventAbout(
      { leadId },
      { source: 'operator', messageId: randomUUID(), name, now, properties: { ...properties } },
    );
  const event = events.at(-1) ?? '';
  switch (does) {
    case 'visit':
      return call({ type: 'page', anonymousId: `${userId}-other`, properties: { path: '/' } }, now);
    case 'join':
      return identify({ userId, anonymousId: `${userId}-other` }, {}, now);
    case 'company':
      return call(
        {
          type: 'group',
          userId,
          groupId: `company-${userId}`,
          traits: { employees: 700, at: now },
        },
        now,
      );
    case 'unsubscribe':
      return track(userId, 'Consent Withdrawn', {}, now);
    case 'agree':
      return track(userId, 'Consent Given', { properties: { state: 'opt-in' } }, now);
    case 'soft':
      return own('Email Bounced', { kind: 'soft' });
    case 'delivered':
      return own('Email Delivered', {});
    case 'robot':
      return own('Event Judged', { event, trust: 'likely-robot', because: 'A scanner' });
    case 'person':
      return own('Event Judged', { event, trust: 'human', because: 'It replied' });
    case 'accepts':
      return own('Handoff Accepted', { by: 'mia' });
    case 'by-hand':
      return own('Stage Set', { stage: 'lead', reason: 'As agreed', by: 'anna' });
    case 'clock':
      return tickOf(leadId, now);
    default:
      return undefined;
  }
}
