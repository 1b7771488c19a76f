import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import { demoRequested, openApi, type ApiWorld } from './world.ts';

const database = useTestDatabase();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());

/** Everything a link could have changed. */
async function state(): Promise<unknown> {
  return api.store.query(
    `SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM decision) AS decisions,
       (SELECT count(*) FROM suppression) AS suppressions, (SELECT count(*) FROM consent) AS consents,
       (SELECT string_agg(status, ',' ORDER BY id) FROM handoff) AS handoffs`,
  );
}
const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' };

describe('unsubscribe', () => {
  async function mailTo(userId: string) {
    const email = `${userId}@firm.example`;
    const { json } = await api.call('POST', '/v1/identify', { userId, traits: { email } });
    return { email, path: `/u/${await api.sent(String(json['leadId']), email)}` };
  }
  const suppressionsOf = (email: string) =>
    api.store.query('SELECT scope, reason FROM suppression WHERE address = $1', [email]);

  test('following the link asks and changes nothing', async () => {
    const { email, path } = await mailTo('asked');
    const before = await state();
    for (const method of ['GET', 'HEAD']) expect((await api.call(method, path)).status).toBe(200);
    expect((await api.call('GET', path)).text).toContain(email);
    expect(await state()).toEqual(before);
  });

  test('one click takes effect at once, without a cookie, a key or a form', async () => {
    const { email, path } = await mailTo('one-click');
    const answer = await api.call('POST', path, 'List-Unsubscribe=One-Click', form);
    expect(answer.status).toBe(200);
    expect(await suppressionsOf(email)).toEqual([{ scope: 'marketing', reason: 'unsubscribe' }]);
    const lead = await api.call('GET', `/v1/leads/${email}`);
    expect(lead.json['consents']).toContainEqual(
      expect.objectContaining({ class: 'marketing', state: 'refused' }),
    );
  });

  test('multipart, as RFC 8058 also allows, is the same click', async () => {
    const { email, path } = await mailTo('multipart');
    const body =
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--';
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    expect((await api.call('POST', path, body, headers)).status).toBe(200);
    expect(await suppressionsOf(email)).toHaveLength(1);
  });

  test('twice is once', async () => {
    const { path } = await mailTo('twice');
    await api.call('POST', path, 'List-Unsubscribe=One-Click', form);
    const before = await state();
    expect((await api.call('POST', path, 'List-Unsubscribe=One-Click', form)).status).toBe(200);
    expect(await state()).toEqual(before);
  });

  test('a link that was changed in one letter does nothing', async () => {
    const { path } = await mailTo('forged');
    const before = await state();
    expect((await api.call('POST', `${path.slice(0, -2)}xx`, '', form)).status).toBe(404);
    expect(await state()).toEqual(before);
  });
});

describe('a handoff', () => {
  async function handedTo(rep: string, userId: string) {
    const { leadId, handoffId } = await demoRequested(api, userId);
    await api.give(handoffId, rep);
    return { leadId, handoffId, path: `/h/${api.handoffToken(handoffId, rep)}` };
  }
  const latest = async (leadId: string) => (await api.call('GET', `/v1/leads/${leadId}`)).json;

  test('following the link shows the brief and changes nothing', async () => {
    const { path } = await handedTo('mia', 'brief');
    const before = await state();
    for (const query of ['', '?verdict=accept', '?verdict=reject']) {
      const page = await api.call('GET', `${path}${query}`);
      expect(page.text).toContain('Accept this lead');
      await api.call('HEAD', `${path}${query}`);
    }
    expect(await state()).toEqual(before);
  });

  test('accepting makes the lead theirs, and the page says so', async () => {
    const { leadId, handoffId, path } = await handedTo('mia', 'accept');
    expect((await api.call('POST', path, 'verdict=accept', form)).status).toBe(303);
    const lead = await latest(leadId);
    expect(lead['handoff']).toMatchObject({ id: handoffId, status: 'accepted', rep: 'mia' });
    expect(lead['stage']).toMatchObject({ label: 'SAL' });
    expect((await api.call('GET', path)).text).toContain('Accepted. It is yours');
    const told = await api.store.query('SELECT payload FROM outbox WHERE target_id = $1', [
      handoffId,
    ]);
    expect(JSON.stringify(told)).toContain('"settled"');
  });

  test('the second press, and a press after the other button, change nothing', async () => {
    const { path } = await handedTo('tom', 'again');
    await api.call('POST', path, 'verdict=accept', form);
    const before = await state();
    await api.call('POST', path, 'verdict=accept', form);
    await api.call('POST', path, 'verdict=reject&reason=not-a-fit', form);
    expect(await state()).toEqual(before);
  });

  test('rejecting needs a reason, and the day where the reason asks for one', async () => {
    const { path } = await handedTo('mia', 'reason');
    const before = await state();
    const none = await api.call('POST', path, 'verdict=reject', form);
    expect({ status: none.status, says: none.text.includes('choose one of the reasons') }).toEqual({
      status: 422,
      says: true,
    });
    const undated = await api.call('POST', path, 'verdict=reject&reason=not-now', form);
    expect(undated.text).toContain('needs the day on which to call again');
    expect(undated.text).toMatch(/value="not-now" required checked/);
    const past = 'verdict=reject&reason=not-now&callAgainOn=2020-01-01';
    const late = await api.call('POST', path, past, form);
    expect(late.status).toBe(422);
    expect(late.text).toContain('needs a day to come; 2020-01-01 has passed');
    expect(await state()).toEqual(before);
  });

  test('"not now" sends the lead back and into the journey that comes back to it', async () => {
    const { leadId, path } = await handedTo('mia', 'not-now');
    const body = 'verdict=reject&reason=not-now&callAgainOn=2026-06-01';
    expect((await api.call('POST', path, body, form)).status).toBe(303);
    const lead = await latest(leadId);
    expect(lead['handoff']).toMatchObject({ status: 'rejected', reason: 'not-now' });
    const journeys = lead['journeys'] as readonly { readonly journey: string }[];
    expect(journeys.find(({ journey }) => journey === 'recycle')).toMatchObject({ status: 'open' });
  });

  test('of fields that several reasons ask for, the one that was filled in counts', async () => {
    const { leadId, path } = await handedTo('mia', 'two-dates');
    const body = 'verdict=reject&reason=not-now&callAgainOn=&callAgainOn=2026-06-01';
    expect((await api.call('POST', path, body, form)).status).toBe(303);
    expect((await latest(leadId))['handoff']).toMatchObject({ status: 'rejected' });
  });

  test('a kind that was taken out of the files can still be answered', async () => {
    const { handoffId, path } = await handedTo('mia', 'unpublished');
    await api.store.run(`UPDATE handoff SET handoff = 'gone' WHERE id = $1`, [handoffId]);
    expect((await api.call('GET', path)).text).toContain('Accept this lead');
    expect((await api.call('POST', path, 'verdict=accept', form)).status).toBe(303);
  });

  test('a link of a rep it was taken from says who has it, and answers nothing', async () => {
    const { handoffId, path } = await handedTo('mia', 'moved');
    await api.give(handoffId, 'tom', 2);
    const before = await state();
    expect((await api.call('GET', path)).text).toContain('moved on to Tom Lund');
    await api.call('POST', path, 'verdict=accept', form);
    expect(await state()).toEqual(before);
  });

  test('a token made for unsubscribing opens no handoff', async () => {
    const { leadId } = await handedTo('mia', 'purpose');
    const token = await api.sent(leadId, 'purpose@purpose.nordwind.example');
    expect((await api.call('GET', `/h/${token}`)).status).toBe(404);
  });

  test('is listed with its rep and deadline', async () => {
    const { handoffId } = await handedTo('mia', 'listed');
    const { json } = await api.call('GET', '/v1/handoffs?status=open&limit=200');
    const handoffs = json['handoffs'] as readonly { readonly id: string }[];
    expect(handoffs.find(({ id }) => id === handoffId)).toMatchObject({
      repName: 'Mia Roth',
      cause: 'Demo Requested',
      acceptBy: '2026-03-02T09:05:00.000Z',
    });
  });
});
