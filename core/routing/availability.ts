/** Whether a rep works at an instant, and how much they were given that day: all in the rep's zone. */
import { isOpen } from '../sending/business-time.ts';
import { dateOf, wallTime } from '../sending/zone.ts';
import type { Rep, SalesTeam } from './model.ts';

/** `away` dates are inclusive. */
export function isAway(team: SalesTeam, rep: Rep, now: number): boolean {
  const today = dateIn(team, rep, now);
  return rep.away.some((absence) => absence.from <= today && today <= absence.to);
}

export function isInHours(team: SalesTeam, rep: Rep, now: number): boolean {
  const hours = team.hours[rep.hours];
  return hours === undefined || isOpen(hours, now);
}

/** Leads given today, by rep. */
export function givenToday(
  team: SalesTeam,
  given: readonly { readonly rep: string; readonly at: number }[],
  now: number,
): { readonly [rep: string]: number } {
  const counts: Record<string, number> = {};
  for (const { rep: id, at } of given) {
    const rep = team.reps[id];
    if (rep === undefined || dateIn(team, rep, at) !== dateIn(team, rep, now)) continue;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

function dateIn(team: SalesTeam, rep: Rep, at: number): string {
  return dateOf(wallTime(at, team.hours[rep.hours]?.zone ?? 'UTC').day);
}
