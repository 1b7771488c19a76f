/** One company over HTTP, in the browser and on the command line: people, coverage, score, owner. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NOW, openApi, type ApiWorld } from '../api/world.ts';
import { run } from '../cli/run.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const browser = useBrowser();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
  api.now = NOW;
  const people = [
    ['ana@hansekontor.de', { firstName: 'Ana', title: 'CFO' }],
    ['ben@hansekontor.example', { firstName: 'Ben', title: 'Head of Finance' }],
  ] as const;
  for (const [email, traits] of people) {
    await api.call('POST', '/v1/identify', { userId: email, traits: { email, ...traits } });
  }
  for (let times = 0; times < 2; times += 1) {
    await api.call('POST', '/v1/track', { userId: 'ana@hansekontor.de', event: 'Pricing Viewed' });
  }
});
afterAll(() => api.close());

test('two domains of one company are one account, with people, roles and score', async () => {
  const listed = await api.call('GET', '/v1/accounts?q=hanse');
  expect(listed.json['accounts']).toMatchObject([
    { domain: 'hansekontor.example', tier: '1', owner: 'anna', members: 2 },
  ]);
  const one = await api.call('GET', '/v1/accounts/hansekontor.example');
  expect(one.json).toMatchObject({
    coverage: { roles: ['buyer', 'champion'], engaged: ['buyer'], missing: ['user'] },
    tags: ['target-2026'],
    members: [
      { email: 'ana@hansekontor.de', role: 'buyer', engaged: true },
      { email: 'ben@hansekontor.example', role: 'champion', engaged: false, points: 0 },
    ],
  });
  const { score, members } = one.json as {
    score: { value: number };
    members: readonly { points: number }[];
  };
  expect(score.value).toBeGreaterThan(0);
  expect(score.value).toBe(members[0]?.points);
  expect((await api.call('GET', '/v1/accounts/nobody.example')).status).toBe(404);
});

test('the console shows it, and leads to its people', async () => {
  const page = await browser.open();
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('link', { name: 'Accounts' }).click();
  await page.getByRole('link', { name: 'hansekontor.example' }).click();
  const said = await page.getByRole('main').innerText();
  expect(said).toContain('buyer, champion – user missing');
  expect(said).toContain('Anna Berg, by the files');
  await page.getByRole('link', { name: 'Ana' }).click();
  await page.getByRole('heading', { name: 'Ana' }).waitFor();
});

test('the command line tells the same', async () => {
  const at = { databaseUrl: database.url };
  expect((await run(['publish', '-m', 'The first'], at)).code).toBe(0);
  const told = await run(['account', 'hansekontor.example'], at);
  expect(told.out).toContain('Committee: buyer, champion – user missing');
  expect(told.out).toMatch(/Ana +buyer +\d+ points/);
  const unknown = await run(['account', 'nobody.example'], at);
  expect(unknown.code).not.toBe(0);
  expect(unknown.err).toContain('There is no account "nobody.example"');
});
