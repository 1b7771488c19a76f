/**
 * Publishing an edit of a journey that has leads in it, and taking it back: what is said first, what is
 * marked, who is named. Where a run stands is written here as its steps would write it; that runs really
 * move is shown by the fleet in test/edits.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createStore, type Store } from '../../store/client.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { run, temporaryFolder, type Ran } from './run.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const database = useTestDatabase();
const folder = await temporaryFolder();
let store: Store;
beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  await folder.takeWorkspace('examples/course-provider');
  await journey(first, 'move-at-next-step');
  expect(await perennial('publish')).toMatchObject({ code: 0 });
});
afterAll(() => store.close());

const perennial = (...args: readonly string[]): Promise<Ran> =>
  run(args, { databaseUrl: database.url, cwd: folder.path });

const sold = { id: 'sold', goal: true, why: 'They bought', when: { event: 'Deal Won' } };
const send = (id: string) => ({ id, send: 'course-guide' });
const wait = (id: string, duration: string) => ({ id, wait: duration });
const first = [
  send('intro'),
  wait('rest', '2 days'),
  send('poll'),
  wait('calm', '2 days'),
  send('end'),
];
const second = [
  send('welcome'),
  wait('rest', '3 days'),
  send('extra'),
  wait('pause', '1 day'),
  send('end'),
];

async function journey(
  steps: readonly object[],
  inFlight: string,
  more: object = {},
): Promise<void> {
  const enter = { on: 'api', existing: 'ignore', whileInside: 'ignore', again: 'always' };
  await folder.write(
    'journeys/talk.json',
    JSON.stringify({
      ...{ journey: 'talk', title: 'Talk', owner: 'ines', enter: [enter], exit: [sold] },
      sending: { class: 'marketing', topic: 'courses', priority: 10, holdAtMost: '1 day' },
      ...{ steps, whenEdited: { inFlight, ...more }, whenPaused: { timers: 'freeze' } },
    }),
  );
}

interface Standing {
  readonly step: string | null;
  /** Hours ago. */
  readonly since: number;
}

/** One lead each, on the version in force. */
async function enter(standings: readonly Standing[]): Promise<readonly string[]> {
  const ids = standings.map(() => randomUUID());
  for (const [index, { step, since }] of standings.entries()) {
    const id = ids[index];
    await store.run(
      `WITH release AS (SELECT id, entries FROM release ORDER BY number DESC LIMIT 1),
       lead AS (INSERT INTO lead (id, canonical_id, split_key, born_at, address, stage, stage_state)
         VALUES ($1::uuid, $1::uuid, $1::uuid, now(), $1::uuid || '@lead.example', 'subscriber', '{"stage":"subscriber","since":0,"entered":{},"left":{},"holding":{}}'))
       INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at, step, since)
       SELECT $1::uuid, $1::uuid, 'talk', 1, 'open', entries->>'journey/talk', id,
         now() - $3::float8 * interval '1 hour', $2::text,
         CASE WHEN $2::text IS NOT NULL THEN now() - $3::float8 * interval '1 hour' END FROM release`,
      [id, step, since],
    );
  }
  return ids;
}

async function marks(): Promise<readonly unknown[]> {
  return store.query(
    `SELECT m.renamed, m.removed, count(*)::int AS runs FROM enrolment e
     JOIN plan_move m ON m.release_id = e.target_release AND m.from_plan = e.plan_hash
     WHERE e.status = 'open' AND e.target_plan = m.to_plan GROUP BY 1, 2 ORDER BY 3`,
  );
}

/** As a run does it. */
async function moveMarked(): Promise<void> {
  await store.run(
    `UPDATE enrolment e SET plan_hash = target_plan, moved_by = target_release, target_plan = NULL,
       target_release = NULL, step = coalesce(m.renamed->>e.step, e.step)
     FROM plan_move m WHERE m.release_id = e.target_release AND m.from_plan = e.plan_hash`,
  );
}

const inFlight = ({ lines }: Ran) =>
  lines.slice(lines.findIndex((line) => line.startsWith('  in flight')));
let blockedId: string | undefined;

test('a dry run says who would stay, move or be blocked, step by step, and stores nothing', async () => {
  [blockedId] = await enter([
    { step: 'poll', since: 3 },
    { step: 'intro', since: 5 },
    { step: 'intro', since: 5 },
    { step: 'intro', since: 80 },
    { step: null, since: 0 },
  ]);
  await journey(second, 'move-at-next-step', { renamed: { intro: 'welcome', intor: 'welcome' } });
  const tried = await perennial('publish', '--dry-run');
  expect(tried.out).toMatch(
    /^journeys\/talk\.json:1:\d+ warning: no earlier version of this journey has a step "intor"; did you mean "intro"\?$/m,
  );
  expect(inFlight(tried)).toEqual([
    '  in flight  journey/talk: 5 leads: 4 move at the next step, 1 blocked',
    '             1 at "intro": go on at "welcome", as "intro" is called now',
    '             3 at "rest": go on there',
    '             1 at "calm": blocked, step "calm" is gone, and "removed" does not say where to go',
    `               ${blockedId}@lead.example (enrolment ${blockedId})`,
    'Would publish 1 part that changed; nothing was stored.',
  ]);
  const data = await perennial('publish', '--dry-run', '--json');
  expect(data.json()).toMatchObject({
    ...{ ok: true, type: 'dry-run', changed: ['journey/talk'] },
    inFlight: [{ journey: 'talk', policy: 'move', runs: 5, move: 4, blocked: 1 }],
  });
  expect(await marks()).toEqual([]);
});

test('publishing marks them all; with --now they are woken one after the other', async () => {
  const published = await perennial('publish', '--now', '--per-hour', '600', '-m', 'Softer');
  expect(published.lines.at(-2)).toBe('  woken      5 leads to move now, the last in 24 s');
  const renamed = { intro: 'welcome' };
  expect(await marks()).toEqual([{ renamed, removed: {}, runs: 5 }]);
  const wakes = await store.query<{ readonly at: number }>(
    `SELECT not_before AS at FROM outbox WHERE payload->'message'->>'type' = 'wake' ORDER BY not_before`,
  );
  expect(wakes.slice(1).map(({ at }, index) => at - (wakes[index]?.at ?? 0))).toEqual(
    Array.from({ length: 4 }, () => 6_000),
  );
  const again = await perennial('publish', '--now');
  expect(again.lines.at(-1)).toMatch(/^Unchanged: /);
  expect(again.out).not.toContain('woken');
});

test('who is two versions behind finds the way over both', async () => {
  const third = [send('hello'), ...second.slice(1)];
  const more = { renamed: { welcome: 'hello' }, removed: { calm: 'pause', poll: 'pause' } };
  await journey(third, 'move-at-next-step', more);
  const tried = await perennial('publish', '--dry-run');
  expect(inFlight(tried)).toContain('             1 at "calm": go on at "pause"');
  expect(inFlight(tried)).toContain(
    '             1 at "intro": go on at "hello", as "intro" is called now',
  );
  expect(await perennial('publish', '--author', 'maria')).toMatchObject({ code: 0 });
  const mapping = { renamed: { intro: 'hello' }, removed: { calm: 'pause', poll: 'pause' } };
  expect(await marks()).toEqual([{ ...mapping, runs: 5 }]);
});

test('a rollback maps those that moved back, and names whom it cannot', async () => {
  await moveMarked();
  const [lost] = await enter([{ step: 'extra', since: 2 }]);
  const tried = await perennial('rollback', '1', '--dry-run');
  expect(inFlight(tried)).toEqual([
    '  in flight  journey/talk: 6 leads: 5 move at the next step, 1 blocked',
    '             1 on their way: move where their next step shows that they may',
    '             1 at "hello": go on at "intro", as "hello" is called now',
    '             3 at "rest": go on there',
    '             1 at "pause": blocked, the earlier version has no step "pause"',
    `               ${lost}@lead.example (enrolment ${lost})`,
    'Would put release 1 in force again, 1 part different; nothing was stored.',
  ]);
  const done = await perennial('rollback', '1', '-m', 'Too much mail', '--approved-by', 'ines');
  expect(done.lines.at(-1)).toBe('Release 1 is in force again as release 4: 1 part changed.');
  expect(await marks()).toEqual([{ renamed: { hello: 'intro' }, removed: {}, runs: 6 }]);
  expect(await perennial('rollback', '1')).toMatchObject({
    code: 1,
    err: 'Nothing to roll back: release 4, which is in force, says what release 1 says.\n',
  });

  await moveMarked();
  const forward = await perennial('rollback', '3');
  expect(forward.lines.at(-1)).toBe('Release 3 is in force again as release 5: 1 part changed.');
  const back = await perennial('rollback');
  expect(back.lines.at(-1)).toBe('Release 2 is in force again as release 6: 1 part changed.');
});

test('the releases tell who published what, and what became of the leads', async () => {
  const { lines } = await perennial('releases', '--limit', '3');
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^release 4 \(release 1 again\) {2}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}tester, approved by ines {2}"Too much mail"$/,
    ),
  );
  expect(lines).toContain('  in flight  journey/talk: 6 moved, none left to move, 0 blocked');
  const one = await perennial('releases', '2');
  expect(one.lines).toContain('             the wait rest grew from 2 days to 3 days');
  expect(await perennial('releases', '99')).toMatchObject({ code: 1 });
});

test('"exit" ends the runs, tells them, and explains it to people', async () => {
  await journey([...second, send('last')], 'exit');
  const tried = await perennial('publish', '--dry-run');
  expect(inFlight(tried)[0]).toBe(
    '  in flight  journey/talk: 6 leads, who leave now ("inFlight": "exit")',
  );
  const published = await perennial('publish');
  expect(inFlight(published)[0]).toContain('6 leads, who left now');
  const [open] = await store.query<{ readonly open: number }>(
    `SELECT count(*)::int AS open FROM enrolment WHERE status = 'open'`,
  );
  expect(open).toEqual({ open: 0 });
  const told = await store.query<{ readonly exit: string }>(
    `SELECT payload->'message'->>'exit' AS exit FROM outbox WHERE payload->'message'->>'type' = 'exit'`,
  );
  expect(told).toEqual(Array.from({ length: 6 }, () => ({ exit: 'edited' })));
  const explained = await perennial('explain', `${blockedId}@lead.example`, '--json');
  expect(explained.json()).toMatchObject({
    history: [
      {
        title: 'Left “Talk”',
        reasons: ['The journey was changed, and its file says that leads in it leave'],
      },
    ],
  });
});

test('a journey that is gone keeps its leads, and says so', async () => {
  await enter([{ step: 'welcome', since: 1 }]);
  await journey(second, 'stay');
  const staying = await perennial('publish');
  expect(inFlight(staying)[0]).toBe(
    '  in flight  journey/talk: 1 lead, who stay on the version they entered with ("inFlight": "stay")',
  );
  await folder.remove('journeys/talk.json');
  const gone = await perennial('publish', '--dry-run');
  expect(gone.lines).toContain('  gone       journey/talk');
  expect(inFlight(gone)[0]).toBe(
    '  in flight  journey/talk: 1 lead, who go on under the version they entered with; nobody enters it any more',
  );
  await journey(second, 'stay');
});

test('who compared with a release that is in force again is told that nothing differs', async () => {
  const number = async (): Promise<number> => {
    const [row] = await store.query<{ readonly number: number }>(
      'SELECT max(number) AS number FROM release',
    );
    return row?.number ?? 0;
  };
  await journey([send('hello'), wait('rest', '3 days')], 'stay');
  await perennial('publish');
  const compared = await number();
  await journey([send('hello'), wait('rest', '4 days')], 'stay');
  await perennial('publish');
  await perennial('rollback');
  const stale = await perennial('publish', '--based-on', String(compared));
  expect(stale.code).toBe(1);
  expect(stale.err).toContain('Both hold the same: publish again.');
  expect(stale.err).not.toContain('It changed');
});

test('of two who publish at once one is told what the other changed', async () => {
  const [{ number } = { number: 0 }] = await store.query<{ readonly number: number }>(
    'SELECT max(number) AS number FROM release',
  );
  await journey([send('other'), wait('rest', '5 days')], 'stay');
  const stale = await perennial('publish', '--based-on', String(number - 1));
  expect(stale.code).toBe(1);
  expect(stale.err).toMatch(/^Nothing was published: tester published release \d+ on \d{4}-/);
  expect(stale.err).toContain('  different  journey/talk');
  expect(stale.err).toContain('Take that over into your files, then publish again.');

  const both = await Promise.all([
    perennial('publish', '-m', 'Hers', '--based-on', String(number)),
    perennial('publish', '-m', 'His', '--based-on', String(number)),
  ]);
  expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
  const loser = both.find(({ code }) => code === 1);
  expect(loser?.err).toMatch(/\("(Hers|His)"\), after release \d+/);
  expect(loser?.err).toContain('the wait rest grew from 3 days to 5 days');
});
