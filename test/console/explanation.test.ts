/** Why a lead stands where it stands, as of which instant, and what it lacks: in a browser and over the API. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { openApi, READ_KEY, type ApiWorld } from '../api/world.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const browser = useBrowser();
const DAY = 86_400_000;
let api: ApiWorld;
let page: Page;
let leadId: string;

beforeAll(async () => {
  api = await openApi(database.url);
  const today = api.now;
  await api.store.run(
    `INSERT INTO release (id, author, message, entries, published_at)
     VALUES ($1, 'maria', '', '{}', to_timestamp($2::float8 / 1000.0))`,
    [api.release.id, today - 30 * DAY],
  );
  const track = (event: string) => api.call('POST', '/v1/track', { userId: 'ana', event });
  api.now = today - 5 * DAY;
  const traits = { email: 'ana@nordwind.example', firstName: 'Ana', country: 'DE' };
  const { json } = await api.call('POST', '/v1/identify', { userId: 'ana', traits });
  leadId = String(json['leadId']);
  await track('Pricing Viewed');
  api.now = today - DAY;
  await api.call('POST', '/v1/identify', { userId: 'ana', traits: { title: 'VP Data' } });
  for (const event of ['Pricing Viewed', 'Trial Started', 'Report Created']) await track(event);
  api.now = today;
  page = await browser.open({ width: 1280, height: 1000 });
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});
afterAll(() => api.close());

test('the page of a lead says what would make it an MQL, and leads to the reasons', async () => {
  await page.goto(`${api.url}/console/leads/${leadId}`);
  const panel = page.locator('section', { hasText: 'What would make this lead an MQL?' });
  expect(await panel.innerText()).toMatch(
    /1 × Asked for a demo \(Demo Requested\) reached at once/,
  );
  await page.getByRole('link', { name: 'Why, line by line' }).click();
  const ahead = page.locator('section', { hasText: 'Stages ahead' });
  expect(await ahead.innerText()).toContain('Grade is C2, expected one of A1, A2, B1: fails');
  await page.getByRole('link', { name: 'SQL' }).click();
  const sql = page.locator('section', { hasText: 'What would make this lead an SQL?' });
  expect(await sql.innerText()).toContain('In the way: Only a lead in SAL can enter it.');
  expect(await sql.innerText()).toContain('To ask: Is there a budget for this year?');
});

test('a day and a time show the lead as it was known then', async () => {
  await page.goto(`${api.url}/console/leads/${leadId}`);
  await page.getByText('See it as of another instant').click();
  const then = new Date(api.now - 3 * DAY).toISOString().slice(0, 16);
  await page.getByLabel(/Day and time/).fill(then);
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('by the files in force then').waitFor();
  expect(await page.locator('main').innerText()).not.toContain('Director or above can sign');
  expect(await page.getByLabel(/Day and time/).inputValue()).toBe(then);
});

test('the same over the API, with errors that say what was expected', async () => {
  const at = new Date(api.now - 3 * DAY).toISOString();
  const key = { authorization: `Bearer ${READ_KEY}` };
  const path = `/v1/leads/ana@nordwind.example/explanation`;
  const { json } = await api.call('GET', `${path}?at=${at}&towards=MQL`, undefined, key);
  expect(json).toMatchObject({
    ...{ at, tense: 'past', stage: { label: 'lead' } },
    models: [
      {
        scores: [
          { score: 'fit', value: null },
          { score: 'engagement', value: 7 },
        ],
      },
    ],
    towards: { label: 'MQL', answer: 'sets' },
  });
  const forecast = await api.call('GET', `${path}?at=60 days`, undefined, key);
  expect(forecast.json).toMatchObject({ tense: 'forecast' });
  const early = await api.call('GET', `${path}?at=20 days ago`, undefined, key);
  expect([early.status, early.json['detail']]).toEqual([
    404,
    expect.stringMatching(/^The lead was not known on .* UTC: it was first heard of on .* UTC\.$/),
  ]);
  const wrong = await api.call('GET', `${path}?towards=MLQ`, undefined, key);
  expect(wrong.json).toMatchObject({
    status: 400,
    detail: 'There is no stage "MLQ": did you mean MQL?',
  });
});
