/** What a rep reads, how often, and what the links in it do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { armFailpoints } from '../../faults/failpoint.ts';
import type { NotifyHandoffInput } from '../../workflows/contract.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { hour, openHandoffWorld, sales, slaWith, type HandoffWorld } from './handoff-world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
let world: HandoffWorld;
let leads = 0;

beforeAll(async () => {
  world = await openHandoffWorld({ url: database.url, mailbox: mailbox() });
  await world.publish(sales());
});
afterAll(() => world.close());

const ana = {
  ...{ firstName: 'Ana', lastName: 'Lindqvist', title: 'VP Finance', company: 'Nordwind AG' },
  ...{ seniority: 'vp', employees: 900, painPoint: 'Month-end takes nine days' },
};
/** A lead under a name of its own, assigned to the next rep. */
async function given(traits: object = ana) {
  const userId = `mail-${(leads += 1)}`;
  const email = `${userId}@${userId}.lead.example`;
  await world.call({ type: 'identify', userId, traits: { email, ...traits } });
  await world.call({ type: 'track', userId, event: 'Trial Started' });
  for (let view = 0; view < 2; view += 1) {
    await world.call({ type: 'track', userId, event: 'Pricing Viewed' });
  }
  const { handoffId, leadId } = await world.demo(userId);
  await world.assign(handoffId);
  const [rep = ''] = await world.reps(handoffId);
  return { userId, email, handoffId, leadId, rep };
}
function tell(
  handoffId: string,
  kind: NotifyHandoffInput['kind'],
  more: Partial<NotifyHandoffInput> = {},
) {
  return world.activities.notifyHandoff({
    handoffId,
    attempt: 1,
    kind,
    visit: 1,
    now: world.now,
    ...more,
  });
}
const textOf = (text: string | undefined): string => (text ?? '').replace(/\s+/g, ' ');

describe('the email of a handoff', () => {
  test('that is taken back says why, and asks for nothing', async () => {
    const { handoffId, rep, userId } = await given();
    await tell(handoffId, 'withdrawn', { cause: 'by-hand' });
    expect(world.inbox(rep, 'Taken back')).toEqual([]);
    const properties = { stage: 'lead', reason: 'A student', by: 'anna' };
    await world.call({ type: 'track', userId, event: 'Stage Set', properties });
    await tell(handoffId, 'withdrawn', { cause: 'by-hand' });
    const [mail] = world.inbox(rep, 'Taken back');
    expect(mail?.subject).toContain('Taken back: Asked for a demo: Ana Lindqvist Nordwind AG');
    expect(textOf(mail?.text)).toContain(
      'Somebody has set the stage of the lead back. Nobody has to',
    );
    expect(textOf(mail?.text)).not.toContain('Accept');
  });

  test('says who, why with points, what is missing, what to ask, what happened, and until when', async () => {
    const { handoffId, rep, email } = await given();
    await tell(handoffId, 'assigned');
    const [mail] = world.inbox(rep, email);
    expect(mail?.subject).toBe('Asked for a demo: Ana of Nordwind AG, answer by Mon 2 Mar, 10:30');
    const text = textOf(mail?.text);
    for (const part of [
      'Ana Lindqvist',
      'VP Finance, Nordwind AG',
      'answer by Mon 2 Mar, 10:30, and call by Mon 2 Mar, 14:00',
      '+40 Asked for a demo',
      '+16 Looked at prices',
      'Everyone else',
      'Still missing: Country',
      'Job title: VP Finance',
      'Pain point: Month-end takes nine days',
      'Is there a budget for this year? Ask',
      'Who signs? Fits',
      'Mon 2 Mar, 10:00 Looked at prices, 2 times',
      'Started a trial',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('Was given to a rep');
    expect(mail?.envelope.to).toEqual([`${rep}@sales.example`]);
  });

  test('has a link to accept, one to reject and one to the lead, and its own Message-ID', async () => {
    const { handoffId, rep, email, leadId } = await given();
    await tell(handoffId, 'assigned');
    const [mail] = world.inbox(rep, email);
    const links = mail?.links ?? [];
    const accept = links.find((link) => /\/h\/[^?]+$/.test(link)) ?? '';
    expect(links).toContain(`${accept}?verdict=reject`);
    expect(links).toContain(`http://127.0.0.1:3000/console/leads/${leadId}`);
    expect(mail?.messageId).toMatch(/@acme\.example>$/);
  });

  test('a lead of whom little is known is still a whole letter', async () => {
    const { handoffId, rep, email } = await given({});
    await tell(handoffId, 'assigned');
    const [mail] = world.inbox(rep, email);
    expect(mail?.subject).toMatch(/^Asked for a demo: a lead, answer by/);
    expect(textOf(mail?.text)).toContain('Still missing: Company, Country');
    expect(mail?.html).not.toMatch(/undefined|null|\[object/);
  });

  test('a name that looks like markup or a header is only a name', async () => {
    const { handoffId, rep, email } = await given({ firstName: '<b>Bo</b>\r\nBcc: x@y.example' });
    await tell(handoffId, 'assigned');
    const [mail] = world.inbox(rep, email);
    expect(mail?.html).not.toContain('<b>Bo</b>');
    expect(mail?.headers.filter(({ name }) => name === 'bcc')).toEqual([]);
    expect(mail?.envelope.to).toHaveLength(1);
  });
});

describe('how often', () => {
  test('once per attempt, kind and visit, however often and at once it is asked for', async () => {
    const { handoffId, rep, email } = await given();
    await Promise.all([tell(handoffId, 'assigned'), tell(handoffId, 'assigned')]);
    await tell(handoffId, 'assigned', { now: world.now + hour });
    expect(world.inbox(rep, email)).toHaveLength(1);
    await tell(handoffId, 'reminder');
    await tell(handoffId, 'reminder');
    await tell(handoffId, 'reminder', { visit: 2 });
    expect(world.inbox(rep, email)).toHaveLength(3);
  });

  test.each(['step.beforeClaim', 'send.afterClaim', 'send.afterMark'])(
    'a worker killed at %s leaves exactly one email behind',
    async (point) => {
      const { handoffId, rep, email } = await given();
      const disarm = armFailpoints(`${point}=throw;once`);
      await expect(tell(handoffId, 'assigned')).rejects.toThrow();
      disarm();
      // The claim of the dead one has a lease, which ends.
      await world.store.run(
        `UPDATE send SET lease_until = now() WHERE state = 'claimed' AND handoff_id = $1`,
        [handoffId],
      );
      await tell(handoffId, 'assigned');
      expect(world.inbox(rep, email)).toHaveLength(1);
    },
  );

  test('one that is settled is not written about any more', async () => {
    const { handoffId, rep, email, userId } = await given();
    await world.call({
      type: 'track',
      userId,
      event: 'Handoff Accepted',
      properties: { handoffId, by: rep },
    });
    expect(await tell(handoffId, 'reminder')).toEqual({ type: 'told' });
    expect(world.inbox(rep, email)).toEqual([]);
  });

  test('of a queue: one email for each who watches it', async () => {
    await world.publish(sales({ match: [{ id: 'rest', why: 'Everyone', to: 'queue:inbound' }] }));
    const { handoffId, email } = await given();
    await tell(handoffId, 'assigned');
    await tell(handoffId, 'assigned');
    expect(
      [world.inbox('lena', email), world.inbox('anna', email)].map((mails) => mails.length),
    ).toEqual([1, 1]);
    await world.publish(sales());
  });
});

describe('the other emails', () => {
  test('a reminder names the deadline and what follows it', async () => {
    const { handoffId, rep, email } = await given();
    await tell(handoffId, 'reminder');
    const [mail] = world.inbox(rep, email);
    expect(mail?.subject).toBe('Reminder: Ana of Nordwind AG waits for you until Mon 2 Mar, 10:30');
    expect(textOf(mail?.text)).toContain('After Mon 2 Mar, 10:30 it goes to somebody else');
  });

  test('a further cause is news of the lead, not a reproach', async () => {
    const { handoffId, rep, email } = await given();
    await tell(handoffId, 'cause', { cause: 'Report Created' });
    const [mail] = world.inbox(rep, email);
    expect(mail?.subject).toBe('News of Ana of Nordwind AG: Created a report');
    expect(textOf(mail?.text)).toContain(
      'a lead you have, or of a colleague of theirs: Created a report',
    );
    expect(textOf(mail?.text)).not.toContain('nobody');
  });

  test('of a company with one open handoff its rep hears about the others by name', async () => {
    const { handoffId, rep, userId } = await given();
    const traits = {
      email: `ben@${userId}.lead.example`,
      firstName: 'Ben',
      company: 'Nordwind AG',
    };
    const { leadId } = await world.call({ type: 'identify', userId: `ben-${userId}`, traits });
    await tell(handoffId, 'cause', { cause: 'Demo Requested', about: leadId });
    const [mail] = world.inbox(rep, traits.email);
    expect(mail?.subject).toBe('News of Ben of Nordwind AG: Asked for a demo');
  });

  test('a second rep reads who had it before; the escalation how often it was offered', async () => {
    const { handoffId, email, rep } = await given();
    await world.assign(handoffId, 2);
    await tell(handoffId, 'assigned', { attempt: 2 });
    const [, second = ''] = await world.reps(handoffId);
    const first = rep === 'mia' ? 'Mia' : 'Tom';
    expect(textOf(world.inbox(second, email)[0]?.text)).toContain(
      `${first} had it before and did not answer in time`,
    );
    await world.assign(handoffId, 3);
    await world.assign(handoffId, 4);
    await tell(handoffId, 'escalation', { attempt: 4 });
    const escalated = world.inbox('lena', email).at(-1);
    expect(escalated?.subject).toBe('Escalated: nobody took Ana of Nordwind AG');
    expect(textOf(escalated?.text)).toContain(
      'was offered 3 times and nobody took it, last the queue inbound',
    );
  });

  test('a reminder of an escalation names no deadline: it has none', async () => {
    await world.publish(sales({ sla: [slaWith({ reassignAtMost: 0 })] }));
    const { handoffId, email } = await given();
    await world.assign(handoffId, 2);
    await tell(handoffId, 'reminder', { attempt: 2 });
    const [mail] = world.inbox('lena', email);
    expect(mail?.subject).toBe('Reminder: Ana of Nordwind AG waits for you');
    expect(textOf(mail?.text)).toContain('Nobody else will be asked');
    await world.publish(sales());
  });

  test('a workspace without templates for reps writes the essentials in plain words', async () => {
    await world.publish(sales(), (files) =>
      files.filter(({ path }) => !path.startsWith('templates/rep-')),
    );
    const { handoffId, rep, email } = await given();
    await tell(handoffId, 'assigned');
    const [mail] = world.inbox(rep, email);
    expect(mail?.subject).toBe(`Asked for a demo: Ana Lindqvist Nordwind AG ${email}`);
    expect(mail?.text).toContain('+40 Asked for a demo');
    expect(mail?.text).toMatch(/Accept or reject: http:\/\/127\.0\.0\.1:3000\/h\//);
    await world.publish(sales());
  });
});
