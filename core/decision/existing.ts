/**
 * Leads that are an occasion already on the day a journey is published: which entries ask for them, and
 * whether one lead is among them.
 *
 * Only `"existing": "enrol"` asks, and only where the entry is new or calls for other leads than the
 * release before did. What keeps a lead out is decided by `entries.ts`, as for any entry.
 */
import { canonicalJson, contentHash } from '../definitions/canonical.ts';
import type { Release } from '../definitions/release.ts';
import type { Lead } from '../facts/lead.ts';
import { matchesEvent } from '../facts/match-event.ts';
import type { Entry } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import { judgeOf, type DecisionContext } from './context.ts';

export interface ExistingEntry {
  readonly journey: string;
  readonly entry: Entry;
  readonly perHour: number;
}

/** `before`: the release whose existing leads have been seen to; absent for the first one. */
export function existingEntries(
  release: Release,
  before: Release | undefined,
): readonly ExistingEntry[] {
  return Object.entries(release.journeys).flatMap(([journey, { plan }]) => {
    const known = before?.journeys[journey]?.plan.enter ?? [];
    const asked = new Set(
      known.filter(({ existing }) => existing === 'enrol').map((entry) => meaningOf(entry, before)),
    );
    return plan.enter.flatMap((entry) => {
      // The check of the files wants `perHour` with "enrol".
      if (entry.existing !== 'enrol' || entry.perHour === undefined) return [];
      const isNew = !asked.has(meaningOf(entry, release));
      return isNew ? [{ journey, entry, perHour: entry.perHour }] : [];
    });
  });
}

/** By what it calls for: another pace or another `again` makes no other entry of it. */
export function entryKey(entry: Entry): string {
  const { existing: _e, perHour: _p, again: _a, whileInside: _w, ...calls } = entry;
  return contentHash('entry', entry.on, calls);
}

function meaningOf(entry: Entry, release: Release | undefined): string {
  const segment = entry.on === 'segment' ? release?.segments[entry.segment]?.when : undefined;
  return canonicalJson([entryKey(entry), segment]);
}

/** What the journey will read as `entry.<property>`, or undefined when the lead is no occasion. */
export function existingProperties(
  lead: Lead,
  entry: Entry,
  now: number,
  context: DecisionContext,
): JsonObject | undefined {
  const properties = occasionIn(lead, entry, now, context);
  if (properties === undefined || entry.if === undefined) return properties;
  return judgeOf(context, lead, now, properties).holds(entry.if) ? properties : undefined;
}

function occasionIn(
  lead: Lead,
  entry: Entry,
  now: number,
  context: DecisionContext,
): JsonObject | undefined {
  const { segments } = context.release;
  switch (entry.on) {
    case 'event':
      // The latest, whatever `oncePer` says: nobody gets a run for each e-book of the last years.
      return lead.events.findLast((event) => matchesEvent(entry.match, event, { segments, now }))
        ?.properties;
    case 'segment': {
      const when = segments[entry.segment]?.when;
      const holds = when !== undefined && judgeOf(context, lead, now).holds(when);
      return holds ? { segment: entry.segment } : undefined;
    }
    case 'stage':
      return lead.stage.stage === entry.stage ? { stage: entry.stage } : undefined;
    case 'api':
      return undefined;
  }
}
