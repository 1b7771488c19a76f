/**
 * Which row each effect of an event becomes, while a batch is folded. A row that is born and changed in
 * one batch is changed here, in memory: what is written is how it ends.
 *
 * It decides nothing and writes nothing. Apart from `changes.ts`, which says in which order they go.
 */
import { bringsNoEvent, type Effect, type IncomingEvent } from '../core/decision/decision.ts';
import type { Lead, Trust } from '../core/facts/lead.ts';
import type { NewAbsence } from '../store/absences.ts';
import type { LiftedSuppression, NewConsent, NewSuppression } from '../store/consent.ts';
import type { NewDecision } from '../store/decisions.ts';
import type { NewEmailCheck } from '../store/email-checks.ts';
import type { ClosedEnrolment, NewEnrolment } from '../store/enrolments.ts';
import type { CountedEvents, StoredEvent } from '../store/events.ts';
import type { NewHandoff, SettledHandoff } from '../store/handoffs.ts';
import type { NewOutboxRow } from '../store/outbox.ts';
import type { NewPreferences } from '../store/preferences.ts';
import type { Folded } from './changes.ts';

export interface Rows {
  readonly releaseId: string;
  readonly newId: () => string;
  readonly events: StoredEvent[];
  readonly counts: Map<string, CountedEvents>;
  readonly decisions: NewDecision[];
  readonly judged: Map<string, Trust>;
  readonly enrolments: Map<string, NewEnrolment>;
  readonly closed: ClosedEnrolment[];
  /** Enrolments that reported something, perhaps a wait. */
  readonly told: Set<string>;
  readonly handoffs: Map<string, NewHandoff>;
  readonly settled: SettledHandoff[];
  readonly consents: NewConsent[];
  /** By address and scope: what one batch sets, lifts and sets again is written as it ends. */
  readonly suppressions: Map<string, NewSuppression>;
  readonly lifted: Map<string, LiftedSuppression>;
  readonly preferences: Map<string, NewPreferences>;
  readonly emailChecks: Map<string, NewEmailCheck>;
  /** By lead: the last one of a batch is the longest. */
  readonly absences: Map<string, NewAbsence>;
  readonly outbox: NewOutboxRow[];
}

export function emptyRows(releaseId: string, newId: () => string): Rows {
  return {
    releaseId,
    newId,
    events: [],
    counts: new Map(),
    decisions: [],
    judged: new Map(),
    enrolments: new Map(),
    closed: [],
    told: new Set(),
    handoffs: new Map(),
    settled: [],
    consents: [],
    suppressions: new Map(),
    lifted: new Map(),
    preferences: new Map(),
    emailChecks: new Map(),
    absences: new Map(),
    outbox: [],
  };
}

export function apply(
  rows: Rows,
  effect: Effect,
  { event, lead }: Pick<Folded, 'event' | 'lead'>,
): void {
  const eventId = eventIdOf(event);
  switch (effect.type) {
    case 'enrol':
      enrol(rows, effect, lead.id, event);
      return;
    case 'close-enrolment': {
      const { enrolmentId: id, exit: outcome, goal, at } = effect;
      const born = rows.enrolments.get(id);
      if (born === undefined) rows.closed.push({ id, outcome, goal, at });
      else rows.enrolments.set(id, { ...born, closed: { outcome, goal, at } });
      return;
    }
    case 'tell-journey':
      rows.told.add(effect.enrolmentId);
      tell(rows, 'journey', effect.enrolmentId, effect.message);
      return;
    case 'open-handoff':
      openHandoff(rows, effect, lead);
      return;
    case 'settle-handoff': {
      const { handoffId: id, status, by, reason = null, detail = {}, at } = effect;
      const verdict = { id, status, by, reason, detail, at };
      const born = rows.handoffs.get(id);
      if (born === undefined) rows.settled.push(verdict);
      else rows.handoffs.set(id, { ...born, settled: verdict });
      const because = effect.tell === true && reason !== null ? { because: reason } : {};
      tell(rows, 'handoff', id, { type: 'settled', status, ...because });
      return;
    }
    case 'judge-event':
      rows.judged.set(effect.eventId, effect.trust);
      return;
    case 'tell-handoff':
      tell(rows, 'handoff', effect.handoffId, {
        type: 'cause',
        cause: effect.cause,
        at: effect.at,
        ...(effect.about === undefined ? {} : { about: effect.about }),
      });
      return;
    case 'consent':
    case 'suppress':
    case 'preferences':
    case 'email-check':
    case 'lift-suppression': {
      const address = ('address' in effect ? effect.address : undefined) ?? lead.address;
      if (address !== undefined) saveStanding(rows, effect, address, eventId);
      return;
    }
    case 'pause-lead': {
      const { type: _type, ...absence } = effect;
      rows.absences.set(lead.id, { ...absence, id: rows.newId(), leadId: lead.id });
      return;
    }
    case 'tell-rep':
      if (eventId !== null) tellRep(rows, effect, lead.id, eventId);
  }
}

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;
type OfAddress = EffectOf<
  'consent' | 'suppress' | 'preferences' | 'email-check' | 'lift-suppression'
>;

/** What may be sent to an address: kept by address, so that it outlives the lead that had it. */
function saveStanding(
  rows: Rows,
  effect: OfAddress,
  address: string,
  eventId: string | null,
): void {
  switch (effect.type) {
    case 'consent': {
      const { type: _type, ...given } = effect;
      rows.consents.push({ ...given, id: rows.newId(), address, eventId });
      return;
    }
    case 'suppress': {
      const { type: _type, ...suppression } = effect;
      const key = `${effect.scope} ${address}`;
      rows.suppressions.set(key, { ...suppression, address, source: eventId });
      return;
    }
    case 'preferences': {
      const { type: _type, ...said } = effect;
      const known = rows.preferences.get(address);
      rows.preferences.set(address, { ...known, ...said, address, eventId });
      return;
    }
    case 'email-check': {
      const { type: _type, ...check } = effect;
      rows.emailChecks.set(address, { ...check, address });
      return;
    }
    case 'lift-suppression': {
      const { type: _type, ...lifted } = effect;
      rows.suppressions.delete(`${effect.scope} ${address}`);
      const key = `${effect.scope} ${address} ${effect.reason ?? ''}`;
      rows.lifted.set(key, { ...lifted, address });
    }
  }
}

function enrol(rows: Rows, effect: EffectOf<'enrol'>, leadId: string, event: IncomingEvent): void {
  const { type: _type, enrolmentId: id, ...run } = effect;
  const eventId = eventIdOf(event);
  const { releaseId } = rows;
  const birth = { id, leadId, entryEventId: eventId, releaseId, satisfied: [], closed: null };
  rows.enrolments.set(id, { ...run, ...birth });
  rows.outbox.push({
    target: 'journey',
    targetId: id,
    payload: { type: 'start' },
    ...(event.startsAt === undefined ? {} : { notBefore: event.startsAt }),
  });
}

function openHandoff(
  rows: Rows,
  effect: EffectOf<'open-handoff'>,
  { id: leadId, account }: Lead,
): void {
  const accountId = account?.id ?? null;
  const { type: _type, handoffId: id, avoidRep, preferRep, ...opened } = effect;
  const { releaseId } = rows;
  const detail = {
    ...(avoidRep === undefined ? {} : { avoidRep }),
    ...(preferRep === undefined ? {} : { preferRep }),
  };
  rows.handoffs.set(id, { ...opened, id, leadId, accountId, detail, releaseId, settled: null });
  rows.outbox.push({ target: 'handoff', targetId: id, payload: { type: 'start' } });
}

function tell(
  rows: Rows,
  target: NewOutboxRow['target'],
  targetId: string,
  message: unknown,
): void {
  rows.outbox.push({ target, targetId, payload: { type: 'message', message } });
}

/** The row names the event, whose words and mail are read when it is written about. */
function tellRep(
  rows: Rows,
  { to, stopped, at }: EffectOf<'tell-rep'>,
  leadId: string,
  eventId: string,
): void {
  rows.outbox.push({ target: 'reply', targetId: eventId, payload: { to, leadId, stopped, at } });
}

export function eventIdOf(event: IncomingEvent): string | null {
  return bringsNoEvent(event) ? null : event.id;
}
