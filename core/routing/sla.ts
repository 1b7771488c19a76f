/**
 * The clock of a handoff: when to remind, when it has taken too long, and what then.
 *
 * Deadlines run in the hours of whoever has it (of a queue: its first watcher). Attempt 1 is the
 * first rep; attempts up to `1 + reassignAtMost` are reassignments; the one after is the escalation,
 * and so is an earlier one that nobody can take. It stays and is reminded each business day.
 */
import { addBusiness } from '../sending/business-time.ts';
import type { BusinessDuration, Hours, Routing, SalesTeam, Sla } from './model.ts';

export interface Turn {
  readonly remindAt: readonly number[];
  /** Null for an escalation: it waits for as long as it takes. */
  readonly acceptBy: number | null;
}

/** An escalation is reminded this often; then it is listed under "needs attention" only. */
export const escalationReminders = 5;

export function chooseSla(routing: Routing, holds: (sla: Sla) => boolean): Sla {
  const found = routing.sla.find((sla) => sla.if === undefined || holds(sla));
  if (found === undefined) throw new Error(`Routing ${routing.routing} has no SLA without "if".`);
  return found;
}

export function isEscalation(sla: Sla, attempt: number): boolean {
  return attempt > 1 + sla.reassignAtMost;
}

export function turnOf(
  sla: Sla,
  team: SalesTeam,
  to:
    | { readonly type: 'rep'; readonly rep: string }
    | { readonly type: 'queue'; readonly queue: string },
  escalated: boolean,
  now: number,
): Turn {
  const hours = hoursOf(team, to);
  if (escalated) return { remindAt: daily(hours, now), acceptBy: null };
  if (to.type === 'queue') {
    const takeWithin = team.queues[to.queue]?.takeWithin ?? sla.acceptWithin;
    return { remindAt: [], acceptBy: addBusiness(hours, now, takeWithin) };
  }
  const acceptBy = addBusiness(hours, now, sla.acceptWithin);
  const remindAt = sla.remindAfter.map((after) => addBusiness(hours, now, after));
  return { remindAt: remindAt.filter((at) => at < acceptBy), acceptBy };
}

function daily(hours: Hours, now: number): readonly number[] {
  const oneDay: BusinessDuration = { amount: 1, unit: 'days', business: true };
  const reminders: number[] = [];
  for (let at = now; reminders.length < escalationReminders; reminders.push(at)) {
    at = addBusiness(hours, at, oneDay);
  }
  return reminders;
}

function hoursOf(
  team: SalesTeam,
  to:
    | { readonly type: 'rep'; readonly rep: string }
    | { readonly type: 'queue'; readonly queue: string },
): Hours {
  const rep = to.type === 'rep' ? to.rep : team.queues[to.queue]?.watchedBy[0];
  const hours = team.hours[team.reps[rep ?? '']?.hours ?? ''];
  return hours ?? alwaysOpen;
}

/** For a queue nobody watches: its clock must still run. */
const alwaysOpen: Hours = {
  zone: 'UTC',
  days: [1, 2, 3, 4, 5, 6, 7],
  from: '00:00',
  to: '00:00',
  holidays: [],
};
