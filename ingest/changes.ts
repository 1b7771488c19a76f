/**
 * What a batch changes, gathered while its events are folded and written at the end, one statement
 * per table. Rows born and ended within one batch are written once, in their final state.
 *
 * It decides nothing: every effect is already decided, this only says which row it becomes.
 */
import {
  bringsNoEvent,
  type Decision,
  type Effect,
  type IncomingEvent,
} from '../core/decision/decision.ts';
import type { Lead, Trust } from '../core/facts/lead.ts';
import { addToOutbox, type NewOutboxRow, type OutboxRow } from '../store/outbox.ts';
import { StaleRead, type Sql } from '../store/client.ts';
import {
  liftSuppressions,
  saveConsents,
  saveSuppressions,
  type LiftedSuppression,
  type NewConsent,
  type NewSuppression,
} from '../store/consent.ts';
import { saveEmailChecks, type NewEmailCheck } from '../store/email-checks.ts';
import { saveAbsences, type NewAbsence } from '../store/absences.ts';
import { savePreferences, type NewPreferences } from '../store/preferences.ts';
import { saveDecisions, type NewDecision } from '../store/decisions.ts';
import {
  closeEnrolments,
  saveEnrolments,
  saveSatisfied,
  type ClosedEnrolment,
  type NewEnrolment,
} from '../store/enrolments.ts';
import {
  addEventCounts,
  saveEvents,
  type CountedEvents,
  type StoredEvent,
} from '../store/events.ts';
import {
  bindHandoffs,
  saveHandoffs,
  settleHandoffs,
  type NewHandoff,
  type SettledHandoff,
} from '../store/handoffs.ts';
import { judgeEvents } from '../store/judged.ts';
import { countEvent, storedEvent } from './event-rows.ts';
import type { IngestAnswer } from './request.ts';

/** Of one folded event. */
export interface Folded {
  readonly event: IncomingEvent;
  readonly lead: Lead;
  readonly decisions: readonly Decision[];
  readonly effects: readonly Effect[];
  readonly answer: IngestAnswer;
  /** The lead whose key brought the event, where another one stands for it. */
  readonly ownId?: string;
}

export interface OfAccounts {
  /** Whose other members must be looked at, and since when. */
  readonly told: ReadonlyMap<string, number>;
  /** Handoffs that are theirs from now on: handoff → account. */
  readonly bound: ReadonlyMap<string, string>;
}

export interface Changes {
  /** Returns the ids of its decisions, in their order. */
  add(folded: Folded): readonly string[];
  /** `leads` as they are at the end: `add` cannot see which waits each enrolment has reported by then. */
  write(sql: Sql, leads: readonly Lead[], accounts?: OfAccounts): Promise<readonly OutboxRow[]>;
}

export function createChanges(releaseId: string, newId: () => string): Changes {
  const rows = emptyRows(releaseId, newId);
  return {
    add(folded) {
      const { event, lead } = folded;
      const eventId = eventIdOf(event);
      if (eventId !== null) {
        rows.events.push(storedEvent(folded, releaseId));
        countEvent(rows.counts, folded.ownId ?? lead.id, event);
      }
      for (const effect of folded.effects) apply(rows, effect, folded);
      return folded.decisions.map(({ kind, at, ...detail }) => {
        const id = newId();
        const { id: leadId, seq } = lead;
        rows.decisions.push({ id, leadId, seq, eventId, kind, at, releaseId, detail });
        return id;
      });
    },
    write(sql, leads, { told, bound } = { told: new Map(), bound: new Map() }) {
      for (const [id, at] of told) {
        rows.outbox.push({ target: 'account', targetId: id, payload: { type: 'look', at } });
      }
      const known = [...bound].filter(([id, accountId]) => {
        const born = rows.handoffs.get(id);
        if (born !== undefined) rows.handoffs.set(id, { ...born, accountId });
        return born === undefined;
      });
      return write(sql, rows, leads, known);
    },
  };
}

interface Rows {
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

function emptyRows(releaseId: string, newId: () => string): Rows {
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

async function write(
  sql: Sql,
  rows: Rows,
  leads: readonly Lead[],
  bound: readonly (readonly [handoffId: string, accountId: string])[],
): Promise<readonly OutboxRow[]> {
  const { enrolments, handoffs, closed, settled } = rows;
  const states = leads.flatMap((lead) => lead.enrolments).filter(({ id }) => rows.told.has(id));
  for (const { id, satisfied } of states) {
    const born = enrolments.get(id);
    if (born !== undefined) enrolments.set(id, { ...born, satisfied });
  }
  // Sent together, and run in this order: what ends goes before what begins, because at most one
  // enrolment and one handoff may be open.
  const [ended, answered, outbox] = await Promise.all([
    closeEnrolments(sql, closed),
    settleHandoffs(sql, settled),
    addToOutbox(sql, rows.outbox),
    bindHandoffs(sql, bound),
    saveEvents(sql, rows.events),
    addEventCounts(sql, [...rows.counts.values()]),
    judgeEvents(
      sql,
      [...rows.judged].map(([id, trust]) => ({ id, trust })),
    ),
    saveDecisions(sql, rows.decisions),
    saveEnrolments(sql, [...enrolments.values()]),
    saveSatisfied(
      sql,
      states.filter(({ id }) => !enrolments.has(id)),
    ),
    saveHandoffs(sql, [...handoffs.values()]),
    saveConsents(sql, rows.consents),
    liftSuppressions(sql, [...rows.lifted.values()]),
    saveSuppressions(sql, [...rows.suppressions.values()]),
    savePreferences(sql, [...rows.preferences.values()]),
    saveEmailChecks(sql, [...rows.emailChecks.values()]),
    saveAbsences(sql, [...rows.absences.values()]),
  ]);
  expectAll('enrolment', closed, ended);
  expectAll('handoff', settled, answered);
  return outbox;
}

function apply(rows: Rows, effect: Effect, { event, lead }: Folded): void {
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
    case 'consent': {
      const { type: _type, address = lead.address, ...given } = effect;
      if (address === undefined) return;
      rows.consents.push({ ...given, id: rows.newId(), address, eventId });
      return;
    }
    case 'suppress': {
      const { type: _type, address = lead.address, ...suppression } = effect;
      if (address === undefined) return;
      const key = `${effect.scope} ${address}`;
      rows.suppressions.set(key, { ...suppression, address, source: eventId });
      return;
    }
    case 'preferences': {
      const { type: _type, address = lead.address, ...said } = effect;
      if (address === undefined) return;
      const known = rows.preferences.get(address);
      rows.preferences.set(address, { ...known, ...said, address, eventId });
      return;
    }
    case 'email-check': {
      const { type: _type, ...check } = effect;
      const { address } = lead;
      if (address !== undefined) rows.emailChecks.set(address, { ...check, address });
      return;
    }
    case 'lift-suppression': {
      const { type: _type, address = lead.address, ...lifted } = effect;
      if (address === undefined) return;
      rows.suppressions.delete(`${effect.scope} ${address}`);
      const key = `${effect.scope} ${address} ${effect.reason ?? ''}`;
      rows.lifted.set(key, { ...lifted, address });
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

function eventIdOf(event: IncomingEvent): string | null {
  return bringsNoEvent(event) ? null : event.id;
}

/** Somebody else ended one meanwhile (the last step completes without asking): decide again. */
function expectAll(
  what: string,
  asked: readonly { readonly id: string }[],
  done: readonly string[],
): void {
  if (asked.length !== done.length) throw new StaleRead(`an ${what} was closed meanwhile`);
}
