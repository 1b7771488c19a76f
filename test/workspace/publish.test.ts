/** Publishing to a real database: what is stored, what is not, and that it loads as it was. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../core/decision/ids.ts';
import type { WorkspaceFile } from '../../core/definitions/sources.ts';
import { compileTemplate } from '../../mail/templates/compile.ts';
import { createStore } from '../../store/client.ts';
import type { Store } from '../../store/client.ts';
import {
  findRelease,
  latestRelease,
  loadDefinitions,
  ReleaseConflict,
  saveRelease,
} from '../../store/releases.ts';
import { loadRelease, loadTemplate } from '../../workspace/load-release.ts';
import { publishWorkspace } from '../../workspace/publish.ts';
import type { ReleaseStore } from '../../workspace/publish.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const root = new URL('../../', import.meta.url).pathname;
let store: Store;
let files: readonly WorkspaceFile[];

beforeAll(async () => {
  store = createStore({ databaseUrl: database.url });
  files = await readWorkspace(root);
});
afterAll(() => store.close());

describe('publishing one after the other', () => {
  test('the first release holds every part and loads as it was compiled', async () => {
    const published = await publish(files);
    if (published.type !== 'published') throw new Error(published.type);
    expect(published.warnings).toEqual([]);
    const { release } = published.workspace;
    const stored = await loadStored(published.releaseId);
    expect(loadRelease(published.releaseId, stored)).toEqual(release);
    expect(release.id).toBe(published.releaseId);
  });

  test('an email is stored compiled', async () => {
    const latest = await latestRelease(store);
    const parts = await loadStored(latest?.id ?? '');
    const welcome = parts.find(({ kind, key }) => kind === 'template' && key === 'welcome');
    if (welcome === undefined) throw new Error('the template "welcome" was not stored');
    const { manifest, languages } = loadTemplate<{ html: string }>(welcome);
    expect(manifest.template).toBe('welcome');
    expect(languages['en']?.html).toContain('<html');
  });

  test('an unchanged workspace publishes nothing', async () => {
    const before = await latestRelease(store);
    expect(await publish(files)).toMatchObject({ type: 'unchanged', releaseId: before?.id });
    expect((await latestRelease(store))?.number).toBe(before?.number);
  });

  test('a comment changes nothing, a word changes its part alone', async () => {
    const path = 'journeys/recycle.json';
    expect(await publish(changed(path, (text) => `// back from sales\n${text}`))).toMatchObject({
      type: 'unchanged',
    });
    const title = (text: string) => text.replace(/"title": "[^"]*"/, '"title": "Another title"');
    expect(await publish(changed(path, title))).toMatchObject({
      type: 'published',
      changed: ['journey/recycle'],
      gone: [],
    });
  });

  test('a partial changes every email', async () => {
    const result = await publish(
      changed('templates/partials/footer.mjml', (text) => `${text}\n<!-- thanks -->`),
    );
    if (result.type !== 'published') throw new Error(result.type);
    expect(result.changed).toContain('template/welcome');
    expect(result.changed.filter((part) => part.startsWith('journey/recycle'))).toHaveLength(1);
  });

  test('one mistake refuses the whole and stores nothing', async () => {
    const before = await latestRelease(store);
    const result = await publish(
      changed('journeys/recycle.json', (text) => text.replace('"title"', '"titel"')),
    );
    expect(result).toMatchObject({
      type: 'refused',
      problems: [{ file: 'journeys/recycle.json', message: 'unknown key "titel"' }],
    });
    expect(await latestRelease(store)).toEqual(before);
  });

  test('an email that does not compile refuses it at its place', async () => {
    const result = await publish(
      changed('templates/welcome/message.mjml', (text) => text.replace('</mj-section>', '')),
    );
    if (result.type !== 'refused') throw new Error(result.type);
    expect(result.problems[0]?.file).toBe('templates/welcome/message.mjml');
  });

  test('of two who publish at once the second is told', async () => {
    const stale = await latestRelease(store);
    await publish(changed('journeys/ebook.json', retitle('First')));
    const late = publish(changed('journeys/ebook.json', retitle('Second')), {
      ...releaseStore(),
      latestRelease: () => Promise.resolve(stale),
    });
    await expect(late).rejects.toBeInstanceOf(ReleaseConflict);
  });
});

function publish(of: readonly WorkspaceFile[], into: ReleaseStore = releaseStore()) {
  return publishWorkspace({
    store: into,
    files: of,
    author: 'maria',
    message: 'test',
    compileTemplate: compileOnce,
    newId: () => newId(Date.now(), randomBytes(10)),
    now: () => Date.now(),
  });
}

/** MJML takes its time, and most emails are the same in every test. */
const compiledEmails = new Map<string, ReturnType<typeof compileTemplate>>();
function compileOnce(source: Parameters<typeof compileTemplate>[0]) {
  const key = JSON.stringify(source);
  const known = compiledEmails.get(key) ?? compileTemplate(source);
  compiledEmails.set(key, known);
  return known;
}

function releaseStore(): ReleaseStore {
  return {
    latestRelease: () => latestRelease(store),
    saveRelease: (parts, meta) => saveRelease(store, parts, meta),
  };
}

async function loadStored(id: string) {
  const release = await findRelease(store, id);
  return loadDefinitions(store, Object.values(release?.entries ?? {}));
}

function changed(path: string, change: (text: string) => string): readonly WorkspaceFile[] {
  const before = files.find((file) => file.path === path);
  if (before === undefined) throw new Error(`${path} is not in the workspace`);
  const text = change(before.text);
  if (text === before.text) throw new Error(`${path} was not changed`);
  return files.map((file) => (file === before ? { path, text } : file));
}

function retitle(title: string): (text: string) => string {
  return (text) => text.replace(/"title": "[^"]*"/, `"title": "${title}"`);
}
