/** `perennial stage` and `judge`: the real commands over a database with the shipped workspace. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIngest, type Ingest } from '../../ingest/ingest.ts';
import { createReleaseLibrary } from '../../runtime/releases.ts';
import { createStore, type Store } from '../../store/client.ts';
import { identify, track } from '../ingest/world.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { run } from './run.ts';

const database = useTestDatabase();
let store: Store;
let ingest: Ingest;
const at = {
  get databaseUrl() {
    return database.url;
  },
};
beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  expect((await run(['publish', '-m', 'The first'], at)).code).toBe(0);
  ingest = createIngest({ store, releases: createReleaseLibrary(store, () => Date.now()) });
});
afterAll(async () => {
  await ingest.close();
  await store.close();
});

test('a stage is set, and the event that made one is judged', async () => {
  const now = Date.now();
  const [, demo] = await ingest.ingest([
    identify({ userId: 'ana' }, { email: 'ana@nordwind.example' }, now),
    track('ana', 'Demo Requested', {}, now),
  ]);
  const judged = await run(
    ['judge', demo?.eventId ?? '', '--robot', '--why', 'A form filler', '--by', 'Anna'],
    at,
  );
  expect([judged.code, judged.err]).toEqual([0, '']);
  expect(judged.lines).toEqual([
    "“Asked for a demo” counts as a robot's from now on.",
    'Score (core): engagement 40 → 0, grade U2 → U4.',
    'Stage: MQL → subscriber. No longer MQL: what it rested on was a robot.',
    'Its handoff was closed, and its rep is told.',
  ]);
  const again = await run(['judge', demo?.eventId ?? '', '--robot', '--why', 'x'], at);
  expect(again.lines).toEqual(['“Asked for a demo” was trusted so already. Nothing was changed.']);
  const set = await run(
    ['stage', 'ana@nordwind.example', 'MQL', '--why', 'Met at the fair', '--for', 'ever'],
    at,
  );
  expect([set.code, ...set.lines]).toEqual([
    0,
    'ana@nordwind.example is MQL. Rules leave it alone for ever.',
    'It was handed to sales.',
  ]);
});

test('what is asked wrongly is a finding with what was expected', async () => {
  const stage = await run(['stage', 'ana', 'MQ', '--why', 'x', '--for', '2 days'], at);
  expect(stage.code).toBe(1);
  expect(stage.err).toMatch(/did you mean "MQL"/);
  const nobody = await run(['stage', 'nobody', 'MQL', '--why', 'x', '--for', '2 days'], at);
  expect([nobody.code, nobody.err]).toEqual([
    1,
    expect.stringMatching(/There is no lead "nobody"/),
  ]);
  const event = await run(['judge', 'x', '--robot', '--why', 'x'], at);
  expect([event.code, event.err]).toEqual([1, expect.stringMatching(/There is no event "x"/)]);
  expect((await run(['judge', 'x', '--why', 'x'], at)).code).toBe(2);
});
