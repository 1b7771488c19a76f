/**
 * A release: the whole workspace as published, ready to decide with.
 *
 * Immutable; every decision, send and score names the release it was made under. Parts are addressed
 * by the SHA-256 of their canonical source, so an unchanged file keeps its hash from release to release.
 */
import type { AccountRules } from '../accounts/model.ts';
import type { Interest, InterestGate } from '../interests/model.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import type { Qualification } from '../qualification/model.ts';
import type { HandoffKind, RejectReason, Routing, SalesTeam } from '../routing/model.ts';
import type { Condition } from '../rules/condition.ts';
import type { ScoringModel } from '../scoring/model.ts';
import type { SendingPolicy } from '../sending/model.ts';

export type FactType = 'text' | 'number' | 'boolean' | 'choice' | 'date' | 'list';
/** How a text is cleaned: see `core/facts/cleaning.ts`. */
export type CleanForm = 'seniority' | 'country' | 'phone' | 'domain' | 'lower-case';
/** Which of two words about a trait stays, of one rank: see `core/facts/survivors.ts`. */
export type Survivor = 'latest' | 'first' | 'largest';
export interface FactDeclaration {
  readonly id: string;
  readonly type: FactType;
  readonly label: string;
  /** Dotted trait path, without the leading `traits.`. */
  readonly from: string;
  readonly values?: readonly string[];
  readonly range?: readonly [number, number];
  /** Default: latest. */
  readonly survivor?: Survivor;
  /** Reads another fact and maps its words: the first value one of whose words occurs (whole words, any case). */
  readonly derive?: {
    readonly from: string;
    /** Empty where `as` says how the text is cleaned. */
    readonly words: readonly { readonly value: string; readonly any: readonly string[] }[];
    readonly as?: CleanForm;
  };
}
export interface EventDeclaration {
  readonly event: string;
  readonly label: string;
  readonly activity: boolean;
  readonly properties: { readonly [property: string]: string };
}
export interface SegmentDeclaration {
  readonly id: string;
  readonly why: string;
  readonly when: Condition;
}

export interface PlanWithHash {
  readonly hash: string;
  readonly plan: JourneyPlan;
}

/** What `email.json` of a template says; the compiled MJML lives in mail/. */
export interface TemplateManifest {
  readonly template: string;
  readonly topic?: string;
  readonly buyingStage?: string;
  /** Interests that the mail is about. */
  readonly about?: readonly string[];
  readonly from: 'owner' | 'workspace';
  readonly ifNoOwner: 'workspace';
  readonly again:
    | { readonly type: 'never' }
    | { readonly type: 'always' }
    | { readonly type: 'after'; readonly ms: number };
  readonly languages: {
    readonly [language: string]: { readonly subject: string; readonly preheader: string };
  };
  readonly ifNoLanguage: string;
  readonly variables: {
    readonly [path: string]: { readonly sample: unknown; readonly optional: boolean };
  };
}

export interface Release {
  readonly id: string;
  readonly events: { readonly [name: string]: EventDeclaration };
  readonly facts: { readonly [id: string]: FactDeclaration };
  readonly segments: { readonly [id: string]: SegmentDeclaration };
  readonly interests?: { readonly [id: string]: Interest };
  /** Absent: what a mail is about keeps nobody from getting it. */
  readonly interestGate?: InterestGate;
  readonly models: readonly ScoringModel[];
  readonly qualification: Qualification;
  readonly routings: { readonly [routing: string]: Routing };
  readonly team: SalesTeam;
  readonly handoffs: { readonly [handoff: string]: HandoffKind };
  readonly rejectReasons: readonly RejectReason[];
  readonly sending: SendingPolicy;
  /** Absent: `defaultAccountRules`. */
  readonly accounts?: AccountRules;
  readonly journeys: { readonly [journey: string]: PlanWithHash };
  readonly templates: {
    readonly [template: string]: { readonly hash: string; readonly manifest: TemplateManifest };
  };
}
