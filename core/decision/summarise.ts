/**
 * What the caller of an event is told: the scores before and after, the stage, the journeys entered or
 * why not, the handoff. Plain data, stored with the event, so that a repeat gets the same answer.
 */
import type { Decided, Decision, ScoreSummary } from './decision.ts';

export interface Answer {
  /** Models whose scores this event changed. */
  readonly scores: readonly {
    readonly model: string;
    readonly before: ScoreSummary;
    readonly after: ScoreSummary;
  }[];
  readonly stage: string;
  /** Stages passed through now, in order. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly why: string }[];
  readonly disqualified?: { readonly rule: string; readonly why: string };
  readonly journeys: readonly {
    readonly journey: string;
    readonly entered: boolean;
    readonly enrolmentId?: string;
    readonly because?: string;
    readonly detail?: string;
  }[];
  readonly exits: readonly {
    readonly journey: string;
    readonly enrolmentId: string;
    readonly exit: string;
    readonly why: string;
  }[];
  readonly handoff?: {
    readonly handoffId?: string;
    readonly handoff?: string;
    readonly status: 'opened' | 'not-opened' | 'accepted' | 'rejected' | 'closed';
    readonly because?: string;
  };
}

export function summarise({ lead, decisions }: Decided): Answer {
  const { disqualified } = lead;
  const handoff = decisions.findLast(isAboutHandoff);
  return {
    scores: ofKind(decisions, 'score').map(({ model, before, after }) => ({
      model,
      before,
      after,
    })),
    stage: lead.stage.stage,
    moves: ofKind(decisions, 'stage').map(({ from, to, why }) => ({ from, to, why })),
    ...(disqualified === undefined
      ? {}
      : { disqualified: { rule: disqualified.id, why: disqualified.why } }),
    journeys: ofKind(decisions, 'entry').map(({ kind: _k, at: _a, planHash: _h, ...rest }) => rest),
    exits: ofKind(decisions, 'exit').map(({ journey, enrolmentId, exit, why }) => ({
      journey,
      enrolmentId,
      exit,
      why,
    })),
    ...(handoff === undefined ? {} : { handoff: handoffAnswer(handoff) }),
  };
}

type Kind = Decision['kind'];
type OfKind<K extends Kind> = Extract<Decision, { kind: K }>;

function ofKind<K extends Kind>(decisions: readonly Decision[], kind: K): readonly OfKind<K>[] {
  return decisions.filter((decision): decision is OfKind<K> => decision.kind === kind);
}

function isAboutHandoff(decision: Decision): decision is OfKind<'handoff'> | OfKind<'verdict'> {
  return decision.kind === 'handoff' || decision.kind === 'verdict';
}

function handoffAnswer(
  decision: OfKind<'handoff'> | OfKind<'verdict'>,
): NonNullable<Answer['handoff']> {
  const { handoffId } = decision;
  const named = handoffId === undefined ? {} : { handoffId };
  if (decision.kind === 'handoff') {
    const { handoff, opened, because } = decision;
    return { ...named, handoff, status: opened ? 'opened' : 'not-opened', because };
  }
  const { verdict, reason } = decision;
  return { ...named, status: verdict, ...(reason === undefined ? {} : { because: reason }) };
}
