import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { demoRequested, KEY, openApi, type ApiWorld } from '../api/world.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const browser = useBrowser();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());

async function signedIn(): Promise<Page> {
  const page = await browser.open();
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}

describe('signing in', () => {
  test('a page of the console without a session leads to the door, and from there on to the page', async () => {
    const page = await browser.open();
    await page.goto(`${api.url}/console/leads?stage=lead`);
    expect(page.url()).toContain(`${api.url}/console/sign-in`);
    await page.getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'Sign in with the key' }).click();
    await page.getByRole('heading', { name: 'Leads' }).waitFor();
    expect(page.url()).toBe(`${api.url}/console/leads?stage=lead`);
  });

  test.each(['https://evil.example', '//evil.example', '/console//../evil:x@'])(
    'the way on never leaves the console: %s',
    async (next) => {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
      };
      const body = `key=${KEY}&next=${encodeURIComponent(next)}`;
      const answer = await api.call('POST', '/console/sign-in', body, headers);
      expect(answer.headers.get('location')).toBe('/console');
    },
  );

  test('looking at the link does not use it up; its button does, once', async () => {
    const link = await api.signInUrl();
    await fetch(link);
    await fetch(link, { method: 'HEAD' });
    const [first, second] = [await browser.open(), await browser.open()];
    await first.goto(link);
    await second.goto(link);
    await first.getByRole('button', { name: 'Open the console' }).click();
    await first.getByRole('heading', { name: 'Overview' }).waitFor();
    await second.getByRole('button', { name: 'Open the console' }).click();
    expect(await second.getByRole('alert').innerText()).toContain('was used before');
  });

  test('an API key opens it too, and signing out ends it', async () => {
    const page = await browser.open();
    await page.goto(`${api.url}/console/sign-in`);
    await page.getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'Sign in with the key' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const cookies = await page.context().cookies(`${api.url}/console`);
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Lax' }]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.context().addCookies(cookies);
    await page.goto(`${api.url}/console`);
    expect(page.url()).toBe(`${api.url}/console/sign-in`);
  });

  test('a form on another site cannot sign in or out', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      {},
    ]) {
      const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
      const answer = await api.call('POST', '/console/sign-in', `key=${KEY}`, form);
      expect(answer.status).toBe(403);
    }
  });
});

describe('a lead and its handoff', () => {
  test('the page shows stage, score with reasons, facts and history', async () => {
    const traits = { firstName: 'Ana', lastName: 'Silva', title: 'VP Data', country: 'DE' };
    await demoRequested(api, 'ana', traits);
    const page = await signedIn();
    await page.getByRole('link', { name: 'Leads', exact: true }).click();
    await page.getByRole('searchbox').fill('silva');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'Ana Silva' }).click();
    await page.getByRole('heading', { name: 'Ana Silva' }).waitFor();
    expect(await page.locator('[aria-current=step]').innerText()).toContain('MQL');
    const text = await page.getByRole('main').innerText();
    for (const said of [
      'Director or above can sign',
      'VP Data',
      'Asked for a demo',
      'Stage: ',
      '→ MQL',
    ]) {
      expect(text).toContain(said);
    }
  });

  test('is accepted by a button, and the clock is gone', async () => {
    const { handoffId } = await demoRequested(api, 'ben', { firstName: 'Ben', lastName: 'Hart' });
    await api.give(handoffId, 'mia');
    const page = await signedIn();
    await page.getByRole('link', { name: 'Handoffs', exact: true }).click();
    const row = page.getByRole('row', { name: /Ben Hart/ });
    expect(await row.innerText()).toContain('Mia Roth');
    await row.getByRole('link', { name: 'Answer' }).click();
    await page.getByRole('button', { name: 'Accept this lead' }).click();
    expect(await page.getByRole('status').innerText()).toContain('Accepted. It is yours');
    await page.goto(`${api.url}/console/handoffs?status=accepted`);
    expect(await page.getByRole('row', { name: /Ben Hart/ }).innerText()).toContain('Accepted');
  });

  test('what a lead says about itself is shown as text, never run', async () => {
    const name = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    const traits = { email: 'xss@firm.example', name };
    const { json } = await api.call('POST', '/v1/identify', { userId: 'xss', traits });
    const page = await signedIn();
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    await page.goto(`${api.url}/console/leads/${String(json['leadId'])}`);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(name);
    expect({ dialogs, images: await page.locator('img[src=x]').count() }).toEqual({
      dialogs: 0,
      images: 0,
    });
  });
});

describe('every page', () => {
  const paths = ['', '/leads', '/journeys', '/journeys/trial-nurture', '/handoffs', '/emails'];
  test.each(paths)('/console%s fits a phone and breaks no policy', async (path) => {
    const page = await browser.open({ width: 390, height: 800 });
    const refused: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') refused.push(message.text());
    });
    await page.goto(await api.signInUrl());
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.goto(`${api.url}/console${path}`);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(overflow)).toBe(0);
    expect(refused).toEqual([]);
  });
});

test('an email that waits is shown with its reason and until when', async () => {
  const email = 'held@firm.example';
  const { json } = await api.call('POST', '/v1/identify', { userId: 'held', traits: { email } });
  await api.sent(String(json['leadId']), email);
  await api.store.run(
    `UPDATE send SET state = 'held', reason = 'quiet-hours', held_until = settled_at + interval '3 hours',
       settled_at = NULL WHERE address = $1`,
    [email],
  );
  const page = await signedIn();
  await page.goto(`${api.url}/console/emails?state=held`);
  const row = await page.getByRole('row', { name: /held@firm/ }).innerText();
  expect(row).toContain('Quiet hours until Mon 2 Mar, 13:00');
});
