/** The console says what is in force, and draws its journeys. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { compileRelease } from '../../core/definitions/compile-release.ts';
import { saveRelease } from '../../store/releases.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { openApi, type ApiWorld } from '../api/world.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const browser = useBrowser();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
  const compiled = compileRelease(await readWorkspace(join(import.meta.dirname, '../..')), 'words');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const meta = { id: randomUUID(), author: 'maria', message: 'As shipped', publishedAt: api.now };
  await saveRelease(api.store, compiled.workspace.parts, meta);
});
afterAll(() => api.close());

async function signedIn(): Promise<Page> {
  const page = await browser.open();
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}

test('every part of the release in force has a page that says it in sentences', async () => {
  const page = await signedIn();
  await page.goto(`${api.url}/console/words`);
  const links = await page.locator('main li a').evaluateAll((all) => all.map(String));
  expect(links.length).toBeGreaterThan(20);
  for (const link of links) {
    const answer = await page.goto(link);
    expect(answer?.status(), link).toBe(200);
    expect(await page.locator('.words').count(), link).toBeGreaterThan(0);
  }
});

test('a scoring model reads as the command line says it', async () => {
  const page = await signedIn();
  await page.goto(`${api.url}/console/words/scoring/core`);
  const words = await page.locator('main').innerText();
  expect(words).toContain('Gives 25 points while seniority is director, vp or c-level');
});

test('the page of a journey draws it, with its steps, and leads to its sentences', async () => {
  const page = await signedIn();
  await page.goto(`${api.url}/console/journeys/trial-nurture`);
  const picture = page.locator('svg.journey-graph');
  expect(await picture.locator('.node').count()).toBeGreaterThan(12);
  expect(await picture.locator('.node.send').first().textContent()).toContain('Send “welcome”');
  const steps = await page.locator('table.steps').innerText();
  const wait = 'Waits up to 5 days for “Created a report”';
  expect(steps).toContain(wait);
  expect(steps).toContain('If not by then');
  await page.goto(`${api.url}/console/journeys`);
  expect(await page.locator('main').innerText()).toContain('Enters on “Started a trial”');
  await page.goBack();
  await page.getByRole('link', { name: 'The same in sentences' }).click();
  await page.getByRole('heading', { name: 'Steps' }).waitFor();
  expect(await page.locator('main').innerText()).toContain(wait);
});
