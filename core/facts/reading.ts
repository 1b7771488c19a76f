/**
 * What the answer to one fact may look at: the lead, the release, the instant, and the other facts.
 *
 * Every family of facts (`event-facts.ts`, `score-facts.ts` …) is a record of such answers; `read.ts`
 * makes the reading and asks them. An answer changes nothing and never throws.
 */
import type { Release } from '../definitions/release.ts';
import type { FactValue, JsonObject, ReadFact } from '../rules/condition.ts';
import type { Scored } from '../scoring/score.ts';
import type { CompiledRelease } from './compiled-release.ts';
import type { Lead } from './lead.ts';

export interface FactScope {
  /** Properties of the entry event, read as `entry.<property>`. */
  readonly entry?: JsonObject;
  /** Read as `handoff.cause` and `handoff.to`, in `sla` only. */
  readonly handoff?: { readonly cause: string; readonly to?: string };
}
export interface Reading {
  readonly release: Release;
  readonly compiled: CompiledRelease;
  readonly lead: Lead;
  readonly now: number;
  readonly scope: FactScope;
  readonly read: ReadFact;
  /** The lead scored by a model at this instant; `undefined` when there is no such model. */
  readonly scored: (model: string) => Scored | undefined;
}
export type Answer = (reading: Reading, params: JsonObject) => FactValue;
export type Answers = { readonly [fact: string]: Answer };
