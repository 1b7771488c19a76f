import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, day, tuesday, type World, type WorldOptions } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const steps = {
  welcome: { type: 'send', template: 'welcome' },
  more: { type: 'send', template: 'second' },
} as const;

let world: World | undefined;
async function open(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps, ...options });
  return world;
}
afterEach(async () => {
  await world?.close();
  world = undefined;
});
const command = (enrolmentId: string, step: string) => ({
  ...{ enrolmentId, step, visit: 1, last: false, now: tuesday },
});

test('an email about HR goes to nobody who is interested in finance only', async () => {
  const { enrol, about, sends, deps, release } = await open({ manifest: { about: ['hr'] } });
  const interest = (id: string) => ({
    ...{ id, title: id, why: 'E-books', fadesAfterMs: 90 * day },
    from: [
      {
        match: {
          event: 'Ebook Downloaded',
          where: { fact: 'interest', operator: 'is', value: id },
        },
        points: 3,
      },
    ],
  });
  const gated = {
    ...release,
    interests: { hr: interest('hr'), finance: interest('finance') },
    interestGate: { noInterestKnown: 'send', otherInterest: 'block' },
  } as const;
  const definitions = { ...deps.definitions, release: () => Promise.resolve(gated) };
  const activities = createActivities({ ...deps, definitions });
  const endOf = async (address: string, ...interests: readonly string[]) => {
    const { leadId, enrolmentId } = await enrol(address);
    for (const one of interests) await about(leadId, 'Ebook Downloaded', { interest: one });
    await activities.executeStep(command(enrolmentId, 'welcome'));
    return (await sends(leadId))[0];
  };
  expect(await endOf('ana@finance.example', 'finance')).toMatchObject({
    state: 'skipped',
    reason: 'off-interest',
    evidence: {
      rule: 'gate:otherInterest',
      about: ['hr'],
      known: [{ id: 'finance', strength: 3 }],
    },
  });
  expect(await endOf('ana@both.example', 'finance', 'hr')).toMatchObject({ state: 'sent' });
  expect(await endOf('ana@nothing.example')).toMatchObject({ state: 'sent' });
});

test('a consent that runs out while the mail waits for its connection stops it', async () => {
  const lastsMs = 100;
  const { enrol, about, sends, deps } = await open({
    policy: {
      consent: [
        {
          ...{ id: 'all', why: 'Everyone', marketing: 'opt-in', outbound: 'never' },
          expiresAfterMs: day + lastsMs,
        },
      ],
    },
  });
  const { leadId, enrolmentId } = await enrol('ana@slow-relay.example');
  await about(leadId, 'Consent Given', { class: 'marketing', state: 'opt-in' }, tuesday - day);
  const { mail } = deps;
  const slow: typeof mail = {
    ...mail,
    inTurn: async (job) => {
      await delay(2 * lastsMs);
      return mail.inTurn(job);
    },
  };
  await createActivities({ ...deps, mail: slow }).executeStep(command(enrolmentId, 'welcome'));
  expect(mailbox().messages({ to: 'ana@slow-relay.example' })).toEqual([]);
  expect((await sends(leadId))[0]).toMatchObject({
    state: 'skipped',
    reason: 'no-consent',
    attempts: 0,
    evidence: { rule: 'consent:all', has: 'none', expiredAt: tuesday + lastsMs },
  });
});

test('fewer emails: one mail is enough for a month from the moment somebody asks', async () => {
  const fewer = {
    ...{ title: 'At most one a month', max: 1, per: { type: 'rolling', ms: 30 * day } as const },
  };
  const { enrol, about, run, sends } = await open({ policy: { fewer } });
  const { leadId, enrolmentId } = await enrol('ana@fewer.example');
  await run(enrolmentId, 'welcome');
  await about(leadId, 'Preferences Changed', { fewer: true });
  expect(await run(enrolmentId, 'more', { now: tuesday + day })).toMatchObject({
    type: 'retry-at',
  });
  expect((await sends(leadId)).at(-1)).toMatchObject({
    state: 'held',
    reason: 'capped',
    evidence: { rule: 'cap:fewer', max: 1, counted: 1 },
  });
});
