/**
 * The whole web application over a real database, with the workspace this repository ships. It listens
 * on a free port of loopback; nothing runs beside it, so what its answers say needs no worker.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hashKey } from '../../api/access.ts';
import { createApp, type AppDeps } from '../../api/app.ts';
import { derivedId } from '../../core/decision/ids.ts';
import { compileRelease } from '../../core/definitions/compile-release.ts';
import type { Release } from '../../core/definitions/release.ts';
import { createIngest, type Ingest } from '../../ingest/ingest.ts';
import { eventAbout } from '../../ingest/request.ts';
import { signToken } from '../../mail/tokens.ts';
import { saveApiKey } from '../../store/api-keys.ts';
import { assign } from '../../store/assignments.ts';
import { createStore, type Store } from '../../store/client.ts';
import { saveSignIn } from '../../store/console-sessions.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

export const SECRET = 'a secret of thirty-two characters!';
export const KEY = 'pk_test_0123456789';
export const READ_KEY = 'pk_read_0123456789';
/** A Monday, 10:00 in Berlin: reps are at work. */
export const NOW = Date.parse('2026-03-02T09:00:00Z');

export interface ApiWorld {
  readonly url: string;
  readonly store: Store;
  readonly ingest: Ingest;
  readonly release: Release;
  readonly defects: readonly unknown[];
  now: number;
  /** With the full key unless told otherwise. */
  call(method: string, path: string, body?: unknown, headers?: HeaderFields): Promise<Answer>;
  /** Gives the open handoff of a lead to a rep, as the handoff's run would. */
  give(handoffId: string, rep: string, attempt?: number): Promise<void>;
  handoffToken(handoffId: string, rep: string, attempt?: number): string;
  /** A ledger row of an email that went out; returns the token of its unsubscribe link. */
  sent(leadId: string, address: string): Promise<string>;
  signInUrl(): Promise<string>;
  close(): Promise<void>;
}
export type HeaderFields = { readonly [name: string]: string };
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: { readonly [field: string]: unknown };
}

export async function openApi(databaseUrl: string, over: Partial<AppDeps> = {}): Promise<ApiWorld> {
  const store = createStore({ databaseUrl, poolSize: 4 });
  const release = await shippedRelease();
  const plans = new Map(Object.values(release.journeys).map(({ hash, plan }) => [hash, plan]));
  const releases = {
    current: async () => release,
    plans: async () => plans,
    release: async () => release,
  };
  const ingest = createIngest({ store, releases });
  await saveKeys(store);
  const defects: unknown[] = [];
  let sends = 0;
  let links = 0;
  const app = createApp({
    sql: store,
    releases,
    ingest: (requests) => ingest.ingest(requests),
    clock: () => world.now,
    secret: SECRET,
    publicUrl: 'http://127.0.0.1',
    allowedHosts: [],
    temporal: async () => null,
    onDefect: (error) => void defects.push(error),
    ...over,
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const handoffToken = (handoffId: string, rep: string, attempt = 1): string =>
    signToken(SECRET, 'handoff', `${handoffId}/${attempt}/${rep}`);
  const world: ApiWorld = {
    ...{ url, store, ingest, release, defects, handoffToken },
    now: NOW,
    call: (method, path, body, headers) => call(url, method, path, body, headers),
    give: (handoffId, rep, attempt = 1) => give(store, handoffId, rep, attempt, world.now),
    async sent(leadId, address) {
      sends += 1;
      return saveSent(store, release, { leadId, address, number: sends, now: world.now });
    },
    async signInUrl() {
      links += 1;
      const token = `one-time-${links}`;
      await saveSignIn(store, hashKey(token), world.now + 3_600_000);
      return `${url}/console/sign-in?token=${token}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await ingest.close();
      await store.close();
    },
  };
  return world;
}

/** A lead that asked for a demo, and its open handoff. */
export async function demoRequested(
  world: ApiWorld,
  userId: string,
  traits: { readonly [trait: string]: string | number } = {},
): Promise<{ readonly leadId: string; readonly handoffId: string }> {
  // Each of a company of its own: an account has one open handoff at a time.
  const email = `${userId}@${userId.toLowerCase()}.nordwind.example`;
  await world.call('POST', '/v1/identify', { userId, traits: { email, ...traits } });
  const { json } = await world.call('POST', '/v1/track', { userId, event: 'Demo Requested' });
  const { handoffId } = json['handoff'] as { readonly handoffId: string };
  return { leadId: String(json['leadId']), handoffId };
}

/** What the past of a lead would have brought in by now. */
export async function happened(
  world: ApiWorld,
  leadId: string,
  name: string,
  daysAgo: number,
): Promise<void> {
  const at = world.now - daysAgo * 86_400_000;
  const messageId = `${leadId}/${name}/${daysAgo}`;
  const own = { source: 'past', messageId, name, now: world.now, occurredAt: at, historical: true };
  await world.ingest.ingest([eventAbout({ leadId }, own)]);
}

async function shippedRelease(): Promise<Release> {
  const root = join(import.meta.dirname, '../..');
  const id = derivedId('release', 'test');
  const compiled = compileRelease(await readWorkspace(root), id);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems.slice(0, 3)));
  return compiled.workspace.release;
}

async function saveKeys(store: Store): Promise<void> {
  const key = { label: 'test', now: NOW };
  await saveApiKey(store, { ...key, id: 'all', hash: hashKey(KEY), scopes: ['read', 'write'] });
  await saveApiKey(store, { ...key, id: 'read', hash: hashKey(READ_KEY), scopes: ['read'] });
}

async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: HeaderFields = {},
): Promise<Answer> {
  const isText = typeof body === 'string';
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  const json = isJson ? (JSON.parse(text) as Answer['json']) : {};
  return { status: response.status, headers: response.headers, text, json };
}

async function give(
  store: Store,
  handoffId: string,
  rep: string,
  attempt: number,
  at: number,
): Promise<void> {
  await assign(store, handoffId, [], at, () => ({
    id: derivedId('assignment', handoffId, String(attempt)),
    attempt,
    rep,
    pool: 'inbound',
    match: 'rest',
    sla: 'hot',
    at,
    acceptBy: at + 5 * 60_000,
    escalated: false,
    trace: [{ at: 'rest', what: 'Everyone else' }],
    pools: {},
  }));
}

async function saveSent(
  store: Store,
  release: Release,
  send: {
    readonly leadId: string;
    readonly address: string;
    readonly number: number;
    readonly now: number;
  },
): Promise<string> {
  const commandId = `enrolment-${send.number}/welcome/1`;
  const id = derivedId('send', commandId);
  await store.run(
    `INSERT INTO send (id, command_id, lead_id, journey, step, class, template, template_hash, state, address,
       message_id, subject, planned_at, due_at, counted_at, settled_at, release_id)
     VALUES ($1, $2, $3, 'trial-nurture', 'welcome', 'marketing', 'welcome', '', 'sent', $4, $5,
       'Your first report in five minutes', to_timestamp($6::float8 / 1000.0), to_timestamp($6 / 1000.0),
       to_timestamp($6 / 1000.0), to_timestamp($6 / 1000.0), $7)`,
    [id, commandId, send.leadId, send.address, `<${id}@test.example>`, send.now, release.id],
  );
  return signToken(SECRET, 'unsubscribe', id);
}
