import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac, randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { PlanStep } from '../../core/journey/plan.ts';
import { armFailpoints } from '../../faults/failpoint.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, minute, tuesday, type World, type WorldOptions } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
let world: World | undefined;
let receiver: Server | undefined;
async function open(
  steps: WorldOptions['steps'],
  more: Partial<WorldOptions> = {},
): Promise<World> {
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps, ...more });
  return world;
}
afterEach(async () => {
  await world?.close();
  await new Promise((resolve) =>
    receiver === undefined ? resolve(undefined) : receiver.close(resolve),
  );
  [world, receiver] = [undefined, undefined];
});
let leads = 0;
const newAddress = (): string => `bo@steps-${(leads += 1)}.example`;
const send = { type: 'send', template: 'welcome' } as const;

test('update writes attributes and tags once', async () => {
  const step: PlanStep = {
    type: 'update',
    attributes: { plan: 'pro' },
    addTags: ['warm'],
    removeTags: [],
  };
  const { enrol, run, store, enrolment } = await open({ set: step, mail: send });
  const { leadId, enrolmentId } = await enrol(newAddress());
  expect(await run(enrolmentId, 'set')).toEqual({ type: 'done' });
  expect(await run(enrolmentId, 'set')).toEqual({ type: 'done' });
  const [lead] = await store.query('SELECT traits, tags FROM lead WHERE id = $1', [leadId]);
  expect(lead).toMatchObject({ traits: { plan: 'pro' }, tags: ['warm'] });
  const told = await store.query("SELECT 1 FROM event WHERE lead_id = $1 AND source = 'journey'", [
    leadId,
  ]);
  expect(told).toHaveLength(1);
  expect((await enrolment(enrolmentId)).step).toBe('set');
});

test('task is due in the hours of its assignee, and is written once', async () => {
  const step: PlanStep = {
    type: 'task',
    text: 'Call once',
    kind: 'call',
    due: '2 business days',
    for: 'owner',
    ifNone: 'route:inbound',
  };
  const { enrol, run, store, enrolment } = await open({ call: step });
  const { enrolmentId } = await enrol(newAddress());
  const friday = Date.parse('2026-11-27T15:00:00+01:00');
  for (let attempt = 0; attempt < 2; attempt += 1)
    await run(enrolmentId, 'call', { now: friday, last: true });
  const tasks = await store.query(
    'SELECT text, kind, rep, queue, due_at AS due FROM task WHERE enrolment_id = $1',
    [enrolmentId],
  );
  expect(tasks).toEqual([
    {
      text: 'Call once',
      kind: 'call',
      rep: null,
      queue: 'pool:inbound',
      due: Date.parse('2026-12-01T15:00:00+01:00'),
    },
  ]);
  expect(await enrolment(enrolmentId)).toMatchObject({ status: 'closed', outcome: 'completed' });
});

test('notify writes to the rep and names the lead', async () => {
  const { enrol, run, store } = await open({
    tell: { type: 'notify', who: 'rep:anna', text: 'Look <here>' },
  });
  const { enrolmentId } = await enrol(newAddress(), { firstName: 'Bo', company: 'Nordwind' });
  const since = mailbox().messages({ to: 'anna@acme.example' }).length;
  expect(await run(enrolmentId, 'tell')).toEqual({ type: 'done' });
  const mails = mailbox().messages({ to: 'anna@acme.example' }).slice(since);
  expect(mails.map((mail) => mail.subject)).toEqual(['Bo, Nordwind: Nurture']);
  expect(mails[0]?.html).toContain('Look &lt;here&gt;');
  const rows = await store.query('SELECT class, state FROM send WHERE enrolment_id = $1', [
    enrolmentId,
  ]);
  expect(rows).toEqual([{ class: 'internal', state: 'sent' }]);
});

test('enter asks ingest for the other journey and goes on', async () => {
  const { enrol, run, store } = await open({
    next: { type: 'enter', journey: 'nurture', with: { reason: 'later' } },
  });
  const { leadId, enrolmentId } = await enrol(newAddress());
  expect(await run(enrolmentId, 'next')).toEqual({ type: 'done' });
  const asked = await store.query(
    "SELECT detail->>'because' AS because FROM decision WHERE lead_id = $1 AND kind = 'entry' ORDER BY seq DESC LIMIT 1",
    [leadId],
  );
  expect(asked).toEqual([{ because: 'inside' }]);
});

test('does nothing for an enrolment that is closed', async () => {
  const step: PlanStep = {
    type: 'update',
    attributes: { plan: 'pro' },
    addTags: [],
    removeTags: [],
  };
  const { enrol, run, about, decide } = await open({ set: step });
  const { leadId, enrolmentId } = await enrol(newAddress());
  await about(leadId, 'Deal Won');
  expect(await run(enrolmentId, 'set')).toEqual({ type: 'closed' });
  expect(await decide(enrolmentId, 'set', 'choose')).toEqual({ type: 'closed' });
});

interface Heard {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
async function receive(
  status: () => number,
): Promise<{ readonly url: string; readonly heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ headers: request.headers, body });
      response.writeHead(status()).end('a text that goes nowhere');
    });
  });
  receiver = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heard };
}

test('webhook is signed, carries the command id, and is asked again after a refusal', async () => {
  let status = 500;
  const { url, heard } = await receive(() => status);
  const key = Buffer.from('a key for the tests');
  const webhooks = { urls: { crm: url }, secret: `whsec_${key.toString('base64')}` };
  const { enrol, run } = await open({ hook: { type: 'webhook', target: 'crm' } }, { webhooks });
  const { enrolmentId } = await enrol(newAddress());
  expect(await run(enrolmentId, 'hook')).toEqual({ type: 'retry-at', at: tuesday + 5 * minute });
  status = 204;
  expect(await run(enrolmentId, 'hook', { now: tuesday + 5 * minute })).toEqual({ type: 'done' });
  expect(heard).toHaveLength(2);
  const [, { headers, body } = { headers: {}, body: '' }] = heard;
  expect(headers['webhook-id']).toBe(`${enrolmentId}/hook/1`);
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  expect(headers['webhook-signature']).toBe(
    `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  );
  expect(JSON.parse(body)).toMatchObject({ data: { step: 'hook', lead: { firstName: 'Ana' } } });
});

test('gives a webhook up after three days, records it and lets the lead go on', async () => {
  const { url, heard } = await receive(() => 500);
  const hook = { type: 'webhook', target: 'crm' } as const;
  const { enrol, enrolment, run, store } = await open(
    { hook },
    { webhooks: { urls: { crm: url } } },
  );
  const { enrolmentId } = await enrol(newAddress());
  let at = tuesday;
  for (;;) {
    const outcome = await run(enrolmentId, 'hook', { now: at });
    if (outcome.type !== 'retry-at') {
      expect(outcome).toEqual({ type: 'done' });
      break;
    }
    expect(outcome.at - at).toBeLessThanOrEqual(60 * minute);
    at = outcome.at;
    expect(await enrolment(enrolmentId)).toMatchObject({
      step: 'hook',
      since: tuesday,
      expectedBy: at,
    });
  }
  expect(at - tuesday).toBeLessThanOrEqual(73 * 60 * minute);
  expect(heard.length).toBeLessThan(90);
  expect(
    await store.query(
      "SELECT detail->>'target' AS target FROM decision WHERE kind = 'webhook' AND detail->>'enrolmentId' = $1",
      [enrolmentId],
    ),
  ).toEqual([{ target: 'crm' }]);
});

test('asks for a webhook target by name when none is configured', async () => {
  const { enrol, run } = await open({ hook: { type: 'webhook', target: 'crm' } });
  const { enrolmentId } = await enrol(newAddress());
  await expect(run(enrolmentId, 'hook')).rejects.toMatchObject({ type: 'webhook-unknown' });
});

const branch: PlanStep = {
  type: 'branch',
  arms: [{ id: 'german', if: { fact: 'country', operator: 'is', value: 'DE' } }, { id: 'rest' }],
};

test('branches by json-rules-engine on the stored facts, and keeps the answer', async () => {
  const { enrol, decide, store } = await open({ where: branch });
  const { leadId, enrolmentId } = await enrol(newAddress(), { country: 'DE' });
  expect(await decide(enrolmentId, 'where', 'choose')).toEqual({ type: 'arm', arm: 'german' });
  await store.run(`UPDATE lead SET traits = '{}' WHERE id = $1`, [leadId]);
  expect(await decide(enrolmentId, 'where', 'choose')).toEqual({ type: 'arm', arm: 'german' });
  const other = await enrol(newAddress());
  expect(await decide(other.enrolmentId, 'where', 'choose')).toEqual({ type: 'arm', arm: 'rest' });
});

test('splits by the key and records the arm', async () => {
  const arms = [
    { id: 'a', share: 50, holdout: false },
    { id: 'b', share: 40, holdout: false },
    { id: 'control', share: 10, holdout: true },
  ];
  const { enrol, decide, store } = await open({ arm: { type: 'split', arms } });
  const drawn = [];
  for (let n = 0; n < 30; n += 1) {
    const { enrolmentId } = await enrol(newAddress());
    const first = await decide(enrolmentId, 'arm', 'choose', `key-${n}`);
    expect(await decide(enrolmentId, 'arm', 'choose', 'another key')).toEqual(first);
    drawn.push(first.type === 'arm' ? first.arm : '');
  }
  expect(new Set(drawn).size).toBeGreaterThan(1);
  const recorded = await store.query(
    "SELECT count(*)::int AS n FROM decision WHERE kind = 'split'",
  );
  expect(recorded).toEqual([{ n: 30 }]);
});

test('resolves dates from facts, with their offset', async () => {
  const until = { date: 'trialEndsAt', offsetMs: -60 * minute };
  const step: PlanStep = { type: 'wait-until', until, ifPast: 'continue' };
  const { enrol, decide, release } = await open({ until: step });
  Object.assign(release.facts, {
    trialEndsAt: { id: 'trialEndsAt', type: 'date', label: 'End', from: 'trialEndsAt' },
  });
  const known = await enrol(newAddress(), { trialEndsAt: '2026-12-01T12:00:00Z' });
  expect(await decide(known.enrolmentId, 'until', 'resolve-date')).toEqual({
    type: 'date',
    at: Date.parse('2026-12-01T11:00:00Z'),
  });
  const unknown = await enrol(newAddress());
  expect(await decide(unknown.enrolmentId, 'until', 'resolve-date')).toEqual({
    type: 'date',
    at: null,
  });
});

test('completes a journey once, and never over an exit', async () => {
  const { enrol, activities, enrolment, about } = await open({ mail: send });
  const { enrolmentId } = await enrol(newAddress());
  await activities.completeJourney({ enrolmentId, why: 'finished', now: tuesday });
  await activities.completeJourney({ enrolmentId, why: 'exit:late', now: tuesday + 1 });
  expect(await enrolment(enrolmentId)).toMatchObject({ status: 'closed', outcome: 'completed' });
  const bought = await enrol(newAddress());
  await about(bought.leadId, 'Deal Won');
  await activities.completeJourney({
    enrolmentId: bought.enrolmentId,
    why: 'finished',
    now: tuesday,
  });
  expect((await enrolment(bought.enrolmentId)).outcome).toBe('bought');
});

test("a rep's email of unknown fate goes out again as the same mail", async () => {
  const { enrol, sendInternal, sends } = await open({ mail: send });
  const { leadId } = await enrol(newAddress());
  const handoffId = randomUUID();
  const mail = {
    ...{ commandId: `${handoffId}/assigned-1-tom/1`, handoffId, programme: 'handoff' },
    ...{ leadId, step: 'assigned-1-tom', now: tuesday },
    to: { name: 'Tom', email: `tom@reps-${leads}.example` },
    template: 'rep-handoff',
    variables: {
      lead: { firstName: 'Bo' },
      sender: { name: 'x', email: 'x@acme.example' },
      workspace: { postalAddress: 'Acme' },
      unsubscribe_url: 'http://127.0.0.1/none',
    },
    plain: { subject: 'A lead', text: 'A lead' },
  };
  const disarm = armFailpoints('send.after250=throw;once');
  await expect(sendInternal(mail)).rejects.toThrow();
  await sendInternal(mail);
  await sendInternal(mail);
  disarm();
  const ids = mailbox()
    .messages({ to: mail.to.email })
    .map((one) => one.messageId);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
  expect((await sends(leadId))[0]).toMatchObject({ class: 'internal', state: 'sent', attempts: 2 });
});
