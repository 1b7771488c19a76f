/**
 * What the activities of journeys need of the world, as interfaces declared where they are used. The
 * composition root fills them from store/, mail/ and ingest/; a rehearsal fills them differently.
 *
 * Each speaks of one external system and stays small. None of them is a client of anything: a
 * dependency that offers more than is listed here is not missed.
 */
import type { Release, TemplateManifest } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { StepMapping } from '../core/journey/command.ts';
import type { PausedStretch } from '../core/journey/pause.ts';
import type { JourneyPlan, MessageClass } from '../core/journey/plan.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import type { Refusal } from '../core/sending/health.ts';
import type {
  Claim,
  Claimed,
  ClaimRequest,
  ClaimVerdict,
  InternalClaimRequest,
  LedgerView,
  Parked,
  Progress,
  Settlement,
  TransmitRequest,
  TransmitStart,
} from '../core/sending/ledger.ts';
import type { Pause } from '../core/sending/policy.ts';
import type { IngestRequest } from '../ingest/request.ts';
import type { CompiledTemplate } from '../mail/templates/compile.ts';
import type { Mailbox, OutgoingEmail } from '../mail/outgoing.ts';
import type { Delivery } from '../mail/smtp.ts';
import type { DraftTracking } from '../mail/tracking/tracked-html.ts';
import type { EmailVariables } from '../mail/templates/variables.ts';

export interface ActivityDependencies {
  readonly clock: Clock;
  readonly runs: Runs;
  readonly definitions: Definitions;
  readonly leads: Leads;
  readonly ledger: Ledger;
  readonly letters: Letters;
  readonly mail: MailTransport;
  /** Told of every refusal; absent where nobody watches over senders. */
  readonly health?: SendingHealth;
  readonly tasks: Tasks;
  /** One event of ours through the one transaction; a repeat of its message id changes nothing. */
  readonly ingest: (request: IngestRequest) => Promise<unknown>;
  readonly webhooks: WebhookTargets;
  /** Absent where nobody is configured: then nothing is known. */
  readonly enrichment?: Enrichment;
  /** The full error stays on our side; what crosses to Temporal is a code and an id. */
  readonly report: (error: unknown, about: { readonly commandId: string }) => void;
  readonly limits?: Partial<ActivityLimits>;
}

export interface ActivityLimits {
  /** How long one activity tries again when the relay refuses for now. */
  readonly retryForMs: number;
  /** The first pause between two tries; it doubles up to half a minute. */
  readonly firstRetryMs: number;
  /** When the journey asks again after that. */
  readonly retryAfterMs: number;
  /** How long one activity waits for the lease of another attempt. */
  readonly leaseWaitMs: number;
}

export interface Clock {
  /** The real clock of this attempt in production; the command's own instant in a rehearsal. */
  at(commandNow: number): number;
}

/** An enrolment as its run sees it; `leadId` is the canonical lead of this moment. */
export interface Run {
  readonly id: string;
  readonly leadId: string;
  /** Of that lead when the run was read: ingest moves it with everything that happens. */
  readonly leadSeq: number;
  readonly journey: string;
  readonly status: 'open' | 'closed';
  readonly planHash: string;
  /** The mark: where it is to go on, and whose mapping leads there. */
  readonly targetPlan: string | null;
  readonly targetRelease: string | null;
  readonly movedBy: string | null;
  readonly isParked: boolean;
  /** When a run that was parked may act: null before it has its turn. */
  readonly turnAt: number | null;
  /** Of its journey, its lead, everything and any sender, that touch what it slept through. */
  readonly pauses: readonly RunPause[];
  readonly enteredAt: number;
  readonly entryEventId: string | null;
  readonly entry: JsonObject;
  /** In force when it entered: what its plan names was all there. */
  readonly releaseId: string;
  /** Where it stands by its row, and since when. */
  readonly step: string | null;
  readonly since: number | null;
}
export interface RunPause extends PausedStretch, Pick<Pause, 'scope'> {
  readonly key: string;
}
export interface RunQuery {
  readonly enrolmentId: string;
  /** Pauses that ended before had no part in it. */
  readonly since: number;
}
export interface Runs extends RunMoves {
  find(query: RunQuery): Promise<Run | undefined>;
  /** Whether something was done for a command already; `armId` is of the decision that keeps an arm. */
  hasActed(commandId: string, armId: string): Promise<boolean>;
  /** For steps that keep no row of their own. */
  progress(progress: Progress): Promise<void>;
  complete(enrolmentId: string, outcome: string, at: number): Promise<void>;
  /** Writes what a step came to once; returns what is recorded. */
  recordArm(arm: RecordedArm): Promise<string>;
  findArm(id: string): Promise<string | undefined>;
}
/** What pauses and edits do to a run; each compares before it sets. */
export interface RunMoves {
  /** `parked` null: it only goes on later than its row says. */
  park(enrolmentId: string, parked: Parked | null, expectedBy: number | null): Promise<void>;
  findMove(
    releaseId: string | null,
    fromPlan: string,
    toPlan: string,
  ): Promise<StepMapping | undefined>;
  /** False: it is no longer so marked, its lead did something since, or its command was carried out. */
  move(move: RunMove): Promise<boolean>;
  block(enrolmentId: string, toPlan: string, why: string): Promise<void>;
}
export interface RunMove {
  readonly enrolmentId: string;
  readonly leadId: string;
  readonly leadSeq: number;
  readonly commandId: string;
  readonly armId: string;
  readonly fromPlan: string;
  readonly toPlan: string;
  readonly renamed: StepMapping['renamed'];
  /** Steps of the newer plan: what is held for any other is not sent any more. */
  readonly steps: readonly string[];
  readonly satisfied: readonly string[];
  readonly at: number;
  /** For the timeline: where it stood and where it stands, both in their plan's words. */
  readonly stood: string | null;
  readonly stands: string | null;
  /** Null where a date decides. */
  readonly expectedBy: number | null;
}
export interface RecordedArm {
  /** Derived from the command id. */
  readonly id: string;
  readonly kind: 'branch' | 'split' | 'webhook' | 'enrich';
  readonly leadId: string;
  readonly releaseId: string;
  readonly arm: string;
  readonly at: number;
  readonly detail: JsonObject & { readonly enrolmentId: string; readonly step: string };
}

export interface Definitions {
  /** Plans are kept for ever. */
  plan(hash: string): Promise<JourneyPlan | undefined>;
  /** The one in force. */
  release(): Promise<Release>;
  /** Kept for ever, like plans. */
  releaseById(id: string): Promise<Release>;
  /** Of a release, compiled for every language. */
  template(name: string, hash: string): Promise<StoredTemplate | undefined>;
}
export interface StoredTemplate {
  readonly manifest: TemplateManifest;
  readonly languages: { readonly [language: string]: CompiledTemplate };
}

export interface Leads {
  /** The lead with every event that some rule of the release, or the plan, can look at. */
  load(
    leadId: string,
    release: Release,
    plan: JourneyPlan | undefined,
    now: number,
    /** Also events of these names, since then. */
    history?: { readonly events: readonly string[]; readonly since: number },
  ): Promise<Lead>;
}

export interface Ledger {
  claim(request: ClaimRequest, decide: (view: LedgerView) => ClaimVerdict): Promise<Claim>;
  claimInternal(request: InternalClaimRequest): Promise<Claim | Omit<Claimed, 'lead'>>;
  beginTransmit(request: TransmitRequest): Promise<TransmitStart>;
  beginTransmitInternal(id: string, token: string, subject: string): Promise<boolean>;
  settle(settlement: Settlement): Promise<boolean>;
}

/** Writes an email: rendering, headers, links. Implemented in mail/. */
export interface Letters {
  messageIdOf(commandId: string): string;
  compose(draft: Draft): Letter;
  /** A short note in plain words, for reps. */
  composeNote(note: Note): OutgoingEmail;
}
export interface Note {
  readonly sendId: string;
  readonly messageId: string;
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly subject: string;
  readonly text: string;
  readonly programme: string;
  readonly step: string;
}
export interface Draft {
  readonly sendId: string;
  readonly messageId: string;
  readonly class: MessageClass | 'internal';
  readonly programme: string;
  readonly step: string;
  readonly template: CompiledTemplate;
  readonly topic?: { readonly id: string; readonly title: string };
  readonly from: Mailbox;
  readonly to: Mailbox;
  /** Links that every email has are added by the letters themselves. */
  readonly variables: EmailVariables;
  /** What the workspace and the lead allow to be learned from its links. */
  readonly tracking?: DraftTracking;
}
export type Letter =
  | { readonly ok: true; readonly email: OutgoingEmail }
  | { readonly ok: false; readonly variable: string; readonly message: string };

export interface SendingHealth {
  refused(mail: RefusedMail): Promise<void>;
}
export interface RefusedMail extends Refusal {
  /** Id of its ledger row. */
  readonly send: string;
  readonly sender: string;
  readonly receiver: string;
  readonly at: number;
  /** It is given up. */
  readonly isFinal: boolean;
}

export interface MailTransport {
  /** Waits for a free connection, so that a mail which waits for one does not count as on its way. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  deliver(email: OutgoingEmail): Promise<Delivery>;
}

export interface Tasks {
  /** Unique on its command id, and moves the run on in the same statement. */
  add(task: NewTask, progress: Progress): Promise<void>;
}
export interface NewTask {
  readonly id: string;
  readonly commandId: string;
  readonly leadId: string;
  readonly enrolmentId: string;
  readonly text: string;
  readonly kind: string;
  readonly rep?: string;
  /** `queue:<id>` or `pool:<id>`. */
  readonly queue?: string;
  readonly dueAt: number;
  readonly at: number;
}

/** Company data by domain. What it answers is parsed; it may take as long as it likes. */
export interface Enrichment {
  enrich(
    question: { readonly domain: string; readonly address?: string },
    signal: AbortSignal,
  ): Promise<unknown>;
}

export interface WebhookTargets {
  readonly urls: { readonly [target: string]: string };
  /** A Standard Webhooks secret, `whsec_…`. */
  readonly secret?: string;
}
