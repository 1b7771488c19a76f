/** Emails of unknown fate: listed with what is known, settled once, and the lead's history says by whom. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendId } from '../../core/decision/ids.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { openApi, type ApiWorld } from './world.ts';

const database = useTestDatabase();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
  await api.store.run(
    `INSERT INTO release (id, author, message, entries, published_at)
     VALUES (gen_random_uuid(), 'test', '', '{}', now())`,
  );
});
afterAll(() => api.close());

/** A ledger row as a worker leaves it that died while the server took the mail. */
async function unknownSend(name: string, state = 'unknown') {
  const traits = { email: `${name}@unknown.example` };
  const { json } = await api.call('POST', '/v1/identify', { userId: name, traits });
  const leadId = String(json['leadId']);
  const at = api.now - 3_600_000;
  const enrolmentId = sendId(`enrolment of ${name}`);
  const commandId = `${enrolmentId}/welcome/1`;
  const id = sendId(commandId);
  await api.store.run(
    `INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at)
     VALUES ($1, $2, 'trial-nurture', 1, 'open', 'plan', (SELECT id FROM release LIMIT 1), to_timestamp($3))`,
    [enrolmentId, leadId, at / 1_000],
  );
  await api.store.run(
    `INSERT INTO send (id, command_id, lead_id, enrolment_id, journey, step, class, template, template_hash, state,
       address, message_id, subject, planned_at, due_at, transmitting_at, attempts, release_id, response)
     VALUES ($1, $2, $3, $4, 'trial-nurture', 'welcome', 'marketing', 'welcome', 'x', $5, $6, '<m@acme.example>',
       'Welcome', to_timestamp($7), to_timestamp($7), to_timestamp($7), 1, (SELECT id FROM release LIMIT 1), 'lease-expired')`,
    [id, commandId, leadId, enrolmentId, state, traits.email, at / 1_000],
  );
  return { id, commandId, leadId };
}

describe('settling through the API', () => {
  test('lists what is unknown, with what is known of it', async () => {
    const { id } = await unknownSend('listed');
    const { json } = await api.call('GET', '/v1/sends?state=unknown');
    const listed = json['sends'] as readonly Record<string, unknown>[];
    expect(listed.find((one) => one['id'] === id)).toMatchObject({
      ...{ state: 'unknown', step: 'welcome', address: 'listed@unknown.example' },
      ...{ messageId: '<m@acme.example>', response: 'lease-expired' },
      transmittingAt: new Date(api.now - 3_600_000).toISOString(),
    });
  });

  test('is settled once, and the lead’s history says by whom and why', async () => {
    const { id, leadId } = await unknownSend('settled');
    const ask = { sent: true, why: 'found in the log of the relay', by: 'Maria' };
    const first = await api.call('POST', `/v1/sends/${id}/settle`, ask);
    expect(first.json).toMatchObject({ success: true, before: 'unknown', after: 'sent' });
    const second = await api.call('POST', `/v1/sends/${id}/settle`, ask);
    expect(second.status).toBe(409);
    expect(second.json['detail']).toMatch(
      /It is sent since .*; only an email whose fate is unknown/,
    );
    const { json } = await api.call('GET', `/v1/leads/${leadId}/timeline`);
    const entries = json['entries'] as readonly { title: string; reasons: readonly string[] }[];
    const told = entries.find(({ title }) => title === 'Email was sent after all: Welcome');
    expect(told?.reasons).toEqual(['found in the log of the relay', 'By Maria']);
  });

  test('goes out once more at most', async () => {
    const { id, commandId } = await unknownSend('again');
    const ask = { sent: false, sendAgain: true, why: 'not in the log', by: 'Maria' };
    const path = `/v1/sends/${encodeURIComponent(commandId)}/settle`;
    expect((await api.call('POST', path, ask)).json).toMatchObject({ after: 'planned' });
    await api.store.run(`UPDATE send SET state = 'unknown' WHERE id = $1`, [id]);
    const { status, json } = await api.call('POST', path, ask);
    expect([status, json['detail']]).toEqual([
      409,
      'It was sent again once already, by Maria: one email never goes out a third time.',
    ]);
    expect((await api.call('POST', path, { sent: false, why: 'still not' })).json).toMatchObject({
      after: 'failed',
    });
  });

  test.each([
    [{ why: 'x' }, 'sent is missing; expected true (the server has it) or false.'],
    [{ sent: true }, 'why is missing; expected a text that says how you know.'],
    [{ sent: true, sendAgain: true, why: 'x' }, 'An email that the server has is not sent again.'],
  ])('refuses %j', async (ask, detail) => {
    const { id } = await unknownSend(`refused-${detail.length}`);
    expect((await api.call('POST', `/v1/sends/${id}/settle`, ask)).json['detail']).toBe(detail);
  });

  test('lists what nobody came back for', async () => {
    const { id } = await unknownSend('overdue', 'planned');
    const { json } = await api.call('GET', '/v1/sends?state=overdue');
    expect((json['sends'] as readonly { id: string }[]).map((one) => one.id)).toEqual([id]);
  });
});
