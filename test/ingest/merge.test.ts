/** One person out of two leads, and back: by keys, by alias, by hand, and while events arrive. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Lead } from '../../core/facts/lead.ts';
import { eventNeeds } from '../../ingest/batch.ts';
import { eventAbout, type IngestRequest } from '../../ingest/request.ts';
import { undoMerge } from '../../ingest/unmerge.ts';
import { loadLeads } from '../../store/leads.ts';
import { findMerge, keepApart, listCandidates, listMergesOf } from '../../store/merges.ts';
import { listLeads } from '../../store/read-leads.ts';
import type { ClaimRequest } from '../../core/sending/ledger.ts';
import { readLedger } from '../../store/send-view.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { acme, call, identify, NOW, openWorld, track, type IngestWorld } from './world.ts';

const database = useTestDatabase();
const needs = { events: eventNeeds({ release: acme, plans: new Map() }, NOW) };
const SECOND = 1_000;

async function inWorld(work: (world: IngestWorld) => Promise<void>): Promise<void> {
  const world = openWorld(database.url);
  try {
    await work(world);
  } finally {
    await world.close();
  }
}

function byHand(into: string, from: string, now = NOW + 60 * SECOND): IngestRequest {
  const own = {
    source: 'operator',
    messageId: randomUUID(),
    type: 'merge',
    name: '',
    now,
  } as const;
  return { ...eventAbout({ leadId: into }, own), merge: { from, by: 'mia', why: 'Same person' } };
}

const undo = (world: IngestWorld, mergeId: string, now = NOW + 120 * SECOND) =>
  undoMerge(world.store, acme, { mergeId, by: 'mia', why: 'Two people', now });

async function leadOf(world: IngestWorld, id: string) {
  const [lead] = await loadLeads(world.store, [id], needs);
  if (lead === undefined) throw new Error(`no lead ${id}`);
  return lead;
}
async function two(world: IngestWorld, name: string, over: { one?: object; other?: object } = {}) {
  const [one, other] = await world.ingest.ingest([
    identify({ userId: `${name}1` }, { email: `${name}1@x.example`, ...over.one }),
    identify({ userId: `${name}2` }, { email: `${name}2@x.example`, ...over.other }),
  ]);
  return [one?.leadId ?? '', other?.leadId ?? ''] as const;
}
const countOf = async (world: IngestWorld, id: string, name = 'Page Viewed') =>
  (await leadOf(world, id)).counts[name]?.count ?? 0;
const page = (ids: object, path: string, now = NOW) =>
  call({ type: 'page', ...ids, properties: { path }, messageId: randomUUID() }, now);

describe('a merge', () => {
  test('page views before identify raise the score in the answer to identify', async () => {
    await inWorld(async (world) => {
      await world.ingest.ingest([
        ...Array.from({ length: 12 }, (_, n) => page({ anonymousId: 'h1' }, `/${n}`)),
        identify({ userId: 'h1' }, { email: 'h1@x.example', seniority: 'vp', employees: 900 }),
      ]);
      const [answer] = await world.ingest.ingest([
        identify({ userId: 'h1', anonymousId: 'h1' }, {}, NOW + SECOND),
      ]);
      const [scored] = answer?.scores ?? [];
      expect([scored?.before.scores['engagement'], scored?.after.scores['engagement']]).toEqual([
        0, 12,
      ]);
      expect(answer?.stage).toBe('lead');
    });
  });

  test('one run per journey: the one entered first stays, the other ends and is told', async () => {
    await inWorld(async (world) => {
      const [one, other] = await two(world, 'r');
      await world.ingest.ingest([
        track('r2', 'Trial Started', {}, NOW + SECOND),
        track('r1', 'Trial Started', {}, NOW + 2 * SECOND),
      ]);
      const [answer] = await world.ingest.ingest([byHand(one, other)]);
      expect(answer?.exits).toMatchObject([{ journey: 'trial', exit: 'merged' }]);
      const runs = await world.store.query(
        `SELECT lead_id = $1 AS "ofSurvivor", status, outcome FROM enrolment WHERE lead_id IN ($1, $2) ORDER BY entered_at`,
        [one, other],
      );
      expect(runs).toEqual([
        { ofSurvivor: false, status: 'open', outcome: null },
        { ofSurvivor: true, status: 'closed', outcome: 'merged' },
      ]);
      const told = await world.store.query(
        `SELECT o.payload->'message'->>'exit' AS exit FROM outbox o JOIN enrolment e ON e.id = o.target_id
         WHERE e.lead_id = $1 AND o.payload->>'type' = 'message'`,
        [one],
      );
      expect(told).toEqual([{ exit: 'merged' }]);
      const { enrolments } = await leadOf(world, one);
      expect(enrolments.filter(({ status }) => status === 'open')).toHaveLength(1);
    });
  });

  test('of two addresses the survivor keeps its own; consent stays by address', async () => {
    await inWorld(async (world) => {
      const [one, other] = await two(world, 'c', { other: { country: 'DE' } });
      await world.ingest.ingest([track('c2', 'Consent Given')]);
      await world.ingest.ingest([byHand(one, other)]);
      const later = NOW + 70 * SECOND;
      await world.ingest.ingest([
        identify({ userId: 'c2' }, { email: 'c2@x.example', city: 'Bonn' }, later),
        eventAbout(
          { leadId: one },
          {
            ...{ source: 'mail', messageId: 'c2-bounced', name: 'Email Bounced', now: later },
            ...{ properties: { kind: 'hard' }, concerns: 'c2@x.example' },
          },
        ),
      ]);
      const lead = await leadOf(world, one);
      expect(lead).toMatchObject({
        ...{ id: one, address: 'c1@x.example', traits: { country: 'DE', city: 'Bonn' } },
        ...{ consents: [], suppressions: [] },
      });
      const found = await listLeads(world.store, { search: 'c2@x.ex', limit: 5, now: later });
      expect(found.map(({ id }) => id)).toEqual([one]);
      const merge = await findMerge(world.store, { absorbed: other });
      await undo(world, merge?.id ?? '');
      expect(await leadOf(world, other)).toMatchObject({
        ...{ address: 'c2@x.example', traits: { city: 'Bonn' } },
        ...{ consents: [{ state: 'opt-in' }], suppressions: [{ scope: 'all' }] },
      });
    });
  });

  test('who unsubscribes from an email to either address gets no marketing at both', async () => {
    await inWorld(async (world) => {
      const [one, other] = await two(world, 'w');
      await world.ingest.ingest([byHand(one, other)]);
      const now = NOW + 70 * SECOND;
      const own = { source: 'unsubscribe', messageId: 'w', name: 'Consent Withdrawn', now };
      await world.ingest.ingest([
        eventAbout({ leadId: one }, { ...own, concerns: 'w2@x.example' }),
      ]);
      const silent = await world.store.query(
        "SELECT address, scope FROM suppression WHERE address LIKE 'w_@x.example' ORDER BY 1",
      );
      expect(silent).toEqual([
        { address: 'w1@x.example', scope: 'marketing' },
        { address: 'w2@x.example', scope: 'marketing' },
      ]);
    });
  });

  test('merged leads share their caps', async () => {
    await inWorld(async (world) => {
      const [one, other] = await two(world, 's');
      const [, sent] = await world.ingest.ingest([
        track('s1', 'Trial Started'),
        track('s2', 'Trial Started'),
      ]);
      const at = NOW + SECOND;
      const enrolmentId = sent?.journeys[0]?.enrolmentId ?? '';
      await world.store.run(
        `INSERT INTO send (id, command_id, lead_id, enrolment_id, journey, step, class, topic, priority, template,
           template_hash, state, evidence, message_id, planned_at, due_at, counted_at, release_id)
         VALUES ($1::uuid, $1::text, $2, $3, 'trial', 's', 'marketing', 't', 1, 'hello', 'h', 'sent', '{}', $1::text, now(), now(),
           to_timestamp($4::float8 / 1000.0), $1::uuid)`,
        [randomUUID(), other, enrolmentId, at],
      );
      await world.ingest.ingest([byHand(one, other)]);
      const lead = await leadOf(world, one);
      const run = lead.enrolments.find(({ status }) => status === 'open');
      const request: ClaimRequest = {
        ...{ id: randomUUID(), commandId: 'c', messageId: 'm', step: 'x', leadId: one },
        ...{ enrolmentId: run?.id ?? '', planHash: run?.planHash ?? '', journey: 'trial' },
        ...{ class: 'marketing', template: 'next', templateHash: 'h', releaseId: acme.id },
        ...{ priority: 1, now: NOW + 90 * SECOND, horizonMs: 7 * 86_400 * SECOND, attemptsMax: 1 },
      };
      const [read] = await readLedger(world.store, [{ lead, request }]);
      expect(read?.().view.counted).toEqual([{ class: 'marketing', countedAt: at }]);
    });
  });

  test('alias says itself that two user ids are one person; two addresses are still listed', async () => {
    await inWorld(async (world) => {
      const [old] = await world.ingest.ingest([
        track('a-old', 'Pricing Viewed'),
        identify({ userId: 'a-new' }, { email: 'a@x.example' }),
      ]);
      const alias = (userId: string, previousId: string) =>
        call({ type: 'alias', userId, previousId });
      const [answer] = await world.ingest.ingest([alias('a-new', 'a-old')]);
      expect((await leadOf(world, old?.leadId ?? '')).id).toBe(answer?.leadId);
      expect(await countOf(world, answer?.leadId ?? '', 'Pricing Viewed')).toBe(1);
      const [one, other] = await two(world, 'al');
      const [listed] = await world.ingest.ingest([alias('al1', 'al2')]);
      expect(listed?.leadId).toBe(one);
      expect((await leadOf(world, other)).id).toBe(other);
      const [unknown, late] = await world.ingest.ingest([
        alias('a-named', 'a-browser'),
        page({ anonymousId: 'a-browser' }, '/late'),
      ]);
      expect(late?.leadId).toBe(unknown?.leadId);
    });
  });

  test('one address is one lead, however it is written', async () => {
    await inWorld(async (world) => {
      const written = [
        'Zoë'.replace('ë', 'e') + '@Bücher.example',
        ' zoe@xn--bcher-kva.example ',
        'ZOE@BÜCHER.EXAMPLE',
      ];
      const answers = await world.ingest.ingest(
        written.map((email) => call({ type: 'identify', traits: { email } })),
      );
      expect(new Set(answers.map(({ leadId }) => leadId)).size).toBe(1);
      const [dots] = await world.ingest.ingest([
        call({ type: 'identify', traits: { email: 'z.oe@bücher.example' } }),
      ]);
      expect(dots?.leadId).not.toBe(answers[0]?.leadId);
    });
  });
});

describe('undoing a merge', () => {
  test('gives each lead its own events, keys, facts and score back', async () => {
    await inWorld(async (world) => {
      const [one, other] = await two(world, 'u', {
        one: { company: 'X', plan: 'free' },
        other: { company: 'Y', phone: '1', seniority: 'vp' },
      });
      await world.ingest.ingest([
        page({ userId: 'u1' }, '/a'),
        page({ userId: 'u2' }, '/b'),
        track('u2', 'Pricing Viewed', {}, NOW + 30 * SECOND),
      ]);
      const before = [await leadOf(world, one), await leadOf(world, other)];
      await world.ingest.ingest([byHand(one, other)]);
      await world.ingest.ingest([
        page({ userId: 'u2' }, '/c', NOW + 70 * SECOND),
        identify({ userId: 'u2', anonymousId: 'u2-laptop' }, { city: 'Bonn' }, NOW + 70 * SECOND),
        page({ anonymousId: 'u2-laptop' }, '/d', NOW + 71 * SECOND),
      ]);
      expect(await countOf(world, one)).toBe(4);
      const merge = await findMerge(world.store, { absorbed: other });
      expect(await undo(world, merge?.id ?? '')).toMatchObject({ leadId: one, separatedId: other });
      const [here, there] = [await leadOf(world, one), await leadOf(world, other)];
      expect([here.id, there.id]).toEqual([one, other]);
      expect(here).toMatchObject({
        address: 'u1@x.example',
        traits: before[0]?.traits,
        origins: before[0]?.origins,
        counts: { 'Page Viewed': { count: 1 } },
        stage: before[0]?.stage,
        lastActivityAt: before[0]?.lastActivityAt,
        dueAt: NOW + 120 * SECOND,
      });
      expect(here.traits).not.toHaveProperty('phone');
      expect(there).toMatchObject({
        address: 'u2@x.example',
        traits: { company: 'Y', phone: '1', seniority: 'vp', city: 'Bonn' },
        counts: { 'Page Viewed': { count: 3 }, 'Pricing Viewed': { count: 1 } },
        lastActivityAt: NOW + 71 * SECOND,
      });
      const [answer] = await world.ingest.ingest([page({ anonymousId: 'u2-laptop' }, '/e')]);
      expect(answer?.leadId).toBe(other);
      expect(await undo(world, merge?.id ?? '')).toBeUndefined();
      expect(await listMergesOf(world.store, one)).toEqual([]);
    });
  });

  test('an undone pair does not merge by itself again, nor is it listed; by hand it may', async () => {
    await inWorld(async (world) => {
      const [visit, known] = await world.ingest.ingest([
        page({ anonymousId: 'k' }, '/a'),
        identify({ userId: 'k' }, { email: 'k@x.example' }),
        page({ userId: 'k', anonymousId: 'k' }, '/b'),
      ]);
      const [one, other] = [known?.leadId ?? '', visit?.leadId ?? ''];
      const merge = await findMerge(world.store, { absorbed: other });
      expect(merge).toMatchObject({ intoId: one, by: 'perennial', why: 'same-person' });
      await undo(world, merge?.id ?? '');
      const [again] = await world.ingest.ingest([page({ userId: 'k', anonymousId: 'k' }, '/c')]);
      expect(again?.leadId).toBe(one);
      expect((await leadOf(world, other)).id).toBe(other);
      const listed = await listCandidates(world.store, { limit: 100 });
      expect(listed.filter((pair) => [pair.leadId, pair.otherId].includes(other))).toEqual([]);
      await world.ingest.ingest([byHand(one, other)]);
      expect((await leadOf(world, other)).id).toBe(one);
    });
  });

  test('what the absorbed lead had absorbed itself goes along', async () => {
    await inWorld(async (world) => {
      const [one, other] = await two(world, 'n');
      const [visit] = await world.ingest.ingest([page({ anonymousId: 'n2-phone' }, '/a')]);
      await world.ingest.ingest([page({ userId: 'n2', anonymousId: 'n2-phone' }, '/b')]);
      await world.ingest.ingest([byHand(one, other)]);
      expect((await leadOf(world, visit?.leadId ?? '')).id).toBe(one);
      const merge = await findMerge(world.store, { absorbed: other });
      await undo(world, merge?.id ?? '');
      expect((await leadOf(world, visit?.leadId ?? '')).id).toBe(other);
      expect(await countOf(world, other)).toBe(2);
      expect(await countOf(world, one)).toBe(0);
    });
  });
});

/** What the undoing must give back, whatever happened while the two were one. */
test('leads that were merged and separated know what they would have known alone', async () => {
  const happening = fc.record({
    whose: fc.constantFrom(0, 1),
    ago: fc.integer({ min: 0, max: 3 }),
    what: fc.constantFrom('page', 'pricing', 'robot', 'says', 'says', 'list', 'tags'),
    trait: fc.constantFrom('country', 'company', 'source'),
    value: fc.constantFrom('a', 'b', 'c', null, ''),
  } as const);
  type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
  const asKnown = ({ traits, origins, tags, counts, address, ...rest }: Lead) => {
    const { lastActivityAt, lastSeenAt, bornAt } = rest;
    const mail = address?.replace(/^\w/, 'x');
    const said = { ...origins, email: undefined };
    return {
      traits,
      said,
      tags: [...tags].sort(),
      counts,
      mail,
      lastActivityAt,
      lastSeenAt,
      bornAt,
    };
  };
  let round = 0;
  await inWorld(async (world) => {
    const history = fc.array(happening, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(history, history, async (before, after) => {
        round += 1;
        const names = [`x${round}`, `y${round}`] as const;
        const pairs = [await two(world, names[0]), await two(world, names[1])] as const;
        const play = async (all: readonly Happening[], from: number) => {
          for (const [index, one] of all.entries()) {
            const now = NOW + (from + index) * SECOND;
            await world.ingest.ingest(names.map((name) => eventOf(name, one, now)));
          }
        };
        await play(before, 1);
        await world.ingest.ingest([byHand(...pairs[0], NOW + 50 * SECOND)]);
        await play(after, 60);
        const merge = await findMerge(world.store, { absorbed: pairs[0][1] });
        await undo(world, merge?.id ?? '');
        const [merged, alone] = await Promise.all(
          pairs.map((pair) =>
            Promise.all(pair.map(async (id) => asKnown(await leadOf(world, id)))),
          ),
        );
        expect(merged).toEqual(alone);
      }),
      { numRuns: 15 },
    );
  });

  function eventOf(name: string, one: Happening, now: number): IngestRequest {
    const userId = `${name}${one.whose + 1}`;
    const own = {
      source: 'test',
      messageId: randomUUID(),
      now,
      occurredAt: now - one.ago * 10 * SECOND,
    };
    const said = {
      ...own,
      type: 'identify',
      name: '',
      traits: { [one.trait]: one.value },
    } as const;
    switch (one.what) {
      case 'page':
        return eventAbout({ userId }, { ...own, type: 'page', name: 'Page Viewed' });
      case 'pricing':
        return eventAbout({ userId }, { ...own, name: 'Pricing Viewed' });
      case 'robot':
        return eventAbout({ userId }, { ...own, name: 'Pricing Viewed', trust: 'likely-robot' });
      case 'says':
        return eventAbout({ userId }, said);
      case 'list': {
        const request = eventAbout({ userId }, { ...said, by: 'import' });
        return { ...request, event: { ...request.event, fillOnly: true } };
      }
      case 'tags': {
        const tags = [one.value ?? 'none'];
        const change = one.ago > 1 ? { addTags: tags } : { removeTags: tags };
        return eventAbout({ userId }, { ...said, traits: {}, ...change });
      }
    }
  }
});

describe('at the same time', () => {
  test('overlapping merges, undoings and events: no deadlock, no lost event, one lead', async () => {
    await inWorld(async (world) => {
      const beside = openWorld(database.url);
      try {
        const [one, other] = await two(world, 'p');
        const third = (await two(world, 'q'))[0];
        const events = Array.from({ length: 60 }, (_, n) =>
          page({ userId: ['p1', 'p2', 'q1'][n % 3] }, `/${n}`),
        );
        await Promise.all([
          world.ingest.ingest([byHand(one, other)]),
          beside.ingest.ingest([byHand(other, one)]),
          beside.ingest.ingest([byHand(third, one)]),
          ...events.map((event, n) => (n % 2 === 0 ? world : beside).ingest.ingest([event])),
        ]);
        const ids = await Promise.all(
          [one, other, third].map(async (id) => (await leadOf(world, id)).id),
        );
        expect(new Set(ids).size).toBe(1);
        expect(await countOf(world, one)).toBe(60);
        const merges = await listMergesOf(world.store, one);
        expect(merges).toHaveLength(2);
        const more = Array.from({ length: 30 }, (_, n) =>
          page({ userId: ['p1', 'p2', 'q1'][n % 3] }, `/more${n}`),
        );
        await Promise.all([
          ...merges.map((merge, n) => undo(n === 0 ? world : beside, merge.id)),
          ...more.map((event, n) => (n % 2 === 0 ? world : beside).ingest.ingest([event])),
        ]);
        const counts = await Promise.all([one, other, third].map((id) => countOf(world, id)));
        expect(counts).toEqual([30, 30, 30]);
      } finally {
        await beside.close();
      }
    });
  });
});

test('a pair that a person keeps apart is listed no more', async () => {
  await inWorld(async (world) => {
    const [one, other] = await two(world, 'l');
    await world.ingest.ingest([identify({ userId: 'l1' }, { email: 'l2@x.example' })]);
    const listed = async () =>
      (await listCandidates(world.store, { limit: 100 })).filter(({ leadId, otherId }) =>
        [leadId, otherId].includes(one),
      );
    expect(await listed()).toMatchObject([{ because: 'two-addresses' }]);
    const pair = {
      leadIds: [one, other],
      because: 'by-hand',
      at: NOW,
      by: 'mia',
      why: '',
    } as const;
    await keepApart(world.store, pair);
    await world.ingest.ingest([identify({ userId: 'l1' }, { email: 'l2@x.example' })]);
    expect(await listed()).toEqual([]);
  });
});
