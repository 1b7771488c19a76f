/**
 * The two suppressions that come and go by themselves: an address that rests after soft bounces, and
 * marketing that ended in silence. Whenever anything happens, the clock included, each is compared with
 * what the events say, and set or lifted.
 *
 * Where a lasting one of the same scope stands there is nothing to add. Nothing here looks at consent.
 */
import type { Release } from '../definitions/release.ts';
import type { Lead, Suppression } from '../facts/lead.ts';
import type { PassingReason } from '../sending/suppression.ts';
import type { DecisionContext, Moment } from './context.ts';
import type { Decided, Decision, Effect } from './decision.ts';
import { restingAddress } from '../facts/soft-bounces.ts';
import { isStillSilent, silentFor, sunsetAt } from './sunset.ts';

/** What an address is to have now, and why. */
interface Wanted {
  readonly suppression: Suppression;
  readonly why: string;
}
interface Passing {
  readonly scope: Suppression['scope'];
  readonly wanted: (lead: Lead, known: Suppression | undefined, view: View) => Wanted | undefined;
  readonly over: (known: Suppression, now: number) => string;
}
interface View {
  readonly release: Release;
  readonly now: number;
}

export function keepStanding(
  decided: Decided,
  { now }: Moment,
  { release }: DecisionContext,
): Decided {
  if (decided.lead.address === undefined) return decided;
  const view = { release, now };
  return settle(settle(decided, 'soft-bounce', view), 'sunset', view);
}

/** The next instant at which one of them may come or go by itself. */
export function standingChangesAt(lead: Lead, now: number, release: Release): readonly number[] {
  if (lead.address === undefined) return [];
  const ends = lead.suppressions.flatMap(({ until }) => until ?? []);
  const silenced = lead.suppressions.some(({ scope }) => scope === 'marketing');
  const sunset = silenced ? undefined : sunsetAt(release, lead, now);
  return [...ends, ...(sunset === undefined ? [] : [sunset])].filter((at) => at > now);
}

const passing: { readonly [Reason in PassingReason]: Passing } = {
  'soft-bounce': {
    scope: 'all',
    wanted: (lead, _known, { now }) => {
      const resting = restingAddress(lead, now);
      if (resting === undefined) return undefined;
      const { at, until, count } = resting;
      const why = `${count} mails came back within 14 days, the last on ${dayOf(at)}`;
      return { suppression: { scope: 'all', reason: 'soft-bounce', at, until }, why };
    },
    over: ({ until }, now) =>
      until !== undefined && until <= now
        ? 'It has rested for 90 days; the next mail tries again'
        : 'Mail reaches the address again, or the person has shown up',
  },
  sunset: {
    scope: 'marketing',
    wanted: (lead, known, { release, now }) => {
      if (known !== undefined) {
        return isStillSilent(release, lead, known.at) ? { suppression: known, why: '' } : undefined;
      }
      const count = silentFor(release, lead, now);
      if (count === undefined) return undefined;
      const why = `${count} marketing emails, and no sign of life for ${daysOf(release)} days`;
      return { suppression: { scope: 'marketing', reason: 'sunset', at: now }, why };
    },
    over: () => 'There is a sign of life again',
  },
};

function settle(decided: Decided, reason: PassingReason, view: View): Decided {
  const { lead } = decided;
  const { scope, wanted, over } = passing[reason];
  const ofScope = lead.suppressions.find((one) => one.scope === scope);
  if (ofScope !== undefined && ofScope.reason !== reason) return decided;
  const found = wanted(lead, ofScope, view);
  if (found === undefined) {
    return ofScope === undefined ? decided : lifted(decided, ofScope, reason, over, view.now);
  }
  const { suppression, why } = found;
  if (suppression.at === ofScope?.at && suppression.until === ofScope.until) return decided;
  const { until } = suppression;
  const set = { kind: 'suppression', holds: true, scope, reason, why, at: view.now } as const;
  return after(
    decided,
    [...lead.suppressions.filter((one) => one !== ofScope), suppression],
    { ...set, ...(until === undefined ? {} : { until }) },
    { type: 'suppress', ...suppression },
  );
}

function lifted(
  decided: Decided,
  known: Suppression,
  reason: PassingReason,
  over: Passing['over'],
  at: number,
): Decided {
  const { scope } = known;
  return after(
    decided,
    decided.lead.suppressions.filter((one) => one !== known),
    { kind: 'suppression', holds: false, scope, reason, why: over(known, at), at },
    { type: 'lift-suppression', scope, reason, at },
  );
}

function after(
  { lead, decisions, effects }: Decided,
  suppressions: readonly Suppression[],
  decision: Decision,
  effect: Effect,
): Decided {
  return {
    lead: { ...lead, suppressions },
    decisions: [...decisions, decision],
    effects: [...effects, effect],
  };
}

function daysOf({ sending }: Release): number {
  return Math.round((sending.sunset?.afterMs ?? 0) / 86_400_000);
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
