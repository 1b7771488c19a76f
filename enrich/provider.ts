/**
 * The port through which more becomes known of a lead than it said itself.
 *
 * A provider answers about one company, by its domain, and stores nothing. What it answers is sorted
 * value by value (`core/enrichment/answer.ts`) and how long it may take is bounded by whoever asks.
 */
import type { EnrichmentAnswer } from '../core/enrichment/answer.ts';

export interface EnrichmentQuestion {
  readonly domain: string;
  /** Of the person, where the question is about one. */
  readonly address?: string;
}
export interface EnrichmentProvider {
  /** Null: nothing is known. */
  enrich(question: EnrichmentQuestion, signal: AbortSignal): Promise<EnrichmentAnswer | null>;
}
