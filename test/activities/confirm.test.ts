/** Before a run acts it looks at its rows: an edit moves it, a pause keeps it, and nothing is done twice. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { Due } from '../../core/journey/pause.ts';
import type { PlanStep } from '../../core/journey/plan.ts';
import { giveTurns } from '../../store/parked-runs.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, day, hour, tuesday, type World } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const open: World[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

const send = (template: string): PlanStep => ({ type: 'send', template, class: 'transactional' });
const wait = (days: number): PlanStep => ({ type: 'wait', ms: days * day });
const report: PlanStep = {
  type: 'wait-for',
  since: 'entry',
  upToMs: 5 * day,
  arms: [
    { id: 'happened', when: { type: 'event', match: { event: 'Report Created' } } },
    { id: 'bought', when: { type: 'event', match: { event: 'Deal Won' } } },
  ],
};
const before = { pause: wait(2), tips: send('welcome'), last: send('second') };

interface Mark {
  readonly renamed?: Record<string, string>;
  readonly removed?: Record<string, string>;
}

async function createFleet(newerSteps: Record<string, PlanStep>) {
  const { url } = database;
  const world = await createWorld({ url, mailbox: mailbox(), steps: before, newerSteps });
  open.push(world);
  const { store } = world;
  const lead = await world.enrol(`lead-${randomUUID()}@nordwind.example`);
  const { enrolmentId } = lead;
  return {
    ...world,
    ...lead,
    mark: async ({ renamed = {}, removed = {} }: Mark = {}) => {
      const release = randomUUID();
      await store.run(
        `INSERT INTO plan_move (release_id, from_plan, journey, to_plan, renamed, removed)
         VALUES ($1, 'plan-1', 'nurture', 'plan-2', $2, $3)`,
        [release, JSON.stringify(renamed), JSON.stringify(removed)],
      );
      await store.run(
        `UPDATE enrolment SET target_plan = 'plan-2', target_release = $2 WHERE id = $1`,
        [enrolmentId, release],
      );
    },
    row: async () => {
      const [row] = await store.query<Record<string, unknown>>(
        `SELECT plan_hash AS plan, target_plan AS target, moved_by IS NOT NULL AS "isMoved", blocked, satisfied, parked
         FROM enrolment WHERE id = $1`,
        [enrolmentId],
      );
      return row;
    },
    /** The send that follows a wait of two days, or any step. */
    act: (
      given: { step?: string; at?: string; due?: Due; now?: number; planHash?: string } = {},
    ) => {
      const { step = 'tips', at = 'pause', now = tuesday, planHash = 'plan-1' } = given;
      const due = given.due ?? { from: now - 2 * day, until: now, planned: now };
      const asked = { enrolmentId, step, visit: 1, last: false };
      return world.activities.executeStep({ ...asked, at, now, planHash, due });
    },
  };
}

test('a run that is marked moves before it acts, and acts for the old plan no more', async () => {
  const fleet = await createFleet({ ...before, proof: send('third') });
  await fleet.mark();
  const outcome = await fleet.act();
  expect(outcome).toMatchObject({ type: 'move', planHash: 'plan-2', heard: [] });
  expect(outcome.type === 'move' && Object.keys(outcome.flow.steps)).toContain('proof');
  expect(await fleet.row()).toMatchObject({ plan: 'plan-2', target: null, isMoved: true });
  expect(await fleet.sends(fleet.leadId)).toEqual([]);
  const told = await fleet.store.query(
    `SELECT detail FROM decision WHERE lead_id = $1 AND kind = 'move'`,
    [fleet.leadId],
  );
  expect(told).toMatchObject([
    { detail: { enrolmentId: fleet.enrolmentId, stood: 'pause', stands: 'pause' } },
  ]);
});

test('a run that moves is expected when its newer plan says', async () => {
  const fleet = await createFleet({ ...before, pause: wait(5) });
  await fleet.mark();
  expect(await fleet.act()).toMatchObject({ type: 'move' });
  const { expectedBy } = await fleet.enrolment(fleet.enrolmentId);
  expect(expectedBy).toBe(tuesday + 3 * day);
});

test('an answer that was lost is given again, and the newer plan then acts once', async () => {
  const fleet = await createFleet({ ...before, proof: send('third') });
  await fleet.mark();
  const first = await fleet.act();
  expect(await fleet.act()).toEqual({ ...first, upTo: 2 });
  expect(await fleet.act({ planHash: 'plan-2' })).toEqual({ type: 'done' });
  expect(await fleet.act({ planHash: 'plan-2' })).toEqual({ type: 'done' });
  expect((await fleet.sends(fleet.leadId)).map(({ state }) => state)).toEqual(['sent']);
});

test('what was sent before its answer was lost is answered before the run moves', async () => {
  const fleet = await createFleet({ ...before, proof: send('third') });
  expect(await fleet.act()).toEqual({ type: 'done' });
  await fleet.mark({ renamed: { tips: 'advice' } });
  expect(await fleet.act()).toEqual({ type: 'done' });
  expect(await fleet.row()).toMatchObject({ plan: 'plan-1', target: 'plan-2' });
  expect(await fleet.sends(fleet.leadId)).toHaveLength(1);
  expect(await fleet.act({ step: 'last', at: 'last' })).toMatchObject({ type: 'move' });
});

test('a run that has no place in the newer plan stays on its own, and says why', async () => {
  const fleet = await createFleet({ tips: send('welcome') });
  await fleet.mark();
  expect(await fleet.act()).toEqual({ type: 'done' });
  expect(await fleet.row()).toMatchObject({
    plan: 'plan-1',
    target: null,
    blocked: 'step "pause" is gone, and "removed" does not say where to go',
  });
});

test('steps keep what they did under their new names', async () => {
  const fleet = await createFleet({ rest: wait(2), advice: send('welcome'), last: send('second') });
  expect(await fleet.act({ step: 'tips', at: 'tips' })).toEqual({ type: 'done' });
  await fleet.mark({ renamed: { pause: 'rest', tips: 'advice' } });
  expect(await fleet.act({ step: 'last', at: 'last' })).toMatchObject({ type: 'move' });
  expect((await fleet.sends(fleet.leadId)).map(({ step }) => step)).toEqual(['advice']);
});

test('a mail held for a step that is gone is not sent, with a reason', async () => {
  const fleet = await createFleet({ pause: wait(2), last: send('second') });
  await pause(fleet, 'sender', '', null);
  expect(await fleet.act()).toEqual({ type: 'parked' });
  expect((await fleet.sends(fleet.leadId))[0]).toMatchObject({ state: 'held' });
  await fleet.mark({ removed: { tips: 'last' } });
  expect(await fleet.act()).toMatchObject({ type: 'move', removed: { tips: 'last' } });
  expect((await fleet.sends(fleet.leadId))[0]).toMatchObject({
    state: 'skipped',
    reason: 'exited',
    evidence: { rule: 'journey-edited' },
  });
  expect(await fleet.row()).toMatchObject({ parked: null });
  expect((await fleet.enrolment(fleet.enrolmentId)).expectedBy).toBe(tuesday);
  await fleet.store.run('DELETE FROM pause');
});

test('a wait that is put in later hears what happened since the entry', async () => {
  const fleet = await createFleet({ pause: wait(2), report, tips: send('welcome') });
  await fleet.about(fleet.leadId, 'Report Created', {}, tuesday + hour);
  await fleet.mark();
  const outcome = await fleet.act({ now: tuesday + 2 * day });
  expect(outcome.type === 'move' && outcome.heard).toMatchObject([
    { type: 'satisfied', step: 'report', arm: 'happened', at: tuesday + hour },
  ]);
  expect(await fleet.row()).toMatchObject({ satisfied: ['report'] });
});

test('what a lead does while its run moves is heard under the one plan or the other', async () => {
  const fleet = await createFleet({ pause: wait(2), report, tips: send('welcome') });
  const { leads } = fleet.deps;
  const load = leads.load.bind(leads);
  let isLate = true;
  leads.load = async (...asked) => {
    const lead = await load(...asked);
    if (isLate) {
      isLate = false;
      await fleet.about(fleet.leadId, 'Report Created', {}, tuesday + hour);
    }
    return lead;
  };
  await fleet.mark();
  const outcome = await fleet.act({ now: tuesday + 2 * day });
  expect(outcome.type === 'move' && outcome.heard).toMatchObject([
    { type: 'satisfied', step: 'report', arm: 'happened', at: tuesday + hour },
  ]);
  const [event] = await fleet.store.query<{ readonly seq: number }>(
    `SELECT seq FROM event WHERE lead_id = $1 AND name = 'Report Created'`,
    [fleet.leadId],
  );
  expect(outcome).toMatchObject({ upTo: event?.seq });
});

test('an attempt that slept through the move of its run sends nothing', async () => {
  const fleet = await createFleet({
    pause: wait(2),
    advice: send('welcome'),
    last: send('second'),
  });
  const { ledger } = fleet.deps;
  const claim = ledger.claim.bind(ledger);
  let other: unknown;
  ledger.claim = async (...asked) => {
    await fleet.mark({ renamed: { tips: 'advice' } });
    other = await fleet.act();
    ledger.claim = claim;
    return claim(...asked);
  };
  await expect(fleet.act()).rejects.toThrow('unexpected');
  expect(other).toMatchObject({ type: 'move' });
  expect(await fleet.sends(fleet.leadId)).toEqual([]);
  expect(await fleet.act({ step: 'advice', planHash: 'plan-2' })).toEqual({ type: 'done' });
  expect(await fleet.sends(fleet.leadId)).toHaveLength(1);
});

test('what another attempt sends in this very moment is answered, and the run moves later', async () => {
  const fleet = await createFleet({
    pause: wait(2),
    advice: send('welcome'),
    last: send('second'),
  });
  const { leads, runs } = fleet.deps;
  const load = leads.load.bind(leads);
  await fleet.mark({ renamed: { tips: 'advice' } });
  const find = runs.find.bind(runs);
  leads.load = async (...asked) => {
    leads.load = load;
    // It looked before the mark was there.
    runs.find = async (query) => {
      const run = await find(query);
      return run === undefined ? run : { ...run, targetPlan: null };
    };
    expect(await fleet.act()).toEqual({ type: 'done' });
    runs.find = find;
    return load(...asked);
  };
  expect(await fleet.act()).toEqual({ type: 'done' });
  expect(await fleet.row()).toMatchObject({ plan: 'plan-1', target: 'plan-2' });
  expect(await fleet.sends(fleet.leadId)).toHaveLength(1);
});

test('a sleep that a pause lay over lasts longer by the pause', async () => {
  const fleet = await createFleet(before);
  await pause(fleet, 'lead', fleet.leadId, tuesday - 5 * hour, tuesday - hour * 2);
  const outcome = await fleet.act();
  expect(outcome).toEqual({ type: 'retry-at', at: tuesday + 3 * hour });
  const due = { from: tuesday - 2 * day, until: tuesday, planned: tuesday };
  expect(await fleet.act({ due, now: tuesday + 3 * hour })).toEqual({ type: 'done' });
});

test('what a pause made too old is dropped with its reason, and the journey goes on', async () => {
  const fleet = await createFleet(before);
  const { deps } = fleet;
  const plan = await deps.definitions.plan('plan-1');
  if (plan === undefined) throw new Error('there is no plan');
  Object.assign(plan, { whenPaused: { timers: 'freeze', skipIfOlderThanMs: 7 * day } });
  await pause(fleet, 'lead', fleet.leadId, tuesday - hour, tuesday + 8 * day);
  const due = { from: tuesday, until: tuesday, planned: tuesday };
  expect(await fleet.act({ due })).toEqual({ type: 'parked' });
  expect(await fleet.row()).toMatchObject({ parked: { step: 'pause', until: tuesday } });
  const resumed = tuesday + 8 * day;
  expect(await fleet.act({ due, now: resumed })).toEqual({ type: 'done' });
  expect((await fleet.sends(fleet.leadId))[0]).toMatchObject({
    state: 'skipped',
    reason: 'journey-paused',
    evidence: { rule: 'skipIfOlderThan', lateMs: 8 * day },
  });
  expect(await fleet.row()).toMatchObject({ parked: null });
});

test('a run that died while it parked keeps its turn when it is asked after the pause', async () => {
  const fleet = await createFleet(before);
  await pause(fleet, 'lead', fleet.leadId, tuesday - hour, tuesday + hour);
  const due = { from: tuesday, until: tuesday, planned: tuesday };
  expect(await fleet.act({ due })).toEqual({ type: 'parked' });
  const turn = tuesday + 2 * hour;
  expect(await giveTurns(fleet.store, [{ id: fleet.enrolmentId, at: turn }])).toBe(1);
  const early = await fleet.act({ due, now: tuesday + hour });
  expect(early).toEqual({ type: 'retry-at', at: turn });
  expect(await fleet.sends(fleet.leadId)).toEqual([]);
  expect(await fleet.act({ due, now: turn })).toEqual({ type: 'done' });
  expect(await fleet.row()).toMatchObject({ parked: null });
});

test('what was done before a pause is answered in it, so that the next wait begins when it did', async () => {
  const fleet = await createFleet(before);
  expect(await fleet.act()).toEqual({ type: 'done' });
  await pause(fleet, 'lead', fleet.leadId, null);
  expect(await fleet.act()).toEqual({ type: 'done' });
  expect(await fleet.act({ step: 'last', at: 'last' })).toEqual({ type: 'parked' });
  expect(await fleet.sends(fleet.leadId)).toHaveLength(1);
});

test('a sleep is looked into before its time: only an edit matters', async () => {
  const fleet = await createFleet({ ...before, pause: wait(3) });
  const { activities, enrolmentId } = fleet;
  const asleep = {
    ...{ enrolmentId, id: 'pause/1/wait/1/wake', step: 'pause', at: 'pause', now: tuesday },
    ...{ planHash: 'plan-1', until: tuesday + day },
    due: { from: tuesday - day, until: tuesday + day, planned: tuesday + day },
  };
  await pause(fleet, 'lead', fleet.leadId, null);
  expect(await activities.confirmWake(asleep)).toEqual({ type: 'done' });
  expect(await activities.confirmWake({ ...asleep, now: tuesday + day })).toEqual({
    type: 'parked',
  });
  await fleet.mark();
  expect(await activities.confirmWake(asleep)).toMatchObject({ type: 'move' });
});

test('nothing is completed while it is paused, and an exit ends what is parked', async () => {
  const fleet = await createFleet(before);
  const { activities, enrolmentId } = fleet;
  await pause(fleet, 'lead', fleet.leadId, null);
  const end = { enrolmentId, why: 'finished', now: tuesday, planHash: 'plan-1' };
  expect(await activities.completeJourney(end)).toEqual({ type: 'parked' });
  expect((await fleet.enrolment(enrolmentId)).status).toBe('open');
  await fleet.about(fleet.leadId, 'Deal Won');
  expect(await fleet.enrolment(enrolmentId)).toMatchObject({ status: 'closed', outcome: 'bought' });
});

async function pause(
  { store }: Pick<World, 'store'>,
  scope: string,
  key: string,
  from: number | null,
  until: number | null = null,
): Promise<void> {
  await store.run(
    `INSERT INTO pause (id, scope, key, "from", until)
     VALUES (gen_random_uuid(), $1, $2, to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000))`,
    [scope, key, from ?? tuesday - hour, until],
  );
}
