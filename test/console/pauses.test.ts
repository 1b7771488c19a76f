/** Pausing and resuming with a browser, and what pages say meanwhile. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { NOW, openApi, type ApiWorld } from '../api/world.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const browser = useBrowser();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());
afterEach(() => api.store.run('TRUNCATE pause'));

async function signedIn(): Promise<Page> {
  const page = await browser.open();
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}
/** Inside the trial journey, where a pause keeps it from its first email. */
async function waiting(userId: string): Promise<string> {
  const email = `${userId}@nordwind.example`;
  const traits = { email, country: 'DE', firstName: userId };
  await api.call('POST', '/v1/identify', { userId, traits });
  const { json } = await api.call('POST', '/v1/track', { userId, event: 'Trial Started' });
  const at = { step: 'welcome', from: api.now, until: api.now, planned: api.now };
  await api.store.run(
    "UPDATE enrolment SET parked = $1::jsonb WHERE journey = 'trial-nurture' AND lead_id = $2::uuid",
    [JSON.stringify(at), String(json['leadId'])],
  );
  return String(json['leadId']);
}
const mainText = (page: Page): Promise<string> => page.getByRole('main').innerText();

test('a journey is paused on its page and resumed after a look at what will happen', async () => {
  api.now = NOW;
  const leadId = await waiting('Ana');
  const page = await signedIn();
  await page.goto(`${api.url}/console/journeys/trial-nurture`);
  await page.getByText('Pause it', { exact: true }).click();
  await page.getByLabel('Why').fill('new prices');
  await page.getByLabel(/^Until/).fill('2 days');
  await page.getByRole('button', { name: 'Pause this journey' }).click();
  await page.getByText('is paused until Wed 4 Mar').waitFor();
  const said = await mainText(page);
  expect(said).toContain('by the console: new prices');
  expect(said).toContain('wait for a pause to end');
  await page.goto(`${api.url}/console`);
  const attention = await page.locator('#attention').innerText();
  expect(attention).toContain('1 pause is in force');
  expect(attention).not.toContain('Everything runs');
  await page.goto(`${api.url}/console/journeys`);
  expect(await page.getByRole('link', { name: /Trial/ }).first().innerText()).toMatch(/paused/i);
  await page.goto(`${api.url}/console/leads/${leadId}`);
  const held = await mainText(page);
  expect(held).toContain('a pause keeps it from going on');
  expect(held).not.toContain('the pause ended');
  api.now += 3_600_000;

  await page.getByRole('link', { name: 'Resume …' }).click();
  await page.getByRole('heading', { name: 'What a resume will do now' }).waitFor();
  const preview = await mainText(page);
  expect(preview).toContain('1 run had to wait and gets its turn');
  expect(preview).toContain('welcome');
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await page.getByText('It goes on.').waitFor();
  const [wake] = await api.store.query(
    "SELECT payload FROM outbox WHERE payload->'message'->>'type' = 'wake'",
  );
  expect(wake).toEqual({ payload: { type: 'message', message: { type: 'wake', seq: 0 } } });
  await page.goto(`${api.url}/console/leads/${leadId}`);
  const after = await mainText(page);
  expect(after).toContain('has its turn');
  expect(after).toContain('the pause ended');
  // As it was meant when it began, not when it was resumed.
  expect(after).toContain('Until Wed 4 Mar');
});

test('while everything is paused every page says so', async () => {
  const page = await signedIn();
  await page.goto(`${api.url}/console/pauses`);
  await page.getByRole('button', { name: 'Pause everything' }).click();
  for (const path of ['', '/leads', '/journeys', '/handoffs', '/emails', '/pauses']) {
    await page.goto(`${api.url}/console${path}`);
    const banner = page.getByRole('status').filter({ hasText: 'Everything is paused' });
    expect(await banner.count(), path).toBe(1);
  }
  await page.getByRole('link', { name: 'Resume …' }).first().click();
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await page.goto(`${api.url}/console`);
  expect(await page.getByText('Everything is paused').count()).toBe(0);
});

test('a lead is paused on its page, and the list of leads shows it', async () => {
  const leadId = await waiting('Ben');
  const page = await signedIn();
  await page.goto(`${api.url}/console/leads/${leadId}`);
  await page.getByText('Pause this lead', { exact: true }).first().click();
  await page.getByRole('button', { name: 'Pause this lead' }).click();
  await page.getByText('The lead ben@nordwind.example is paused').waitFor();
  expect(await page.getByRole('button', { name: 'Pause this lead' }).count()).toBe(0);
  await api.store.run(
    'UPDATE enrolment SET parked = NULL, expected_by = now() WHERE lead_id = $1::uuid',
    [leadId],
  );
  await page.reload();
  const asleep = await mainText(page);
  expect(asleep).toContain('its clock stopped by a pause');
  expect(asleep).not.toContain(', next ');
  await page.goto(`${api.url}/console/leads`);
  const row = page.getByRole('row', { name: /Ben/ });
  expect(await row.getByText('paused').count()).toBe(1);
  const others = page.getByRole('row').filter({ hasNotText: 'Ben' });
  expect(await others.getByText('paused').count()).toBe(0);
});

test('what cannot be is said where the form was', async () => {
  const page = await signedIn();
  await page.goto(`${api.url}/console/pauses`);
  const form = page.locator('form', {
    has: page.getByRole('button', { name: 'Pause everything' }),
  });
  await form.getByLabel(/^Until/).fill('after lunch');
  await form.getByRole('button').click();
  expect(await page.getByRole('alert').innerText()).toContain('until is "after lunch"; expected');
  await page.getByRole('button', { name: 'Pause everything' }).click();
  await page.getByRole('button', { name: 'Pause everything' }).click();
  expect(await page.getByRole('alert').innerText()).toContain('Nothing was changed');
});

test('a form on another site can neither pause nor resume', async () => {
  const { json } = await api.call('POST', '/v1/pauses', { scope: 'all' });
  const { id } = json['pause'] as { id: string };
  const page = await signedIn();
  const [session] = await page.context().cookies(`${api.url}/console`);
  const cookie = `${session?.name}=${session?.value}`;
  const type = 'application/x-www-form-urlencoded';
  for (const [path, body] of [
    ['/console/pauses', 'scope=sender'],
    [`/console/pauses/${id}/resume`, ''],
  ] as const) {
    const headers = { cookie, 'content-type': type, 'sec-fetch-site': 'cross-site' };
    expect((await api.call('POST', path, body, headers)).status).toBe(403);
  }
  expect((await api.call('GET', '/v1/pauses?current=true')).json['pauses']).toHaveLength(1);
  const door = await api.call('POST', '/console/pauses', 'scope=sender', {
    'content-type': type,
    origin: api.url,
  });
  expect(door.headers.get('location')).toContain('/console/sign-in');
});
