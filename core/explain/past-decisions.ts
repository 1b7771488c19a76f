/**
 * Decisions as they were stored, laid over a lead that was folded again: where the two differ, what was
 * decided then stands. They differ where the fold cannot know all that ingest knew: other members of an
 * account, a clock that came late.
 */
import type { Release } from '../definitions/release.ts';
import type { Lead, LeadId } from '../facts/lead.ts';
import type { JsonObject } from '../rules/condition.ts';

export interface PastDecision {
  readonly leadId: LeadId;
  readonly seq: number;
  /** Null for what the clock, or other rules, decided. */
  readonly eventId: string | null;
  readonly kind: string;
  readonly at: number;
  readonly releaseId: string;
  readonly detail: JsonObject;
}

/** `before`: the lead ahead of this event; `decisions`: all that was decided at it. */
export function forced(
  lead: Lead,
  before: Lead,
  decisions: readonly PastDecision[],
  release: Release,
): Lead {
  const moves = decisions.filter(({ kind }) => kind === 'stage');
  const flags = decisions.filter(({ kind }) => kind === 'disqualified');
  const stands = textIn(moves.at(-1)?.detail['to']) ?? before.stage.stage;
  const placed =
    lead.stage.stage === stands
      ? lead
      : moves.reduce((known, move) => moved(known, move, release), {
          ...lead,
          stage: before.stage,
        });
  return handedOver(flagged(placed, before, flags.at(-1)), before, decisions);
}

/** One open handoff per account: whether a lead got its own, only ingest could know. */
function handedOver(lead: Lead, before: Lead, decisions: readonly PastDecision[]): Lead {
  const { handoff, ...rest } = lead;
  const isNew = handoff !== undefined && handoff.id !== before.handoff?.id;
  const wasOpened = decisions.some(
    ({ kind, detail }) => kind === 'handoff' && detail['opened'] === true,
  );
  if (!isNew || wasOpened) return lead;
  return before.handoff === undefined ? rest : { ...rest, handoff: before.handoff };
}

/** As `core/qualification/stages.ts` enters a stage: one that is left counts from then on. */
function moved(lead: Lead, { at, detail }: PastDecision, { qualification }: Release): Lead {
  const { order } = qualification;
  const [from, to] = [textIn(detail['from']) ?? lead.stage.stage, textIn(detail['to'])];
  if (to === undefined) return lead;
  const [start, end] = [order.indexOf(from), order.indexOf(to)];
  const crossed = end < start ? order.slice(end + 1, start + 1) : [from];
  const { entered, left, byHand, takenBack } = lead.stage;
  return {
    ...lead,
    stage: {
      stage: to,
      since: at,
      entered: { ...entered, [to]: at },
      left: { ...left, ...Object.fromEntries(crossed.map((stage) => [stage, at])) },
      holding: {},
      ...(byHand === undefined ? {} : { byHand }),
      ...(takenBack === undefined ? {} : { takenBack }),
    },
  };
}

function flagged(lead: Lead, before: Lead, flag: PastDecision | undefined): Lead {
  const { disqualified, ...unflagged } = lead;
  if (flag === undefined) {
    if (disqualified?.id === before.disqualified?.id) return lead;
    return before.disqualified === undefined
      ? unflagged
      : { ...unflagged, disqualified: before.disqualified };
  }
  if (flag.detail['holds'] === false) return unflagged;
  const [id, why] = [textIn(flag.detail['rule']) ?? '', textIn(flag.detail['why']) ?? ''];
  return { ...unflagged, disqualified: { id, why, at: flag.at } };
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
