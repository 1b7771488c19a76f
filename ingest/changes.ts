/**
 * What a batch changes, gathered while its events are folded and written at the end, one statement
 * per table. Rows born and ended within one batch are written once, in their final state.
 *
 * It decides nothing: every effect is already decided, this only says which row it becomes.
 */
import type { Decision, Effect, IncomingEvent } from '../core/decision/decision.ts';
import type { Lead } from '../core/facts/lead.ts';
import { addToOutbox, type NewOutboxRow, type OutboxRow } from '../store/outbox.ts';
import { StaleRead, type Sql } from '../store/client.ts';
import {
  saveConsents,
  saveSuppressions,
  type NewConsent,
  type NewSuppression,
} from '../store/consent.ts';
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
  saveHandoffs,
  settleHandoffs,
  type NewHandoff,
  type SettledHandoff,
} from '../store/handoffs.ts';
import type { IngestAnswer } from './request.ts';

/** Of one folded event. */
export interface Folded {
  readonly event: IncomingEvent;
  readonly lead: Lead;
  readonly decisions: readonly Decision[];
  readonly effects: readonly Effect[];
  readonly answer: IngestAnswer;
}

export interface Changes {
  /** Returns the ids of its decisions, in their order. */
  add(folded: Folded): readonly string[];
  /** Reports what `add` could not see: which waits each enrolment has reported by now. */
  write(sql: Sql, leads: readonly Lead[]): Promise<readonly OutboxRow[]>;
}

export function createChanges(releaseId: string, newId: () => string): Changes {
  const events: StoredEvent[] = [];
  const decisions: NewDecision[] = [];
  const counts = new Map<string, CountedEvents>();
  const enrolments = new Map<string, NewEnrolment>();
  const closed: ClosedEnrolment[] = [];
  const told = new Set<string>();
  const handoffs = new Map<string, NewHandoff>();
  const settled: SettledHandoff[] = [];
  const consents: NewConsent[] = [];
  const suppressions: NewSuppression[] = [];
  const outbox: NewOutboxRow[] = [];

  const apply = (effect: Effect, { event, lead }: Folded): void => {
    const eventId = event.type === 'tick' ? null : event.id;
    switch (effect.type) {
      case 'enrol': {
        const { type: _type, enrolmentId: id, ...run } = effect;
        enrolments.set(id, {
          ...run,
          id,
          leadId: lead.id,
          entryEventId: eventId,
          releaseId,
          satisfied: [],
          closed: null,
        });
        outbox.push({
          target: 'journey',
          targetId: id,
          payload: { type: 'start' },
          ...(event.startsAt === undefined ? {} : { notBefore: event.startsAt }),
        });
        return;
      }
      case 'close-enrolment': {
        const { enrolmentId: id, exit: outcome, goal, at } = effect;
        const born = enrolments.get(id);
        if (born === undefined) closed.push({ id, outcome, goal, at });
        else enrolments.set(id, { ...born, closed: { outcome, goal, at } });
        return;
      }
      case 'tell-journey': {
        const { enrolmentId: targetId, message } = effect;
        told.add(targetId);
        outbox.push({ target: 'journey', targetId, payload: { type: 'message', message } });
        return;
      }
      case 'open-handoff': {
        const { type: _type, handoffId: id, avoidRep, preferRep, ...opened } = effect;
        const detail = {
          ...(avoidRep === undefined ? {} : { avoidRep }),
          ...(preferRep === undefined ? {} : { preferRep }),
        };
        handoffs.set(id, { ...opened, id, leadId: lead.id, detail, releaseId, settled: null });
        outbox.push({ target: 'handoff', targetId: id, payload: { type: 'start' } });
        return;
      }
      case 'settle-handoff': {
        const { handoffId: id, status, by, reason = null, detail = {}, at } = effect;
        const verdict = { id, status, by, reason, detail, at };
        const born = handoffs.get(id);
        if (born === undefined) settled.push(verdict);
        else handoffs.set(id, { ...born, settled: verdict });
        outbox.push({
          target: 'handoff',
          targetId: id,
          payload: { type: 'message', message: { type: 'settled', status } },
        });
        return;
      }
      case 'tell-handoff': {
        const { handoffId: targetId, cause, at } = effect;
        outbox.push({
          target: 'handoff',
          targetId,
          payload: { type: 'message', message: { type: 'cause', cause, at } },
        });
        return;
      }
      case 'consent': {
        const { type: _type, ...given } = effect;
        if (lead.address !== undefined)
          consents.push({ ...given, id: newId(), address: lead.address, eventId });
        return;
      }
      case 'suppress': {
        const { type: _type, ...suppression } = effect;
        if (lead.address !== undefined)
          suppressions.push({ ...suppression, address: lead.address, source: eventId });
      }
    }
  };

  return {
    add(folded) {
      const { event, lead, answer } = folded;
      if (event.type !== 'tick') {
        events.push(storedEvent(folded, releaseId));
        count(counts, lead.id, event);
      }
      const eventId = event.type === 'tick' ? null : answer.eventId;
      const { id: leadId, seq } = lead;
      for (const effect of folded.effects) apply(effect, folded);
      return folded.decisions.map(({ kind, at, ...detail }) => {
        const id = newId();
        decisions.push({ id, leadId, seq, eventId, kind, at, releaseId, detail });
        return id;
      });
    },
    async write(sql, leads) {
      const states = leads.flatMap((lead) => lead.enrolments).filter(({ id }) => told.has(id));
      for (const { id, satisfied } of states) {
        const born = enrolments.get(id);
        if (born !== undefined) enrolments.set(id, { ...born, satisfied });
      }
      await saveEvents(sql, events);
      await addEventCounts(sql, [...counts.values()]);
      await saveDecisions(sql, decisions);
      expectAll('enrolment', closed, await closeEnrolments(sql, closed));
      await saveEnrolments(sql, [...enrolments.values()]);
      await saveSatisfied(
        sql,
        states.filter(({ id }) => !enrolments.has(id)),
      );
      expectAll('handoff', settled, await settleHandoffs(sql, settled));
      await saveHandoffs(sql, [...handoffs.values()]);
      await saveConsents(sql, consents);
      await saveSuppressions(sql, suppressions);
      return addToOutbox(sql, outbox);
    },
  };
}

/** Somebody else ended one meanwhile (the last step completes without asking): decide again. */
function expectAll(
  what: string,
  asked: readonly { readonly id: string }[],
  done: readonly string[],
): void {
  if (asked.length !== done.length) throw new StaleRead(`an ${what} was closed meanwhile`);
}

function storedEvent({ event, lead, answer }: Folded, releaseId: string): StoredEvent {
  const { id, source, messageId, type, name, properties, traits, trust, occurredAt, receivedAt } =
    event;
  return {
    id,
    source,
    messageId,
    leadId: lead.id,
    seq: lead.seq,
    type,
    name,
    properties,
    traits,
    trust,
    occurredAt,
    receivedAt,
    answer,
    releaseId,
  };
}

function count(counts: Map<string, CountedEvents>, leadId: string, event: IncomingEvent): void {
  if (event.name === '') return;
  const { name, occurredAt: at } = event;
  const key = `${leadId} ${name}`;
  const known = counts.get(key);
  counts.set(
    key,
    known === undefined
      ? { leadId, name, count: 1, firstAt: at, lastAt: at }
      : {
          ...known,
          count: known.count + 1,
          firstAt: Math.min(known.firstAt, at),
          lastAt: Math.max(known.lastAt, at),
        },
  );
}
