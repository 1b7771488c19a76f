/**
 * The links of an email to a lead, end to end on a real database: what is pressed is in force at once,
 * what is only looked at changes nothing, and coming back takes a confirmation.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Release } from '../../core/definitions/release.ts';
import { derivedId } from '../../core/decision/ids.ts';
import { confirmableForMs } from '../../core/sending/confirmation.ts';
import { createIngest, type Ingest } from '../../ingest/ingest.ts';
import { readToken, signToken } from '../../mail/tokens.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { NOW, openApi, SECRET, type ApiWorld } from './world.ts';

const database = useTestDatabase();
const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' };
const browser = { accept: 'text/html', authorization: '' };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let api: ApiWorld;
let ingest: Ingest;
let release: Release;
beforeAll(async () => {
  const plans = async () =>
    new Map(Object.values(release.journeys).map(({ hash, plan }) => [hash, plan]));
  const releases = { current: async () => release, plans, release: async () => release };
  api = await openApi(database.url, { releases, ingest: (requests) => ingest.ingest(requests) });
  ingest = createIngest({ store: api.store, releases });
  const fewer = {
    title: 'At most one a month',
    max: 1,
    per: { type: 'rolling', ms: 30 * DAY },
  } as const;
  const tracking = { clicks: true, opens: false, transactional: false };
  release = { ...api.release, sending: { ...api.release.sending, fewer, tracking } };
});
afterAll(async () => {
  await ingest.close();
  await api.close();
});
beforeEach(() => {
  api.now = NOW;
});

/** Somebody in Germany who agreed, and an email with product tips to them. */
async function mailTo(userId: string, consent = 'opt-in') {
  const email = `${userId}@firm.example`;
  const { json } = await api.call('POST', '/v1/identify', {
    userId,
    traits: { email, country: 'DE' },
  });
  const leadId = String(json['leadId']);
  if (consent !== 'none')
    await track(userId, 'Consent Given', { class: 'marketing', state: consent });
  const token = await api.sent(leadId, email);
  const read = readToken(SECRET, 'unsubscribe', token);
  const send = read.ok ? read.payload : '';
  await api.store.run(`UPDATE send SET topic = 'product-tips' WHERE id = $1`, [send]);
  api.now += HOUR;
  const page = `/p/${signToken(SECRET, 'preferences', send)}`;
  return { userId, leadId, email, send, leave: `/u/${token}`, page };
}
const track = (userId: string, event: string, properties: object = {}) =>
  api.call('POST', '/v1/track', { userId, event, properties });
const press = (path: string, body: string) => api.call('POST', path, body, form);
const saved = (...fields: readonly string[]) => ['choice=save', ...fields].join('&');
const all = ['topics=product-tips', 'topics=guides', 'topics=events', 'tracking=yes'];

/** What is in force: `product-tips` first, as the file has them. */
async function topicsOn(page: string): Promise<readonly string[]> {
  const { text } = await api.call('GET', page);
  return [...text.matchAll(/name="topics" value="([^"]+)"\s+checked/g)].map(([, id]) => id ?? '');
}
const suppressions = (email: string) =>
  api.store.query('SELECT scope, reason FROM suppression WHERE address = $1', [email]);
const consents = (email: string) =>
  api.store.query<{ readonly state: string; readonly evidence: string }>(
    'SELECT class, topic, state, text, evidence FROM consent WHERE address = $1 ORDER BY seq',
    [email],
  );
const events = async () => (await api.store.query('SELECT count(*)::int AS n FROM event'))[0];

describe('the preference page', () => {
  test('shows what is in force, and showing it changes nothing', async () => {
    const { page, email } = await mailTo('looks');
    const before = await events();
    for (const method of ['GET', 'HEAD']) expect((await api.call(method, page)).status).toBe(200);
    expect(await topicsOn(page)).toEqual(['product-tips', 'guides', 'events']);
    const { text, headers } = await api.call('GET', page);
    expect(text).toContain(email);
    expect(text).toContain('At most one a month');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await events()).toEqual(before);
  });

  test('a topic that is switched off is off at once, and the others stay on', async () => {
    const { page, email } = await mailTo('one-off');
    const answer = await press(page, saved('topics=product-tips', 'topics=guides', 'tracking=yes'));
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`${page}?done=saved`);
    expect(await topicsOn(page)).toEqual(['product-tips', 'guides']);
    expect(await suppressions(email)).toEqual([]);
    expect((await consents(email)).at(-1)).toMatchObject({ topic: 'events', state: 'refused' });
    const before = await events();
    await press(page, saved('topics=product-tips', 'topics=guides', 'tracking=yes'));
    expect(await events()).toEqual(before);
    api.now += 1000;
    await press(page, saved(...all));
    expect(await topicsOn(page)).toEqual(['product-tips', 'guides', 'events']);
  });

  test('two presses at once are one act', async () => {
    const { page, email } = await mailTo('at-once');
    const body = saved('topics=product-tips', 'tracking=yes');
    await Promise.all([press(page, body), press(page, body)]);
    const refused = (await consents(email)).filter((one) => one.state === 'refused');
    expect(refused).toHaveLength(2);
  });

  test('with every topic off nothing comes any more', async () => {
    const { page, email } = await mailTo('all-off');
    await press(page, saved('tracking=yes'));
    expect(await suppressions(email)).toEqual([{ scope: 'marketing', reason: 'unsubscribe' }]);
  });

  test('fewer emails and no tracking are kept by address, and outlive a merge', async () => {
    const { page, email, userId } = await mailTo('fewer');
    await press(page, saved(...all.slice(0, 3), 'fewer=yes'));
    const rows = 'SELECT fewer, tracking FROM preference WHERE address = $1';
    expect(await api.store.query(rows, [email])).toEqual([{ fewer: true, tracking: false }]);
    await press(page, saved(...all.slice(0, 3), 'fewer=yes', 'tracking=yes'));
    expect(await api.store.query(rows, [email])).toEqual([{ fewer: true, tracking: true }]);
    await api.call('POST', '/v1/track', { anonymousId: 'fewer-visitor', event: 'Pricing Viewed' });
    await api.call('POST', '/v1/identify', { userId, anonymousId: 'fewer-visitor' });
    const { text } = await api.call('GET', page);
    expect(text).toMatch(/name="fewer" value="yes"\s+checked/);
  });

  test('also opens from a page of the workspace, and only while the address is the same', async () => {
    const { leadId, email, userId } = await mailTo('own-page');
    const { json } = await api.call('GET', `/v1/leads/${leadId}`);
    const page = new URL(String(json['preferencesUrl'])).pathname;
    expect(await topicsOn(page)).toHaveLength(3);
    await press(page, 'choice=leave');
    expect(await suppressions(email)).toHaveLength(1);
    await api.call('POST', '/v1/identify', { userId, traits: { email: 'moved@firm.example' } });
    expect((await api.call('GET', page)).status).toBe(404);
  });
});

describe('unsubscribing', () => {
  test('offers to stop the topic alone, or to write less', async () => {
    const { leave, page, email } = await mailTo('less');
    expect((await api.call('GET', leave)).text).toContain('Only stop “Product tips”');
    const answer = await press(leave, 'choice=topic');
    expect(answer.headers.get('location')).toBe(`${page}?done=topic`);
    expect(await topicsOn(page)).toEqual(['guides', 'events']);
    await press(leave, 'choice=fewer');
    expect((await api.call('GET', page)).text).toMatch(/name="fewer" value="yes"\s+checked/);
    expect(await suppressions(email)).toEqual([]);
  });

  test('by mistake is undone by the same link within an hour, to exactly what was there', async () => {
    const { leave, page, email } = await mailTo('mistake', 'double-opt-in');
    await press(page, saved('topics=product-tips', 'tracking=yes'));
    api.now += 1000;
    await press(leave, 'List-Unsubscribe=One-Click');
    api.now += 1000;
    expect((await api.call('GET', leave)).text).toContain('Stay subscribed');
    await press(leave, 'choice=stay');
    expect(await suppressions(email)).toEqual([]);
    expect(await topicsOn(page)).toEqual(['product-tips']);
    // And it can be left again.
    api.now += 1000;
    await press(leave, 'List-Unsubscribe=One-Click');
    expect(await suppressions(email)).toHaveLength(1);
  });

  test('is not undone after an hour, nor by the link of another email', async () => {
    const { leave, email, leadId } = await mailTo('too-late');
    await press(leave, 'List-Unsubscribe=One-Click');
    const other = `/u/${await api.sent(leadId, email)}`;
    api.now += 1000;
    await press(other, 'choice=stay');
    api.now += HOUR;
    await press(leave, 'choice=stay');
    expect(await suppressions(email)).toHaveLength(1);
    expect((await api.call('GET', leave)).text).not.toContain('Stay subscribed');
  });

  test('a link that is none gets one page, which tells nothing about anybody', async () => {
    const { leave, page } = await mailTo('forged-page');
    const unknown = derivedId('send', 'nobody');
    const lost = [
      `${leave.slice(0, -2)}xx`,
      `${page.slice(0, -2)}xx`,
      `/u/${signToken(SECRET, 'unsubscribe', unknown)}`,
      `/p/${signToken(SECRET, 'preferences', unknown)}`,
      `/p/${signToken(SECRET, 'preferences', `lead/${unknown}/x`)}`,
      `/k/${signToken(SECRET, 'confirm', unknown)}`,
      leave.replace('/u/', '/p/'),
      '/k/anything',
    ];
    const texts = new Set<string>();
    for (const path of lost) {
      const answer = await api.call('GET', path, undefined, browser);
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
      texts.add(answer.text);
    }
    expect(texts.size).toBe(1);
    expect([...texts][0]).toContain('This link does not work');
  });

  test('an address that complained is offered nothing', async () => {
    const { leave, page, userId } = await mailTo('complained');
    await track(userId, 'Email Complained');
    for (const path of [leave, page]) {
      const { text } = await api.call('GET', path);
      expect(text).toContain('We do not write to this address');
      expect(text).not.toContain('<form');
    }
  });
});

describe('double opt-in', () => {
  /** The mail of the journey that a press entered, as the worker would have written it. */
  async function confirmMail(leadId: string, email: string): Promise<string> {
    const [run] = await api.store.query<{ readonly id: string }>(
      `SELECT id FROM enrolment WHERE lead_id = $1 AND journey = 'confirm-subscription' ORDER BY entry_number DESC LIMIT 1`,
      [leadId],
    );
    const token = await api.sent(leadId, email);
    const read = readToken(SECRET, 'unsubscribe', token);
    const send = read.ok ? read.payload : '';
    await api.store.run(
      `UPDATE send SET enrolment_id = $2, class = 'transactional' WHERE id = $1`,
      [send, run?.id],
    );
    return `/k/${signToken(SECRET, 'confirm', send)}`;
  }
  async function left(userId: string) {
    const mail = await mailTo(userId);
    await press(mail.leave, 'List-Unsubscribe=One-Click');
    api.now += 2 * HOUR;
    return mail;
  }

  test('who has left comes back by a mail, a button, and not before', async () => {
    const { leave, page, email, leadId } = await left('comes-back');
    const asked = await press(leave, 'choice=return');
    expect(asked.headers.get('location')).toContain('done=asked');
    const again = await press(leave, 'choice=return');
    expect(again.headers.get('location')).toContain('done=asked-before');
    const link = await confirmMail(leadId, email);
    const before = await events();
    for (const method of ['GET', 'HEAD']) expect((await api.call(method, link)).status).toBe(200);
    expect((await api.call('GET', link)).text).toContain('Yes, Maria at Acme may email me.');
    expect(await events()).toEqual(before);
    expect(await suppressions(email)).toHaveLength(1);

    api.now += HOUR;
    expect((await press(link, '')).status).toBe(303);
    expect(await suppressions(email)).toEqual([]);
    expect(await topicsOn(page)).toEqual(['product-tips', 'guides', 'events']);
    const confirmed = (await consents(email)).at(-1);
    expect(confirmed).toMatchObject({
      state: 'double-opt-in',
      text: 'Yes, Maria at Acme may email me.',
    });
    expect(confirmed?.evidence).toMatch(/^confirm link of .+, asked .+, pressed 2026-03-02T/);
    const after = await events();
    await press(link, '');
    expect(await events()).toEqual(after);
    expect((await api.call('GET', link)).text).toContain('You are subscribed');
    const [run] = await api.store.query(`SELECT outcome, goal FROM enrolment WHERE lead_id = $1`, [
      leadId,
    ]);
    expect(run).toEqual({ outcome: 'confirmed', goal: true });
  });

  test('an old link confirms nothing and offers a new mail; one that was taken back likewise', async () => {
    const { leave, email, leadId } = await left('waits-long');
    await press(leave, 'choice=return');
    const link = await confirmMail(leadId, email);
    api.now += confirmableForMs + HOUR;
    expect((await api.call('GET', link)).text).toContain('This link has grown old');
    await press(link, '');
    expect(await suppressions(email)).toHaveLength(1);
    // The run has ended long ago.
    await api.store.run(
      `UPDATE enrolment SET status = 'closed', closed_at = entered_at + interval '7 days' WHERE lead_id = $1`,
      [leadId],
    );
    const again = await press(link, 'choice=again');
    expect(again.headers.get('location')).toContain('done=asked');
    const fresh = await confirmMail(leadId, email);
    api.now += HOUR;
    await press(fresh, '');
    api.now += HOUR;
    await press(leave, 'List-Unsubscribe=One-Click');
    await press(fresh, '');
    expect(await suppressions(email)).toHaveLength(1);
    expect((await api.call('GET', fresh)).text).toContain('You have unsubscribed since');
  });

  test('a form that anybody can fill in sends one mail a week at most; a mailed link is heard again', async () => {
    const { userId, leave, leadId } = await left('pestered');
    const ask = async () => {
      const { json } = await track(userId, 'Subscription Requested', { class: 'marketing' });
      return (
        (json['journeys'] as readonly { readonly because?: string }[])[0]?.because ?? 'entered'
      );
    };
    expect([await ask(), await ask()]).toEqual(['entered', 'inside']);
    api.now += 7 * DAY;
    await api.store.run(
      `UPDATE enrolment SET status = 'closed', closed_at = to_timestamp($2::float8 / 1000) WHERE lead_id = $1`,
      [leadId, api.now],
    );
    api.now += 6 * DAY;
    expect(await ask()).toBe('again');
    expect((await press(leave, 'choice=return')).headers.get('location')).toContain('done=asked');
  });

  test('where the rule asks for it, a topic switched on waits for its confirmation', async () => {
    const usual = release;
    const consent = usual.sending.consent.map((rule) => ({
      ...rule,
      marketing: 'double-opt-in' as const,
    }));
    release = { ...usual, sending: { ...usual.sending, consent } };
    try {
      const { page, email, leadId } = await mailTo('strict', 'none');
      await press(page, saved('topics=guides', 'topics=events', 'tracking=yes'));
      const { text } = await api.call('GET', page);
      expect(text.match(/Waiting for your confirmation/g)).toHaveLength(2);
      const link = await confirmMail(leadId, email);
      expect((await api.call('GET', link)).text).toContain('Guides and e-books, Events');
      api.now += HOUR;
      await press(link, '');
      expect((await api.call('GET', page)).text).not.toContain('Waiting for');
      expect(await topicsOn(page)).toEqual(['guides', 'events']);
    } finally {
      release = usual;
    }
  });
});
