/**
 * The two acts of a handoff: give it to somebody, and write to them.
 *
 * `assignHandoff` routes under the locks and answers the same for the same attempt; `notifyHandoff`
 * writes one email per (attempt, kind, visit) through the ledger. Both decide by the release in force:
 * a rep who has left the files gets nothing more. What is needed of the world is declared here.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { PoolState } from '../core/routing/route.ts';
import type { HandoffActivities } from '../workflows/contract.ts';
import { assignHandoff } from './handoff-assign.ts';
import { notifyHandoff, type HandoffMail } from './handoff-mail.ts';
import { guarded } from './failures.ts';

export interface OpenHandoff {
  readonly id: string;
  /** The canonical lead: a merge moves the handoff along. */
  readonly leadId: string;
  readonly handoff: string;
  readonly routing: string;
  readonly stage: string;
  readonly cause: string;
  readonly status: string;
  /** Of the latest attempt: the match that held, and the clock it runs on. */
  readonly match: string | null;
  readonly sla: string | null;
  readonly openedAt: number;
  readonly assignedAt: number | null;
  readonly acceptBy: number | null;
  readonly escalatedAt: number | null;
  readonly detail: { readonly [key: string]: unknown };
  /** In force when it was opened: what it falls back on when its routing is no longer published. */
  readonly releaseId: string;
}
export interface EarlierAssignment {
  readonly attempt: number;
  /** A rep id, or `queue:<id>`. */
  readonly rep: string;
  readonly at: number;
}
export interface AssignmentDecision {
  readonly id: string;
  readonly attempt: number;
  readonly rep: string;
  readonly pool: string | null;
  readonly match: string;
  readonly sla: string;
  readonly at: number;
  readonly acceptBy: number | null;
  readonly escalated: boolean;
  readonly trace: unknown;
  readonly pools: { readonly [pool: string]: PoolState };
}
/** What is true under the locks. */
export interface AssignmentBasis {
  readonly handoff: OpenHandoff;
  readonly earlier: readonly EarlierAssignment[];
  readonly pools: { readonly [pool: string]: PoolState };
  readonly given: readonly { readonly rep: string; readonly at: number }[];
  /** Reps whose rejections led here, one rerouting after the other. */
  readonly rejectedBy: readonly string[];
}
/** Implemented by store/: every read of one handoff, and the assignment under its locks. */
export interface HandoffRecords {
  find(handoffId: string): Promise<OpenHandoff | null>;
  assignments(handoffId: string): Promise<readonly EarlierAssignment[]>;
  assign(
    handoffId: string,
    poolNames: readonly string[],
    since: number,
    decide: (basis: AssignmentBasis) => AssignmentDecision | null,
  ): Promise<void>;
}
export interface HandoffReleases {
  current(): Promise<Release>;
  release(id: string): Promise<Release>;
}
export interface HandoffDependencies extends HandoffMail {
  readonly handoffs: HandoffRecords;
  readonly releases: HandoffReleases;
  /** With every event a rule can look at, and those of a brief since `historySince`. */
  readonly lead: (leadId: string, release: Release, now: number, since: number) => Promise<Lead>;
  /** A UUID that is the same for the same words. */
  readonly derivedId: (kind: string, ...parts: readonly string[]) => string;
  /** `Rep Assigned` goes in like every other event, so journeys can wait for it. */
  readonly repAssigned: (event: {
    readonly messageId: string;
    readonly leadId: string;
    readonly handoffId: string;
    readonly rep: string;
    readonly at: number;
  }) => Promise<void>;
  /** The log gets what Temporal must not: texts of servers, and whatever they repeat of a lead. */
  readonly report: (error: unknown, about: { readonly commandId: string }) => void;
}

export function createHandoffActivities(deps: HandoffDependencies): HandoffActivities {
  const commandId = (act: string, handoffId: string, attempt: number): string =>
    `${handoffId}/${act}/${attempt}`;
  return {
    assignHandoff: (input) =>
      guarded(deps, commandId('assign', input.handoffId, input.attempt), () =>
        assignHandoff(deps, input),
      ),
    notifyHandoff: (input) =>
      guarded(deps, commandId(input.kind, input.handoffId, input.attempt), () =>
        notifyHandoff(deps, input),
      ),
  };
}

/** The release in force, or, where it has lost the kind or its routing, the one that opened it. */
export async function releaseFor(
  { releases }: Pick<HandoffDependencies, 'releases'>,
  { handoff, routing, releaseId }: OpenHandoff,
): Promise<Release> {
  const current = await releases.current();
  const isWhole =
    Object.hasOwn(current.routings, routing) && Object.hasOwn(current.handoffs, handoff);
  return isWhole ? current : releases.release(releaseId);
}

export type Assignee =
  | { readonly type: 'rep'; readonly rep: string }
  | { readonly type: 'queue'; readonly queue: string };

/** As an assignment names it. */
export function assigneeOf(name: string): Assignee {
  return name.startsWith('queue:')
    ? { type: 'queue', queue: name.slice('queue:'.length) }
    : { type: 'rep', rep: name };
}
