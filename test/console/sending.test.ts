/** How sending goes, on a page, as API and in the reasons of an email that waits. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { NOW, openApi, type ApiWorld } from '../api/world.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const browser = useBrowser();
const hour = 3_600_000;
const sender = 'maria@acme.example';
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
  Object.assign(api.release.sending, { warmUp: [{ from: '2026-03-01', perDay: [50, 100, 200] }] });
  await leave('gmail', 60, 4);
  await leave('microsoft', 45, 0);
  await leave('nordwind.example', 3, 0);
  await api.store.run("INSERT INTO warm_up (sender, day, count) VALUES ($1, '2026-03-02', 64)", [
    sender,
  ]);
  await api.store.run(
    `INSERT INTO pause (id, scope, key, "from", why, by) VALUES ($1, 'sender', $2, to_timestamp($3 / 1000.0), $4, 'breaker')`,
    [
      ...[randomUUID(), `${sender}>gmail`, NOW - hour],
      '4 of 60 emails to Gmail in 1 day came back because the address does not exist (6.7 %; at most 5 %)',
    ],
  );
  await api.store.run(
    `INSERT INTO reception (sender, receiver, refusals, since, blocked_until, response)
     VALUES ($1, 'microsoft', 6, to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0), '451 4.7.650 throttled'),
       ('', '', 3, to_timestamp($2 / 1000.0), NULL, 'connect ECONNREFUSED')`,
    [sender, NOW - 10 * 60_000, NOW + 2 * 60_000],
  );
});
afterAll(() => api.close());

/** As the worker leaves them: so many mails to a receiver, and how many came back for good. */
async function leave(receiver: string, sent: number, hard: number): Promise<void> {
  const email = `${receiver.replace('.example', '')}@leads.example`;
  const { json } = await api.call('POST', '/v1/identify', { userId: email, traits: { email } });
  for (let mail = 0; mail < sent; mail += 1) {
    const token = await api.sent(String(json['leadId']), email);
    expect(token).not.toBe('');
  }
  await api.store.run(
    `UPDATE send SET sender = $2, receiver = $3, transmitting_at = to_timestamp($4 / 1000.0) WHERE lead_id = $1::uuid`,
    [json['leadId'], sender, receiver, NOW - 2 * hour],
  );
  await api.store.run(
    `UPDATE send SET bounce = 'hard', bounced_at = to_timestamp($2 / 1000.0)
     WHERE id IN (SELECT id FROM send WHERE lead_id = $1::uuid LIMIT $3)`,
    [json['leadId'], NOW - hour, hard],
  );
}
async function signedIn(size?: { width: number; height: number }): Promise<Page> {
  const page = await browser.open(size);
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}

test('the overview asks for a person once, and the page says what, why and how to go on', async () => {
  api.now = NOW;
  const page = await signedIn();
  const attention = await page.locator('#attention').innerText();
  expect(attention).toContain('sender stopped by itself: too much came back');
  await page.getByRole('link', { name: /stopped by itself/ }).click();
  await page.getByRole('heading', { name: 'Sending', exact: true }).waitFor();
  const said = await page.getByRole('main').innerText();
  expect(said).toContain('The mail server has not taken anything since Mon 2 Mar, 09:50');
  expect(said).toContain('Warm-up, day 2 of 3: 64 of 100 today');
  expect(said).toMatch(/Gmail\s+60\s+4 6.7 %/);
  expect(said).toContain('by the circuit breaker: 4 of 60 emails to Gmail');
  expect(said).toContain('Refuses for now: 6 in a row since Mon 2 Mar, 09:50, asked again at');
  for (const width of [1280, 400]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(width);
    const shots = process.env['SCREENSHOTS'];
    if (shots !== undefined) {
      await page.screenshot({ path: `${shots}/sending-${width}.png`, fullPage: true });
    }
  }
  await page.getByRole('link', { name: 'Resume …' }).last().click();
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await page.getByText('It goes on.').waitFor();
  await page.goto(`${api.url}/console/sending`);
  expect(await page.getByRole('main').innerText()).not.toContain('circuit breaker:');
});

test('the API says the same', async () => {
  const { json, status } = await api.call('GET', '/v1/sending');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    mailServer: { state: 'unanswered', response: 'connect ECONNREFUSED' },
    senders: [
      {
        ...{ sender, sent: 108, hard: 4 },
        warmUp: { date: '2026-03-02', day: 2, of: 3, max: 100, sent: 64 },
      },
    ],
  });
});

test('what goes to one receiver is paused and resumed by hand, too', async () => {
  const ask = { scope: 'sender', key: `${sender} to hotmail.com`, why: 'throttled' };
  const { json } = await api.call('POST', '/v1/pauses', ask);
  expect(json['pause']).toMatchObject({ key: `${sender}>microsoft`, state: 'in-force' });
  const { text } = await api.call('POST', '/v1/pauses', {
    ...ask,
    key: 'nobody@acme.example to x.example',
  });
  expect(text).toContain('Nobody sends from');
});
