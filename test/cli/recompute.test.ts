/** `perennial recompute`: the real command over a database with the shipped workspace, and who sees it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCrowd } from '../../bench/many-leads.ts';
import { createStore, type Store } from '../../store/client.ts';
import { latestRelease } from '../../store/releases.ts';
import { openApi } from '../api/world.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { run, temporaryFolder } from './run.ts';

const database = useTestDatabase();
const workspace = await temporaryFolder();
let store: Store;
const at = {
  get databaseUrl() {
    return database.url;
  },
};
const publish = (message: string) =>
  run(['publish', '-m', message, '--workspace', workspace.path], at);

beforeAll(async () => {
  await workspace.takeWorkspace();
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  expect((await publish('The first')).code).toBe(0);
  const releaseId = (await latestRelease(store))?.id ?? '';
  await createCrowd(store, { leads: 120, events: 1_200, releaseId, now: Date.now() });
}, 60_000);
afterAll(() => store.close());

/** Whoever reads our pages is very interested. */
async function publishGenerous(): Promise<void> {
  const from = '"id": "page", "score": "engagement", "points": 1,';
  await workspace.edit('rules/scoring.json', from, from.replace('1,', '40,'));
  const atMost = '"atMost": 8,\n      "forEach": { "event": "Page Viewed"';
  await workspace.edit('rules/scoring.json', atMost, atMost.replace('8', '100'));
  const before = await run(['publish', '--dry-run', '--workspace', workspace.path], at);
  expect(before.lines.join('\n')).toMatch(
    /Stages would move:\n {2}\d+ × lead → MQL\nFor example:\n/,
  );
  expect(before.lines.at(-1)).toBe('Would publish 1 part that changed; nothing was stored.');
  const published = await publish('Readers are interested');
  expect(published.code).toBe(0);
  expect(published.lines.at(-2)).toBe(
    'Every lead (120) is decided anew in the background; the console and `perennial recompute` say what moved.',
  );
}

test('a publish that changes scoring asks for it; what it would do is told first', async () => {
  await publishGenerous();
  const foreseen = await run(['recompute', '--dry-run'], at);
  expect(foreseen.err).toBe('');
  expect(foreseen.lines[0]).toBe('Stages would move:');
  expect(foreseen.lines[1]).toMatch(/^ {2}\d+ × lead → MQL$/);
  expect(foreseen.lines.filter((line) => line.includes('@')).length).toBe(10);
  expect(foreseen.lines.at(-1)).toBe('Dry run over 120 leads; nothing was written.');
  const api = await openApi(database.url);
  const waiting = await api.call('GET', '/v1/recomputes');
  expect(waiting.json).toMatchObject({
    recomputes: [{ release: 2, status: 'waiting', done: 0, total: 120 }],
    untold: { counts: [] },
  });
  const done = await run(['recompute', '--json'], at);
  const moved = Number(/\d+/.exec(foreseen.lines[1] ?? '')?.[0]);
  const reason = 'Rules changed: release 2';
  const recompute = { reason, status: 'done', done: 120, movedAndNotTold: moved };
  expect(done.json()).toMatchObject({ recompute: { ...recompute, moves: [{ count: moved }] } });
  expect((await api.call('GET', '/v1/recomputes')).json).toMatchObject({
    recomputes: [recompute],
    untold: { counts: [{ label: 'MQL', count: moved }] },
  });
  await api.close();
});

test('again by hand nothing moves, and those nobody was told of are still listed', async () => {
  const again = await run(['recompute', '--by', 'Ines'], at);
  expect(again.lines.slice(0, 3)).toEqual([
    expect.stringMatching(/^Recomputed by Ines: all 120 leads decided anew, \d+ changed\.$/),
    'No stage moved.',
    expect.stringMatching(
      /^\d+ leads became MQL and nobody was told: `perennial recompute --hand-over --per-hour 50` opens their handoffs\.$/,
    ),
  ]);
});

test('they are handed over at a pace, which can be stopped; half a wish is refused', async () => {
  const asked = await run(['recompute', '--hand-over', '--per-hour', '50'], at);
  expect(asked.lines[0]).toMatch(
    /^The worker opens \d+ handoffs, 50 per hour: the first now, the last/,
  );
  const stopped = await run(['recompute', '--hand-over', '--per-hour', '0'], at);
  expect(stopped.lines[0]).toMatch(/^No more are handed over; \d+ leads left\.$/);
  for (const half of [
    ['--hand-over'],
    ['--per-hour', '5'],
    ['--hand-over', '--dry-run', '--per-hour', '5'],
  ]) {
    expect((await run(['recompute', ...half], at)).code).toBe(2);
  }
});

test('a publish that changes only an email asks for nothing', async () => {
  await workspace.edit(
    'templates/welcome/email.json',
    'your first report',
    'your very first report',
  );
  expect((await publish('Another subject')).code).toBe(0);
  const api = await openApi(database.url);
  const { json } = await api.call('GET', '/v1/recomputes');
  expect(json['recomputes']).toHaveLength(2);
  await api.close();
});
