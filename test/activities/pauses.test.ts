/** While everything is paused: what must go on all the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginPause } from '../../runtime/dispatch/pauses.ts';
import { freshId } from '../../ingest/fresh-id.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { openHandoffWorld, sales, type HandoffWorld } from './handoff-world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
let world: HandoffWorld;
beforeAll(async () => {
  world = await openHandoffWorld({ url: database.url, mailbox: mailbox() });
  await world.publish(sales());
});
afterAll(() => world.close());

test('events are taken in, leads scored, entered, handed over and let go, and the rep is told', async () => {
  const { store, releases } = world;
  const plans = (hashes: readonly string[]) => releases.plans(hashes);
  const deps = { store, plans, now: () => world.now };
  const pause = { id: freshId(), scope: 'all', key: '', until: null, why: '', by: '' } as const;
  expect((await beginPause(deps, { ...pause, from: world.now })).type).toBe('begun');
  const userId = 'goes-on';
  const traits = { email: `${userId}@${userId}.lead.example`, title: 'VP Finance', country: 'DE' };
  await world.call({ type: 'identify', userId, traits });

  const entered = await world.call({ type: 'track', userId, event: 'Trial Started' });
  expect(entered.journeys).toMatchObject([{ journey: 'trial-nurture', entered: true }]);
  const viewed = await world.call({ type: 'track', userId, event: 'Pricing Viewed' });
  expect(viewed.scores).not.toEqual(entered.scores);

  const { handoffId } = await world.demo(userId);
  await world.assign(handoffId);
  await world.activities.notifyHandoff({
    ...{ handoffId, attempt: 1, kind: 'assigned', visit: 1, now: world.now },
  });
  const [rep = ''] = await world.reps(handoffId);
  expect(world.inbox(rep, traits.email)).toHaveLength(1);
  const [run] = await store.query<{ readonly status: string }>(
    "SELECT status FROM enrolment WHERE journey = 'trial-nurture'",
  );
  expect(run?.status).toBe('closed');
});
