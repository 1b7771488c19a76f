/**
 * Clicks end to end on a real database: a person's counts once, a scanner's counts for nothing at any
 * moment, what turns out to have been a scanner's is taken back, and no link leads where nobody wrote.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Release } from '../../core/definitions/release.ts';
import { settleMs } from '../../core/tracking/changes.ts';
import { TRAP } from '../../core/tracking/hit.ts';
import { judgeHits, type HitJudge } from '../../ingest/judge-hits.ts';
import { signLink, signOpen } from '../../mail/tracking/link-token.ts';
import { readToken } from '../../mail/tokens.ts';
import { linkSaid } from '../../runtime/tracking.ts';
import { savePreferences } from '../../store/preferences.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { openApi, SECRET, type ApiWorld } from './world.ts';

const database = useTestDatabase();
const MINUTE = 60_000;
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

const html = `<html><body>
  <a href="https://acme.example/pricing?a=1&amp;b=2#plans">Compare the plans</a>
  <a href="https://acme.example/help">Help</a><a href="https://acme.example/blog?utm_source=own">Blog</a>
  <a href="{{ owner.meetingLink | url }}">Pick 15 minutes</a></body></html>`;
const rest = { hash: 'h', name: 'welcome', variables: [], problems: [], bytes: html.length };
const template = { ...rest, language: 'en', subject: 'Hello', preheader: '', html, text: 'Hello' };

let api: ApiWorld;
let release: Release;
let judge: HitJudge;
beforeAll(async () => {
  const releases = {
    current: async () => release,
    plans: async () => new Map(),
    release: async () => release,
    template: async () => ({ languages: { en: template }, manifest: {} as never }),
  };
  api = await openApi(database.url, { releases });
  const tracking = { clicks: true, opens: true, transactional: false };
  const utm = { source: 'acme', medium: 'email' };
  release = { ...api.release, sending: { ...api.release.sending, tracking: { ...tracking, utm } } };
  judge = {
    ...{ sql: api.store, ingest: api.ingest.ingest, now: () => api.now },
    link: linkSaid(releases),
    onError: (error) => {
      throw error;
    },
  };
});
afterAll(() => api.close());

interface Mail {
  readonly leadId: string;
  readonly email: string;
  readonly send: string;
}
async function mailTo(userId: string): Promise<Mail> {
  const email = `${userId}@${userId}.example`;
  const { json } = await api.call('POST', '/v1/identify', { userId, traits: { email } });
  const leadId = String(json['leadId']);
  const read = readToken(SECRET, 'unsubscribe', await api.sent(leadId, email));
  if (!read.ok) throw new Error(read.problem);
  return { leadId, email, send: read.payload };
}
const path = (send: string, link: string) => `/c/${signLink(SECRET, { send, link })}`;

/** Without a key, as whoever follows a link. */
function ask(method: string, at: string, userAgent = phone, more = {}) {
  return api.call(method, at, undefined, { 'user-agent': userAgent, authorization: '', ...more });
}
/** Long enough for what was asked until now to have settled. */
async function settle(): Promise<void> {
  api.now += settleMs + 5_000;
  while (await judgeHits(judge)) continue;
}
/** Everything a click could have changed. */
async function standing({ leadId, email }: Mail) {
  const { json } = await api.call('GET', `/v1/leads/${email}`);
  const [row] = await api.store.query<{
    readonly clicks: readonly string[];
    readonly changed: number;
  }>(
    `SELECT (SELECT coalesce(array_agg(trust ORDER BY seq), '{}') FROM event
         WHERE lead_id = $1 AND name = 'Email Clicked') AS clicks,
       (SELECT count(*) FROM consent WHERE address = $2) + (SELECT count(*) FROM suppression WHERE address = $2)
       + (SELECT count(*) FROM decision WHERE lead_id = $1) + (SELECT count(*) FROM outbox) AS changed`,
    [leadId, email],
  );
  const { consents } = json;
  const { stage } = json['stage'] as { readonly stage: string };
  // The words beside the points say how long ago.
  const scores = (json['scores'] as readonly { readonly scores: object }[]).map(
    (one) => one.scores,
  );
  return { stage, scores, consents, changed: row?.changed, clicks: row?.clicks ?? [] };
}

describe('a person', () => {
  test('is sent on at once, with UTM, uncached and without a referrer; the click counts when settled', async () => {
    const mail = await mailTo('person');
    const before = await standing(mail);
    api.now += 5 * MINUTE;
    const answer = await ask('GET', path(mail.send, 'en.1'));
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe(
      'https://acme.example/pricing?a=1&b=2&utm_source=acme&utm_medium=email&utm_campaign=trial-nurture&utm_content=welcome#plans',
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await standing(mail)).toEqual(before);
    await settle();
    const after = await standing(mail);
    expect(after.clicks).toEqual(['human']);
    expect(after.stage).toBe('lead');
    expect(after.scores[0]).toMatchObject({ engagement: 3 });
    const [event] = await api.store.query<{ readonly properties: object }>(
      `SELECT properties FROM event WHERE lead_id = $1 AND name = 'Email Clicked'`,
      [mail.leadId],
    );
    expect(event?.properties).toEqual({
      ...{ journey: 'trial-nurture', step: 'welcome', template: 'welcome', send: mail.send },
      ...{ url: 'https://acme.example/pricing?a=1&b=2#plans', link: 'Compare the plans' },
    });
  });

  test('who looks again the same day clicked once; judging again tells nothing new', async () => {
    const mail = await mailTo('again');
    api.now += 5 * MINUTE;
    await ask('GET', path(mail.send, 'en.1'));
    await settle();
    const once = await standing(mail);
    await ask('GET', path(mail.send, 'en.1'));
    await settle();
    await settle();
    expect(await standing(mail)).toEqual(once);
  });

  test('keeps the UTM parameters that a link has of its own', async () => {
    const { send } = await mailTo('own-utm');
    const { headers } = await ask('GET', path(send, 'en.3'));
    expect(headers.get('location')).toBe('https://acme.example/blog?utm_source=own');
  });

  test('follows the link that was written for them', async () => {
    const { send } = await mailTo('personal');
    const where = 'https://meet.example/anna/für-dich?who=ann';
    const targets = JSON.stringify({ 'en.4': where });
    await api.store.run('UPDATE send SET link_targets = $2 WHERE id = $1', [send, targets]);
    const { headers } = await ask('GET', path(send, 'en.4'));
    expect(headers.get('location')).toMatch(
      /^https:\/\/meet\.example\/anna\/f%c3%bcr-dich\?who=ann&/,
    );
  });
});

describe('a scanner that follows every link', () => {
  const every = ['en.1', 'en.2', 'en.3', TRAP];

  test.each([
    ['with GET', ['GET']],
    ['with HEAD', ['HEAD']],
    ['with both', ['HEAD', 'GET']],
  ])('%s finds consent, scores and stages as they were, at every moment', async (name, methods) => {
    const mail = await mailTo(name.replace(' ', '-').toLowerCase());
    const before = await standing(mail);
    api.now += 5 * MINUTE;
    for (const link of every) {
      for (const method of methods) {
        const { status } = await ask(method, path(mail.send, link), windows);
        expect(status).toBe(link === TRAP ? 204 : 302);
        api.now += 100;
        await judgeHits(judge);
        expect(await standing(mail)).toEqual(before);
      }
    }
    await settle();
    const { clicks, changed: _more, ...after } = await standing(mail);
    expect(after).toEqual({
      stage: before.stage,
      scores: before.scores,
      consents: before.consents,
    });
    expect(clicks).toEqual(['likely-robot']);
  });

  test('leaves the person free to follow a link after it', async () => {
    const mail = await mailTo('after-a-scan');
    api.now += 5_000;
    for (const link of every) await ask('GET', path(mail.send, link), windows);
    await settle();
    api.now += 5 * MINUTE;
    await ask('GET', path(mail.send, 'en.1'));
    await settle();
    const { clicks, stage } = await standing(mail);
    expect(clicks).toEqual(['likely-robot', 'human']);
    expect(stage).toBe('lead');
  });
});

test('a click that turns out to have been a machine gives its points and its stage back', async () => {
  const mail = await mailTo('late-trap');
  const before = await standing(mail);
  api.now += 5 * MINUTE;
  await ask('GET', path(mail.send, 'en.1'));
  await settle();
  expect((await standing(mail)).stage).toBe('lead');
  api.now += 5 * MINUTE;
  await ask('GET', path(mail.send, TRAP));
  await settle();
  const after = await standing(mail);
  expect(after.scores).toEqual(before.scores);
  expect(after.stage).toBe('subscriber');
  expect(after.clicks).toEqual(['likely-robot', 'likely-robot']);
  const [verdict] = await api.store.query<{ readonly properties: object }>(
    `SELECT properties FROM event WHERE lead_id = $1 AND name = 'Event Judged'`,
    [mail.leadId],
  );
  expect(verdict?.properties).toMatchObject({
    ...{ trust: 'likely-robot', by: 'tracking', before: 'human' },
    because: 'the same client did what only machines do with this email',
  });
});

test('two that judge at once, and one that died before it noted it, tell everything once', async () => {
  const mail = await mailTo('judged-twice');
  api.now += 5 * MINUTE;
  await ask('GET', path(mail.send, 'en.1'));
  await ask('GET', path(mail.send, 'en.2'), windows);
  api.now += settleMs + 5_000;
  await Promise.all([judgeHits(judge), judgeHits(judge)]);
  const events = () =>
    api.store.query('SELECT name, trust FROM event WHERE lead_id = $1 ORDER BY id', [mail.leadId]);
  const once = await events();
  expect((await standing(mail)).clicks).toEqual(['human', 'human']);
  await api.store.run('UPDATE link_hit SET judged = NULL WHERE send_id = $1', [mail.send]);
  await judgeHits(judge);
  expect(await events()).toEqual(once);
});

test('the history of a lead says what was followed, by whom, and why that is thought', async () => {
  const mail = await mailTo('told');
  await ask('HEAD', path(mail.send, 'en.2'), windows);
  api.now += 5 * MINUTE;
  await ask('GET', path(mail.send, 'en.1'));
  await settle();
  const { json } = await api.call('GET', `/v1/leads/${mail.email}/timeline`);
  const entries = json['entries'] as readonly {
    readonly title: string;
    readonly reasons: unknown;
  }[];
  const told = entries.filter(({ title }) => /^Clicked “|^A machine/.test(title));
  expect(told.map(({ title, reasons }) => ({ title, reasons }))).toEqual([
    {
      title: 'Clicked “Compare the plans”',
      reasons: [
        'To https://acme.example/pricing?a=1&b=2#plans',
        'In welcome of “Trial nurture, 30 days”',
      ],
    },
    {
      title: 'A machine followed links of an email',
      reasons: [
        'In welcome of “Trial nurture, 30 days”',
        'It asked for the head of the page only; it came within seconds of the delivery',
        'Likely a robot: it counts for nothing',
      ],
    },
  ]);
});

describe('no more is kept than is allowed', () => {
  const hitsOf = async ({ send }: Mail) =>
    api.store.query<{ readonly row: string }>(
      'SELECT to_jsonb(h)::text AS row FROM link_hit h WHERE send_id = $1',
      [send],
    );
  test('neither the address nor the browser of anybody', async () => {
    const mail = await mailTo('private');
    await ask('GET', path(mail.send, 'en.1'));
    const [{ row } = { row: '' }] = await hitsOf(mail);
    expect(row).not.toMatch(/127\.0\.0\.1|::1|iPhone|Safari|private@/);
  });
  test('nothing of a person who said no, also after the mail went out', async () => {
    const mail = await mailTo('said-no');
    await savePreferences(api.store, [
      { address: mail.email, tracking: false, at: api.now, eventId: null },
    ]);
    expect((await ask('GET', path(mail.send, 'en.1'))).status).toBe(302);
    expect((await ask('GET', `/o/${signOpen(SECRET, mail.send)}`)).status).toBe(200);
    expect(await hitsOf(mail)).toEqual([]);
  });
  test('nothing once the workspace turned it off; links of earlier emails lead on', async () => {
    const mail = await mailTo('turned-off');
    const { tracking: _off, ...sending } = release.sending;
    const before = release;
    release = { ...release, sending };
    expect((await ask('GET', path(mail.send, 'en.2'))).headers.get('location')).toBe(
      'https://acme.example/help',
    );
    release = before;
    expect(await hitsOf(mail)).toEqual([]);
  });
});

describe('the image', () => {
  test('tells of an open that qualifies nobody, and of Apple that it was a machine', async () => {
    const mail = await mailTo('opens');
    const before = await standing(mail);
    api.now += 5 * MINUTE;
    const image = `/o/${signOpen(SECRET, mail.send)}`;
    expect((await ask('GET', image, 'Mozilla/5.0')).headers.get('content-type')).toBe('image/gif');
    await settle();
    const opens = () =>
      api.store.query(`SELECT trust FROM event WHERE lead_id = $1 AND name = 'Email Opened'`, [
        mail.leadId,
      ]);
    expect(await opens()).toEqual([{ trust: 'likely-robot' }]);
    await ask('GET', image, windows);
    await settle();
    expect(await opens()).toEqual([{ trust: 'unknown' }]);
    const { stage, scores } = await standing(mail);
    expect({ stage, scores }).toEqual({ stage: before.stage, scores: before.scores });
  });
});

describe('a link that nobody wrote', () => {
  const foreign = { send: '0192f0aa-0000-7000-8000-000000000001', link: 'en.1' };
  test.each([
    ['forged', () => `${path(foreign.send, 'en.1').slice(0, -2)}xx`],
    ['of another secret', () => `/c/${signLink('another secret of thirty-two ch', foreign)}`],
    ['of a mail that we do not know', () => path(foreign.send, 'en.1')],
    ['of an image', () => `/c/${signOpen(SECRET, foreign.send)}`],
    ['that is none', () => '/c/x?to=https://evil.example'],
  ])('%s leads nowhere: a page says so', async (_name, at) => {
    const answer = await ask('GET', at(), phone, { accept: 'text/html' });
    expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({
      ...{ status: 404, location: null },
    });
    expect(answer.text).toContain('This link does not work');
  });
  test('nor does one that its template does not have, or that was not kept', async () => {
    const { send } = await mailTo('no-such-link');
    for (const link of ['en.9', 'de.1', 'en.4']) {
      expect((await ask('GET', path(send, link))).status).toBe(404);
    }
  });
  test('nor does the query have a say', async () => {
    const { send } = await mailTo('query');
    const answer = await ask(
      'GET',
      `${path(send, 'en.2')}?to=https://evil.example&url=//evil.example`,
    );
    expect(answer.headers.get('location')).toMatch(
      /^https:\/\/acme\.example\/help\?utm_source=acme&/,
    );
  });
});
