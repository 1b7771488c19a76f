/**
 * One lead under other rules, although it did nothing: the scores it has now, what a change of rules did
 * to its stage, and whom nobody was told of.
 *
 * The deciding itself is the fold's (`decide` with an event of type `rules`); this only reads what came
 * of it, the same for the database and for a dry run.
 */
import type { Release } from '../definitions/release.ts';
import type { Lead } from '../facts/lead.ts';
import { readerOf } from './context.ts';
import type { Decision, ScoreSummary } from './decision.ts';

export interface RulesEffect {
  readonly from: string;
  readonly to: string;
  /** Of the handoff that was not opened. */
  readonly untold: boolean;
}

/** What the decisions of one `rules` event did to the stage; undefined when it stands where it stood. */
export function rulesEffect(decisions: readonly Decision[]): RulesEffect | undefined {
  const moves = decisions.filter((decision) => decision.kind === 'stage');
  const [first, last] = [moves[0], moves.at(-1)];
  if (first === undefined || last === undefined || first.from === last.to) return undefined;
  return { from: first.from, to: last.to, untold: decisions.some(isUntold) };
}

function isUntold(decision: Decision): boolean {
  return decision.kind === 'handoff' && decision.because === 'rules-changed';
}

/** Model → scores and grade at the instant, as lists show them. */
export function scoresAt(
  release: Release,
  lead: Lead,
  now: number,
): { readonly [model: string]: ScoreSummary } {
  const read = readerOf(release, lead, now);
  return Object.fromEntries(
    release.models.flatMap(({ model }) => {
      const scored = read.scored(model);
      return scored === undefined
        ? []
        : [[model, { scores: scored.scores, grade: scored.grade }] as const];
    }),
  );
}
