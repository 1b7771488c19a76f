/**
 * A small business for tests of activities: a real database, the real ingest, a real SMTP server, one
 * release with one journey per test. Nothing is stubbed; failpoints and the mailbox's faults do the rest.
 */
import { randomUUID } from 'node:crypto';
import {
  createActivities,
  createSendInternal,
  type ActivityDependencies,
} from '../../activities/index.ts';
import type { ActivityLimits } from '../../activities/dependencies.ts';
import type { Release, TemplateManifest } from '../../core/definitions/release.ts';
import type { FlowStep } from '../../core/journey/flow.ts';
import type { JourneyPlan, PlanStep, SendingRules } from '../../core/journey/plan.ts';
import type { SendingPolicy } from '../../core/sending/model.ts';
import { failpoint } from '../../faults/failpoint.ts';
import { createIngest, type Ingest } from '../../ingest/ingest.ts';
import { eventAbout } from '../../ingest/request.ts';
import { compileTemplate, type CompiledTemplate } from '../../mail/templates/compile.ts';
import { createLetters } from '../../mail/letters.ts';
import { createSmtpTransport, type SmtpTransport } from '../../mail/smtp.ts';
import type { Mailbox } from '../../runtime/embedded/mailbox.ts';
import { createSendingHealth } from '../../runtime/dispatch/sending-health.ts';
import { createStore, type Store } from '../../store/client.ts';
import { createLeadReader } from '../../store/lead-reader.ts';
import { createRuns } from '../../store/runs.ts';
import { createSendLedger, type Leases } from '../../store/sends.ts';
import { createTasks } from '../../store/tasks.ts';

/** A Tuesday, 11:00 in Berlin: inside every usual window. */
export const tuesday = Date.parse('2026-11-24T10:00:00Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export const openPolicy: SendingPolicy = {
  from: { name: 'Maria at Acme', email: 'maria@acme.example' },
  postalAddress: 'Acme GmbH, Hauptstr. 1, 10115 Berlin',
  zoneIfUnknown: 'Europe/Berlin',
  topics: [{ id: 'product-tips', title: 'Product tips' }],
  caps: [],
  holidays: {},
  spreadMs: 0,
  consent: [{ id: 'all', why: 'Everyone', marketing: 'opt-out', outbound: 'never' }],
  uncertainSend: 'park',
};

export interface WorldOptions {
  readonly url: string;
  readonly mailbox: Pick<Mailbox, 'smtpUrl'>;
  readonly steps: { readonly [step: string]: PlanStep };
  /** The steps of a plan `plan-2`, which leads may be moved to. */
  readonly newerSteps?: { readonly [step: string]: PlanStep };
  readonly sending?: Partial<SendingRules>;
  readonly policy?: Partial<SendingPolicy>;
  readonly manifest?: Partial<TemplateManifest>;
  readonly leases?: Leases;
  readonly limits?: Partial<ActivityLimits>;
  readonly webhooks?: ActivityDependencies['webhooks'];
  readonly enrichment?: ActivityDependencies['enrichment'];
  /** The release in force dropped every template since the leads entered. */
  readonly dropsTemplates?: boolean;
  readonly onStatement?: (text: string) => void;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createWorld(options: WorldOptions) {
  const store = createStore({
    databaseUrl: options.url,
    ...(options.onStatement === undefined ? {} : { onStatement: options.onStatement }),
  });
  const plan = planOf(options);
  const newer = planOf({ ...options, steps: options.newerSteps ?? options.steps });
  const plans: { readonly [hash: string]: JourneyPlan } = { 'plan-1': plan, 'plan-2': newer };
  const template = await welcomeTemplate();
  const release = releaseOf(options, plan, template);
  const inForce = options.dropsTemplates === true ? { ...release, templates: {} } : release;
  await addRelease(store, release);
  const ingest = createIngest({ store, releases: releasesOf(release, plan) });
  const mail = createSmtpTransport({
    url: options.mailbox.smtpUrl,
    connectionsMax: 20,
    onPhase: (phase) => failpoint(`send.${phase}`),
  });
  const reported: unknown[] = [];
  const deps: ActivityDependencies = {
    clock: { at: (now) => now },
    runs: createRuns(store),
    definitions: {
      plan: (hash) => Promise.resolve(plans[hash]),
      release: () => Promise.resolve(inForce),
      releaseById: () => Promise.resolve(release),
      template: (name) =>
        Promise.resolve({ manifest: manifestOf(options, name), languages: { en: template } }),
    },
    leads: createLeadReader(store),
    ledger: createSendLedger(store, options.leases ?? { claimMs: 300, transmitMs: 300 }),
    letters: createLetters({
      domain: 'acme.example',
      publicUrl: 'http://127.0.0.1:3000',
      secret: 'a secret of the tests, long enough',
    }),
    mail,
    health: createSendingHealth({
      store,
      policy: () => Promise.resolve(release.sending),
      now: () => tuesday,
      onOpened: () => undefined,
    }),
    tasks: createTasks(store),
    ingest: (request) => ingest.ingest([request]),
    webhooks: options.webhooks ?? { urls: {} },
    ...(options.enrichment === undefined ? {} : { enrichment: options.enrichment }),
    report: (error) => reported.push(error),
    limits: {
      firstRetryMs: 20,
      retryForMs: 400,
      retryAfterMs: minute,
      leaseWaitMs: 5_000,
      ...options.limits,
    },
  };
  return worldOver({ store, ingest, mail, deps, reported, release });
}

interface Parts {
  readonly store: Store;
  readonly ingest: Ingest;
  readonly mail: SmtpTransport;
  readonly deps: ActivityDependencies;
  readonly reported: unknown[];
  readonly release: Release;
}

function worldOver({ store, ingest, mail, deps, reported, release }: Parts) {
  const activities = createActivities(deps);
  const about = (leadId: string, name: string, properties = {}, now = tuesday) =>
    ingest.ingest([
      eventAbout({ leadId }, { source: 'test', messageId: randomUUID(), name, now, properties }),
    ]);
  return {
    store,
    deps,
    activities,
    sendInternal: createSendInternal(deps),
    reported,
    release,
    about,
    /** A lead with an address, inside the journey. */
    enrol: async (address: string, traits: Record<string, string> = {}) => {
      const request = eventAbout(
        { email: address },
        {
          ...{ source: 'test', messageId: randomUUID(), type: 'enrol', name: '', now: tuesday },
          ...{ journey: 'nurture', traits: { firstName: 'Ana', ...traits } },
        },
      );
      const [answer] = await ingest.ingest([{ ...request, event: { ...request.event, address } }]);
      const enrolmentId = answer?.journeys[0]?.enrolmentId;
      if (answer === undefined || enrolmentId === undefined) {
        throw new Error(`not enrolled: ${JSON.stringify(answer)}`);
      }
      return { leadId: answer.leadId, enrolmentId };
    },
    decide: (
      enrolmentId: string,
      step: string,
      kind: 'choose' | 'resolve-date',
      splitKey = 'key',
    ) => activities.decideStep({ enrolmentId, step, visit: 1, kind, splitKey, now: tuesday }),
    run: (
      enrolmentId: string,
      step: string,
      given: { readonly last?: boolean; readonly now?: number; readonly visit?: number } = {},
    ) =>
      activities.executeStep({
        ...{ enrolmentId, step, visit: given.visit ?? 1 },
        ...{ last: given.last ?? false, now: given.now ?? tuesday },
      }),
    sends: (leadId: string) =>
      store.query<SendRow>(
        `SELECT id, step, state, reason, evidence, message_id AS "messageId", attempts, class,
           command_id AS "commandId", held_until AS "heldUntil" FROM send WHERE lead_id = $1 ORDER BY planned_at, step`,
        [leadId],
      ),
    events: (leadId: string, name: string) =>
      store.query<{ readonly properties: Record<string, unknown> }>(
        'SELECT properties FROM event WHERE lead_id = $1 AND name = $2',
        [leadId, name],
      ),
    enrolment: async (id: string) => {
      const [row] = await store.query<EnrolmentRow>(
        `SELECT status, outcome, step, since, expected_by AS "expectedBy" FROM enrolment WHERE id = $1`,
        [id],
      );
      if (row === undefined) throw new Error(`no enrolment ${id}`);
      return row;
    },
    close: async () => {
      await mail.close(0);
      await ingest.close();
      await store.close();
    },
  };
}

export interface SendRow {
  readonly id: string;
  readonly step: string;
  readonly state: string;
  readonly reason: string | null;
  readonly evidence: Record<string, unknown>;
  readonly messageId: string;
  readonly attempts: number;
  readonly class: string;
  readonly commandId: string;
  readonly heldUntil: number | null;
}
interface EnrolmentRow {
  readonly status: string;
  readonly outcome: string | null;
  readonly step: string | null;
  readonly since: number | null;
  readonly expectedBy: number | null;
}

function planOf({ steps, sending }: WorldOptions): JourneyPlan {
  const ids = Object.keys(steps);
  const flowSteps = Object.fromEntries(
    ids.map((id, index): [string, FlowStep] => {
      const next = ids[index + 1] ?? null;
      const step = steps[id];
      if (step?.type === 'wait') return [id, { type: 'wait', ms: step.ms, next }];
      if (step?.type === 'wait-for') {
        const { since, upToMs = day, arms } = step;
        const ways = Object.fromEntries(arms.map((arm) => [arm.id, next]));
        return [id, { type: 'wait-for', since, upToMs, arms: ways, timedOut: next }];
      }
      return [id, { type: 'act', next }];
    }),
  );
  return {
    ...{ v: 1, journey: 'nurture', title: 'Nurture', owner: 'maria' },
    enter: [{ on: 'api', whileInside: 'ignore', again: { type: 'always' }, existing: 'ignore' }],
    exits: [
      {
        id: 'bought',
        why: 'Bought',
        goal: true,
        when: { type: 'event', match: { event: 'Deal Won' } },
      },
    ],
    sending: {
      class: 'marketing',
      topic: 'product-tips',
      priority: 50,
      holdAtMostMs: 4 * day,
      ...sending,
    },
    steps,
    flow: { v: 1, start: ids[0] ?? null, steps: flowSteps },
    whenEdited: { inFlight: 'stay', renamed: {}, removed: {} },
    whenPaused: { timers: 'freeze' },
  };
}

function releaseOf(options: WorldOptions, plan: JourneyPlan, template: CompiledTemplate): Release {
  const hours = {
    zone: 'Europe/Berlin',
    days: [1, 2, 3, 4, 5],
    from: '09:00',
    to: '18:00',
    holidays: [],
  };
  const names = ['welcome', 'second', 'third', 'rep-handoff'];
  return {
    id: randomUUID(),
    events: {},
    facts: {},
    segments: {},
    models: [],
    qualification: {
      ...{
        qualification: 'b2b',
        order: ['subscriber', 'lead', 'opportunity', 'customer'],
        bant: {},
      },
      ...{ disqualified: [], stages: [] },
      outcome: { opportunity: 'Deal Created', won: 'Deal Won', lost: 'Deal Lost' },
    },
    routings: {
      inbound: {
        routing: 'inbound',
        match: [{ id: 'rest', why: 'Everyone', to: 'pool:inbound' }],
        sla: [],
      },
    },
    team: {
      reps: {
        anna: {
          id: 'anna',
          name: 'Anna Berg',
          email: 'anna@acme.example',
          hours: 'office',
          speaks: [],
          away: [],
        },
      },
      hours: { office: hours },
      pools: {
        inbound: {
          share: 'round-robin',
          whenClosed: 'assign-now-clock-later',
          afterAbsence: 'no-catch-up',
          members: [{ rep: 'anna', weight: 1 }],
        },
      },
      queues: {},
    },
    handoffs: {},
    rejectReasons: [],
    sending: { ...openPolicy, ...options.policy },
    journeys: { nurture: { hash: 'plan-1', plan } },
    templates: Object.fromEntries(
      names.map((name) => [name, { hash: template.hash, manifest: manifestOf(options, name) }]),
    ),
  };
}

function manifestOf(options: WorldOptions, template: string): TemplateManifest {
  return {
    ...{ template, topic: 'product-tips', from: 'workspace', ifNoOwner: 'workspace' },
    again: { type: 'always' },
    languages: { en: { subject: 'Hello', preheader: '' } },
    ifNoLanguage: 'en',
    variables: { 'lead.firstName': { sample: 'Ana', optional: false } },
    ...options.manifest,
  };
}

async function welcomeTemplate(): Promise<CompiledTemplate> {
  const compiled = await compileTemplate({
    name: 'welcome',
    mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ lead.firstName }}
      <a href="{{ unsubscribe_url }}">Leave</a> {{ workspace.postalAddress }}</mj-text></mj-column></mj-section></mj-body></mjml>`,
    email: { subject: 'Hello {{ lead.firstName }}', preheader: 'A word', language: 'en' },
    partials: {},
    brand: {},
  });
  const errors = compiled.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return compiled;
}

function releasesOf(release: Release, plan: JourneyPlan) {
  return {
    current: () => Promise.resolve(release),
    plans: (hashes: readonly string[]) =>
      Promise.resolve(new Map(hashes.map((hash) => [hash, plan]))),
  };
}

async function addRelease(store: Store, release: Release): Promise<void> {
  await store.run(
    `INSERT INTO release (id, author, message, entries, published_at) VALUES ($1, 'test', '', '{}', now())`,
    [release.id],
  );
}
