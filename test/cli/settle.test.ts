/** `perennial sends` and `settle`: what is known of an email of unknown fate, and who found out. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStore, type Store } from '../../store/client.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { run } from './run.ts';

const database = useTestDatabase();
let store: Store;
const at = {
  get databaseUrl() {
    return database.url;
  },
};
const enrolmentId = randomUUID();
const commandId = `${enrolmentId}/welcome/1`;
beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  expect((await run(['publish', '-m', 'The first'], at)).code).toBe(0);
  const leadId = randomUUID();
  await store.run(
    `INSERT INTO lead (id, canonical_id, split_key, born_at, stage, stage_state, address, traits, origins)
     VALUES ($1, $1, $1, now(), 'lead', '{"stage":"lead","since":0,"entered":{},"left":{},"holding":{}}',
       'ana@nordwind.example', '{}', '{}')`,
    [leadId],
  );
  await store.run(
    `INSERT INTO send (id, command_id, lead_id, journey, step, class, template, template_hash, state, address,
       message_id, subject, planned_at, due_at, transmitting_at, attempts, release_id, response)
     VALUES ($1, $2, $3, 'trial-nurture', 'welcome', 'marketing', 'welcome', 'x', 'unknown', 'ana@nordwind.example',
       '<m@acme.example>', 'Your first report', now(), now(), now(), 1, (SELECT id FROM release LIMIT 1), 'lease-expired')`,
    [randomUUID(), commandId, leadId],
  );
});
afterAll(() => store.close());

test('an email of unknown fate is listed, settled once, and gone from the list', async () => {
  const listed = await run(['sends'], at);
  expect(listed.err).toBe('');
  expect(listed.lines[0]).toBe('Your first report (marketing, unknown)');
  expect(listed.out).toContain('Look for <m@acme.example> in the log of your mail server');
  expect(listed.out).toContain(commandId);

  const unclear = await run(['settle', commandId, '--why', 'log'], at);
  expect([unclear.code, unclear.err.trim()]).toEqual([2, 'Say either --sent or --not-sent.']);
  const again = ['settle', commandId, '--not-sent', '--send-again', '--why', 'not in the log'];
  expect((await run(again, at)).err).toContain('Its journey has ended');

  const settled = await run(['settle', commandId, '--sent', '--why', 'in the log', '--json'], at);
  expect(JSON.parse(settled.out)).toMatchObject({ ok: true, before: 'unknown', after: 'sent' });
  const twice = await run(['settle', commandId, '--sent', '--why', 'in the log'], at);
  expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('It is sent since')]);
  expect((await run(['sends', '--json'], at)).out).toContain('"sends": []');
  expect((await run(['sends'], at)).lines).toEqual(['No email is unknown.']);
  expect((await run(['sends', '--state', 'sent'], at)).out).toContain('To ana@nordwind.example: ');
});
