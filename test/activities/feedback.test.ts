/** What follows from what comes back of emails, over a real database and a real mail server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tellOfReply, type ReplyDependencies } from '../../activities/reply-mail.ts';
import { armFailpoints } from '../../faults/failpoint.ts';
import { tellOnce } from '../../runtime/dispatch/reply-loop.ts';
import { findReply } from '../../store/replies.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, day, hour, tuesday, type World } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const send = { type: 'send', template: 'welcome' } as const;
let world: World;
let replies: ReplyDependencies;
let leads = 0;
const newAddress = (): string => `ana@feedback-${(leads += 1)}.example`;

beforeAll(async () => {
  world = await createWorld({
    ...{ url: database.url, mailbox: mailbox(), steps: { one: send, two: send } },
    policy: { replies: { stop: 'journey', tell: 'owner', ifNoOwner: 'queue:inbox' } },
  });
  const { store, deps, release } = world;
  replies = {
    find: (id) => findReply(store, id),
    release: () => Promise.resolve(release),
    lead: (id, of, now) => deps.leads.load(id, of, undefined, now),
    sendInternal: world.sendInternal,
    publicUrl: 'http://127.0.0.1:3000',
  };
});
afterAll(() => world.close());

const tell = (onError: (error: unknown) => void = () => undefined) =>
  tellOnce({ sql: world.store, tell: (task) => tellOfReply(replies, task), onError });

test('an answer ends its journey and is told to the owner once, however often a worker dies', async () => {
  const { enrol, run, about, sends, enrolment, store } = world;
  const { leadId, enrolmentId } = await enrol(newAddress());
  await about(leadId, 'Rep Assigned', { rep: 'anna' });
  await run(enrolmentId, 'one');
  const [first] = await sends(leadId);
  const excerpt = 'Can we talk on Thursday?';
  const answered = { journey: 'nurture', step: 'one', send: first?.id ?? '', reply: 'reply' };
  await about(leadId, 'Email Replied', { ...answered, excerpt }, tuesday + hour);
  expect(await enrolment(enrolmentId)).toMatchObject({ status: 'closed', outcome: 'replied' });
  expect(await run(enrolmentId, 'two')).toEqual({ type: 'closed' });

  const errors: unknown[] = [];
  const disarm = armFailpoints('send.afterMark=throw;once');
  await tell((error) => errors.push(error));
  disarm();
  expect(errors).toHaveLength(1);
  await store.run("UPDATE outbox SET not_before = now() WHERE target = 'reply'");
  await tell();
  await tell();
  const told = mailbox().messages({ to: 'anna@acme.example' });
  expect(told).toHaveLength(1);
  expect(told[0]?.text).toContain(excerpt);
  expect(told[0]?.text).toContain('“Nurture” ended with the answer');
  expect((await sends(leadId)).filter((row) => row.class === 'internal')).toMatchObject([
    { state: 'sent', step: 'reply-anna' },
  ]);
  expect(await store.query("SELECT 1 FROM outbox WHERE target = 'reply'")).toEqual([]);
});

test('an address that rests gets nothing, transactional mail too, and mail again once that is over', async () => {
  const { enrol, run, about, sends, store } = world;
  const { leadId, enrolmentId } = await enrol(newAddress());
  for (const hours of [0, 1, 2]) {
    await about(leadId, 'Email Bounced', { kind: 'soft' }, tuesday + hours * hour);
  }
  await run(enrolmentId, 'one', { now: tuesday + day });
  const [skipped] = await sends(leadId);
  expect(skipped).toMatchObject({ state: 'skipped', reason: 'suppressed' });
  const until = tuesday + 2 * hour + 90 * day;
  expect(skipped?.evidence).toMatchObject({ because: 'soft-bounce', until });
  // Nobody has ticked the lead: the clock alone says that it is over.
  await run(enrolmentId, 'two', { now: until + hour });
  expect((await sends(leadId)).map(({ state }) => state)).toEqual(['skipped', 'sent']);

  await about(leadId, 'Email Bounced', { kind: 'hard' }, until + 2 * hour);
  await about(leadId, 'Form Submitted', {}, until + 3 * hour);
  const kept = await store.query(
    'SELECT reason, until FROM suppression x JOIN lead l USING (address) WHERE l.id = $1',
    [leadId],
  );
  expect(kept).toEqual([{ reason: 'hard-bounce', until: null }]);
});

test('a lead who is away is paused until the latest date they gave, and by nobody else', async () => {
  const { enrol, run, about, store } = world;
  const { leadId, enrolmentId } = await enrol(newAddress());
  const away = (days: number) => new Date(tuesday + days * day).toISOString();
  for (const days of [7, 12, 9]) await about(leadId, 'Email Auto Replied', { until: away(days) });
  const pauses = await store.query(
    'SELECT scope, key, "from", until, planned_until AS planned, by FROM pause WHERE key = $1',
    [leadId],
  );
  const until = tuesday + 12 * day;
  expect(pauses).toEqual([
    { scope: 'lead', key: leadId, from: tuesday, until, planned: until, by: 'auto-reply' },
  ]);
  expect(await run(enrolmentId, 'one', { now: tuesday + day })).toEqual({ type: 'parked' });
  expect(await run(enrolmentId, 'one', { now: until + hour })).toEqual({ type: 'done' });
});
