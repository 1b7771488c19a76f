import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import { happened, NOW, openApi, type Answer, type ApiWorld } from './world.ts';

const database = useTestDatabase();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());

async function eventsOf(userId: string): Promise<number> {
  const [row] = await api.store.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM identity i JOIN event e ON e.lead_id = i.lead_id
     WHERE i.kind = 'userId' AND i.value = $1`,
    [userId],
  );
  return row?.count ?? 0;
}

test('a batch with one mistake stores nothing of it', async () => {
  const batch = [
    { type: 'track', userId: 'all-or-nothing', event: 'Report Created' },
    { type: 'track', userId: 'all-or-nothing' },
  ];
  expect((await api.call('POST', '/v1/batch', { batch })).status).toBe(422);
  expect(await eventsOf('all-or-nothing')).toBe(0);
});

test('a batch answers each call in its order', async () => {
  const batch = [
    { type: 'identify', userId: 'order', messageId: 'o1', traits: { email: 'order@firm.example' } },
    { type: 'track', userId: 'order', messageId: 'o2', event: 'Trial Started' },
  ];
  const { json } = await api.call('POST', '/v1/batch', { batch });
  const results = json['results'] as readonly { readonly messageId: string }[];
  expect(results.map(({ messageId }) => messageId)).toEqual(['o1', 'o2']);
});

describe('a call that is stored but may be mistaken', () => {
  test('says that no file declares the event, and which was meant', async () => {
    const call = { userId: 'notes', event: 'Trail Started' };
    const { status, json } = await api.call('POST', '/v1/track', call);
    expect({ status, notes: json['notes'] }).toEqual({
      status: 200,
      notes: ['no file declares the event "Trail Started"; did you mean "Trial Started"?'],
    });
  });

  test('says which trait is not of the type of its fact', async () => {
    const traits = { employees: 'about 600', budgetRange: 'lots', favouriteColour: 'green' };
    const { json } = await api.call('POST', '/v1/identify', { userId: 'notes', traits });
    expect(json['notes']).toEqual([
      'the trait budgetRange is not read: expected one of none, 10-50k, 50k+, found "lots"',
      'the trait employees is not read: expected a number, found "about 600"',
    ]);
  });

  test.each([
    [
      'Consent Given',
      { class: 'markting', topic: 'product-tips' },
      'the class of Consent Given is not known: expected one of marketing, outbound, transactional, found "markting"',
    ],
    [
      'Consent Withdrawn',
      { topic: 'prodct-tips' },
      'the topic of Consent Withdrawn is not known: expected one of product-tips, guides, events, found "prodct-tips"',
    ],
    [
      'Preferences Changed',
      { fewer: 'yes', tracking: false },
      'the fewer of Preferences Changed is not known: expected one of true, false, found "yes"',
    ],
  ])('says which word of a wish is misspelt: %s', async (event, properties, note) => {
    const call = { userId: 'notes', event, properties };
    expect((await api.call('POST', '/v1/track', call)).json['notes']).toEqual([note]);
  });

  test('nothing is noted where all is as the files say', async () => {
    const call = { userId: 'notes', event: 'Trial Started' };
    expect((await api.call('POST', '/v1/track', call)).json).not.toHaveProperty('notes');
  });
});

test('the same message twice is stored once and answered alike', async () => {
  await api.call('POST', '/v1/identify', {
    userId: 'twice',
    traits: { email: 'twice@firm.example' },
  });
  const call = { userId: 'twice', event: 'Trial Started', messageId: 'm-twice' };
  const first = await api.call('POST', '/v1/track', call);
  const second = await api.call('POST', '/v1/track', call);
  expect(first.json['journeys']).toMatchObject([{ journey: 'trial-nurture', entered: true }]);
  expect(second.json).toEqual(first.json);
  expect(await eventsOf('twice')).toBe(2);
});

describe('a lead', () => {
  test('is found by our id, its address and the id of the caller', async () => {
    const traits = {
      email: 'ana@nordwind.example',
      firstName: 'Ana',
      title: 'VP Data',
      country: 'DE',
    };
    const { json } = await api.call('POST', '/v1/identify', { userId: 'ana', traits });
    for (const named of [
      String(json['leadId']),
      'ana@nordwind.example',
      'ANA@Nordwind.example',
      'ana',
    ]) {
      const found = await api.call('GET', `/v1/leads/${encodeURIComponent(named)}`);
      expect(found.json).toMatchObject({ id: json['leadId'], email: 'ana@nordwind.example' });
    }
  });

  test('shows scores of this instant, with the reason of every point', async () => {
    const { json } = await api.call('POST', '/v1/track', {
      userId: 'ana',
      event: 'Pricing Viewed',
    });
    const engagement = async () => {
      const found = await api.call('GET', '/v1/leads/ana');
      const [core] = found.json['scores'] as readonly Scored[];
      return { score: core?.scores['engagement'] ?? 0, points: core?.points ?? [] };
    };
    const now = await engagement();
    expect(now.score).toBeGreaterThan(0);
    expect(now.points.map(({ why }) => why).join()).toMatch(/because .* \(once just now\)/);
    api.now = NOW + 60 * 86_400_000;
    const later = await engagement();
    api.now = NOW;
    expect(later.score).toBeLessThan(now.score);
    expect(json['leadId']).toBeDefined();
  });
  interface Scored {
    readonly scores: { readonly [score: string]: number };
    readonly points: readonly { readonly why: string }[];
  }

  test('has a history with reasons, the newest first, read in pages without a gap', async () => {
    const { json } = await api.call('GET', '/v1/leads/ana');
    await happened(api, String(json['id']), 'Report Created', 40);
    await api.call('POST', '/v1/track', { userId: 'ana', event: 'Demo Requested' });
    const whole = await timeline('/v1/leads/ana/timeline');
    expect(whole.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['event', 'score', 'stage', 'entry', 'handoff']),
    );
    const times = whole.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((one, other) => other - one));
    const stage = whole.find(({ type }) => type === 'stage');
    expect(stage?.title).toMatch(/^Stage: .* → MQL$/);
    expect(stage?.reasons.join(' ')).toContain(
      'the number of "Demo Requested" in the last 30 days',
    );
    expect(await timeline('/v1/leads/ana/timeline?limit=2')).toEqual(whole);
  });

  async function timeline(path: string): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const sign = path.includes('?') ? '&' : '?';
      const answer: Answer = await api.call('GET', `${path}${sign}cursor=${cursor}`);
      expect(answer.status).toBe(200);
      entries.push(...(answer.json['entries'] as readonly Entry[]));
      cursor = answer.json['nextCursor'] as string | null;
    }
    return entries;
  }
  interface Entry {
    readonly at: string;
    readonly type: string;
    readonly title: string;
    readonly reasons: readonly string[];
  }
});

describe('asking a lead into a journey', () => {
  test('says that it entered, and when asked again why not', async () => {
    const body = { email: 'back@firm.example', properties: { reason: 'not-now' } };
    const first = await api.call('POST', '/v1/journeys/recycle/enrolments', body);
    expect(first.json).toMatchObject({ success: true, entered: true });
    expect(typeof first.json['enrolmentId']).toBe('string');
    const again = await api.call('POST', '/v1/journeys/recycle/enrolments', body);
    expect(again.json).toMatchObject({
      entered: false,
      because: 'inside',
      why: 'Is in it already',
    });
  });
  test('a mistake is named at its place', async () => {
    const { json } = await api.call('POST', '/v1/journeys/recycle/enrolments', {
      email: 'nonsense',
    });
    expect(json['errors']).toMatchObject([{ pointer: '#/email' }]);
  });
  test('shows in the numbers of the journey', async () => {
    const { json } = await api.call('GET', '/v1/journeys');
    const journeys = json['journeys'] as readonly {
      readonly journey: string;
      readonly open: number;
    }[];
    expect(journeys.find(({ journey }) => journey === 'recycle')?.open).toBe(1);
  });
});

test('an API whose database answers is ready, and says so when Temporal does not', async () => {
  expect((await api.call('GET', '/health/live')).json).toEqual({ status: 'ok' });
  expect((await api.call('GET', '/health/ready')).json).toMatchObject({
    status: 'ok',
    database: 'ok',
  });
  const away = await openApi(database.url, { temporal: async () => 'does not answer' });
  const answer = await away.call('GET', '/health/ready');
  await away.close();
  expect({ status: answer.status, said: answer.json['status'] }).toEqual({
    status: 200,
    said: 'degraded',
  });
});
