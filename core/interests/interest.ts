/**
 * What the events of a lead say about one interest: whether it is alive, how strong it is, and whether
 * it surges.
 *
 * A function of the set of events and the instant. Robots never show interest. The level is a sum of
 * fading weights; the surge compares the last seven days with the lead's own last sixty, so that busy
 * and quiet leads are judged alike and nobody surges merely by being new.
 */
import { eventsByName } from '../facts/event-index.ts';
import type { Lead } from '../facts/lead.ts';
import { matchesEvent } from '../facts/match-event.ts';
import type { Segments } from '../rules/compile.ts';
import type { Interest } from './model.ts';

/** One event that shows the interest. */
export interface Evidence {
  readonly occurredAt: number;
  readonly points: number;
  readonly halfLifeMs?: number;
}

const DAY_MS = 86_400_000;
export const SURGE_MS = 7 * DAY_MS;
export const USUAL_MS = 60 * DAY_MS;
/** A lead known for less, or with fewer events in its usual span, has no usual rate. */
const KNOWN_DAYS_LEAST = 14;
export const SURGE_EVENTS_LEAST = 3;

/** Oldest first per source, whatever the instant; an event two sources name counts for both. */
export function evidenceOf(
  interest: Interest,
  lead: Pick<Lead, 'events'>,
  segments: Segments,
  now: number,
): readonly Evidence[] {
  const index = eventsByName(lead.events);
  return interest.from.flatMap(({ match, points, halfLifeMs }) =>
    (index.get(match.event) ?? [])
      .filter((one) => one.trust !== 'likely-robot' && matchesEvent(match, one, { segments, now }))
      .map(({ occurredAt }) =>
        halfLifeMs === undefined ? { occurredAt, points } : { occurredAt, points, halfLifeMs },
      ),
  );
}

export function isAlive(
  { fadesAfterMs }: Interest,
  evidence: readonly Evidence[],
  now: number,
): boolean {
  return evidence.some(({ occurredAt }) => isWithin(occurredAt, fadesAfterMs, now));
}

/** The weights of all evidence that has not faded, halved with each half-life; to one decimal. */
export function levelOf(
  { fadesAfterMs }: Interest,
  evidence: readonly Evidence[],
  now: number,
): number {
  const sum = evidence
    .filter(({ occurredAt }) => isWithin(occurredAt, fadesAfterMs, now))
    .reduce((total, { occurredAt, points, halfLifeMs }) => {
      const left = halfLifeMs === undefined ? 1 : 2 ** ((occurredAt - now) / halfLifeMs);
      return total + points * left;
    }, 0);
  return rounded(sum, 10);
}

/**
 * (weight of the last 7 days / 7) : (weight of the last 60 days / 60), to two decimals. A lead known
 * for less than 60 days is compared with the days it is known; `undefined` while that is less than 14
 * days, or while there were fewer than 3 events.
 */
export function surgeOf(
  evidence: readonly Evidence[],
  bornAt: number,
  now: number,
): number | undefined {
  const usual = evidence.filter(({ occurredAt }) => isWithin(occurredAt, USUAL_MS, now));
  const days = Math.min(USUAL_MS / DAY_MS, Math.floor((now - knownSince(usual, bornAt)) / DAY_MS));
  if (usual.length < SURGE_EVENTS_LEAST || days < KNOWN_DAYS_LEAST) return undefined;
  const lately = usual.filter(({ occurredAt }) => isWithin(occurredAt, SURGE_MS, now));
  return rounded(weight(lately) / (SURGE_MS / DAY_MS) / (weight(usual) / days), 100);
}

/** Since when the lead is known: its birth, or what it did before that, as lists bring. */
export function knownSince(evidence: readonly Evidence[], bornAt: number): number {
  return evidence.reduce((since, { occurredAt }) => Math.min(since, occurredAt), bornAt);
}

function weight(evidence: readonly Evidence[]): number {
  return evidence.reduce((total, { points }) => total + points, 0);
}

function isWithin(occurredAt: number, span: number, now: number): boolean {
  return occurredAt <= now && now - occurredAt < span;
}

/** What people read is what rules decide with. */
function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
