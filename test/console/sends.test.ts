/** An email of unknown fate in the console: what is known of it, and the buttons of whoever found out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendId } from '../../core/decision/ids.ts';
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

async function unknownSend(name: string): Promise<string> {
  const traits = { email: `${name.toLowerCase()}@nordwind.example`, firstName: name };
  await api.call('POST', '/v1/identify', { userId: name, traits });
  const { json } = await api.call('POST', '/v1/track', { userId: name, event: 'Trial Started' });
  const leadId = String(json['leadId']);
  await api.store.run(
    `INSERT INTO send (id, command_id, lead_id, enrolment_id, journey, step, class, template, template_hash, state,
       address, message_id, subject, planned_at, due_at, transmitting_at, attempts, release_id, response)
     SELECT $1, e.id || '/welcome/1', $2, e.id, e.journey, 'welcome', 'marketing', 'welcome', 'x', 'unknown', $3,
       '<' || e.id || '@acme.example>', 'Your first report', to_timestamp($4), to_timestamp($4), to_timestamp($4), 1, e.release_id,
       'lease-expired' FROM enrolment e WHERE e.lead_id = $2 AND e.journey = 'trial-nurture'`,
    [sendId(`send to ${name}`), leadId, traits.email, (NOW - 3_600_000) / 1_000],
  );
  return leadId;
}

test('whoever found out says so, and the history of the lead keeps it', async () => {
  api.now = NOW;
  const leadId = await unknownSend('Ana');
  await unknownSend('Ben');
  const page = await browser.open();
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('link', { name: 'emails of unknown fate: the relay may have them' }).click();
  const main = page.getByRole('main');
  expect(await main.innerText()).toContain(
    'Whoever handed it over died before the server answered.',
  );
  if (process.env['SHOTS'] !== undefined) {
    await page.screenshot({ path: `${process.env['SHOTS']}/unknown.png`, fullPage: true });
  }
  const card = page.locator('section.card').filter({ hasText: 'ana@nordwind.example' });
  await card.getByLabel('How do you know?').fill('found in the log of the relay');
  await card.getByRole('button', { name: 'The server has it' }).click();
  await page.getByText('ana@nordwind.example').waitFor({ state: 'detached' });
  expect(await main.innerText()).toContain('ben@nordwind.example');
  await page.goto(`${api.url}/console/leads/${leadId}`);
  const told = await main.innerText();
  expect(told).toContain('Email was sent after all: Your first report');
  expect(told).toContain('found in the log of the relay');
});
