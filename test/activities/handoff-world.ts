/**
 * Sales over the shipped workspace, with a team of the test's own: real Postgres, real SMTP, the real
 * ingest, activities wired as the worker wires them. A test publishes again to change the files.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import pino from 'pino';
import { createHandoffActivities, createSendInternal } from '../../activities/index.ts';
import { newId } from '../../core/decision/ids.ts';
import type { WorkspaceFile } from '../../core/definitions/sources.ts';
import { accept } from '../../ingest/accept.ts';
import { createIngest, type IngestDeps } from '../../ingest/ingest.ts';
import { compileTemplate } from '../../mail/templates/compile.ts';
import { readConfig } from '../../runtime/config.ts';
import type { Mailbox } from '../../runtime/embedded/mailbox.ts';
import { createReleaseLibrary } from '../../runtime/releases.ts';
import {
  createActivityDependencies,
  createHandoffDependencies,
} from '../../runtime/worker-dependencies.ts';
import { createStore, type Store } from '../../store/client.ts';
import { listAssignments } from '../../store/assignments.ts';
import { loadHandoffs } from '../../store/handoffs.ts';
import { latestRelease, saveRelease } from '../../store/releases.ts';
import { publishWorkspace } from '../../workspace/publish.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

export const SECRET = 'a secret of thirty-two characters!';
/** A Monday, 10:00 in Berlin: reps are at work. */
export const monday = Date.parse('2026-03-02T09:00:00Z');
export const minute = 60_000;
export const hour = 60 * minute;

type Json = { readonly [key: string]: unknown };
const rep = (id: string, more: Json = {}): Json => ({
  ...{
    name: `${id[0]?.toUpperCase()}${id.slice(1)}`,
    email: `${id}@sales.example`,
    hours: 'office',
  },
  ...more,
});
const sla: Json = {
  ...{ id: 'all', why: 'Everyone', acceptWithin: '30 business minutes' },
  ...{ remindAfter: ['15 business minutes'], reassignAtMost: 2 },
  ...{ escalateTo: 'rep:lena', firstTouchWithin: '4 business hours' },
};

/** `rules/routing.json`: mia and tom in turn, a queue that lena watches, lena for escalations. */
export function sales(changes: Json = {}, reps: { readonly [rep: string]: Json } = {}): Json {
  const team = ['anna', 'jon', 'mia', 'tom', 'lena'];
  return {
    routing: 'inbound',
    match: [{ id: 'rest', why: 'Everyone else', to: 'pool:inbound' }],
    pools: {
      dach: {
        share: 'weighted',
        whenFull: 'pool:inbound',
        members: [{ rep: 'anna', weight: 2 }, { rep: 'jon' }],
      },
      inbound: {
        share: 'round-robin',
        whenFull: 'queue:inbound',
        members: [{ rep: 'mia' }, { rep: 'tom' }],
      },
    },
    hours: { office: { zone: 'Europe/Berlin', days: 'mon-fri', from: '09:00', to: '18:00' } },
    reps: Object.fromEntries(team.map((id) => [id, rep(id, reps[id])])),
    queues: { inbound: { watchedBy: ['lena', 'anna'], takeWithin: '2 business hours' } },
    sla: [sla],
    ...changes,
  };
}
export const slaWith = (changes: Json): Json => ({ ...sla, ...changes });

export interface HandoffWorldOptions {
  readonly url: string;
  readonly mailbox: Mailbox;
  readonly publicUrl?: string;
  readonly poolSize?: number;
  /** Delivers the outbox, where a test runs the workflow. */
  readonly deliver?: (store: Store) => NonNullable<IngestDeps['deliver']>;
}
export type HandoffWorld = Awaited<ReturnType<typeof openHandoffWorld>>;

export async function openHandoffWorld(options: HandoffWorldOptions) {
  const store = createStore({ databaseUrl: options.url, poolSize: options.poolSize ?? 8 });
  // Asks anew at each question, so that a release published by a test is in force at once.
  let asked = 0;
  const releases = createReleaseLibrary(store, () => (asked += 1_000));
  const deliver = options.deliver?.(store);
  const ingest = createIngest({ store, releases, ...(deliver === undefined ? {} : { deliver }) });
  const config = readConfig({
    ...{ DATABASE_URL: options.url, SMTP_URL: options.mailbox.smtpUrl, PERENNIAL_SECRET: SECRET },
    PUBLIC_URL: options.publicUrl ?? 'http://127.0.0.1:3000',
  });
  const core = { config, store, releases, ingest, log: pino({ level: 'silent' }) };
  const journeys = createActivityDependencies(core, { mailDomain: 'acme.example' });
  const deps = createHandoffDependencies(core, createSendInternal(journeys.deps));
  const files = await readWorkspace(new URL('../../', import.meta.url).pathname);
  const world = {
    ...{ store, releases, ingest, deps, activities: createHandoffActivities(deps) },
    now: monday,
    publish: (
      routing: Json,
      edit: (files: readonly WorkspaceFile[]) => readonly WorkspaceFile[] = same,
    ) => publish(store, edit(withRouting(files, routing))),
    /** What a caller sends, at the world's instant. */
    call: async (body: Json) => {
      const accepted = accept(body, { source: 'test', now: world.now, newMessageId: randomUUID });
      if (!accepted.ok) throw new Error(JSON.stringify(accepted.problems));
      const [answer] = await ingest.ingest([accepted.request]);
      if (answer === undefined) throw new Error('no answer');
      return answer;
    },
    /** A lead that asked for a demo, and its open handoff. */
    demo: async (userId: string, traits: Json = {}) => {
      await world.call({
        type: 'identify',
        userId,
        // Each of a company of its own: an account has one open handoff at a time.
        traits: { email: `${userId}@${userId}.lead.example`, ...traits },
      });
      const { leadId, handoff } = await world.call({
        type: 'track',
        userId,
        event: 'Demo Requested',
      });
      if (handoff?.handoffId === undefined) throw new Error(`nothing was opened for ${userId}`);
      return { leadId, handoffId: handoff.handoffId };
    },
    assign: (handoffId: string, attempt = 1) =>
      world.activities.assignHandoff({ handoffId, attempt, now: world.now }),
    reps: async (handoffId: string) =>
      (await listAssignments(store, handoffId)).map(({ rep: name }) => name),
    handoff: async (handoffId: string) => {
      const [row] = await loadHandoffs(store, [handoffId]);
      if (row === undefined) throw new Error(`no handoff ${handoffId}`);
      return row;
    },
    /** Subjects in the inbox of a rep about one lead, in order of arrival. */
    inbox: (name: string, about = '') =>
      options.mailbox
        .messages({ to: `${name}@sales.example` })
        .filter(({ subject, text }) => `${subject} ${text ?? ''}`.includes(about)),
    close: async () => {
      await journeys.close();
      await ingest.close();
      await store.close();
    },
  };
  return world;
}

const same = (files: readonly WorkspaceFile[]): readonly WorkspaceFile[] => files;

function withRouting(files: readonly WorkspaceFile[], routing: Json): readonly WorkspaceFile[] {
  const text = JSON.stringify(routing);
  return files
    .filter(({ path }) => !path.startsWith('personas/'))
    .map((file) => (file.path === 'rules/routing.json' ? { ...file, text } : file));
}

async function publish(store: Store, files: readonly WorkspaceFile[]): Promise<void> {
  const result = await publishWorkspace({
    store: {
      latestRelease: () => latestRelease(store),
      saveRelease: (parts, meta) => saveRelease(store, parts, meta),
    },
    ...{ files, author: 'test', message: 'test', compileTemplate },
    newId: () => newId(Date.now(), randomBytes(10)),
    now: () => Date.now(),
  });
  if (result.type === 'refused') throw new Error(JSON.stringify(result.problems, null, 1));
}
