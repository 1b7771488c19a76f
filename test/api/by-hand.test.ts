/** What people decide about a lead, over HTTP, with the workspace this repository ships. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import { KEY, NOW, openApi, READ_KEY, type ApiWorld } from './world.ts';

const database = useTestDatabase();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());
beforeEach(() => {
  api.now = NOW;
});

async function seen(userId: string, event: string): Promise<{ leadId: string; eventId: string }> {
  const { json } = await api.call('POST', '/v1/track', { userId, event });
  return json as { leadId: string; eventId: string };
}

test('a stage is set by hand, left alone and explained', async () => {
  await seen('set-1', 'Pricing Viewed');
  const ask = { stage: 'MQL', reason: 'Met at the fair', for: '30 days', by: 'Anna' };
  const { status, json } = await api.call('POST', '/v1/leads/set-1/stage', ask);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    success: true,
    stage: 'marketingqualifiedlead',
    byHand: { label: 'MQL', until: '2026-04-01T09:00:00.000Z' },
    handoff: { status: 'opened', because: 'Stage Set' },
  });
  const lead = await api.call('GET', '/v1/leads/set-1');
  expect(lead.json['stage']).toMatchObject({
    label: 'MQL',
    byHand: { by: 'Anna', why: 'Met at the fair', until: '2026-04-01T09:00:00.000Z' },
  });
  const { json: timeline } = await api.call('GET', '/v1/leads/set-1/timeline');
  const titles = (timeline['entries'] as readonly { title: string; reasons: unknown }[]).map(
    ({ title, reasons }) => ({ title, reasons }),
  );
  expect(titles).toContainEqual({
    title: 'Stage set by hand: MQL',
    reasons: ['Met at the fair', 'By Anna', 'Rules leave it alone until Wed 1 Apr, 11:00'],
  });
});

test('what is asked wrongly is refused with what was expected, and nothing is stored', async () => {
  await seen('set-2', 'Pricing Viewed');
  const right = { stage: 'MQL', reason: 'Met', for: '30 days' };
  const refused = async (over: object, field: string, sentence: RegExp) => {
    const { status, json } = await api.call('POST', '/v1/leads/set-2/stage', { ...right, ...over });
    expect(status).toBe(422);
    expect(json['errors']).toMatchObject([{ pointer: `#/${field}` }]);
    expect(json['detail']).toMatch(sentence);
  };
  await refused({ stage: 'MQ' }, 'stage', /one of subscriber, lead, MQL, .*did you mean "MQL"/);
  await refused({ reason: ' ' }, 'reason', /a text that says why/);
  await refused(
    { for: undefined },
    'for',
    /how long rules leave it alone is missing; expected for \("30 days", or "ever"/,
  );
  await refused({ until: '2027-01-01' }, 'for', /for and until are both given; expected/);
  await refused({ for: '2 months' }, 'for', /months and years have no fixed length/);
  await refused({ for: undefined, until: '2020-01-01' }, 'until', /which is over; expected/);
  await refused({ quiet: 'yes' }, 'quiet', /expected true or false/);
  expect((await api.call('POST', '/v1/leads/nobody/stage', right)).status).toBe(404);
  const readOnly = { authorization: `Bearer ${READ_KEY}` };
  expect((await api.call('POST', '/v1/leads/set-2/stage', right, readOnly)).status).toBe(403);
  const { json } = await api.call('GET', '/v1/leads/set-2');
  expect(json['stage']).toMatchObject({ stage: 'lead', byHand: null });
});

test('an event is judged: points and stage are taken back, once', async () => {
  await seen('judged-1', 'Page Viewed');
  api.now += 60_000;
  const { eventId } = await seen('judged-1', 'Demo Requested');
  const ask = { trust: 'robot', because: 'A form filler', by: 'Anna' };
  const { status, json } = await api.call('POST', `/v1/events/${eventId}/verdict`, ask);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    ...{ success: true, changed: true, stage: 'lead' },
    judged: { id: eventId, name: 'Demo Requested', before: 'human', trust: 'likely-robot' },
    scores: [{ before: { scores: { engagement: 41 } }, after: { scores: { engagement: 1 } } }],
    handoff: { status: 'closed', because: 'robot' },
  });
  const again = await api.call('POST', `/v1/events/${eventId}/verdict`, ask);
  expect(again.json).toMatchObject({ success: true, changed: false });
  const { json: timeline } = await api.call('GET', '/v1/leads/judged-1/timeline');
  const entries = timeline['entries'] as readonly { title: string; reasons: readonly string[] }[];
  expect(entries).toContainEqual(
    expect.objectContaining({
      title: '“Asked for a demo” was judged: a robot',
      reasons: ['A form filler', 'By Anna', 'It counted as a person before'],
    }),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({
      title: 'Stage: MQL → lead',
      reasons: ['No longer MQL: what it rested on was a robot'],
    }),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({
      title: 'Handoff closed',
      reasons: ['What it rested on was a robot'],
    }),
  );
});

test('a verdict on nothing, on a verdict or without a reason is refused', async () => {
  const { eventId } = await seen('judged-2', 'Pricing Viewed');
  const right = { trust: 'robot', because: 'A scanner' };
  const path = (id: string) => `/v1/events/${id}/verdict`;
  const unknown = await api.call('POST', path('0195a000-0000-7000-8000-00000000ffff'), right);
  expect(unknown.status).toBe(404);
  expect(unknown.json['detail']).toMatch(/There is no event .*expected the eventId of an answer/);
  expect((await api.call('POST', path('x'), right)).status).toBe(404);
  expect((await api.call('POST', path(eventId), { ...right, trust: 'bot' })).status).toBe(422);
  expect((await api.call('POST', path(eventId), { trust: 'robot' })).status).toBe(422);
  const judged = await api.call('POST', path(eventId), right);
  const own = String(judged.json['eventId']);
  expect((await api.call('POST', path(own), right)).status).toBe(409);
});

test('the page of a lead has both as forms; what is refused is said on it', async () => {
  const { leadId, eventId } = await seen('paged-1', 'Demo Requested');
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const ours = { ...form, 'sec-fetch-site': 'same-origin' };
  const door = await api.call('POST', '/console/sign-in', `key=${KEY}`, ours);
  const cookie = door.headers.get('set-cookie')?.split(';')[0] ?? '';
  const page = `/console/leads/${leadId}`;
  const post = (path: string, fields: Record<string, string>, headers = ours) =>
    api.call('POST', `${page}/${path}`, new URLSearchParams(fields).toString(), {
      ...headers,
      cookie,
    });
  const read = async () => (await api.call('GET', page, undefined, { cookie })).text;
  const scanner = { event: eventId, trust: 'robot', because: 'A scanner', by: 'Anna' };
  expect(await read()).toContain('Was a robot?');
  expect((await post('verdict', scanner, { ...form, 'sec-fetch-site': 'cross-site' })).status).toBe(
    403,
  );
  expect((await post('verdict', scanner)).status).toBe(303);
  expect(await read()).toContain('Was a person?');
  const wrong = await post('stage', { stage: 'lead', reason: 'x', by: 'Anna', for: 'a while' });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain('expected &quot;ever&quot; or a duration');
  const set = { stage: 'lead', reason: 'A student', by: 'Anna', for: 'ever', quiet: 'yes' };
  expect((await post('stage', set)).status).toBe(303);
  expect(await read()).toContain(
    'lead was set by hand by Anna: A student. Rules leave it alone for ever.',
  );
});
