/** Pauses over rows of a real database: who is held by what, who has a turn when, in how many statements. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { JourneyPlan } from '../../../core/journey/plan.ts';
import {
  beginPause,
  previewResume,
  resumePause,
  wakeUnheld,
  type PauseDeps,
} from '../../../runtime/dispatch/pauses.ts';
import { createStore, type Store } from '../../../store/client.ts';
import { findPause, listPauses, type PauseScope } from '../../../store/pauses.ts';
import { journey } from '../../core/decision/acme.ts';
import { useTestDatabase } from '../../support/postgres.ts';

const database = useTestDatabase();
const hour = 3_600_000;
const day = 24 * hour;
let store: Store;
let statements: string[] = [];
let now = Date.parse('2026-03-02T09:00:00Z');
const begun = now;
beforeAll(() => {
  store = createStore({ databaseUrl: database.url, onStatement: (text) => statements.push(text) });
});
afterAll(() => store.close());
afterEach(async () => {
  now = begun;
  await store.run('TRUNCATE pause, enrolment, outbox, lead, send');
});

const trial = journey('trial', {
  enter: [],
  steps: { welcome: { type: 'send', template: 'hello' }, call: { type: 'exit', why: 'done' } },
})['trial'];
const plan: JourneyPlan = trial?.plan ?? expect.fail('no plan');
const whenPaused = { timers: 'freeze', perHour: 60, skipIfOlderThanMs: 7 * day } as const;
const plans = new Map<string, JourneyPlan>([
  ['trial', { ...plan, whenPaused }],
  ['ebook', { ...plan, journey: 'ebook', whenPaused: { timers: 'freeze' } }],
]);
const depsOf = (): PauseDeps => ({ store, plans: async () => plans, now: () => now });

async function lead(canonical?: string): Promise<string> {
  const id = randomUUID();
  await store.run(
    `INSERT INTO lead (id, canonical_id, split_key, born_at, stage, stage_state) VALUES ($1, $2, $1, now(), 'lead', '{}')`,
    [id, canonical ?? id],
  );
  return id;
}
interface RunRow {
  readonly journey?: string;
  readonly leadId?: string;
  readonly parked?: object | null;
}
async function run({
  journey: key = 'trial',
  leadId,
  parked = null,
}: RunRow = {}): Promise<string> {
  const id = randomUUID();
  await store.run(
    `INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at, parked)
     VALUES ($1, $2, $3, 1, 'open', $3, $1, now(), $4::jsonb)`,
    [id, leadId ?? (await lead()), key, parked === null ? null : JSON.stringify(parked)],
  );
  return id;
}
/** Its timer ran out, and it may not act. */
function parkedAt(at: number, over: object = {}): object {
  return { step: 'welcome', from: at, until: at, planned: at, resumeAt: null, ...over };
}
async function heldFor(enrolment: string, sender: string): Promise<void> {
  await store.run(
    `INSERT INTO send (id, command_id, lead_id, enrolment_id, step, class, template, template_hash, state, reason,
       evidence, message_id, planned_at, due_at, release_id)
     VALUES ($1::uuid, $1::uuid::text, $1::uuid, $2, 'welcome', 'marketing', 'hello', '', 'held', 'sender-paused', $3::jsonb, '', now(), now(), $1::uuid)`,
    [randomUUID(), enrolment, JSON.stringify({ rule: 'pause:sender', sender })],
  );
}
async function pause(scope: PauseScope, key = '', until: number | null = null): Promise<string> {
  const id = randomUUID();
  const made = await beginPause(depsOf(), {
    id,
    scope,
    key,
    from: now,
    until,
    why: 'fair',
    by: 'Ana',
  });
  expect(made.type).toBe('begun');
  return id;
}
async function wakes(): Promise<readonly { readonly id: string; readonly in: number }[]> {
  const rows = await store.query<{
    readonly id: string;
    readonly at: number;
    readonly payload: unknown;
  }>('SELECT target_id AS id, not_before AS at, payload FROM outbox ORDER BY not_before, id');
  for (const { payload } of rows) {
    expect(payload).toEqual({ type: 'message', message: { type: 'wake', seq: 0 } });
  }
  return rows.map(({ id, at }) => ({ id, in: at - now }));
}

describe('beginning', () => {
  test('a second pause of the same thing is told about the first', async () => {
    const id = await pause('journey', 'trial');
    const again = {
      id: randomUUID(),
      scope: 'journey',
      key: 'trial',
      from: now + hour,
      until: null,
      why: '',
      by: 'Ben',
    } as const;
    expect(await beginPause(depsOf(), again)).toMatchObject({
      type: 'already',
      pause: { id, by: 'Ana', why: 'fair' },
    });
    expect(await beginPause(depsOf(), { ...again, key: 'ebook' })).toMatchObject({
      type: 'begun',
      open: 0,
    });
  });

  test('two at once make one', async () => {
    const both = await Promise.all(
      ['Ana', 'Ben'].map((by) =>
        beginPause(depsOf(), {
          id: randomUUID(),
          scope: 'all',
          key: '',
          from: now,
          until: null,
          why: '',
          by,
        }),
      ),
    );
    expect(both.map(({ type }) => type).sort()).toEqual(['already', 'begun']);
  });

  test('one that is over leaves room for the next, one to come for what lies before it', async () => {
    await pause('all', '', now + hour);
    const next = {
      id: randomUUID(),
      scope: 'all',
      key: '',
      from: now + hour,
      until: now + day,
      why: '',
      by: '',
    } as const;
    expect((await beginPause(depsOf(), next)).type).toBe('begun');
    const overlapping = { ...next, id: randomUUID(), from: now + 2 * day, until: null };
    expect((await beginPause(depsOf(), overlapping)).type).toBe('begun');
    expect((await beginPause(depsOf(), { ...next, id: randomUUID(), until: null })).type).toBe(
      'already',
    );
  });

  test('a lead that was merged is the same thing under each of its ids', async () => {
    const canonical = await lead();
    const merged = await lead(canonical);
    await run({ leadId: merged });
    const ask = {
      id: randomUUID(),
      scope: 'lead',
      from: now,
      until: null,
      why: '',
      by: '',
    } as const;
    expect(await beginPause(depsOf(), { ...ask, key: merged })).toMatchObject({
      type: 'begun',
      open: 1,
    });
    const again = await beginPause(depsOf(), { ...ask, id: randomUUID(), key: canonical });
    expect(again.type).toBe('already');
  });
});

describe('resuming', () => {
  test('previews what the resume then does, at the rate of the file', async () => {
    const id = await pause('journey', 'trial');
    now += hour;
    const runs = [
      await run({ parked: parkedAt(now - 2_000) }),
      await run({ parked: parkedAt(now - 1_000) }),
    ];
    await run();
    const preview = await previewResume(depsOf(), { id });
    expect(preview).toMatchObject({
      perHour: { trial: 60 },
      sleeping: 1,
      stillHeld: 0,
      steps: [
        { journey: 'trial', step: 'welcome', count: 2, stale: 0, first: now, last: now + 60_000 },
      ],
    });
    expect(await wakes()).toEqual([]);
    const done = await resumePause(depsOf(), { id, by: 'Ben' });
    expect(done).toMatchObject({ type: 'resumed', woken: 2, view: { steps: preview?.steps } });
    expect(await wakes()).toEqual([
      { id: runs[0], in: 0 },
      { id: runs[1], in: 60_000 },
    ]);
    const stored = await findPause(store, id);
    expect(stored).toMatchObject({
      until: now,
      resumedAt: now,
      resumedBy: 'Ben',
      woken: 2,
      by: 'Ana',
    });
    expect(await resumePause(depsOf(), { id, by: 'Ana' })).toMatchObject({ type: 'over' });
    expect(await wakeUnheld(depsOf())).toBe(0);
  });

  test('emails that have become too old are named, other steps never are', async () => {
    const id = await pause('journey', 'trial');
    const entered = now;
    now += 8 * day;
    await run({ parked: parkedAt(entered) });
    await run({ parked: parkedAt(entered, { step: 'call' }) });
    await run({ parked: parkedAt(now - day) });
    const { turns = [] } = (await previewResume(depsOf(), { id })) ?? {};
    expect(turns.map(({ step, stale }) => `${step} ${stale}`).sort()).toEqual(
      ['call false', 'welcome false', 'welcome true'].sort(),
    );
  });

  test('the operator may say another rate, and without one in the file there is a careful one', async () => {
    const id = await pause('all');
    for (const key of ['trial', 'ebook', 'ebook'])
      await run({ journey: key, parked: parkedAt(now) });
    expect((await previewResume(depsOf(), { id }))?.perHour).toEqual({ trial: 60, ebook: 600 });
    const fast = await previewResume(depsOf(), { id, perHour: 3_600 });
    expect(fast?.perHour).toEqual({ trial: 3_600, ebook: 3_600 });
    await resumePause(depsOf(), { id, by: 'Ben', perHour: 3_600 });
    expect((await wakes()).map((one) => one.in)).toEqual([0, 0, 1_000]);
  });

  test('what another pause holds too stays where it is until that ends', async () => {
    const leadId = await lead();
    const [all, one] = [await pause('all'), await pause('lead', leadId)];
    const held = await run({ leadId, parked: parkedAt(now) });
    const free = await run({ parked: parkedAt(now) });
    expect(await resumePause(depsOf(), { id: all, by: '' })).toMatchObject({
      woken: 1,
      view: { stillHeld: 1 },
    });
    expect((await wakes()).map(({ id }) => id)).toEqual([free]);
    await resumePause(depsOf(), { id: one, by: '' });
    expect((await wakes()).map(({ id }) => id).sort()).toEqual([free, held].sort());
  });

  test('a sender holds the runs whose email is from there, and no others', async () => {
    const [mia, tom] = [
      await pause('sender', 'mia@acme.example'),
      await pause('sender', 'tom@acme.example'),
    ];
    const ofMia = await run({ parked: parkedAt(now) });
    const ofTom = await run({ parked: parkedAt(now) });
    await heldFor(ofMia, 'mia@acme.example');
    await heldFor(ofTom, 'tom@acme.example');
    expect(await previewResume(depsOf(), { id: mia })).toMatchObject({
      stillHeld: 0,
      sleeping: null,
    });
    await resumePause(depsOf(), { id: mia, by: '' });
    expect((await wakes()).map(({ id }) => id)).toEqual([ofMia]);
    const [listed] = await listPauses(store, { now, limit: 10, current: true });
    expect(listed).toMatchObject({ id: tom, parked: 1 });
    await pause('sender');
    expect(await resumePause(depsOf(), { id: tom, by: '' })).toMatchObject({
      woken: 0,
      view: { stillHeld: 1 },
    });
  });

  test('a later resume queues behind the turns that are still to come', async () => {
    const first = await pause('journey', 'trial');
    for (let n = 0; n < 3; n += 1) await run({ parked: parkedAt(now) });
    await resumePause(depsOf(), { id: first, by: '' });
    const second = await pause('all');
    await run({ parked: parkedAt(now) });
    await resumePause(depsOf(), { id: second, by: '' });
    expect((await wakes()).map((one) => one.in)).toEqual([0, 60_000, 120_000, 180_000]);
  });

  test('two people who resume at once wake every run once', async () => {
    const id = await pause('all');
    for (let n = 0; n < 5; n += 1) await run({ parked: parkedAt(now) });
    const both = await Promise.all([
      resumePause(depsOf(), { id, by: 'Ana' }),
      resumePause(depsOf(), { id, by: 'Ben' }),
    ]);
    expect(both.map(({ type }) => type).sort()).toEqual(['over', 'resumed']);
    expect(await wakes()).toHaveLength(5);
  });

  test('a run that left meanwhile is not woken', async () => {
    const id = await pause('all');
    const gone = await run({ parked: parkedAt(now) });
    await store.run("UPDATE enrolment SET status = 'closed' WHERE id = $1", [gone]);
    expect(await resumePause(depsOf(), { id, by: '' })).toMatchObject({ woken: 0 });
  });

  test('one that has not begun is called off and freezes nothing', async () => {
    const id = randomUUID();
    const later = {
      id,
      scope: 'all',
      key: '',
      from: now + hour,
      until: null,
      why: '',
      by: '',
    } as const;
    await beginPause(depsOf(), later);
    expect(await resumePause(depsOf(), { id, by: 'Ben' })).toMatchObject({ type: 'called-off' });
    expect(await findPause(store, id)).toMatchObject({ from: now + hour, until: now + hour });
    expect((await beginPause(depsOf(), { ...later, id: randomUUID() })).type).toBe('begun');
  });

  test('asks the database as often for two thousand runs as for two', async () => {
    const countOf = async (runs: number): Promise<number> => {
      const id = await pause('all');
      await store.run(
        `WITH l AS (INSERT INTO lead (id, canonical_id, split_key, born_at, stage, stage_state)
           SELECT id, id, id, now(), 'lead', '{}' FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1::int)) AS x RETURNING id)
         INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at, parked)
         SELECT gen_random_uuid(), id, 'trial', 1, 'open', 'trial', id, now(), $2::jsonb FROM l`,
        [runs, JSON.stringify(parkedAt(now))],
      );
      statements = [];
      const done = await resumePause(depsOf(), { id, by: '' });
      expect(done).toMatchObject({ woken: runs });
      return statements.length;
    };
    const few = await countOf(2);
    await store.run('UPDATE enrolment SET parked = NULL');
    now += hour;
    expect(await countOf(2_000)).toBe(few);
    expect(few).toBeLessThanOrEqual(12);
    const at = (await wakes()).map((one) => one.in).slice(2);
    expect(at).toHaveLength(2_000);
    at.slice(1).forEach((instant, index) => expect(instant - (at[index] ?? 0)).toBe(60_000));
  });
});

describe('the loop', () => {
  test('a pause with an end resumes by itself, at the same rate, and is recorded as such', async () => {
    const id = await pause('journey', 'trial', now + hour);
    for (let n = 0; n < 3; n += 1) await run({ parked: parkedAt(now) });
    now += hour - 1;
    expect(await wakeUnheld(depsOf())).toBe(0);
    now += 1;
    expect(await wakeUnheld(depsOf())).toBe(3);
    expect((await wakes()).map((one) => one.in)).toEqual([0, 60_000, 120_000]);
    expect(await findPause(store, id)).toMatchObject({ resumedAt: now, resumedBy: null, woken: 3 });
    expect(await wakeUnheld(depsOf())).toBe(0);
  });

  test('finds a run that parked in the very moment in which its pause ended', async () => {
    const id = await pause('all');
    await resumePause(depsOf(), { id, by: '' });
    const late = await run({ parked: parkedAt(now) });
    expect(await wakeUnheld(depsOf())).toBe(1);
    expect(await wakes()).toEqual([{ id: late, in: 0 }]);
  });

  test('several workers wake every run once', async () => {
    await pause('all', '', now + 1);
    for (let n = 0; n < 5; n += 1) await run({ parked: parkedAt(now) });
    now += 1;
    await Promise.all(Array.from({ length: 4 }, () => wakeUnheld(depsOf())));
    expect(await wakes()).toHaveLength(5);
  });
});

test('the list tells what is in force, what is to come and what was', async () => {
  const past = await pause('sender', '', now + hour);
  now += 2 * hour;
  await wakeUnheld(depsOf());
  const id = randomUUID();
  await beginPause(depsOf(), {
    id,
    scope: 'all',
    key: '',
    from: now + day,
    until: null,
    why: '',
    by: '',
  });
  const current = await pause('journey', 'trial');
  await run({ parked: parkedAt(now) });
  await run();
  await run({ journey: 'ebook' });
  const listed = await listPauses(store, { now, limit: 10 });
  expect(listed.map((one) => one.id)).toEqual([current, id, past]);
  expect(listed[0]).toMatchObject({ open: 2, parked: 1 });
  const only = await listPauses(store, { now, limit: 10, current: true });
  expect(only.map((one) => one.id)).toEqual([current, id]);
});
