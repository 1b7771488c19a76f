/** Who gets a handoff: matches, shares, full days, absences, and what happens when the files change. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandoffActivities } from '../../activities/index.ts';
import { readOverview } from '../../store/read-overview.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import {
  hour,
  minute,
  monday,
  openHandoffWorld,
  sales,
  slaWith,
  type HandoffWorld,
} from './handoff-world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
let world: HandoffWorld;
let leads = 0;
let weeks = 0;
const someone = (): string => `lead-${(leads += 1)}`;

beforeAll(async () => {
  world = await openHandoffWorld({ url: database.url, mailbox: mailbox(), poolSize: 20 });
});
afterAll(() => world.close());

/** Each test has a Monday of its own, so that nobody's day is full from the test before. */
async function withTeam(...routing: Parameters<typeof sales>): Promise<void> {
  world.now = monday + (weeks += 1) * 7 * 24 * hour;
  await world.store.run(`UPDATE pool SET state = '{}'`);
  await world.publish(sales(...routing));
}
async function routed(traits = {}): Promise<readonly string[]> {
  const { handoffId } = await world.demo(someone(), traits);
  await world.assign(handoffId);
  return world.reps(handoffId);
}
function answer(handoffId: string, leadUserId: string, verdict: object) {
  const properties = { handoffId, ...verdict };
  const event = 'reason' in verdict ? 'Handoff Rejected' : 'Handoff Accepted';
  return world.call({ type: 'track', userId: leadUserId, event, properties });
}
function count(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(names)].map((one) => [one, names.filter((name) => name === one).length]),
  );
}

describe('who gets it', () => {
  test('the first match that holds wins, and the row says which and by when', async () => {
    await withTeam({
      match: [
        {
          id: 'german',
          why: 'German-speaking',
          if: { fact: 'country', operator: 'is', value: 'DE' },
          to: 'rep:anna',
        },
        {
          id: 'large',
          why: 'Large',
          if: { fact: 'employees', operator: 'atLeast', value: 500 },
          to: 'rep:jon',
        },
        { id: 'rest', why: 'Everyone else', to: 'pool:inbound' },
      ],
    });
    expect(await routed({ country: 'DE', employees: 900 })).toEqual(['anna']);
    expect(await routed({ country: 'FR', employees: 900 })).toEqual(['jon']);
    const { handoffId, leadId } = await world.demo(someone());
    const turn = await world.assign(handoffId);
    expect(turn).toMatchObject({
      kind: 'assigned',
      acceptBy: world.now + 30 * minute,
      remindAt: [world.now + 15 * minute],
    });
    expect(await world.handoff(handoffId)).toMatchObject({
      rep: 'mia',
      match: 'rest',
      sla: 'all',
      destination: 'rep:mia',
      reassigned: 0,
    });
    const [lead] = await world.store.query('SELECT owner FROM lead WHERE id = $1', [leadId]);
    expect(lead).toEqual({ owner: 'mia' });
  });

  test.each([
    ['round robin', 'pool:inbound', { mia: 15, tom: 15 }],
    ['weighted shares', 'pool:dach', { anna: 20, jon: 10 }],
  ])('%s stay exact when thirty leads come at once', async (_, to, expected) => {
    await withTeam({ match: [{ id: 'rest', why: 'Everyone', to }] });
    const opened: { handoffId: string }[] = [];
    for (let lead = 0; lead < 30; lead += 1) opened.push(await world.demo(someone()));
    await Promise.all(opened.map(({ handoffId }) => world.assign(handoffId)));
    const reps = await Promise.all(opened.map(({ handoffId }) => world.reps(handoffId)));
    expect(count(reps.flat())).toEqual(expected);
  });

  test('one attempt asked for again, also at once, is one assignment and one event', async () => {
    await withTeam();
    const { handoffId, leadId } = await world.demo(someone());
    const turns = await Promise.all([world.assign(handoffId), world.assign(handoffId)]);
    world.now += 10 * minute;
    turns.push(await world.assign(handoffId));
    expect(new Set(turns.map((turn) => JSON.stringify(turn))).size).toBe(1);
    expect(await world.reps(handoffId)).toEqual(['mia']);
    const told = `SELECT 1 FROM event WHERE lead_id = $1 AND name = 'Rep Assigned'`;
    expect(await world.store.query(told, [leadId])).toHaveLength(1);
    expect(await routed()).toEqual(['tom']);
  });

  test('a worker that dies after it stored the assignment is followed by one with the same answer', async () => {
    await withTeam();
    const { handoffId, leadId } = await world.demo(someone());
    const dies = { ...world.deps, repAssigned: () => Promise.reject(new Error('killed')) };
    const input = { handoffId, attempt: 1, now: world.now };
    await expect(createHandoffActivities(dies).assignHandoff(input)).rejects.toThrow('unexpected');
    expect(await world.assign(handoffId)).toMatchObject({ acceptBy: world.now + 30 * minute });
    expect(await world.reps(handoffId)).toEqual(['mia']);
    const [lead] = await world.store.query('SELECT owner FROM lead WHERE id = $1', [leadId]);
    expect(lead).toEqual({ owner: 'mia' });
  });

  test('a full day goes to the next, then to the queue; tomorrow is another day', async () => {
    await withTeam({}, { mia: { perDay: 1 }, tom: { perDay: 1 } });
    expect([await routed(), await routed(), await routed()].flat()).toEqual([
      'mia',
      'tom',
      'queue:inbound',
    ]);
    world.now += 24 * hour;
    expect([await routed(), await routed()].flat().sort()).toEqual(['mia', 'tom']);
  });

  test('a rep who is away is passed over, and the trace says so', async () => {
    await withTeam({}, { mia: { away: ['2026-01-01/2028-12-31'] } });
    const { handoffId } = await world.demo(someone());
    await world.assign(handoffId);
    expect(await world.reps(handoffId)).toEqual(['tom']);
    const [row] = await world.store.query<{ trace: unknown }>(
      'SELECT trace FROM assignment WHERE handoff_id = $1',
      [handoffId],
    );
    expect(row?.trace).toContainEqual({ at: 'rep:mia', what: 'is away' });
  });

  test('facts, not only events, decide: an account owner gets the lead', async () => {
    await withTeam({
      match: [
        {
          id: 'owner',
          why: 'Has an owner',
          if: { fact: 'account.owner', operator: 'known', value: true },
          to: 'account-owner',
          ifAway: 'next-match',
        },
        { id: 'rest', why: 'Everyone else', to: 'pool:inbound' },
      ],
    });
    const userId = someone();
    await world.call({ type: 'identify', userId, traits: { email: `${userId}@big.example` } });
    await world.call({
      type: 'group',
      userId,
      groupId: `big-${userId}`,
      traits: { name: 'Big', owner: 'jon' },
    });
    const { handoff } = await world.call({ type: 'track', userId, event: 'Demo Requested' });
    await world.assign(handoff?.handoffId ?? '');
    expect(await world.reps(handoff?.handoffId ?? '')).toEqual(['jon']);
  });
});

describe('after a rejection', () => {
  test('"not now" brings the lead back to the same rep when it comes again', async () => {
    await withTeam();
    const userId = someone();
    const { handoffId } = await world.demo(userId);
    await world.assign(handoffId);
    const [first] = await world.reps(handoffId);
    await answer(handoffId, userId, { by: first, reason: 'not-now', callAgainAt: '2027-01-01' });
    world.now += hour;
    const again = await world.demo(userId);
    await world.assign(again.handoffId);
    expect(again.handoffId).not.toBe(handoffId);
    expect(await world.reps(again.handoffId)).toEqual([first]);
    expect((await world.handoff(again.handoffId)).match).toBe('same-rep');
  });

  test('"not my territory" goes to another rep, and never in a circle', async () => {
    await withTeam();
    const userId = someone();
    let { handoffId } = await world.demo(userId);
    const had: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      await world.assign(handoffId);
      had.push(...(await world.reps(handoffId)));
      world.now += minute;
      const { handoff } = await answer(handoffId, userId, {
        by: had.at(-1),
        reason: 'wrong-territory',
      });
      handoffId = handoff?.handoffId ?? '';
    }
    expect(had).toEqual(['mia', 'tom', 'queue:inbound']);
  });
});

describe('when nobody can take it', () => {
  test('it is escalated at once, whoever is away, and stays there', async () => {
    const away = { away: ['2026-01-01/2028-12-31'] };
    const pools = {
      inbound: { share: 'round-robin', members: [{ rep: 'mia' }, { rep: 'tom' }] },
      dach: { share: 'weighted', members: [{ rep: 'anna' }] },
    };
    await withTeam({ pools }, { mia: away, tom: away, lena: away });
    const { handoffId } = await world.demo(someone());
    const turn = await world.assign(handoffId);
    expect(turn).toMatchObject({ kind: 'escalation', acceptBy: null });
    expect(await world.reps(handoffId)).toEqual(['lena']);
  });

  test('an escalation to a pool where all are away still reaches one of them', async () => {
    const away = { away: ['2026-01-01/2028-12-31'] };
    await withTeam(
      { sla: [slaWith({ reassignAtMost: 0, escalateTo: 'pool:dach' })] },
      { anna: away, jon: away },
    );
    const { handoffId } = await world.demo(someone());
    await world.assign(handoffId);
    await world.assign(handoffId, 2);
    expect(await world.reps(handoffId)).toEqual(['mia', 'anna']);
  });

  test('a queue that let it pass does not get it again: next is the escalation', async () => {
    await withTeam({}, { mia: { perDay: 1 }, tom: { perDay: 1 } });
    await Promise.all([routed(), routed()]);
    const { handoffId } = await world.demo(someone());
    expect(await world.assign(handoffId)).toMatchObject({
      kind: 'assigned',
      acceptBy: world.now + 2 * hour,
    });
    expect(await world.assign(handoffId, 2)).toMatchObject({ kind: 'escalation', acceptBy: null });
    expect(await world.reps(handoffId)).toEqual(['queue:inbound', 'lena']);
  });
});

describe('when the files changed meanwhile', () => {
  const withoutMia = () => {
    const { reps, pools, ...routing } = sales();
    const { mia: _gone, ...others } = reps as Record<string, unknown>;
    const inbound = { share: 'round-robin', members: [{ rep: 'tom' }] };
    return { ...routing, reps: others, pools: { ...(pools as object), inbound } };
  };

  test('a rep who left the team gets no new lead, also of a handoff opened before', async () => {
    await withTeam();
    const { handoffId } = await world.demo(someone());
    await world.publish(withoutMia());
    await world.assign(handoffId);
    expect(await world.reps(handoffId)).toEqual(['tom']);
  });

  test('a rep who left while they had it cannot be told, which says so instead of waiting', async () => {
    await withTeam();
    const { handoffId } = await world.demo(someone());
    await world.assign(handoffId);
    await world.publish(withoutMia());
    const reminder = { handoffId, attempt: 1, kind: 'reminder', visit: 1, now: world.now } as const;
    expect(await world.activities.notifyHandoff(reminder)).toEqual({ type: 'nobody' });
    await world.assign(handoffId, 2);
    expect(await world.reps(handoffId)).toEqual(['mia', 'tom']);
  });

  test('a routing that is gone: the handoff keeps to the release that opened it', async () => {
    await withTeam();
    const { handoffId } = await world.demo(someone());
    const renamed = { ...sales(), routing: 'europe' };
    await world.publish(renamed, (files) =>
      files.map(({ path, text }) => ({
        path,
        text: text
          .replaceAll('"routing": "inbound"', '"routing": "europe"')
          .replaceAll('route:inbound', 'route:europe'),
      })),
    );
    await world.assign(handoffId);
    expect(await world.reps(handoffId)).toEqual(['mia']);
  });

  test('one that was given to nobody is listed for a person', async () => {
    const late = async () => {
      const query = { now: world.now, since: world.now - hour, zone: 'UTC', lateMs: 15 * minute };
      return (await readOverview(world.store, query)).attention.lateHandoffs;
    };
    await withTeam();
    await world.demo(someone());
    const before = await late();
    world.now += 16 * minute;
    expect(await late()).toBe(before + 1);
  });
});

test('a merged lead takes its handoff along; of two open ones the later stays', async () => {
  await withTeam();
  const [one, two] = [someone(), someone()];
  const first = await world.demo(one);
  await world.assign(first.handoffId);
  world.now += minute;
  const anonymous = { type: 'track', anonymousId: `a-${two}`, event: 'Demo Requested' };
  const second = await world.call(anonymous);
  expect(second.leadId).not.toBe(first.leadId);
  world.now += minute;
  const merged = await world.call({ type: 'identify', userId: one, anonymousId: `a-${two}` });
  expect(merged.leadId).toBe(first.leadId);
  const later = second.handoff?.handoffId ?? '';
  expect(await world.handoff(first.handoffId)).toMatchObject({
    status: 'closed',
    reason: 'merged',
    settledAt: world.now,
  });
  expect(await world.handoff(later)).toMatchObject({ status: 'open', leadId: first.leadId });
  expect(await world.assign(first.handoffId, 2)).toEqual({ type: 'closed' });
  await world.assign(later);
  const [rep] = await world.reps(later);
  await answer(later, one, { by: rep });
  expect(await world.handoff(later)).toMatchObject({ status: 'accepted' });
  const told = await world.store.query(
    `SELECT payload FROM outbox WHERE target_id = $1 AND payload->'message'->>'status' = 'closed'`,
    [first.handoffId],
  );
  expect(told).toHaveLength(1);
});

test('an error that leaves an activity holds no text of a server and no address', async () => {
  const { handoffId } = await world.demo(someone());
  const broken = { ...world.deps, lead: () => Promise.reject(new Error('550 ana@lead.example')) };
  const failed = createHandoffActivities(broken).assignHandoff({
    handoffId,
    attempt: 1,
    now: world.now,
  });
  const error: unknown = await failed.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ type: 'unexpected' });
  expect(String(error)).not.toContain('ana@');
});
