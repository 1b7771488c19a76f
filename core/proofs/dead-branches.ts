/**
 * Is there an arm no lead can take, a wait that nothing can end, an exit or an entry for nobody?
 *
 * An arm is dead when its condition never holds, or when whoever it is for took an earlier arm or left
 * by an exit before. Exits are watched at every moment, so what holds at a step has held at none of
 * them. Facts may change between two steps: only a branch that opens an arm is judged by that arm.
 */
import type { Path } from '../definitions/problems.ts';
import type { Entry, Watch } from '../journey/plan.ts';
import type { Condition } from '../rules/condition.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { neverHolds } from './never-holds.ts';
import type { FactWorld, Properties } from './satisfiability/domain.ts';
import { conflictOf, solve } from './satisfiability/solve.ts';
import type { Term } from './satisfiability/variables.ts';
import { placedJourneys } from './step-places.ts';
import type { PlacedJourney } from './step-places.ts';
import { conditionInWords, witnessInWords } from './witness-words.ts';

export function findDeadBranches(workspace: ProvableWorkspace): readonly Finding[] {
  return placedJourneys(workspace).flatMap((journey) => {
    const { release } = workspace;
    const world: FactWorld = { type: 'lead', entry: entryOf(journey, workspace) };
    const scene = { release, journey, world, exits: exitsOf(journey) };
    return [...inEntries(scene), ...inExits(scene), ...inSteps(scene)];
  });
}

interface Scene {
  readonly release: ProvableWorkspace['release'];
  readonly journey: PlacedJourney;
  readonly world: FactWorld;
  readonly exits: readonly Earlier[];
}
/** Something that takes leads before they come to a place. */
interface Earlier {
  readonly term: Term;
  /** `took "strong" before`. */
  readonly words: string;
}
interface Place {
  readonly what: string;
  readonly path: Path;
  /** What never happens. */
  readonly never: string;
}

/** As `compile-journey.ts` types them: anything, where an entry by name brings what it likes. */
function entryOf({ plan }: PlacedJourney, { release }: ProvableWorkspace): Properties | 'any' {
  if (plan.enter.some(({ on }) => on === 'api')) return 'any';
  return Object.fromEntries(
    plan.enter.flatMap((entry) =>
      entry.on === 'event'
        ? Object.entries(release.events[entry.match.event]?.properties ?? {})
        : [],
    ),
  );
}

function exitsOf({ plan }: PlacedJourney): readonly Earlier[] {
  return plan.exits.flatMap(({ id, when }) =>
    when.type === 'condition'
      ? [{ term: { fails: when.condition }, words: `has left by exit "${id}"` }]
      : [],
  );
}

function inEntries(scene: Scene): readonly Finding[] {
  return scene.journey.plan.enter.flatMap((entry, index) => {
    const path = ['enter', index];
    const place = { what: 'this entry', path, never: 'nobody enters by it' };
    const inMatch =
      entry.on === 'event' ? inWatch(scene, { type: 'event', match: entry.match }, place) : [];
    const needs = entryNeeds(entry);
    if (inMatch.length > 0 || needs.length === 0) return inMatch;
    return findDead(scene, needs, [], {
      ...place,
      path: entry.if === undefined ? path : [...path, 'if'],
    });
  });
}

function entryNeeds(entry: Entry): readonly Condition[] {
  const asked = entry.if === undefined ? [] : [entry.if];
  if (entry.on === 'segment') return [{ condition: entry.segment }, ...asked];
  if (entry.on !== 'stage') return asked;
  return [{ fact: 'stage', operator: 'is', value: entry.stage }, ...asked];
}

function inExits(scene: Scene): readonly Finding[] {
  return scene.journey.plan.exits.flatMap(({ id, when }, index) => {
    const path = ['exit', index, 'when'];
    const place = { what: `exit "${id}"`, path, never: 'nobody leaves by it' };
    const dead = inWatch(scene, when, place);
    if (dead.length > 0 || when.type === 'event') return dead;
    const then = 'nobody can enter the journey';
    return findAlways(scene, when.condition, { what: place.what, path, then, severity: 'error' });
  });
}

function inSteps(scene: Scene): readonly Finding[] {
  const { journey } = scene;
  return [...journey.steps.keys()].flatMap((id): readonly Finding[] => {
    const step = journey.plan.steps[id];
    const path = journey.steps.get(id)?.path ?? [];
    if (step?.type === 'branch') return inBranch(scene, id, step.arms, [...path, 'branch']);
    if (step?.type !== 'wait-for') return [];
    const isOne = !isFirstOf(scene.journey, id);
    return step.arms.flatMap(({ id: arm, when }, index) => {
      const at = [...path, 'waitFor', ...(isOne ? [] : ['first', index])];
      const what = isOne ? `the wait "${id}"` : `arm "${arm}" of the wait "${id}"`;
      const watched = [...at, ...(when.type === 'condition' ? ['when'] : [])];
      const place = { what, path: watched, never: 'nothing can end it so' };
      const dead = inWatch(scene, when, place, scene.exits);
      if (dead.length > 0 || when.type === 'event') return dead;
      const then = 'it waits for nothing';
      return findAlways(scene, when.condition, { what, path: watched, then, severity: 'warning' });
    });
  });
}

/** Whether the wait lists its arms under `first`. */
function isFirstOf({ steps }: PlacedJourney, id: string): boolean {
  const step = steps.get(id)?.step;
  return step !== undefined && 'waitFor' in step && 'first' in step.waitFor;
}

function inBranch(
  scene: Scene,
  id: string,
  arms: readonly { readonly id: string; readonly if?: Condition }[],
  path: Path,
): readonly Finding[] {
  const around = contextOf(scene, id);
  // Nobody comes here at all: that is said where they are kept away.
  if (
    solve(
      scene.release,
      scene.world,
      around.map(({ term }) => term),
    ).type === 'no'
  )
    return [];
  const earlier = [...around];
  const found: Finding[] = [];
  for (const [index, arm] of arms.entries()) {
    const needs = arm.if === undefined ? [] : [arm.if];
    const suffix = arm.if === undefined ? [] : ['if'];
    const place = {
      what: `arm "${arm.id}" of "${id}"`,
      path: [...path, index, ...suffix],
      never: 'no lead takes it',
    };
    const dead =
      arm.if === undefined && isIdle(scene, id, arm.id)
        ? []
        : findDead(scene, needs, earlier, place);
    found.push(...dead);
    // What is said once of an arm is not said again of those after it.
    if (arm.if === undefined || dead.length > 0) continue;
    earlier.push({ term: { fails: arm.if }, words: `took "${arm.id}" before` });
  }
  return found;
}

/** The last arm must be there; where it does nothing, nobody misses it. */
function isIdle({ journey }: Scene, id: string, arm: string): boolean {
  return ![...journey.steps.values()].some((step) => step.inside === id && step.arm === arm);
}

/** Exits, and the arms this branch opens: nothing happens between choosing them and choosing here. */
function contextOf(scene: Scene, id: string): readonly Earlier[] {
  const { journey, exits } = scene;
  const place = journey.steps.get(id);
  if (place?.inside === undefined || place.before !== undefined) return exits;
  const outer = journey.plan.steps[place.inside];
  if (outer?.type === 'split') return contextOf(scene, place.inside);
  if (outer?.type !== 'branch') return exits;
  const index = outer.arms.findIndex((arm) => arm.id === place.arm);
  const before = outer.arms.slice(0, index).flatMap((arm): readonly Earlier[] => {
    return arm.if === undefined
      ? []
      : [{ term: { fails: arm.if }, words: `took "${arm.id}" before` }];
  });
  const own = outer.arms[index]?.if;
  const chosen: readonly Earlier[] =
    own === undefined
      ? []
      : [{ term: { holds: own }, words: `is not in arm "${place.arm ?? ''}" around it` }];
  return [...contextOf(scene, place.inside), ...before, ...chosen];
}

function inWatch(
  scene: Scene,
  watch: Watch,
  place: Place,
  earlier: readonly Earlier[] = [],
): readonly Finding[] {
  if (watch.type === 'condition') return findDead(scene, [watch.condition], earlier, place);
  const { event, where } = watch.match;
  if (where === undefined) return [];
  const at = { ...place, path: [...place.path, 'where'], never: `no "${event}" matches` };
  return findDead({ ...scene, world: { type: 'event', event } }, [where], [], at);
}

function findDead(
  { release, world, journey }: Scene,
  needs: readonly Condition[],
  earlier: readonly Earlier[],
  { what, path, never }: Place,
): readonly Finding[] {
  const terms = needs.map((condition): Term => ({ holds: condition }));
  const finding = { severity: 'warning', file: journey.file, path } as const;
  const message = `${what} is dead: ${never}`;
  const alone = neverHolds(release, world, terms);
  if (alone?.isSaidElsewhere === true) return [];
  if (alone !== undefined) {
    const { witness, fix } = alone;
    return [{ finding: alone.finding ?? 'dead-branch', ...finding, message, witness, fix }];
  }
  const core = conflictOf(release, world, [...terms, ...earlier.map(({ term }) => term)]);
  if (core === undefined) return [];
  const lead = solve(release, world, terms);
  const who = lead.type === 'yes' ? witnessInWords(lead.witness) : 'such a lead';
  const takers = earlier.filter(({ term }) => core.includes(term)).map(({ words }) => words);
  const witness = `whoever it is for (${who}) ${takers.join(' or ')}`;
  const fix = 'move it further up, or ask for something else';
  return [{ finding: 'dead-branch', ...finding, message, witness, fix }];
}

function findAlways(
  { release, world, journey }: Scene,
  condition: Condition,
  about: {
    readonly what: string;
    readonly path: Path;
    readonly then: string;
    readonly severity: Finding['severity'];
  },
): readonly Finding[] {
  const { what, path, then, severity } = about;
  if (solve(release, world, [{ fails: condition }]).type !== 'no') return [];
  return [
    {
      finding: 'rule-always-matches',
      severity,
      file: journey.file,
      path,
      message: `${what} always matches: ${then}`,
      witness: `no lead fails ${conditionInWords(condition)}, whatever is known of it`,
      fix: 'ask for less, or leave it out',
    },
  ];
}
