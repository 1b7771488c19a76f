/** A person whose every field holds the same odd word goes through the product and is erased: the word is nowhere. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordFeedback } from '../../ingest/feedback.ts';
import { personalTables } from '../../store/personal-data.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { demoRequested, openApi, READ_KEY, type ApiWorld } from './world.ts';

const database = useTestDatabase();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());

const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' };
const first = 'zzcanary@firm.example';
const second = 'zzcanary.private@gmail.com';
const who = { userId: 'zzcanary-1' };
const post = (path: string, body: object) => api.call('POST', path, body);
const track = (event: string, properties: object = {}) =>
  post('/v1/track', { ...who, event, properties });

/** Every table with the word in any column of any row. */
async function traces(word: string): Promise<readonly string[]> {
  const tables = await api.store.query<{ readonly name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await api.store.query(`SELECT 1 FROM "${name}" AS t WHERE t::text ILIKE $1`, [
      `%${word}%`,
    ]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

interface Met {
  readonly leadId: string;
  readonly unsubscribe: string;
  readonly handoffPage: string;
}

async function meetZzcanary(): Promise<Met> {
  const names = { firstName: 'Zzcanary', lastName: 'Zzcanary', phone: '+49 zzcanary' };
  const { json } = await post('/v1/identify', { ...who, traits: { email: first, ...names } });
  const leadId = String(json['leadId']);
  const visit = { anonymousId: 'zzcanary-browser', name: '/zzcanary' };
  await post('/v1/page', { ...visit, ...who, properties: { path: '/zzcanary' } });
  const agreed = { class: 'marketing', text: 'zzcanary agrees', evidence: 'zzcanary form' };
  await track('Consent Given', agreed);
  await track('Preferences Changed', { fewer: true });
  const said = { userId: 'zzcanary-2', traits: { email: second, company: 'Zzcanary Ltd' } };
  await post('/v1/identify', said);
  const one = { into: first, from: second, why: 'Zzcanary said so', by: 'mia' };
  const merged = await post('/v1/merges', one);
  const { id } = merged.json['merge'] as { readonly id: string };
  api.now += 1_000;
  await post(`/v1/merges/${id}/undo`, { why: 'zzcanary again', by: 'mia' });
  await post('/v1/merge-candidates/keep-apart', { leads: [first, second], why: 'zzcanary' });
  api.now += 1_000;
  await post('/v1/merges', one);
  const handoffPage = await talkToSales();
  const unsubscribe = await exchangeMails(leadId);
  await post('/v1/pauses', { scope: 'lead', key: first, why: 'zzcanary is away' });
  return { leadId, unsubscribe, handoffPage };
}

/** The handoff is rejected with a note. */
async function talkToSales(): Promise<string> {
  const { json } = await track('Demo Requested', { message: 'zzcanary wants to see it' });
  const { handoffId } = json['handoff'] as { readonly handoffId: string };
  await api.give(handoffId, 'mia');
  const page = `/h/${api.handoffToken(handoffId, 'mia')}`;
  await api.call('POST', page, 'verdict=reject&reason=not-a-fit&note=zzcanary', form);
  return page;
}

/** What only a worker writes is written here: rows of the ledger, of links, of tasks and of verdicts. */
async function exchangeMails(leadId: string): Promise<string> {
  const token = await api.sent(leadId, first);
  const [send] = await api.store.query<{ readonly id: string }>(
    `UPDATE send SET subject = 'Zzcanary, hello', response = '250 zzcanary', evidence = '{"why":"zzcanary"}',
       link_targets = '{"0":"https://x.example/zzcanary"}', receiver = 'zzcanary.example'
     WHERE lead_id = $1 RETURNING id`,
    [leadId],
  );
  const id = send?.id ?? '';
  const heard = { send: id, at: api.now, source: 'inbound' } as const;
  const excerpt = 'Zzcanary writes back';
  await recordFeedback({ sql: api.store, ingest: api.ingest.ingest, clock: () => api.now }, [
    { ...heard, key: 'reply', type: 'replied', reply: 'reply', excerpt },
    { ...heard, key: 'soft', type: 'bounced', kind: 'soft', detail: 'zzcanary is full' },
  ]);
  await api.store.run(
    `INSERT INTO link_hit (id, send_id, link, at, method, agent) VALUES ($1, $2, '0', now(), 'GET', 'Zzcanary/1.0')`,
    [randomUUID(), id],
  );
  await api.store.run(
    `INSERT INTO send_settlement (id, send_id, before, after, source, because, at)
     VALUES ($1, $2, 'unknown', 'sent', 'operator', 'zzcanary told me', now())`,
    [randomUUID(), id],
  );
  await api.store.run(
    `INSERT INTO task (id, command_id, lead_id, text, kind, at) VALUES ($1, 'a/b/1', $2, 'Call Zzcanary', 'call', now())`,
    [randomUUID(), leadId],
  );
  await api.store.run(`UPDATE enrolment SET entry = '{"said":"zzcanary"}', once_key = 'zzcanary'`);
  await api.store.run(`UPDATE assignment SET trace = '["zzcanary is from Bavaria"]'`);
  await api.store.run(`UPDATE email_check SET reason = 'zzcanary' WHERE address = $1`, [first]);
  await api.store.run(`UPDATE decision SET detail = detail || '{"why":"zzcanary scored"}'`);
  await api.store.run(
    `INSERT INTO outbox (target, target_id, payload, last_error) VALUES ('reply', $1, $2, 'zzcanary bounced')`,
    [randomUUID(), JSON.stringify({ leadId })],
  );
  return `/u/${token}`;
}

test('after an erasure the person is nowhere, and everybody else is where they were', async () => {
  await post('/v1/identify', { userId: 'bystander', traits: { email: 'bystander@firm.example' } });
  const { leadId, unsubscribe, handoffPage } = await meetZzcanary();
  const held = await traces('zzcanary');
  const tables = Object.keys(personalTables).filter((table) => table !== 'lead_event_count');
  // The suppression of an address that only bounced softly is not there yet; all else is.
  expect(tables.filter((table) => !held.includes(table))).toEqual(['suppression']);

  const exported = await api.call('GET', `/v1/leads/${first}/export`);
  expect(Object.keys(exported.json['tables'] as object).sort()).toEqual(
    [...tables, 'lead_event_count'].filter((table) => table !== 'suppression').sort(),
  );
  expect((await api.call('DELETE', `/v1/leads/${first}`)).status).toBe(422);
  const named = await api.call('DELETE', `/v1/leads/${first}`, { why: `as ${first} asked` });
  expect(named.status).toBe(422);
  const mayRead = { authorization: `Bearer ${READ_KEY}` };
  const why = { why: 'asked by letter of 3 May', by: 'mia' };
  expect((await api.call('DELETE', `/v1/leads/${first}`, why, mayRead)).status).toBe(403);

  const erased = await api.call('DELETE', `/v1/leads/${first}`, why);
  expect(erased).toMatchObject({ status: 200, json: { success: true, leadId, ...why } });
  expect(await traces('zzcanary')).toEqual([]);
  expect(await traces('firm.example')).toContain('lead');

  for (const name of [first, second, who.userId, 'zzcanary-2', leadId]) {
    const again = await post(`/v1/leads/${name}/erasure`, { why: 'and again' });
    expect([name, again.json]).toEqual([name, erased.json]);
    expect((await api.call('GET', `/v1/leads/${name}`)).status).toBe(404);
  }
  expect((await api.call('GET', '/v1/leads/bystander')).json['email']).toBe(
    'bystander@firm.example',
  );
  const page = await api.call('GET', handoffPage);
  expect(page.text).not.toMatch(/Accept this lead/);
  await api.call('POST', handoffPage, 'verdict=accept', form);
  expect((await api.call('GET', unsubscribe)).status).toBeLessThan(500);
  expect(
    (await api.call('POST', unsubscribe, 'List-Unsubscribe=One-Click', form)).status,
  ).toBeLessThan(500);
  expect(await traces('zzcanary')).toEqual([]);
  expect(api.defects).toEqual([]);
});

test('the address may come back by itself, and gets no marketing', async () => {
  const { json } = await post('/v1/identify', { ...who, traits: { email: first } });
  const lead = await api.call('GET', `/v1/leads/${String(json['leadId'])}`);
  expect(lead.json['suppressions']).toMatchObject([{ scope: 'marketing', reason: 'erased' }]);
});

test('the console asks first; a handoff that was open is gone for its rep', async () => {
  const { leadId, handoffId } = await demoRequested(api, 'asked');
  await api.give(handoffId, 'mia');
  const path = `/console/leads/${leadId}/erase`;
  const token = new URL(await api.signInUrl()).searchParams.get('token') ?? '';
  const ours = { ...form, 'sec-fetch-site': 'same-origin' };
  const door = await api.call('POST', '/console/sign-in', `token=${token}`, ours);
  const cookie = door.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const page = await api.call('GET', path, undefined, { cookie });
  expect(page.text).toContain('There is no way back');
  expect((await api.call('GET', '/v1/leads/asked')).status).toBe(200);
  expect((await api.call('POST', path, 'why=', { ...ours, cookie })).status).toBe(422);
  const done = await api.call('POST', path, 'why=by+letter', { ...ours, cookie });
  expect(done.text).toContain('The person is erased');
  expect((await api.call('GET', path, undefined, { cookie })).status).toBe(404);

  const handoffPage = `/h/${api.handoffToken(handoffId, 'mia')}`;
  expect((await api.call('GET', handoffPage)).text).not.toContain('Accept this lead');
  await api.call('POST', handoffPage, 'verdict=accept', form);
  const left = await api.store.query('SELECT status, reason FROM handoff WHERE id = $1', [
    handoffId,
  ]);
  expect(left).toEqual([{ status: 'closed', reason: 'erased' }]);
  expect(api.defects).toEqual([]);
});

test('a key is still needed', async () => {
  const none = { authorization: '' };
  expect((await api.call('DELETE', '/v1/leads/bystander', { why: 'x' }, none)).status).toBe(401);
});
