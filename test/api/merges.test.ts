/** One person or two: listed pairs, merging by hand, and undoing it, as callers and people see it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import { demoRequested, KEY, openApi, type ApiWorld } from './world.ts';

const database = useTestDatabase();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());

async function identify(userId: string, traits: object): Promise<string> {
  const body = { userId, traits, timestamp: new Date(api.now).toISOString() };
  const { json } = await api.call('POST', '/v1/identify', body);
  return String(json['leadId']);
}
interface Listed {
  readonly leads: readonly { readonly id: string }[];
  readonly why: string;
  readonly fields: readonly {
    readonly id: string;
    readonly values: readonly (object | null)[];
    readonly differs: boolean;
  }[];
}
async function pairOf(...ids: readonly string[]): Promise<Listed | undefined> {
  const { json } = await api.call('GET', '/v1/merge-candidates');
  const listed = json['candidates'] as readonly Listed[];
  return listed.find(({ leads }) => leads.every(({ id }) => ids.includes(id)));
}
const leadAt = async (who: string) => (await api.call('GET', `/v1/leads/${who}`)).json;

describe('merging through the API', () => {
  test('each trait tells who said it and when', async () => {
    const id = await identify('origin', { email: 'Origin@X.example', country: 'DE' });
    expect((await leadAt(id))['origins']).toEqual({
      email: { source: 'api', by: 'person', at: new Date(api.now).toISOString() },
      country: { source: 'api', by: 'person', at: new Date(api.now).toISOString() },
    });
  });

  test('a batch without timestamps tells in its order what became of a lead', async () => {
    const said = (plan: string) => ({ type: 'identify', userId: 'ordered', traits: { plan } });
    await api.call('POST', '/v1/batch', { batch: [said('pro'), said('team'), said('free')] });
    expect(await leadAt('ordered')).toMatchObject({ traits: { plan: 'free' } });
  });

  test('a listed pair is compared field by field, merged, and separated again', async () => {
    const one = await identify('pair1', { email: 'pair1@x.example', company: 'Nordwind' });
    const other = await identify('pair2', { email: 'pair2@x.example', company: 'Südwind' });
    await identify('pair1', { email: 'pair2@x.example' });
    const listed = await pairOf(one, other);
    expect(listed?.why).toContain('each has an address of its own');
    const company = listed?.fields.find(({ id }) => id === 'company');
    expect(company).toMatchObject({ differs: true });
    expect(company?.values).toContainEqual({
      value: 'Nordwind',
      origin: expect.stringContaining('told through the API') as string,
    });

    const nameless = await api.call('POST', '/v1/merges', { into: 'pair1', from: 'pair2' });
    expect(nameless.status).toBe(422);
    const asked = { into: 'pair1', from: 'pair2@x.example', why: 'Her private address', by: 'mia' };
    const merged = await api.call('POST', '/v1/merges', asked);
    expect(merged.json).toMatchObject({ success: true, leadId: one, merge: { into: one } });
    const { id } = merged.json['merge'] as { readonly id: string };
    expect(await leadAt('pair2@x.example')).toMatchObject({
      id: one,
      email: 'pair1@x.example',
      merged: [{ id, leadId: other, by: 'mia', why: 'Her private address' }],
    });
    expect(await pairOf(one, other)).toBeUndefined();
    expect((await api.call('POST', '/v1/merges', asked)).status).toBe(409);

    api.now += 1_000;
    const undone = await api.call('POST', `/v1/merges/${id}/undo`, { why: 'Sisters' });
    expect(undone.json).toMatchObject({ leadId: one, separated: other });
    expect(await leadAt('pair2')).toMatchObject({ id: other, traits: { company: 'Südwind' } });
    expect(await leadAt('pair1')).toMatchObject({ id: one, traits: { company: 'Nordwind' } });
    expect((await api.call('POST', `/v1/merges/${id}/undo`, { why: 'Again' })).status).toBe(404);
    const { json } = await api.call('GET', `/v1/leads/${one}/timeline`);
    const titles = (json['entries'] as readonly { title: string }[]).map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining(['Separated from pair2@x.example', 'Merged with pair2@x.example']),
    );
    await identify('pair1', { email: 'pair2@x.example' });
    expect(await pairOf(one, other)).toBeUndefined();
  });

  test('a rep who says "duplicate" lists the pair', async () => {
    const known = await identify('twin', { email: 'twin@nordwind.example' });
    const { leadId, handoffId } = await demoRequested(api, 'twin-again', { country: 'DE' });
    await api.give(handoffId, 'mia');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'verdict=reject&reason=duplicate&otherLead=Twin%40Nordwind.example';
    await api.call('POST', `/h/${api.handoffToken(handoffId, 'mia')}`, body, form);
    expect(await pairOf(known, leadId)).toMatchObject({
      why: 'A rep says that they are one person',
    });
    const kept = await api.call('POST', '/v1/merge-candidates/keep-apart', {
      leads: [known, leadId],
      why: 'Namesakes',
    });
    expect(kept.status).toBe(200);
    const half = await api.call('POST', '/v1/merge-candidates/keep-apart', { leads: [known] });
    expect([half.status, half.json['detail']]).toEqual([
      422,
      `leads is ["${known}"]; expected a list of two leads.`,
    ]);
    expect(await pairOf(known, leadId)).toBeUndefined();
  });

  test('alias is taken in, and says what is missing', async () => {
    const before = await identify('alias-old', { plan: 'free' });
    const aliased = await api.call('POST', '/v1/alias', {
      userId: 'alias-new',
      previousId: 'alias-old',
    });
    expect(aliased.json).toMatchObject({ success: true, leadId: before });
    const refused = await api.call('POST', '/v1/alias', { userId: 'alias-new' });
    expect(refused.json['errors']).toEqual([{ pointer: '#/previousId', detail: 'is missing' }]);
  });
});

test('the console shows both side by side, merges, separates and keeps apart', async () => {
  const ours = {
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
  };
  const door = await api.call('POST', '/console/sign-in', `key=${KEY}`, ours);
  const cookie = door.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const see = async (path: string) => (await api.call('GET', path, undefined, { cookie })).text;
  const press = (path: string, form: object) =>
    api.call('POST', path, new URLSearchParams({ ...form }).toString(), { ...ours, cookie });
  const one = await identify('seen1', { email: 'seen1@x.example', company: '<b>Nord</b>' });
  const other = await identify('seen2', { email: 'seen2@x.example', company: 'Süd' });
  await identify('seen1', { email: 'seen2@x.example' });
  expect(await see('/console')).toContain('may be one person');
  const page = await see('/console/merges');
  expect(page).toContain('&lt;b&gt;Nord&lt;/b&gt;');
  expect(page).toContain('Merge, keep seen2@x.example');

  const merged = await press('/console/merges', { into: one, from: other });
  expect(merged.headers.get('location')).toBe(`/console/leads/${one}`);
  const lead = await see(`/console/leads/${one}`);
  const [, undo = ''] = /action="(\/console\/merges\/[\w-]+\/undo)"/.exec(lead) ?? [];
  expect(lead).toContain('seen2@x.example');
  api.now += 1_000;
  await press(undo, { back: `/console/leads/${one}` });
  expect(await see(`/console/leads/${other}`)).toContain('Separated from seen1@x.example');
  const nobody = await press('/console/merges', { into: one, from: 'nobody' });
  expect([nobody.status, nobody.text.includes('There is no lead')]).toEqual([404, true]);
  expect(api.defects).toEqual([]);
});
