/** The page "Files": what is wrong with the files on disk, and what publishing them would change. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../core/decision/ids.ts';
import { compileTemplate } from '../../mail/templates/compile.ts';
import { createFilesReader } from '../../runtime/files.ts';
import { createStore, type Store } from '../../store/client.ts';
import { latestRelease, saveRelease } from '../../store/releases.ts';
import { publishWorkspace } from '../../workspace/publish.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { openApi, type ApiWorld } from '../api/world.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const root = resolve(import.meta.dirname, '../..');
const database = useTestDatabase();
const browser = useBrowser();
let api: ApiWorld;
let store: Store;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-files-'));
  for (const name of ['journeys', 'rules', 'templates', 'personas', 'imports']) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  await publishWorkspace({
    store: {
      latestRelease: () => latestRelease(store),
      saveRelease: (parts, meta) => saveRelease(store, parts, meta),
    },
    files: await readWorkspace(folder),
    author: 'maria',
    message: 'First',
    newId: () => newId(Date.now(), Buffer.alloc(10, 7)),
    now: () => Date.now(),
    compileTemplate,
  });
  const files = createFilesReader(folder, store, { XDG_CACHE_HOME: join(folder, '.cache') });
  api = await openApi(database.url, { files, schemas: () => files.schemas() });
});
afterAll(async () => {
  await api.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function filesPage(): Promise<Page> {
  const page = await browser.open();
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('link', { name: 'Files' }).click();
  await page.getByRole('heading', { name: 'Files', exact: true }).waitFor();
  return page;
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

const mainText = (page: Page) => page.locator('main').innerText();

test('says that the files are the ones in force, then what differs, then what is wrong', async () => {
  const page = await filesPage();
  expect(await mainText(page)).toContain('The files are the ones in force (release 1).');

  await edit('journeys/recycle.json', '"title": "', '"title": "New: ');
  await page.reload();
  expect(await mainText(page)).toContain('One part differs from what is in force');
  expect(await mainText(page)).toContain('journey/recycle');

  await edit('rules/segments.json', '"employees"', '"employes"');
  await edit('templates/welcome/message.mjml', '</mj-text>', '<b>now</mj-text>');
  await page.reload();
  const text = await mainText(page);
  expect(text).toContain('2 problems keep these files from being published; release 1 stays');
  expect(text).toMatch(/rules\/segments\.json:\d+:\d+/);
  expect(text).toContain('did you mean "employees"?');
  expect(text).toContain('<b> is never closed');
  const shot = process.env['SCREENSHOT'];
  if (shot !== undefined) await page.screenshot({ path: shot, fullPage: true });

  await edit('rules/segments.json', '"employes"', '"employees"');
  await edit('templates/welcome/message.mjml', '<b>now</mj-text>', '</mj-text>');
  await edit('journeys/recycle.json', '"title": "New: ', '"title": "');
  await page.reload();
  expect(await mainText(page)).toContain('The files are the ones in force');
});

test('schemas are served with the names of the files on disk, to anybody, and nothing else is', async () => {
  const schema = await fetch(`${api.url}/schemas/journey.json`);
  expect(schema.status).toBe(200);
  expect(schema.headers.get('content-type')).toContain('application/schema+json');
  expect(await schema.text()).toBe(await readFile(join(root, 'schema/journey.json'), 'utf8'));
  const names = await (await fetch(`${api.url}/schemas/names.json`)).text();
  expect(names).toContain('"painPoint"');
  const missing = await fetch(`${api.url}/schemas/nothing.json`);
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({
    detail: expect.stringContaining('journey.json') as string,
  });
});

test('an email is seen as it would look, by the one script its page may run', async () => {
  const page = await filesPage();
  const wrong: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())));
  await page.getByRole('link', { name: 'need-a-hand', exact: true }).click();
  await page.frameLocator('iframe').first().getByText('I have no time this week').waitFor();
  expect(wrong).toEqual([]);
  const missing = await page.goto(new URL('/console/files/preview/nothing', page.url()).href);
  expect(missing?.status()).toBe(404);
  await page.context().close();
});
