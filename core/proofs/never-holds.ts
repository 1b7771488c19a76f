/**
 * Why conditions can hold for no lead, if that is certain: because they exclude each other, or because
 * they ask for a score that no rule gives.
 *
 * The witness names the fewest parts that are enough.
 */
import type { Release } from '../definitions/release.ts';
import type { Condition, Leaf } from '../rules/condition.ts';
import { DEFAULT_MODEL } from '../facts/score-facts.ts';
import type { FindingId } from './finding.ts';
import { reachableRelease, scoreReaches, sumInWords } from './reachable-scores.ts';
import type { ScoreReach } from './reachable-scores.ts';
import { domainOf } from './satisfiability/domain.ts';
import type { FactWorld } from './satisfiability/domain.ts';
import { conflictOf, solve } from './satisfiability/solve.ts';
import type { Term } from './satisfiability/variables.ts';
import { conditionInWords, nameInWords, termsInWords } from './witness-words.ts';

export interface NeverHolds {
  /** Given where it is not the conditions that exclude each other. */
  readonly finding?: FindingId;
  /** A segment that never matches is the reason: that is said once, of the segment. */
  readonly isSaidElsewhere: boolean;
  readonly witness: string;
  readonly fix: string;
}

export function neverHolds(
  release: Release,
  world: FactWorld,
  terms: readonly Term[],
): NeverHolds | undefined {
  const core = conflictOf(
    release,
    world,
    terms.flatMap((term) => parted(term, release)),
  );
  if (core !== undefined) return sayConflict(release, world, core);
  const named = terms.flatMap((term) =>
    leavesOf('holds' in term ? term.holds : term.fails, release),
  );
  if (world.type === 'event' || !named.some((leaf) => scoresOf(leaf).length > 0)) {
    return undefined;
  }
  if (solve(reachable(release), world, terms).type !== 'no') return undefined;
  const reaches = scoreReaches(release);
  const asked = reaches.filter((reach) => named.some((leaf) => asksFor(leaf, reach)));
  const byItself = (segment: string) =>
    solve(reachable(release), world, [{ holds: { condition: segment } }]).type === 'no';
  const isSaidElsewhere = terms
    .flatMap((term) => parted(term, release))
    .flatMap((term) => ('holds' in term ? (segmentOf(term.holds, release) ?? []) : []))
    .some(byItself);
  const sums = asked.map(sumInWords).join('; ');
  const asking = named.filter((leaf) => asked.some((reach) => asksFor(leaf, reach)));
  return {
    finding: 'threshold-out-of-reach',
    isSaidElsewhere,
    witness: `${sums}, but asked is ${asking.map(conditionInWords).join(' and ')}`,
    fix: 'ask for fewer points, or give more in rules/scoring.json',
  };
}

const reachableReleases = new WeakMap<Release, Release>();

function reachable(release: Release): Release {
  const known = reachableReleases.get(release) ?? reachableRelease(release);
  reachableReleases.set(release, known);
  return known;
}

/** `all` that must hold, and `any` that must fail, are as many terms as they have parts. */
function parted(term: Term, release: Release): readonly Term[] {
  const condition = 'holds' in term ? term.holds : term.fails;
  const again = (part: Condition) =>
    parted('holds' in term ? { holds: part } : { fails: part }, release);
  if (segmentOf(condition, release) !== undefined) return [term];
  if ('holds' in term && 'all' in condition) return condition.all.flatMap(again);
  if ('fails' in term && 'any' in condition && condition.any.length > 0) {
    return condition.any.flatMap(again);
  }
  if (!('not' in condition)) return [term];
  return parted('holds' in term ? { fails: condition.not } : { holds: condition.not }, release);
}

/** Plans hold what a segment says, under its name. */
function segmentOf(condition: Condition, release: Release): string | undefined {
  if ('condition' in condition) return condition.condition;
  const { name } = condition;
  const isSegment =
    'all' in condition && name !== undefined && Object.hasOwn(release.segments, name);
  return isSegment ? name : undefined;
}

function sayConflict(release: Release, world: FactWorld, core: readonly Term[]): NeverHolds {
  const [only, ...more] = core;
  const condition = only === undefined || 'fails' in only ? undefined : only.holds;
  if (more.length > 0 || condition === undefined || !('fact' in condition)) {
    const segment = condition === undefined ? undefined : segmentOf(condition, release);
    const isSaidElsewhere = segment !== undefined && more.length === 0;
    const witness = `never ${more.length > 0 ? 'true at once' : 'true'}: ${termsInWords(core)}`;
    return { isSaidElsewhere, witness, fix: 'drop or change one of them' };
  }
  const bounds = boundsInWords(release, world, condition);
  return {
    isSaidElsewhere: false,
    witness: `${bounds}, so for nobody ${conditionInWords(condition)}`,
    fix: 'correct the value, or leave it out',
  };
}

function boundsInWords(release: Release, world: FactWorld, { fact, params }: Leaf): string {
  const name = nameInWords(fact, params);
  const domain = domainOf(release, world, fact, params);
  if (domain.type === 'number') {
    const { from, to } = domain;
    const goes = Object.hasOwn(release.facts, fact) ? 'is declared to go' : 'goes';
    if (Number.isFinite(to)) return `${name} ${goes} from ${from} to ${to}`;
    return `${name} is ${Number.isFinite(from) ? `never below ${from}` : 'a number'}`;
  }
  if (domain.type === 'choice') return `${name} is one of ${domain.values.join(', ')}`;
  if (fact === 'country') return 'country is always a code of two capital letters, such as DE';
  if (fact === 'language') return 'language is always two small letters, without a region';
  return domain.mayBeMissing ? `${name} is a ${domain.type}` : `${name} is always known`;
}

const scoresAsked: { readonly [fact: string]: readonly string[] } = {
  fitScore: ['fit'],
  fitGrade: ['fit'],
  engagementScore: ['engagement'],
  grade: ['fit', 'engagement'],
};

/** Which scores a leaf asks for: `score` and `scoreGrade` name theirs. */
function scoresOf({ fact, params }: Leaf): readonly string[] {
  if (fact !== 'score' && fact !== 'scoreGrade') {
    return Object.hasOwn(scoresAsked, fact) ? (scoresAsked[fact] ?? []) : [];
  }
  const score = params?.['score'];
  return typeof score === 'string' ? [score] : [];
}

function asksFor(leaf: Leaf, { model, score }: ScoreReach): boolean {
  return (leaf.params?.['model'] ?? DEFAULT_MODEL) === model && scoresOf(leaf).includes(score);
}

function leavesOf(condition: Condition, release: Release): readonly Leaf[] {
  if ('all' in condition) return condition.all.flatMap((one) => leavesOf(one, release));
  if ('any' in condition) return condition.any.flatMap((one) => leavesOf(one, release));
  if ('not' in condition) return leavesOf(condition.not, release);
  if ('fact' in condition) return [condition];
  const segment = release.segments[condition.condition];
  return segment === undefined ? [] : leavesOf(segment.when, release);
}
