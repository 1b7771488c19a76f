/** What a person says on the preference page is in force for a mail that is planned, held or claimed already. */
import { afterEach, describe, expect, test } from 'vitest';
import { armFailpoints } from '../../faults/failpoint.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, day, hour, tuesday, type World } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const fewer = {
  title: 'At most one a month',
  max: 1,
  per: { type: 'rolling', ms: 30 * day },
} as const;
const send = { type: 'send', template: 'welcome' } as const;
const window = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00', zone: 'lead' };

let world: World | undefined;
async function open(): Promise<World> {
  world = await createWorld({
    ...{ url: database.url, mailbox: mailbox(), steps: { welcome: send, second: send } },
    ...{ policy: { fewer }, sending: { topic: 'product-tips', window } },
    leases: { claimMs: 5_000, transmitMs: 5_000 },
  });
  return world;
}
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const said = [
  ['a topic off', 'Consent Withdrawn', { topic: 'product-tips' }, 'no-consent'],
  ['everything off', 'Consent Withdrawn', {}, 'suppressed'],
] as const;

describe.each(said)('%s', (_what, event, properties, reason) => {
  test('ends a mail that was held until the morning', async () => {
    const { enrol, run, sends, about } = await open();
    const address = `held-${reason}@firm.example`;
    const { leadId, enrolmentId } = await enrol(address);
    const evening = Date.parse('2026-11-24T19:00:00+01:00');
    await run(enrolmentId, 'welcome', { now: evening });
    expect((await sends(leadId))[0]).toMatchObject({ state: 'held', reason: 'outside-window' });
    await about(leadId, event, properties, evening + hour);
    await run(enrolmentId, 'welcome', { now: Date.parse('2026-11-25T09:00:00+01:00') });
    expect((await sends(leadId))[0]).toMatchObject({ state: 'skipped', reason });
    expect(mailbox().messages({ to: address })).toEqual([]);
  });

  test('wins over a mail that is claimed, and being written', async () => {
    const { enrol, run, sends, about } = await open();
    const address = `claimed-${reason}@firm.example`;
    const { leadId, enrolmentId } = await enrol(address);
    const disarm = armFailpoints('send.afterClaim=hang:400;once');
    const running = run(enrolmentId, 'welcome');
    await about(leadId, event, properties);
    await running;
    disarm();
    expect((await sends(leadId))[0]).toMatchObject({ state: 'skipped', reason });
    expect(mailbox().messages({ to: address })).toEqual([]);
  });
});

test('fewer emails holds the next one by its own cap, and as before when it is taken back', async () => {
  const { enrol, run, sends, about } = await open();
  const { leadId, enrolmentId } = await enrol('fewer@firm.example');
  await run(enrolmentId, 'welcome');
  await about(leadId, 'Preferences Changed', { fewer: true }, tuesday + hour);
  const outcome = await run(enrolmentId, 'second', { now: tuesday + 2 * hour });
  expect(outcome).toMatchObject({ type: 'retry-at' });
  const rows = await sends(leadId);
  expect(rows.map(({ state }) => state)).toEqual(['sent', 'held']);
  expect(rows[1]).toMatchObject({ reason: 'capped' });
  await about(leadId, 'Preferences Changed', { fewer: false }, tuesday + 3 * hour);
  expect(await run(enrolmentId, 'second', { now: tuesday + 4 * hour })).toEqual({ type: 'done' });
  expect((await sends(leadId)).map(({ state }) => state)).toEqual(['sent', 'sent']);
});
