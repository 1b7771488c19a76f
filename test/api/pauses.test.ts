/** Pausing and resuming over HTTP, with the workspace this repository ships. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import { NOW, openApi, READ_KEY, type ApiWorld } from './world.ts';

const database = useTestDatabase();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());
beforeEach(async () => {
  api.now = NOW;
  await api.store.run('TRUNCATE pause, outbox');
});

async function paused(body: object): Promise<string> {
  const { status, json } = await api.call('POST', '/v1/pauses', body);
  expect(status).toBe(201);
  return (json['pause'] as { id: string }).id;
}
/** A lead inside the trial journey; `parked`: what would act is kept from it. */
async function inTrial(userId: string, parked: boolean): Promise<string> {
  const email = `${userId}@nordwind.example`;
  await api.call('POST', '/v1/identify', { userId, traits: { email, country: 'DE' } });
  const { json } = await api.call('POST', '/v1/track', { userId, event: 'Trial Started' });
  const entries = json['journeys'] as readonly { journey: string; enrolmentId?: string }[];
  const id = entries.find(({ journey }) => journey === 'trial-nurture')?.enrolmentId;
  if (parked) {
    const at = { step: 'welcome', from: api.now, until: api.now, planned: api.now };
    await api.store.run('UPDATE enrolment SET parked = $2::jsonb WHERE id = $1', [
      id,
      JSON.stringify(at),
    ]);
  }
  return id ?? expect.fail('not entered');
}

test('a journey is paused, looked ahead and resumed', async () => {
  const enrolment = await inTrial('ana', true);
  await inTrial('ben', false);
  await api.store.run('TRUNCATE outbox');
  const ask = { scope: 'journey', key: 'trial-nurture', why: 'new prices', by: 'Maria' };
  const begun = await api.call('POST', '/v1/pauses', { ...ask, until: '2 days' });
  expect(begun.json).toMatchObject({
    success: true,
    open: 2,
    pause: {
      ...ask,
      state: 'in-force',
      from: '2026-03-02T09:00:00.000Z',
      until: '2026-03-04T09:00:00.000Z',
    },
  });
  const { id } = begun.json['pause'] as { id: string };
  const listed = await api.call('GET', '/v1/pauses?current=true');
  expect(listed.json['pauses']).toMatchObject([{ id, open: 2, parked: 1 }]);

  api.now += 3_600_000;
  const preview = await api.call('POST', `/v1/pauses/${id}/resume?preview`);
  expect(preview.json).toMatchObject({
    preview: {
      wake: 1,
      tooOld: 0,
      sleeping: 1,
      stillHeld: 0,
      perHour: { 'trial-nurture': 200 },
      steps: [
        { journey: 'trial-nurture', step: 'welcome', count: 1, first: '2026-03-02T10:00:00.000Z' },
      ],
    },
  });
  expect((await api.call('GET', '/v1/pauses?current=true')).json['pauses']).toHaveLength(1);

  const done = await api.call('POST', `/v1/pauses/${id}/resume`, { by: 'Tom' });
  expect(done.json).toMatchObject({
    woken: 1,
    pause: {
      state: 'over',
      resumedBy: 'Tom',
      until: '2026-03-02T10:00:00.000Z',
      plannedUntil: '2026-03-04T09:00:00.000Z',
    },
  });
  const outbox = await api.store.query('SELECT target_id AS id, payload FROM outbox');
  expect(outbox).toEqual([
    { id: enrolment, payload: { type: 'message', message: { type: 'wake', seq: 0 } } },
  ]);
  expect(await api.call('POST', `/v1/pauses/${id}/resume`)).toMatchObject({ status: 409 });
});

test('a lead is paused by its address, a sender in any spelling, everything without a key', async () => {
  await inTrial('cleo', false);
  const lead = await api.call('POST', '/v1/pauses', {
    scope: 'lead',
    key: 'cleo@nordwind.example',
  });
  expect(lead.json).toMatchObject({ open: 1 });
  const from = api.release.sending.from.email;
  const sender = await api.call('POST', '/v1/pauses', { scope: 'sender', key: from.toUpperCase() });
  expect(sender.json).toMatchObject({ open: null, pause: { key: from } });
  await paused({ scope: 'all', from: '2026-03-05', until: '2026-03-06T09:00' });
  const { json } = await api.call('GET', '/v1/pauses');
  const all = (json['pauses'] as readonly object[]).find(
    (one) => 'scope' in one && one.scope === 'all',
  );
  const { zoneIfUnknown } = api.release.sending;
  expect(zoneIfUnknown).toBe('Europe/Berlin');
  expect(all).toMatchObject({
    state: 'scheduled',
    from: '2026-03-04T23:00:00.000Z',
    until: '2026-03-06T08:00:00.000Z',
  });
});

const refusals: readonly [string, object, number, RegExp][] = [
  [
    'a journey nobody wrote',
    { scope: 'journey', key: 'trial-nurtur' },
    404,
    /"trial-nurtur"; did you mean "trial-nurture"\?/,
  ],
  [
    'a lead nobody knows',
    { scope: 'lead', key: 'nobody@x.example' },
    404,
    /no lead "nobody@x.example"; expected an address/,
  ],
  [
    'an address nobody sends from',
    { scope: 'sender', key: 'x@y.example' },
    404,
    /Nobody sends from "x@y.example"; known are /,
  ],
  [
    'a scope that is none',
    { scope: 'journeys', key: 'x' },
    422,
    /"journeys"; expected one of journey, lead, sender, all \(did you mean "journey"\?\)/,
  ],
  ['everything with a key', { scope: 'all', key: 'x' }, 422, /"all" has no key/],
  [
    'an end that is no instant',
    { scope: 'all', until: 'soon' },
    422,
    /until is "soon"; expected a length of time/,
  ],
  [
    'an end before the beginning',
    { scope: 'all', until: '2026-03-01' },
    422,
    /expected an instant after/,
  ],
  ['a beginning in the past', { scope: 'all', from: '2026-02-01' }, 422, /which has passed/],
];
test.each(refusals)('%s is refused', async (_what, body, status, detail) => {
  const answer = await api.call('POST', '/v1/pauses', body);
  expect(answer.status).toBe(status);
  expect(String(answer.json['detail'])).toMatch(detail);
  expect((await api.call('GET', '/v1/pauses')).json['pauses']).toEqual([]);
});

test('a second pause of the same thing is told about the first', async () => {
  const id = await paused({ scope: 'all' });
  const again = await api.call('POST', '/v1/pauses', { scope: 'all', from: '1 day' });
  expect(again.status).toBe(409);
  expect(String(again.json['detail'])).toContain(id);
});

test('one that has not begun is called off', async () => {
  const id = await paused({ scope: 'all', from: '1 day' });
  const { json } = await api.call('POST', `/v1/pauses/${id}/resume`);
  expect(json).toMatchObject({ calledOff: true, pause: { state: 'called-off' } });
});

test('reading is not enough to pause, and what is not there is not found', async () => {
  const headers = { authorization: `Bearer ${READ_KEY}` };
  expect((await api.call('POST', '/v1/pauses', { scope: 'all' }, headers)).status).toBe(403);
  expect((await api.call('GET', '/v1/pauses', undefined, headers)).status).toBe(200);
  expect((await api.call('POST', '/v1/pauses/nothing/resume')).status).toBe(404);
  expect((await api.call('PUT', '/v1/pauses')).headers.get('allow')).toBe('GET, POST');
  const id = await paused({ scope: 'all' });
  const perHour = await api.call('POST', `/v1/pauses/${id}/resume`, { perHour: 0 });
  expect(perHour).toMatchObject({ status: 422 });
});
