/**
 * What activities need of the world, filled from store/, mail/ and ingest/. The one place where the
 * interfaces that activities declare meet their implementations.
 */
import type { ActivityDependencies } from '../activities/index.ts';
import type { HandoffDependencies } from '../activities/handoff.ts';
import type { InternalMail } from '../activities/handoff-mail.ts';
import type { ReplyDependencies } from '../activities/reply-mail.ts';
import { derivedId } from '../core/decision/ids.ts';
import { historyEvents } from '../core/routing/brief.ts';
import { eventAbout } from '../ingest/request.ts';
import { failpoint } from '../faults/failpoint.ts';
import type { Signer } from '../mail/identity/dkim.ts';
import { createLetters } from '../mail/letters.ts';
import { sendGridHeaders } from '../mail/webhooks/sendgrid.ts';
import { createSmtpTransport } from '../mail/smtp.ts';
import { signToken } from '../mail/tokens.ts';
import { assign, listAssignments } from '../store/assignments.ts';
import { loadHandoffs } from '../store/handoffs.ts';
import { createLeadReader } from '../store/lead-reader.ts';
import { gathered, usualEveryMs } from '../store/gathering.ts';
import { findReply } from '../store/replies.ts';
import { createRuns } from '../store/runs.ts';
import { createSendLedger, usualLeases, type Leases } from '../store/sends.ts';
import { createTasks } from '../store/tasks.ts';
import type { Core } from './composition.ts';
import type { Config } from './config.ts';
import { createSendingHealth, type HealthDeps } from './dispatch/sending-health.ts';

/** Of what a process is composed of, the part that activities see. */
export type ActivityCore = Pick<Core, 'config' | 'store' | 'releases' | 'ingest' | 'log'>;

export interface MailIdentity {
  /** Of every Message-ID. */
  readonly mailDomain: string;
  readonly signer?: Signer | undefined;
  readonly enrichment?: ActivityDependencies['enrichment'];
}

export function createActivityDependencies(
  core: ActivityCore,
  { mailDomain, enrichment, signer }: MailIdentity,
): {
  readonly deps: ActivityDependencies;
  close(): Promise<void>;
} {
  const { config, store, releases, ingest, log } = core;
  const smtp = createSmtpTransport({
    url: required(config, 'SMTP_URL'),
    ...(signer !== undefined && { signer }),
    onPhase: (phase) => failpoint(`send.${phase}`),
  });
  const deps: ActivityDependencies = {
    // The real clock of this attempt: an instant from before an outage decides nothing after it.
    clock: { at: () => Date.now() },
    runs: createRuns(store),
    definitions: {
      plan: (hash) => releases.plan(hash),
      release: () => releases.current(),
      releaseById: (id) => releases.release(id),
      template: (name, hash) => releases.template(name, hash),
    },
    leads: createLeadReader(store),
    ledger: createSendLedger(store, leasesOf(config)),
    letters: createLetters({
      domain: mailDomain,
      publicUrl: config.publicUrl,
      secret: required(config, 'PERENNIAL_SECRET'),
      ...returnsOf(config),
    }),
    mail: smtp,
    health: createSendingHealth(healthDepsOf(core)),
    tasks: createTasks(store),
    ingest: gathered({ crowdedEveryMs: usualEveryMs, work: (requests) => ingest.ingest(requests) }),
    webhooks: {
      urls: config.webhooks,
      ...(config.WEBHOOK_SECRET !== undefined && { secret: config.WEBHOOK_SECRET }),
    },
    ...(enrichment !== undefined && { enrichment }),
    report: (error, about) => log.error({ err: error, ...about }, 'step failed'),
    limits: { retryForMs: config.SEND_RETRY_SECONDS * 1_000 },
  };
  return { deps, close: () => smtp.close() };
}

/** Of the release in force; what is paused by itself is said in the log, once. */
export function healthDepsOf({ store, releases, log }: Omit<ActivityCore, 'config'>): HealthDeps {
  return {
    store,
    policy: async () => (await releases.current()).sending,
    now: () => Date.now(),
    onOpened: (opened) => log.warn(opened, 'sending paused by itself'),
  };
}

export function createHandoffDependencies(
  core: ActivityCore,
  sendInternal: (mail: InternalMail) => Promise<void>,
): HandoffDependencies {
  const { config, store, releases, ingest, log } = core;
  const secret = required(config, 'PERENNIAL_SECRET');
  const reader = createLeadReader(store);
  return {
    handoffs: {
      find: async (id) => (await loadHandoffs(store, [id]))[0] ?? null,
      assignments: (id) => listAssignments(store, id),
      assign: (id, pools, since, decide) => assign(store, id, pools, since, decide),
    },
    releases,
    lead: (id, release, now, since) =>
      reader.load(id, release, undefined, now, { events: historyEvents(release), since }),
    derivedId: (kind, ...parts) => derivedId(kind, ...parts),
    repAssigned: async ({ messageId, leadId, handoffId, rep, at }) => {
      const properties = { handoffId, rep };
      const event = { source: 'handoff', messageId, name: 'Rep Assigned', now: at, properties };
      await ingest.ingest([eventAbout({ leadId }, event)]);
    },
    publicUrl: config.publicUrl,
    signLink: (payload) => signToken(secret, 'handoff', payload),
    sendInternal,
    report: (error, about) => log.error({ err: error, ...about }, 'handoff failed'),
  };
}

/** How what becomes of an email finds back to us. */
function returnsOf({ BOUNCE_DOMAIN, REPLY_DOMAIN, SENDGRID_WEBHOOK_KEY }: Config) {
  return {
    ...(BOUNCE_DOMAIN !== undefined && { bounceDomain: BOUNCE_DOMAIN }),
    ...(REPLY_DOMAIN !== undefined && { replyDomain: REPLY_DOMAIN }),
    ...(SENDGRID_WEBHOOK_KEY !== undefined && { providerHeaders: sendGridHeaders }),
  };
}

export function createReplyDependencies(
  { config, store, releases }: ActivityCore,
  sendInternal: (mail: InternalMail) => Promise<void>,
): ReplyDependencies {
  const reader = createLeadReader(store);
  return {
    find: (id) => findReply(store, id),
    release: () => releases.current(),
    lead: (id, release, now) => reader.load(id, release, undefined, now),
    sendInternal,
    publicUrl: config.publicUrl,
  };
}

/** Writing a letter takes milliseconds: its lease never needs to be the longer one. */
function leasesOf({ SEND_LEASE_SECONDS }: Config): Leases {
  const transmitMs = SEND_LEASE_SECONDS * 1_000;
  return { claimMs: Math.min(usualLeases.claimMs, transmitMs), transmitMs };
}

function required(config: Config, name: 'SMTP_URL' | 'PERENNIAL_SECRET'): string {
  const value = config[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: \`npm start\` sets it; a worker on its own needs it.`);
  }
  return value;
}
