/**
 * What was looked up becomes events `Lead Enriched`: one for each degree of certainty, nearly always
 * one. The last also keeps what was refused and why, and where it is told all of them were.
 *
 * Apart from the activity so that the simulator tells the same events.
 */
import type { Json, JsonObject } from '../rules/condition.ts';
import type { EnrichedValue, SortedAnswer } from './answer.ts';

export interface EnrichmentEvent {
  /** '' for the last, so that it carries the id of its command. */
  readonly suffix: string;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly confidence?: number;
}
export const enrichedOutcomes = ['enriched', 'nothing-known', 'gave-up', 'known'] as const;
/** What a look-up comes to; `known`: there was nothing to look up. */
export type EnrichOutcome = (typeof enrichedOutcomes)[number];

export const enrichOutcomeWords: { readonly [outcome in EnrichOutcome]: string } = {
  enriched: 'More became known',
  'nothing-known': 'Nobody knows more',
  'gave-up': 'Nobody answered in time; the journey went on',
  known: 'All of it was known already',
};

export function outcomeOf({ values }: SortedAnswer): 'enriched' | 'nothing-known' {
  return Object.keys(values).length > 0 ? 'enriched' : 'nothing-known';
}

export function enrichmentEvents(
  sorted: SortedAnswer,
  about: { readonly provider: string; readonly journey: string; readonly step: string },
): readonly EnrichmentEvent[] {
  const groups = new Map<number | undefined, [string, EnrichedValue][]>();
  for (const [fact, said] of Object.entries(sorted.values)) {
    groups.set(said.confidence, [...(groups.get(said.confidence) ?? []), [fact, said]]);
  }
  if (groups.size === 0 && sorted.refused.length > 0) groups.set(undefined, []);
  const outcome = outcomeOf(sorted);
  return [...groups].reverse().map(([confidence, values], index) => ({
    suffix: index === groups.size - 1 ? '' : `/${confidence ?? 'certain'}`,
    properties: {
      ...about,
      outcome,
      values: Object.fromEntries(values.map(([fact, said]) => [fact, { ...said }])),
      ...(index === groups.size - 1 && sorted.refused.length > 0
        ? { refused: sorted.refused.map((one) => ({ ...one })) }
        : {}),
    },
    traits: Object.fromEntries(values.map(([fact, { value }]): [string, Json] => [fact, value])),
    ...(confidence === undefined ? {} : { confidence }),
  }));
}
