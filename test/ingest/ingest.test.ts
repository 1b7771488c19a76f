import { describe, expect, test } from 'vitest';
import { armFailpoints } from '../../faults/failpoint.ts';
import { isUnavailable } from '../../store/client.ts';
import { loadLeads } from '../../store/leads.ts';
import { useTestDatabase } from '../support/postgres.ts';
import type { Release } from '../../core/definitions/release.ts';
import type { Condition, JsonObject } from '../../core/rules/condition.ts';
import type { IngestRequest } from '../../ingest/request.ts';
import { acme, call, identify, NOW, openWorld, track, type IngestWorld } from './world.ts';
import { eventNeeds } from '../../ingest/batch.ts';
import { IngestFull } from '../../ingest/ingest.ts';

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

describe('one event', () => {
  test('creates the lead, scores it, enters the journey and says so', async () => {
    await inWorld(async ({ store, ingest }) => {
      const [, answer] = await ingest.ingest([
        identify(
          { userId: 'u1' },
          { email: 'Ana@Nordwind.example', seniority: 'vp', employees: 900 },
        ),
        track('u1', 'Trial Started', { properties: { plan: 'pro' } }),
      ]);
      expect(answer?.journeys).toMatchObject([{ journey: 'trial', entered: true }]);
      const [lead] = await loadLeads(store, [answer?.leadId ?? ''], needs);
      expect(lead).toMatchObject({
        address: 'ana@nordwind.example',
        stage: { stage: 'lead' },
        seq: 2,
        counts: { 'Trial Started': { count: 1 } },
        enrolments: [{ journey: 'trial', status: 'open', entry: { plan: 'pro' } }],
      });
      const [scores] = await store.query<{ grade: string }>(
        "SELECT scores->'core'->>'grade' AS grade FROM lead WHERE id = $1",
        [answer?.leadId],
      );
      expect(scores?.grade).toBe('A4');
    });
  });

  test('that asks for a demo makes an MQL, opens a handoff and ends the journey, confirmed', async () => {
    await inWorld(async (world) => {
      const { store, ingest } = world;
      await ingest.ingest([
        identify({ userId: 'u2' }, { email: 'u2@nordwind.example' }),
        track('u2', 'Trial Started'),
      ]);
      const [answer] = await ingest.ingest([track('u2', 'Demo Requested')]);
      expect(answer).toMatchObject({
        stage: 'marketingqualifiedlead',
        exits: [{ journey: 'trial', exit: 'with-sales' }],
        handoff: { status: 'opened' },
      });
      const outbox = await store.query<{ target: string; payload: unknown }>(
        `SELECT o.target, o.payload FROM outbox o
         LEFT JOIN enrolment e ON e.id = o.target_id LEFT JOIN handoff h ON h.id = o.target_id
         WHERE $1 IN (e.lead_id, h.lead_id) ORDER BY o.id`,
        [answer?.leadId],
      );
      expect(outbox).toMatchObject([
        { target: 'journey', payload: { type: 'start' } },
        { target: 'handoff', payload: { type: 'start' } },
        { target: 'journey', payload: { type: 'message', message: { type: 'exit' } } },
      ]);
      await ingest.close();
      const kinds = await store.query<{ kind: string; confirmed: boolean | null }>(
        "SELECT kind, confirmed FROM decision WHERE lead_id = $1 AND kind IN ('stage', 'exit')",
        [answer?.leadId],
      );
      expect(kinds.length).toBeGreaterThanOrEqual(2);
      expect(kinds.every((row) => row.confirmed === true)).toBe(true);
    });
  });
});

describe('a repeat', () => {
  test('twenty at once over two processes is stored once, and all are told the same', async () => {
    const [one, other] = [openWorld(database.url), openWorld(database.url)];
    try {
      const body = {
        type: 'track',
        userId: 'u3',
        event: 'Trial Started',
        messageId: 'm-3',
        context: { traits: { email: 'u3@x.example' } },
      };
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? one : other).ingest.ingest([call(body, NOW + index)]),
        ),
      );
      const told = new Set(answers.map(([answer]) => JSON.stringify(answer)));
      expect([...told]).toHaveLength(1);
      const [stored] = await one.store.query<{ events: number; enrolments: number }>(
        `SELECT (SELECT count(*) FROM event WHERE message_id = 'm-3') AS events,
           (SELECT count(*) FROM enrolment WHERE lead_id = $1) AS enrolments`,
        [answers[0]?.[0]?.leadId],
      );
      expect(stored).toEqual({ events: 1, enrolments: 1 });
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });
});

describe('a repeat that names somebody else', () => {
  test('brings no key: the name is free for the event that really brings it', async () => {
    await inWorld(async ({ store, ingest }) => {
      const [first] = await ingest.ingest([track('s1', 'Trial Started', { messageId: 's-1' })]);
      const repeats = await ingest.ingest([
        track('s2', 'Trial Started', { messageId: 's-1' }),
        track('s3', 'Pricing Viewed', { messageId: 's-2' }),
        track('s4', 'Pricing Viewed', { messageId: 's-2' }),
      ]);
      expect(repeats[0]).toEqual(first);
      expect(repeats[2]).toEqual(repeats[1]);
      const later = await ingest.ingest([track('s2', 'E'), track('s4', 'E')]);
      const ids = [first, repeats[1], ...later].map((answer) => answer?.leadId);
      expect(new Set(ids).size).toBe(4);
      const dangling = await store.query(
        'SELECT value FROM identity i WHERE NOT EXISTS (SELECT FROM lead l WHERE l.id = i.lead_id)',
      );
      expect(dangling).toEqual([]);
    });
  });
});

describe('after the commit', () => {
  test('a failure before the answer stores nothing twice and still answers', async () => {
    const disarm = armFailpoints('api.afterCommit=throw;once');
    try {
      await inWorld(async ({ store, ingest }) => {
        const [first, second] = await Promise.all([
          ingest.ingest([track('f1', 'Trial Started', { messageId: 'f-1' })]),
          ingest.ingest([track('f1', 'Pricing Viewed', { messageId: 'f-2' })]),
        ]);
        expect(first[0]?.journeys).toMatchObject([{ journey: 'trial', because: 'no-address' }]);
        expect(second[0]?.leadId).toBe(first[0]?.leadId);
        const [stored] = await store.query<{ events: number; seq: number }>(
          `SELECT count(*) AS events, max(seq) AS seq FROM event WHERE lead_id = $1`,
          [first[0]?.leadId],
        );
        expect(stored).toEqual({ events: 2, seq: 2 });
      });
    } finally {
      disarm();
    }
  });
});

describe('a batch', () => {
  test('changes what one event after the other would have changed', async () => {
    const script = (who: string) => [
      identify(
        { userId: who },
        { email: `${who}@x.example`, seniority: 'vp', employees: 900 },
        NOW,
      ),
      ...[1, 2, 3].map((n) =>
        track(who, 'Pricing Viewed', { messageId: `${who}-p${n}` }, NOW + n * 60_000),
      ),
      track(who, 'Trial Started', { messageId: `${who}-t` }, NOW + 300_000),
      track(who, 'Demo Requested', { messageId: `${who}-d` }, NOW + 1_200_000),
      track(who, 'Trial Started', { messageId: `${who}-t2` }, NOW + 1_200_001),
    ];
    await inWorld(async ({ store, ingest }) => {
      const together = await ingest.ingest(script('batched'));
      const apart = [];
      for (const request of script('single')) apart.push(...(await ingest.ingest([request])));
      const [a, b] = [together.at(-1)?.leadId ?? '', apart.at(-1)?.leadId ?? ''];
      const history = async (id: string) =>
        (
          await store.query<{ kind: string; seq: number; detail: object }>(
            'SELECT kind, seq, at, detail FROM decision WHERE lead_id = $1 ORDER BY seq, id',
            [id],
          )
        ).map((row) => anonymous(row));
      expect(await history(a)).toEqual(await history(b));
      expect(together.map(anonymous)).toEqual(apart.map(anonymous));
    });
  });

  test('costs the same number of statements for 1 event and for 200', async () => {
    await inWorld(async (world) => {
      const batch = (prefix: string, round: number, size: number) =>
        Array.from({ length: size }, (_, index) =>
          track(`${prefix}${index % 50}`, 'Trial Started', {
            messageId: `${prefix}-${round}-${index}`,
            context: { traits: { email: `${prefix}${index % 50}@x.example` } },
          }),
        );
      const cost = async (requests: readonly IngestRequest[]) => {
        world.statements();
        await world.ingest.ingest(requests);
        // The second opinion comes after the answer.
        return world.statements().filter((text) => !text.startsWith('UPDATE decision')).length;
      };
      const born = [await cost(batch('one', 1, 1)), await cost(batch('many', 1, 200))];
      const known = [await cost(batch('one', 2, 1)), await cost(batch('many', 2, 200))];
      expect(born).toEqual([13, 13]);
      // Nor are those read whom this process remembers from the batch before.
      expect(known).toEqual([13, 13]);
      await inWorld(async (other) => {
        other.statements();
        await other.ingest.ingest(batch('many', 3, 200));
        const texts = other.statements().filter((text) => !text.startsWith('UPDATE decision'));
        expect(texts).toHaveLength(15);
      });
    });
  });

  test('costs no more statements for facts that look at events of many kinds', async () => {
    const born = async (release: Release, name: string): Promise<number> => {
      const releases = { current: async () => release, plans: async () => new Map() };
      const world = openWorld(database.url, { releases });
      const batch = Array.from({ length: 60 }, (_, index) =>
        track(`${name}${index}`, index % 2 === 0 ? 'Trial Started' : 'Page Viewed'),
      );
      world.statements();
      await world.ingest.ingest(batch);
      const texts = world.statements().filter((text) => !text.startsWith('UPDATE decision'));
      await world.close();
      return texts.length;
    };
    const when = {
      any: [
        lookingAt('eventSum', { event: 'Deal Won', property: 'amount', within: '90 days' }),
        lookingAt('eventDistinct', { event: 'Page Viewed', property: 'path' }),
        lookingAt('activeDays', { within: '30 days' }),
        lookingAt('lastEvent', { event: 'Email Clicked', trust: 'human' }),
        lookingAt('intentSurge', { interest: 'pages' }),
      ],
    };
    const pages = {
      ...{ id: 'pages', title: 'Pages', why: 'Reads', fadesAfterMs: 9_000_000_000 },
      from: [{ match: { event: 'Page Viewed' }, points: 1 }],
    };
    const wide: Release = {
      ...acme,
      segments: { ...acme.segments, wide: { id: 'wide', why: 'x', when } },
      interests: { pages },
    };
    expect(await born(wide, 'wide')).toBe(await born(acme, 'narrow'));
  });

  test('keeps the others when one of them cannot be stored', async () => {
    await inWorld(async ({ ingest }) => {
      const [good, bad] = await Promise.allSettled([
        ingest.ingest([track('u5', 'Trial Started')]),
        ingest.ingest([
          {
            ...track('u6', 'Trial Started'),
            who: { leadId: '0195a000-0000-7000-8000-0000000000ff' },
          },
        ]),
      ]);
      expect(good.status).toBe('fulfilled');
      expect(String(bad.status === 'rejected' && bad.reason)).toContain('there is no lead');
    });
  });

  test('is not tried again event by event when the database is away', async () => {
    const world = openWorld('postgresql://nobody@127.0.0.1:1/none');
    try {
      const asked = Array.from({ length: 50 }, (_, n) =>
        world.ingest.ingest([track(`a${n}`, 'E')]),
      );
      const settled = await Promise.allSettled(asked);
      const reasons = settled.map((one) =>
        one.status === 'rejected' ? (one.reason as Error) : null,
      );
      expect(new Set(reasons).size).toBe(1);
      expect(isUnavailable(reasons[0])).toBe(true);
    } finally {
      await world.close();
    }
  });

  test('that overlaps with another one in the opposite order never deadlocks', async () => {
    const worlds = [openWorld(database.url), openWorld(database.url)];
    try {
      const users = Array.from({ length: 40 }, (_, index) => `lock${index}`);
      const calls = [users, users.toReversed(), users, users.toReversed()].map(
        async (order, round) =>
          worlds[round % 2]?.ingest.ingest(
            order.map((user) =>
              track(user, 'Pricing Viewed', {
                messageId: `${user}/${round}`,
                anonymousId: `a-${user}`,
              }),
            ),
          ),
      );
      await Promise.all(calls);
      const [stored] = await worlds[0]!.store.query<{ count: number; leads: number }>(
        `SELECT count(*) AS count, count(DISTINCT lead_id) AS leads FROM event WHERE message_id LIKE 'lock%'`,
      );
      expect(stored).toEqual({ count: 160, leads: 40 });
    } finally {
      await Promise.all(worlds.map((world) => world.close()));
    }
  });
});

test('a call that finds too many waiting is refused whole, and those before it are stored', async () => {
  const world = openWorld(database.url, { waitingMax: 2 });
  try {
    const first = world.ingest.ingest(
      ['a', 'b', 'c'].map((id) => track(`full-${id}`, 'Booth Visited')),
    );
    await expect(world.ingest.ingest([track('full-d', 'Booth Visited')])).rejects.toThrow(
      IngestFull,
    );
    expect(await first).toHaveLength(3);
    expect(await world.ingest.ingest([track('full-d', 'Booth Visited')])).toHaveLength(1);
  } finally {
    await world.close();
  }
});

test('two batches that bring one new account at once keep what both say of it', async () => {
  const worlds = [openWorld(database.url), openWorld(database.url)];
  try {
    await Promise.all(
      worlds.flatMap(({ ingest }, side) =>
        [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
          ingest.ingest([
            call({
              ...{ type: 'group', groupId: `both-${n}`, userId: `both-${n}-${side}` },
              traits: { tags: [`side-${side}`] },
            }),
          ]),
        ),
      ),
    );
    const rows = await worlds[0]!.store.query<{ tags: readonly string[] }>(
      "SELECT tags FROM account WHERE key LIKE 'both-%'",
    );
    expect(rows).toHaveLength(8);
    for (const { tags } of rows) expect([...tags].sort()).toEqual(['side-0', 'side-1']);
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
});

describe('the clock', () => {
  test('a hold that ends makes the MQL, once, whoever notices', async () => {
    await inWorld(async ({ store, ingest }) => {
      const views = [1, 2, 3, 4].map((n) =>
        track('u7', 'Pricing Viewed', { messageId: `u7-${n}` }),
      );
      const answers = await ingest.ingest([
        identify({ userId: 'u7' }, { email: 'u7@x.example', seniority: 'vp', employees: 900 }),
        ...views,
      ]);
      const leadId = answers[0]?.leadId ?? '';
      const [before] = await loadLeads(store, [leadId], needs);
      expect(before?.stage.stage).toBe('lead');
      const dueAt = before?.dueAt ?? 0;
      expect(dueAt).toBe(NOW + 600_000);
      await Promise.all([ingest.tick(leadId, dueAt), ingest.tick(leadId, dueAt)]);
      const [after] = await loadLeads(store, [leadId], needs);
      expect(after).toMatchObject({
        stage: { stage: 'marketingqualifiedlead', since: dueAt },
        handoff: { status: 'open' },
      });
      expect(after?.dueAt ?? Infinity).toBeGreaterThan(dueAt);
    });
  });

  test('what came due is decided before the event that comes after it', async () => {
    await inWorld(async ({ store, ingest }) => {
      const answers = await ingest.ingest([
        identify({ userId: 'u8' }, { email: 'u8@x.example', seniority: 'vp', employees: 900 }),
        ...[1, 2, 3, 4].map((n) => track('u8', 'Pricing Viewed', { messageId: `u8-${n}` })),
        track('u8', 'Pricing Viewed', {}, NOW + 3_600_000),
      ]);
      const stages = await store.query<{ to: string; at: number }>(
        "SELECT detail->>'to' AS to, at FROM decision WHERE lead_id = $1 AND kind = 'stage' ORDER BY seq",
        [answers[0]?.leadId],
      );
      expect(stages.at(-1)).toEqual({ to: 'marketingqualifiedlead', at: NOW + 600_000 });
    });
  });
});

/** Without what differs between two leads: ids and their names. */
function anonymous(value: object): unknown {
  const text = JSON.stringify(sorted(value));
  return JSON.parse(
    text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>').replace(/batched|single/g, '<who>'),
  ) as unknown;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function lookingAt(fact: string, params: JsonObject): Condition {
  return { fact, params, operator: 'known', value: true };
}
