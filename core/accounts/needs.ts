/**
 * What a release asks of accounts: which of their facts decide something, and whether the other
 * members of an account have to be loaded for it.
 *
 * Asked once per release, not per lead. A release that names no such fact costs nothing.
 */
import type { Release } from '../definitions/release.ts';
import { conditionsOf, conditionsOfPlan } from '../facts/needs.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import { compileCondition, type FactNeed } from '../rules/compile.ts';
import { memberFactNames } from './catalogue.ts';

export interface AccountNeeds {
  /** Facts of the account, each with its parameters once: whoever changes one changes other members. */
  readonly watched: readonly FactNeed[];
  /** Whether one of them is made of what the members say together. */
  readonly ofMembers: boolean;
}

const known = new WeakMap<Release, AccountNeeds>();

export function accountNeeds(release: Release, plans: readonly JourneyPlan[] = []): AccountNeeds {
  if (plans.length > 0) return find(release, plans);
  const found = known.get(release) ?? find(release, plans);
  known.set(release, found);
  return found;
}

/** Whether what people read of a lead (briefs, emails) or what decides names such a fact. */
export function showsMembers(release: Release, plans: readonly JourneyPlan[] = []): boolean {
  if (accountNeeds(release, plans).ofMembers) return true;
  const kinds = Object.values(release.handoffs);
  const shown = kinds.flatMap(({ required, brief }) => [...required, ...brief.facts]);
  const variables = Object.values(release.templates).flatMap(({ manifest }) =>
    Object.keys(manifest.variables).map((path) => path.replace(/^lead\./, '')),
  );
  return [...shown, ...variables].some((fact) => memberFactNames.has(fact));
}

function find(release: Release, plans: readonly JourneyPlan[]): AccountNeeds {
  const inFlight = [...Object.values(release.journeys).map(({ plan }) => plan), ...plans];
  const conditions = [...conditionsOf(release), ...inFlight.flatMap(conditionsOfPlan)];
  const needs = conditions.flatMap(
    (condition) => compileCondition(condition, release.segments).factsNeeded,
  );
  const counted = release.models.flatMap(({ scores }) =>
    Object.values(scores).flatMap(({ unknownUnless }) =>
      (unknownUnless?.of ?? []).map((fact): FactNeed => ({ fact })),
    ),
  );
  const watched = new Map(
    [...needs, ...counted]
      .filter(({ fact }) => fact.startsWith('account.'))
      .map((need) => [`${need.fact} ${JSON.stringify(need.params ?? {})}`, need]),
  );
  const ofMembers = [...watched.values()].some(({ fact }) => memberFactNames.has(fact));
  return { watched: [...watched.values()], ofMembers };
}
