/**
 * What a batch changes, gathered while its events are folded and written at the end, one statement
 * per table. Rows born and ended within one batch are written once, in their final state.
 *
 * It decides nothing: every effect is already decided; which row it becomes, `changed-rows.ts` says.
 */
import type { Decision, Effect, IncomingEvent } from '../core/decision/decision.ts';
import type { Lead } from '../core/facts/lead.ts';
import { addToOutbox, type OutboxRow } from '../store/outbox.ts';
import { StaleRead, type Sql } from '../store/client.ts';
import { liftSuppressions, saveConsents, saveSuppressions } from '../store/consent.ts';
import { saveEmailChecks } from '../store/email-checks.ts';
import { saveAbsences } from '../store/absences.ts';
import { savePreferences } from '../store/preferences.ts';
import { saveDecisions } from '../store/decisions.ts';
import { closeEnrolments, saveEnrolments, saveSatisfied } from '../store/enrolments.ts';
import { addEventCounts, saveEvents } from '../store/events.ts';
import { bindHandoffs, saveHandoffs, settleHandoffs } from '../store/handoffs.ts';
import { judgeEvents } from '../store/judged.ts';
import { apply, emptyRows, eventIdOf, type Rows } from './changed-rows.ts';
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

/** Somebody else ended one meanwhile (the last step completes without asking): decide again. */
function expectAll(
  what: string,
  asked: readonly { readonly id: string }[],
  done: readonly string[],
): void {
  if (asked.length !== done.length) throw new StaleRead(`an ${what} was closed meanwhile`);
}
