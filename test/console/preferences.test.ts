/** The pages of a lead as a person meets them: on a phone, without JavaScript, from the link of an email. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readToken, signToken } from '../../mail/tokens.ts';
import { openApi, SECRET, type ApiWorld } from '../api/world.ts';
import { launchBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
let api: ApiWorld;
let browser: Awaited<ReturnType<typeof launchBrowser>>;
beforeAll(async () => {
  [api, browser] = await Promise.all([openApi(database.url), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test('topics are chosen, everything is left, and a mistake is undone, without JavaScript', async () => {
  const traits = { email: 'ana@phone.example', country: 'DE' };
  const { json } = await api.call('POST', '/v1/identify', { userId: 'phone', traits });
  const properties = { class: 'marketing', state: 'opt-in' };
  await api.call('POST', '/v1/track', { userId: 'phone', event: 'Consent Given', properties });
  const read = readToken(
    SECRET,
    'unsubscribe',
    await api.sent(String(json['leadId']), traits.email),
  );
  const token = signToken(SECRET, 'preferences', read.ok ? read.payload : '');
  const viewport = { width: 400, height: 800 };
  const page = await (await browser.newContext({ viewport, javaScriptEnabled: false })).newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(`${api.url}/p/${token}`);
  expect(await page.getByRole('checkbox', { name: 'Events' }).isChecked()).toBe(true);
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(viewport.width);
  const left = await Promise.all(
    (await page.getByRole('checkbox').all()).map(async (box) => (await box.boundingBox())?.x),
  );
  expect(new Set(left).size, 'all switches stand in one column').toBe(1);

  await page.getByRole('checkbox', { name: 'Events' }).uncheck();
  api.now += 1000;
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await page.getByRole('status').innerText()).toContain('Saved');
  expect(await page.getByRole('checkbox', { name: 'Events' }).isChecked()).toBe(false);

  api.now += 1000;
  await page.getByRole('button', { name: 'Unsubscribe from everything' }).click();
  await page.getByText('You are unsubscribed from everything').waitFor();
  api.now += 1000;
  await page.getByRole('button', { name: 'Stay subscribed' }).click();
  await page.getByText('You are still subscribed').waitFor();
  expect(await page.getByRole('checkbox', { name: 'Events' }).isChecked()).toBe(false);
  expect(await page.getByRole('checkbox', { name: 'Product tips' }).isChecked()).toBe(true);
});
