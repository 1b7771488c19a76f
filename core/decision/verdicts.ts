/**
 * A rep's verdict, and the closing of a handoff that has lost its point: compare and set.
 *
 * Only an open handoff can be settled, and only the one the verdict names; a late click on an old
 * button changes nothing and is recorded as such. What a rejection leads to (`then`) is read from the
 * decision by the phases it concerns: stage, flag, entries, new handoff.
 */
import type { Lead } from '../facts/lead.ts';
import type { RejectReason } from '../routing/model.ts';
import type { JsonObject } from '../rules/condition.ts';
import { nothing, type DecisionContext, type Moment } from './context.ts';
import type { Decided, Decision, Effect } from './decision.ts';
import { textOf } from './properties.ts';

type Status = Extract<Effect, { type: 'settle-handoff' }>['status'];

/** Who settled it when a caller does not say: no rep, and nobody's lead. */
const nobody = 'unknown';

export function settleVerdict(lead: Lead, moment: Moment): Decided {
  const verdict = verdictOf(moment);
  if (verdict === undefined) return nothing(lead);
  const { properties } = moment.event;
  const { handoff } = lead;
  const about = textOf(properties['handoffId']);
  if (handoff?.status !== 'open' || (about !== undefined && about !== handoff.id)) {
    return { ...nothing(lead), decisions: [refused(lead, moment, about)] };
  }
  const by = textOf(properties['by']) ?? handoff.rep ?? nobody;
  const { handoffId: _id, by: _by, reason: _reason, ...detail } = properties;
  return settle(lead, moment.now, {
    status: verdict,
    by,
    ...(textOf(properties['reason']) === undefined
      ? {}
      : { reason: textOf(properties['reason']) ?? '' }),
    detail,
  });
}

/** A disqualified lead is nobody's to call. `tell`: whoever has it is written to. */
export function closeHandoff(
  lead: Lead,
  now: number,
  why: string,
  { by = 'perennial', tell = false } = {},
): Decided {
  if (lead.handoff?.status !== 'open') return nothing(lead);
  const closed = settle(lead, now, { status: 'closed', by, reason: why, detail: {} });
  if (!tell) return closed;
  const effects = closed.effects.map((effect) =>
    effect.type === 'settle-handoff' ? { ...effect, tell } : effect,
  );
  return { ...closed, effects };
}

/** What the rejection among these decisions leads to, if there is one. */
export function rejectionIn(
  decisions: readonly Decision[],
  context: DecisionContext,
): RejectReason | undefined {
  const rejected = decisions.find(
    (decision) => decision.kind === 'verdict' && decision.verdict === 'rejected',
  );
  if (rejected?.kind !== 'verdict') return undefined;
  return context.release.rejectReasons.find(({ id }) => id === rejected.reason);
}

function verdictOf({ event }: Moment): Status | undefined {
  if (event.name === 'Handoff Accepted') return 'accepted';
  return event.name === 'Handoff Rejected' ? 'rejected' : undefined;
}

function refused(lead: Lead, { now }: Moment, about: string | undefined): Decision {
  const handoffId = about ?? lead.handoff?.id;
  return {
    kind: 'handoff',
    at: now,
    ...(handoffId === undefined ? {} : { handoffId }),
    handoff: lead.handoff?.handoff ?? '',
    opened: false,
    because: 'not-open',
  };
}

function settle(
  lead: Lead,
  at: number,
  verdict: {
    readonly status: Status;
    readonly by: string;
    readonly reason?: string;
    readonly detail: JsonObject;
  },
): Decided {
  const { handoff } = lead;
  if (handoff === undefined) return nothing(lead);
  const { status, detail, ...who } = verdict;
  // Of a queue nobody has it until somebody answers: then it is theirs, and theirs to get back.
  const rep = handoff.rep ?? (status === 'closed' || who.by === nobody ? undefined : who.by);
  const settled = { ...handoff, status, ...(rep === undefined ? {} : { rep }) };
  const reason = who.reason === undefined ? {} : { reason: who.reason };
  return {
    lead: {
      ...lead,
      handoff: { ...settled, ...reason },
      ...(status === 'accepted' && rep !== undefined ? { owner: rep } : {}),
    },
    decisions: [{ kind: 'verdict', at, handoffId: handoff.id, verdict: status, ...who }],
    effects: [
      {
        type: 'settle-handoff',
        handoffId: handoff.id,
        status,
        ...who,
        ...(Object.keys(detail).length === 0 ? {} : { detail }),
        at,
      },
    ],
  };
}
