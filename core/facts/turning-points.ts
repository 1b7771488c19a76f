/**
 * The numbers at which a condition on a count, a score or a grade answers differently.
 *
 * Only these are watched for by `next-change.ts`: a score that fades past anything else changes
 * nothing. A point too many costs a tick that finds nothing; one left out would be a decision missed,
 * so what cannot be judged by itself (both halves of a grade move) counts wherever it might turn.
 */
import type { FactValue, Leaf, ReadFact } from '../rules/condition.ts';
import { findEvaluate, numberOf } from '../rules/operators.ts';
import { factAtPath } from '../rules/path.ts';
import type { ScoringModel } from '../scoring/model.ts';
import type { CompiledModel } from '../scoring/score.ts';

/** Days, counts and scores are whole: "at least 60" turns at 60, "more than 60" at 61, "is 60" at both. */
export function turningPoints({ operator, value }: Leaf, read: ReadFact): readonly number[] {
  const values = Array.isArray(value) ? value : [value];
  return values.flatMap((one: FactValue) => {
    const number = numberOf(otherFact(one, read));
    if (number === undefined) return [];
    if (fromTheValueOn.has(operator)) return [Math.ceil(number)];
    if (aboveTheValue.has(operator)) return [Math.floor(number) + 1];
    return [Math.ceil(number), Math.floor(number) + 1];
  });
}

export interface Grades {
  readonly model: CompiledModel;
  /** Whether the clock alone may change this score. */
  readonly moves: (score: string) => boolean;
  /** The grades of now, by score. */
  readonly gradeOf: (score: string) => string | undefined;
}

/** Score → the points at which a leaf on a score or grade of a model can answer differently. */
export function scoreThresholds(
  leaves: readonly Leaf[],
  { model, moves, gradeOf }: Grades,
  read: ReadFact,
): ReadonlyMap<string, readonly number[]> {
  const thresholds = new Map<string, readonly number[]>();
  const add = (score: string, points: readonly number[]) => {
    if (points.length === 0) return;
    thresholds.set(score, [...(thresholds.get(score) ?? []), ...points]);
  };
  const { grades } = model.model;
  const edges = (score: string, leaf: Leaf, label: (band: string) => string) =>
    edgesOf(grades[score] ?? [], leaf, label);
  for (const leaf of leaves) {
    if (leaf.fact === 'fitScore') add('fit', turningPoints(leaf, read));
    else if (leaf.fact === 'engagementScore') add('engagement', turningPoints(leaf, read));
    else if (leaf.fact === 'score') add(scoreOf(leaf), turningPoints(leaf, read));
    else if (leaf.fact === 'scoreGrade') {
      const score = scoreOf(leaf);
      add(
        score,
        edges(score, leaf, (grade) => grade),
      );
    } else if (leaf.fact === 'fitGrade')
      add(
        'fit',
        edges('fit', leaf, (fit) => fit),
      );
    else if (moves('fit')) {
      add('fit', bandsOf(grades['fit']));
      add('engagement', bandsOf(grades['engagement']));
    } else {
      const fit = gradeOf('fit') ?? '';
      add(
        'engagement',
        edges('engagement', leaf, (engagement) => `${fit}${engagement}`),
      );
    }
  }
  return thresholds;
}

function scoreOf({ params }: Leaf): string {
  const score = params?.['score'];
  return typeof score === 'string' ? score : '';
}

type Bands = ScoringModel['grades'][string];

/** Where the leaf answers one way for the band that begins there and the other way for the one below. */
function edgesOf(bands: Bands, leaf: Leaf, label: (band: string) => string): readonly number[] {
  const evaluate = findEvaluate(leaf.operator);
  if (evaluate === undefined || isFact(leaf.value)) return bandsOf(bands);
  const answers = bands.map(({ grade }) => evaluate(label(grade), leaf.value, 0));
  return bands.flatMap(({ from }, index) =>
    index + 1 < bands.length && answers[index] !== answers[index + 1] ? [from] : [],
  );
}

function bandsOf(bands: Bands | undefined): readonly number[] {
  return (bands ?? []).map(({ from }) => from);
}

/** `{ "fact": … }` as value: what that fact says now. */
function otherFact(value: FactValue, read: ReadFact): FactValue {
  if (!isFact(value)) return value;
  const { fact, params, path } = value as unknown as Leaf;
  return factAtPath(read(fact, params), path);
}

function isFact(value: FactValue): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'fact');
}

const fromTheValueOn = new Set(['atLeast', 'lessThan', 'greaterThanInclusive']);
const aboveTheValue = new Set(['moreThan', 'atMost', 'greaterThan', 'lessThanInclusive']);
