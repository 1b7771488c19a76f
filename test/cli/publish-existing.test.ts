/** What publishing does about leads that match a journey on that day: as its file says, and no more. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { accept } from '../../ingest/accept.ts';
import { createIngest } from '../../ingest/ingest.ts';
import { createReleaseLibrary } from '../../runtime/releases.ts';
import { createStore, type Store } from '../../store/client.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { launch, run, temporaryFolder, type Ran } from './run.ts';

// Each publish is a process that compiles all templates: seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const database = useTestDatabase();
const folder = await temporaryFolder();
let store: Store;
beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  await folder.takeWorkspace('examples/course-provider');
  await folder.write('imports/people.json', JSON.stringify(mapping));
  expect(await publish()).toMatchObject({ code: 0 });
  await bringIn('known', 400);
});
afterAll(() => store.close());

const perHour = 600;
const mapping = {
  import: 'people',
  columns: { 'E-Mail': 'email', Subject: 'specialization', 'Lead Number': 'userId' },
  matchOn: ['userId'],
  ifKnown: 'fill-empty-only',
};

const publish = (...args: readonly string[]): Promise<Ran> =>
  run(['publish', ...args], { databaseUrl: database.url, cwd: folder.path });

/** Every fourth has no address; all ask for a core course. */
async function bringIn(list: string, many: number): Promise<void> {
  const rows = Array.from({ length: many }, (_, at) => {
    const email = at % 4 === 0 ? '' : `${list}${at}@list.example`;
    return `${email},Finance Management,${list}-${at}`;
  });
  await folder.write(`${list}.csv`, ['E-Mail,Subject,Lead Number', ...rows].join('\n'));
  const at = { databaseUrl: database.url, cwd: folder.path };
  const ran = await run(['import', `${list}.csv`, '--mapping', 'people'], at);
  expect(ran).toMatchObject({ code: 0, err: '' });
}

async function journey(key: string, enter: object): Promise<void> {
  const common = { whileInside: 'ignore', again: 'never' };
  await folder.write(
    `journeys/${key}.json`,
    JSON.stringify({
      ...{ journey: key, title: key, owner: 'ines', enter: [{ ...common, ...enter }] },
      ...{ exit: [], whenEdited: { inFlight: 'stay' }, whenPaused: { timers: 'freeze' } },
      sending: { class: 'marketing', topic: 'courses', priority: 10, holdAtMost: '1 day' },
      steps: [
        { id: 'pause', wait: '1 day' },
        { id: 'guide', send: 'course-guide' },
      ],
    }),
  );
}

async function starts(key: string): Promise<readonly number[]> {
  const rows = await store.query<{ readonly at: number }>(
    `SELECT o.not_before AS at FROM outbox o JOIN enrolment e ON e.id = o.target_id
     WHERE e.journey = $1 ORDER BY o.not_before`,
    [key],
  );
  return rows.map(({ at }) => at);
}

async function enrolled(key: string) {
  const rows = await store.query<{ readonly runs: number; readonly leads: number }>(
    `SELECT count(*)::int AS runs, count(DISTINCT lead_id)::int AS leads FROM enrolment WHERE journey = $1`,
    [key],
  );
  return rows[0];
}

function expectSpaced(at: readonly number[]): void {
  const gaps = at.slice(1).map((start, index) => start - (at[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3_600_000 / perHour - 1);
}

const core = { on: 'segment', segment: 'core-course' };

test('"ignore" enrols nobody, neither at publishing nor by the next event', async () => {
  await folder.edit(
    'rules/segments.json',
    '"segments": [',
    '"segments": [ { "id": "finance", "why": "Finance", "when": { "fact": "specialization", "operator": "is", "value": "Finance Management" } },',
  );
  await journey('ignored', { ...core, segment: 'finance', existing: 'ignore' });
  const published = await publish();
  expect(published).toMatchObject({ code: 0 });
  expect(published.out).not.toContain('existing');

  const ingest = createIngest({ store, releases: createReleaseLibrary(store, () => Date.now()) });
  const says = async (userId: string, traits: object) => {
    const call = { type: 'identify', userId, traits };
    const now = Date.now();
    const accepted = accept(call, { source: 'test', now, newMessageId: () => `${userId}-${now}` });
    if (!accepted.ok) throw new Error(JSON.stringify(accepted.problems));
    return ingest.ingest([accepted.request]);
  };
  expect(await says('known-1', { city: 'Berlin' })).toMatchObject([{ journeys: [] }]);
  expect(await says('known-1', { city: 'Bonn' })).toMatchObject([{ journeys: [] }]);
  const traits = { email: 'new@list.example', specialization: 'Finance Management' };
  expect(await says('unheard-of', traits)).toMatchObject([
    { journeys: [{ journey: 'ignored', entered: true }] },
  ]);
  await ingest.close();
  expect(await enrolled('ignored')).toEqual({ runs: 1, leads: 1 });
});

test('"enrol" says what it would do, then enrols each once, spaced', async () => {
  await journey('welcomed', { ...core, existing: 'enrol', perHour });
  const tried = await publish('--dry-run');
  expect(tried.out).toContain(
    'journey/welcomed: would enrol 301 over 30 min, 100 not: no-address 100',
  );
  expect(await enrolled('welcomed')).toEqual({ runs: 0, leads: 0 });

  const published = await publish();
  expect(published.out).toContain(
    'journey/welcomed: 301 enrolled over 30 min, 100 not: no-address 100',
  );
  expect(await enrolled('welcomed')).toEqual({ runs: 301, leads: 301 });
  expectSpaced(await starts('welcomed'));

  expect((await publish()).out).toMatch(
    /(^|\n)Unchanged: release \d+ already holds these files\.\n$/,
  );
  await folder.edit('journeys/welcomed.json', '"title":"welcomed"', '"title":"Welcomed"');
  expect((await publish()).out).not.toContain('existing');
  expect(await enrolled('welcomed')).toEqual({ runs: 301, leads: 301 });
});

test('killed in the middle and published again, nobody is enrolled twice or left out', async () => {
  await bringIn('more', 800);
  await journey('resumed', { ...core, existing: 'enrol', perHour });
  const child = launch(['publish'], { databaseUrl: database.url, cwd: folder.path });
  const ended = once(child, 'exit');
  const some = async () => ((await enrolled('resumed'))?.runs ?? 0) > 0;
  await until(some, { what: 'the enrolment to be under way', timeoutMs: 30_000, everyMs: 5 });
  child.kill('SIGKILL');
  await ended;
  expect((await enrolled('resumed'))?.runs).toBeLessThan(901);

  const again = await publish();
  expect(again.out).toContain(
    'journey/resumed: 901 enrolled over 1.5 hours, 300 not: no-address 300',
  );
  expect(again.lines.at(-1)).toMatch(/^Unchanged: /);
  expect(await enrolled('resumed')).toEqual({ runs: 901, leads: 901 });
  expectSpaced(await starts('resumed'));
  expect((await publish()).out).not.toContain('existing');
});
