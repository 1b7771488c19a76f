/**
 * How the steps of one version of a journey are found again in another one, over all versions between.
 *
 * Versions form a tree: a new plan hangs below the one that was in force before it, and going back to an
 * earlier plan (a rollback, or the old file published again) moves back along the tree. So there is one
 * way between any two: up by renamings read backwards, then down by what each file says. What a file
 * leaves unsaid may be said by a later one: a step stays sought until it is found.
 *
 * It knows ids only; whether a run may stand on the step it finds is decided by the run.
 */
import type { StepMapping } from '../journey/command.ts';
import type { StepId } from '../journey/flow.ts';
import type { JourneyPlan } from '../journey/plan.ts';

export interface PlanVersion {
  readonly hash: string;
  readonly plan: Pick<JourneyPlan, 'steps' | 'whenEdited'>;
}
/**
 * `versions` of one journey in the order in which they were in force; both hashes are among them.
 * Steps that keep their id are in neither part of the mapping.
 */
export function mappingBetween(
  versions: readonly PlanVersion[],
  from: string,
  to: string,
): StepMapping {
  const hops = wayBetween(versions, from, to);
  const target = versions.find(({ hash }) => hash === to);
  const start = versions.find(({ hash }) => hash === from);
  const renamed: { [older: StepId]: StepId } = {};
  const removed: { [older: StepId]: StepId } = {};
  for (const step of Object.keys(start?.plan.steps ?? {})) {
    const found = follow(hops, step);
    if (found.step === step || !Object.hasOwn(target?.plan.steps ?? {}, found.step)) continue;
    (found.isRemoved ? removed : renamed)[step] = found.step;
  }
  return { renamed, removed };
}

/** Older names of steps: what rows written under earlier versions call the steps of this one. */
export function formerNames(
  versions: readonly PlanVersion[],
  hash: string,
): { readonly [former: StepId]: StepId } {
  const own = versions.find((version) => version.hash === hash)?.plan.steps ?? {};
  const names: { [former: StepId]: StepId } = {};
  for (const version of versions) {
    for (const [older, now] of Object.entries(
      mappingBetween(versions, version.hash, hash).renamed,
    )) {
      if (!Object.hasOwn(own, older)) names[older] = now;
    }
  }
  return names;
}

interface Hop {
  readonly direction: 'up' | 'down';
  readonly from: PlanVersion['plan'];
  readonly to: PlanVersion['plan'];
}

function wayBetween(versions: readonly PlanVersion[], from: string, to: string): readonly Hop[] {
  const plans = new Map(versions.map(({ hash, plan }) => [hash, plan]));
  const parents = parentsOf(versions);
  const up = ancestors(parents, from);
  const down = ancestors(parents, to);
  const meeting = up.find((hash) => down.includes(hash));
  if (meeting === undefined) return [];
  const climbed = pairs(up.slice(0, up.indexOf(meeting) + 1));
  const descended = pairs(down.slice(0, down.indexOf(meeting) + 1).reverse());
  const hop = (direction: Hop['direction'], [a, b]: readonly [string, string]): readonly Hop[] => {
    const [before, after] = [plans.get(a), plans.get(b)];
    return before === undefined || after === undefined
      ? []
      : [{ direction, from: before, to: after }];
  };
  return [
    ...climbed.flatMap((pair) => hop('up', pair)),
    ...descended.flatMap((pair) => hop('down', pair)),
  ];
}

function parentsOf(versions: readonly PlanVersion[]): ReadonlyMap<string, string | null> {
  const parents = new Map<string, string | null>();
  let inForce: string | null = null;
  for (const { hash } of versions) {
    if (!parents.has(hash)) parents.set(hash, inForce);
    inForce = hash;
  }
  return parents;
}

/** Itself first, the first version last. */
function ancestors(parents: ReadonlyMap<string, string | null>, hash: string): readonly string[] {
  const found: string[] = [];
  for (let at: string | null | undefined = hash; typeof at === 'string'; at = parents.get(at)) {
    found.push(at);
  }
  return found;
}

function pairs(hashes: readonly string[]): readonly (readonly [string, string])[] {
  return hashes.slice(1).map((hash, index) => [hashes[index] ?? hash, hash] as const);
}

interface Followed {
  readonly step: StepId;
  readonly isRemoved: boolean;
}

function follow(hops: readonly Hop[], step: StepId): Followed {
  return hops.reduce(passHop, { step, isRemoved: false });
}

function passHop(at: Followed, { direction, from, to }: Hop): Followed {
  const { step } = at;
  if (Object.hasOwn(to.steps, step)) return at;
  const { renamed, removed } = to.whenEdited;
  if (direction === 'down' && Object.hasOwn(renamed, step)) {
    return { ...at, step: renamed[step] ?? step };
  }
  if (direction === 'down' && Object.hasOwn(removed, step)) {
    return { step: removed[step] ?? step, isRemoved: true };
  }
  const before = nameBefore(from, to, step);
  return before === undefined ? at : { ...at, step: before };
}

/** Undone by hand or by a rollback: the renaming of the version that is left, read backwards. */
function nameBefore(
  from: PlanVersion['plan'],
  to: PlanVersion['plan'],
  step: StepId,
): StepId | undefined {
  const names = Object.entries(from.whenEdited.renamed)
    .filter(([older, now]) => now === step && Object.hasOwn(to.steps, older))
    .map(([older]) => older);
  return names.length === 1 ? names[0] : undefined;
}
