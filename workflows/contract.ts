/**
 * What clients, workers and workflows agree on: names, queues, ids and the types of what they send
 * each other. Everything here is written into histories that live for months, so a name is never
 * changed and a field is only added.
 *
 * Types and constants alone: the API imports this file, and so does the workflow bundle.
 */
import type { ActingCommand, Outcome } from '../core/journey/command.ts';
import type { Flow, StepId } from '../core/journey/flow.ts';
import type { JourneyMessage } from '../core/journey/input.ts';
import type { Due } from '../core/journey/pause.ts';
import type { JourneyEnd, JourneyState } from '../core/journey/state.ts';

/** A slow relay must never delay a journey of somebody else, nor a rep: hence three. */
export const QUEUES = {
  journeys: 'perennial-journeys',
  mail: 'perennial-mail',
  handoffs: 'perennial-handoffs',
} as const;

/** A suffix sets the queues of one deployment apart; what belongs together carries the same one. */
export function mailQueueBeside(journeysQueue: string): string {
  return journeysQueue.replace(QUEUES.journeys, QUEUES.mail);
}

export const WORKFLOWS = { leadJourney: 'leadJourney', handoff: 'handoff' } as const;

// ---- leadJourney -------------------------------------------------------------------------------

export const JOURNEY_SIGNALS = { deliver: 'deliver' } as const;
export const JOURNEY_QUERIES = { status: 'status' } as const;

/** No lead id: a merge moves the enrolment to another lead, and activities find out where it is. */
export interface LeadJourneyInput {
  readonly v: 1;
  readonly enrolmentId: string;
  readonly journey: string;
  readonly planHash: string;
  readonly flow: Flow;
  /** What the arms of splits are drawn by: kept when leads merge. */
  readonly splitKey: string;
  /** Virtual minus real time at the start; 0 in production. */
  readonly clockOffset: number;
  /** `local` where the relay is near; `queue` keeps a slow relay away from the journeys' workers. */
  readonly sendVia: 'local' | 'queue';
  /** Carried over continue-as-new. */
  readonly state?: JourneyState;
  readonly inbox?: readonly JourneyMessage[];
}

export type LeadJourneyResult = JourneyEnd;

/** For operators and tests; the product reads the enrolment's row. */
export interface LeadJourneyStatus {
  readonly step: StepId | null;
  readonly since: number | null;
  readonly doing: ActingCommand['type'] | 'wait' | 'park' | null;
  readonly until: number | null;
  readonly ended: JourneyEnd | null;
}

/**
 * With everything that is asked: whether it is to be done now, under this plan, is looked at first.
 * Absent in what was asked before there were pauses and moves.
 */
export interface Confirmable {
  readonly enrolmentId: string;
  readonly now: number;
  /** The plan the run is on; its row may name another one by now. */
  readonly planHash?: string;
  /** The step the run stands at: that of the command, or the wait before it. */
  readonly at?: StepId;
  readonly due?: Due;
}

export interface ExecuteStepInput extends Confirmable {
  readonly step: StepId;
  readonly visit: number;
  /** Nothing follows: the same activity completes the enrolment. */
  readonly last: boolean;
}

export interface DecideStepInput extends Confirmable {
  readonly step: StepId;
  readonly visit: number;
  readonly kind: 'choose' | 'resolve-date';
  readonly splitKey: string;
}

export interface CompleteJourneyInput extends Confirmable {
  /** `finished`, `exit:<step>` or `past:<step>`. */
  readonly why: string;
  /** It came from a wait, so it can go on from there under a newer plan. */
  readonly afterWait?: boolean;
}

/** A sleep at `step` is to end: at `until`, or because somebody asked the run to look around. */
export interface ConfirmWakeInput extends Confirmable {
  /** Of the command, without the enrolment. */
  readonly id: string;
  readonly step: StepId;
  readonly until: number;
}

export interface JourneyActivities {
  executeStep(input: ExecuteStepInput): Promise<Outcome>;
  decideStep(input: DecideStepInput): Promise<Outcome>;
  completeJourney(input: CompleteJourneyInput): Promise<Outcome>;
  confirmWake(input: ConfirmWakeInput): Promise<Outcome>;
}

/** Opaque ids only: workflow ids are never encrypted and are shown everywhere. */
export function leadJourneyId(journey: string, enrolmentId: string): string {
  return `journey/${journey}/${enrolmentId}`;
}

export function parseLeadJourneyId(
  workflowId: string,
): { readonly journey: string; readonly enrolmentId: string } | null {
  const [kind, journey, enrolmentId, ...rest] = workflowId.split('/');
  if (kind !== 'journey' || !journey || !enrolmentId || rest.length > 0) return null;
  return { journey, enrolmentId };
}

// ---- handoff -----------------------------------------------------------------------------------

export const HANDOFF_SIGNALS = { tell: 'tellHandoff' } as const;

export interface HandoffInput {
  readonly v: 1;
  readonly handoffId: string;
  readonly clockOffset: number;
  /** Carried over continue-as-new. */
  readonly attempt?: number;
  readonly reminded?: number;
  readonly caused?: number;
  readonly inbox?: readonly HandoffMessage[];
}

export type HandoffMessage =
  /**
   * Ingest settled the row: accepted, rejected or closed. The clock stops. `because`: it lost its point,
   * and whoever has it is told so.
   */
  | { readonly type: 'settled'; readonly status: string; readonly because?: string }
  /** The lead did something else worth a handoff while this one is open: its owner is told. `about`: another lead of its account did. */
  | {
      readonly type: 'cause';
      readonly cause: string;
      readonly at: number;
      readonly about?: string;
    };

/** One attempt: who has it was decided and stored; the workflow only needs the clock. */
export type HandoffTurn =
  | { readonly type: 'closed' }
  | {
      readonly type: 'turn';
      readonly kind: 'assigned' | 'escalation';
      readonly remindAt: readonly number[];
      /** Null: it stays there until somebody answers. */
      readonly acceptBy: number | null;
    };

export interface AssignHandoffInput {
  readonly handoffId: string;
  /** 1 is the first rep; the one after `reassignAtMost` reassignments is the escalation. */
  readonly attempt: number;
  readonly now: number;
}

export interface NotifyHandoffInput extends AssignHandoffInput {
  readonly kind: 'assigned' | 'reminder' | 'escalation' | 'cause' | 'withdrawn';
  /** Which email of this kind in this attempt: part of the ledger's key. */
  readonly visit: number;
  /** Of kind `cause`: the event, or the stage entered, that its owner is told of; `withdrawn`: why. */
  readonly cause?: string;
  /** Of kind `cause`: another lead of the account, by id. */
  readonly about?: string;
}

/** Whether somebody could be told, or the one who has it is no longer on the team. */
export type HandoffTold = { readonly type: 'told' } | { readonly type: 'nobody' };

export interface HandoffActivities {
  assignHandoff(input: AssignHandoffInput): Promise<HandoffTurn>;
  notifyHandoff(input: NotifyHandoffInput): Promise<HandoffTold>;
}

export function handoffWorkflowId(handoffId: string): string {
  return `handoff/${handoffId}`;
}

export function parseHandoffWorkflowId(workflowId: string): { readonly handoffId: string } | null {
  const [kind, handoffId, ...rest] = workflowId.split('/');
  if (kind !== 'handoff' || !handoffId || rest.length > 0) return null;
  return { handoffId };
}
