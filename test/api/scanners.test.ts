/**
 * What link scanners do to real emails: they follow every link in header, HTML and text, with GET and
 * HEAD, several of them, twice, redirects included. Consent, scores and stages are as they were.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Release } from '../../core/definitions/release.ts';
import { derivedId } from '../../core/decision/ids.ts';
import { judgeHits } from '../../ingest/judge-hits.ts';
import { settleMs } from '../../core/tracking/changes.ts';
import { compileTemplate } from '../../mail/templates/compile.ts';
import { createLetters, type Draft } from '../../mail/letters.ts';
import { readToken } from '../../mail/tokens.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { openApi, SECRET, type ApiWorld } from './world.ts';

const database = useTestDatabase();
const agents = [
  'Mozilla/5.0 (compatible; BarracudaCentral/1.0; +http://www.barracudacentral.org)',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0',
  'python-requests/2.32',
];
const body = `<mjml><mj-body><mj-section><mj-column>
  <mj-button href="https://acme.example/pricing">Prices</mj-button>
  <mj-text>{% if confirm_url %}<a href="{{ confirm_url }}">Yes, subscribe me</a>{% endif %}
  {% if accept_url %}<a href="{{ accept_url }}">Accept</a> <a href="{{ reject_url }}">Reject</a>{% endif %}
  <a href="{{ unsubscribe_url }}">Unsubscribe</a>
  <a href="{{ subscription_management_url }}">Choose what you receive</a></mj-text>
  </mj-column></mj-section></mj-body></mjml>`;

let api: ApiWorld;
let release: Release;
beforeAll(async () => {
  const releases = {
    current: async () => release,
    plans: async () => new Map(),
    release: async () => release,
  };
  api = await openApi(database.url, { releases });
  const tracking = { clicks: true, opens: true, transactional: true };
  release = { ...api.release, sending: { ...api.release.sending, tracking } };
});
afterAll(() => api.close());

/** Everything that a person or a rule decides, row by row; requests and their judgement are evidence. */
async function everything(): Promise<unknown> {
  const tables = [
    'consent',
    'suppression',
    'preference',
    'decision',
    'enrolment',
    'handoff',
    'outbox',
    'send',
  ];
  const rows = tables.map((table) =>
    api.store.query(`SELECT * FROM ${table} AS t ORDER BY t::text`),
  );
  const leads = api.store
    .query(`SELECT id, address, traits, tags, stage, stage_state, scores, segments,
    last_activity_at, disqualified FROM lead ORDER BY id`);
  const events = api.store.query(`SELECT id FROM event WHERE trust = 'human' ORDER BY id`);
  return Promise.all([...rows, leads, events]);
}

/** The letters of one lead, as they leave: marketing with tracked links, and a confirmation. */
async function letters(): Promise<readonly string[]> {
  const email = 'ana@scanned.example';
  const userId = 'scanned';
  const traits = { email, country: 'DE', seniority: 'vp' };
  const { json } = await api.call('POST', '/v1/identify', { userId, traits });
  const leadId = String(json['leadId']);
  await api.call('POST', '/v1/track', {
    userId,
    event: 'Consent Given',
    properties: { state: 'opt-in' },
  });
  await api.call('POST', '/v1/track', { userId, event: 'Trial Started' });
  const asked = await api.call('POST', '/v1/track', { userId, event: 'Subscription Requested' });
  const [run] = asked.json['journeys'] as readonly { readonly enrolmentId: string }[];
  const template = await compileTemplate({
    ...{ name: 'probe', mjml: body, partials: {}, brand: {} },
    email: { subject: 'Hello', preheader: '', language: 'en' },
  });
  const write = createLetters({ domain: 'acme.example', publicUrl: api.url, secret: SECRET });
  const found: string[] = [];
  for (const kind of ['marketing', 'transactional', 'internal'] as const) {
    const read = readToken(SECRET, 'unsubscribe', await api.sent(leadId, email));
    const send = read.ok ? read.payload : '';
    const of = kind === 'transactional' ? run?.enrolmentId : null;
    await api.store.run('UPDATE send SET class = $2, enrolment_id = $3 WHERE id = $1', [
      send,
      kind,
      of,
    ]);
    const handoff = `${api.url}/h/${api.handoffToken(derivedId('handoff', 'scanned'), 'mia')}`;
    const draft: Draft = {
      ...{ sendId: send, messageId: `<${send}@acme.example>`, class: kind, template },
      ...{ programme: 'trial-nurture', step: 'welcome' },
      from: { name: 'Maria', address: 'maria@acme.example' },
      to: { name: 'Ana', address: email },
      variables: {
        ...{
          lead: {},
          sender: { name: 'Maria', email: '' },
          workspace: { postalAddress: 'Berlin' },
        },
        ...(kind === 'internal'
          ? {
              accept_url: handoff,
              reject_url: `${handoff}?verdict=reject`,
              unsubscribe_url: handoff,
              subscription_management_url: handoff,
            }
          : {}),
      },
      tracking: { clicks: true, opens: true },
    };
    const letter = write.compose(draft);
    if (!letter.ok) throw new Error(letter.message);
    const { html, text, headers, linkTargets } = letter.email;
    await api.store.run('UPDATE send SET link_targets = $2 WHERE id = $1', [
      send,
      JSON.stringify(linkTargets ?? { '1': 'https://acme.example/pricing' }),
    ]);
    const list = JSON.stringify(headers['List-Unsubscribe'] ?? '');
    const all = `${html.replaceAll('&amp;', '&')} ${text} ${list}`;
    found.push(...[...all.matchAll(/https?:\/\/[^\s"'<>)\\]+/g)].map(([url]) => url));
  }
  return [...new Set(found)].filter((url) => url.startsWith(api.url));
}

test('whoever follows every link of an email leaves everything as it was', async () => {
  const links = await letters();
  const kinds = new Set(links.map((url) => new URL(url).pathname.split('/')[1]));
  expect([...kinds].toSorted()).toEqual(['c', 'h', 'k', 'o', 'p', 'u']);
  api.now += 3_000;
  const before = await everything();
  for (const agent of [...agents, ...agents]) {
    for (const url of links) {
      for (const method of ['GET', 'HEAD']) await follow(method, url, agent);
    }
  }
  expect(await everything()).toEqual(before);
  api.now += settleMs + 60_000;
  const judge = {
    ...{ sql: api.store, ingest: api.ingest.ingest, now: () => api.now },
    link: async () => ({ url: 'https://acme.example/pricing', words: 'Prices' }),
    onError: (error: unknown) => {
      throw error;
    },
  };
  while (await judgeHits(judge)) continue;
  const clicks = await api.store.query(
    `SELECT trust FROM event WHERE name = 'Email Clicked' AND trust = 'human'`,
  );
  expect(clicks).toEqual([]);
  const { json } = await api.call('GET', '/v1/leads/ana@scanned.example');
  expect(json['suppressions']).toEqual([]);
});

/** As far as it stays with us: what lies behind is not ours to ask. */
async function follow(method: string, url: string, agent: string): Promise<void> {
  for (
    let at: string | null = url, hops = 0;
    at?.startsWith(api.url) === true && hops < 5;
    hops += 1
  ) {
    const headers = { 'user-agent': agent, accept: 'text/html' };
    const answer: Response = await fetch(at, { method, headers, redirect: 'manual' });
    await answer.text();
    expect({ at, status: answer.status < 500 }).toEqual({ at, status: true });
    const location: string | null = answer.headers.get('location');
    at = location === null ? null : new URL(location, at).href;
  }
}
