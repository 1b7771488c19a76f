/**
 * Facts that cannot have just any values together: a grade says what the fit score is, seven days hold
 * no more events than thirty.
 *
 * A link says which pairs of values go together. Links that are not written here only make an answer
 * less certain, never wrong: what cannot hold without a link cannot hold with it.
 */
import { compiledRelease } from '../../facts/compiled-release.ts';
import type { Release } from '../../definitions/release.ts';
import type { FactValue, JsonObject } from '../../rules/condition.ts';
import { durationOf } from '../../rules/duration.ts';
import { isKnown } from '../../rules/operators.ts';
import { UNKNOWN_GRADE } from '../../scoring/score.ts';
import type { ScoringModel } from '../../scoring/model.ts';
import { canonicalJson } from '../../definitions/canonical.ts';
import { gradesOf, modelOf } from './domain.ts';

export interface LinkedFact {
  readonly fact: string;
  readonly params: JsonObject;
}
export type GoTogether = (a: FactValue, b: FactValue) => boolean;

/** How two facts are linked, if they are; the order of the two does not matter. */
export function linkOf(release: Release, a: LinkedFact, b: LinkedFact): GoTogether | undefined {
  const found = directed(release, a, b);
  if (found !== undefined) return found;
  const turned = directed(release, b, a);
  return turned === undefined ? undefined : (valueA, valueB) => turned(valueB, valueA);
}

/** Facts of one group share their thresholds, so that their cells can be compared. */
export function groupOf({ fact, params }: LinkedFact): string | undefined {
  return fact === 'eventCount' ? `eventCount ${canonicalJson(params['event'])}` : undefined;
}

function directed(release: Release, a: LinkedFact, b: LinkedFact): GoTogether | undefined {
  if (a.fact === 'eventCount' && b.fact === 'eventCount') return ofCounts(a.params, b.params);
  if (a.fact === 'stage' && b.fact === 'withSales') {
    const { salesStages } = compiledRelease(release);
    return (stage, withSales) => withSales === true || !isAmong(salesStages, stage);
  }
  if (b.fact === 'email') return ofEmail[a.fact];
  const model = modelOf(release, a.params);
  if (model === undefined || model !== modelOf(release, b.params)) return undefined;
  return ofGrades(model, a.fact, b.fact);
}

function isAmong(stages: ReadonlySet<string>, stage: FactValue): boolean {
  return typeof stage === 'string' && stages.has(stage);
}

/** The first counts a part of what the second counts. */
function ofCounts(a: JsonObject, b: JsonObject): GoTogether | undefined {
  const spanOf = (params: JsonObject) => durationOf(params['within']) ?? Infinity;
  const isPart =
    a['event'] === b['event'] &&
    spanOf(a) <= spanOf(b) &&
    (b['trust'] === undefined || a['trust'] === b['trust']) &&
    (b['where'] === undefined || canonicalJson(a['where']) === canonicalJson(b['where']));
  return isPart ? (few, all) => Number(few) <= Number(all) : undefined;
}

const ofEmail: { readonly [fact: string]: GoTogether } = {
  emailKind: (kind, email) => isKnown(kind) === isKnown(email),
  emailStatus: (status, email) => isKnown(email) || !isKnown(status),
  emailVerdict: (verdict, email) => isKnown(email) || !isKnown(verdict),
  mayEmail: (may, email) => isKnown(email) || may === 'no',
};

function ofGrades(model: ScoringModel, a: string, b: string): GoTogether | undefined {
  const partsOf = (grade: FactValue) =>
    typeof grade === 'string' ? gradeParts(model).get(grade) : undefined;
  const fit = (grade: FactValue) => partsOf(grade)?.fit;
  const engagement = (grade: FactValue) => partsOf(grade)?.engagement;
  switch (`${a} ${b}`) {
    case 'grade fitGrade':
      return (grade, letter) => fit(grade) === letter;
    case 'grade fitScore':
      return (grade, score) => fit(grade) === gradeAt(model, 'fit', score);
    case 'grade engagementScore':
      return (grade, score) => engagement(grade) === gradeAt(model, 'engagement', score);
    case 'fitGrade fitScore':
      return (letter, score) => letter === gradeAt(model, 'fit', score);
    default:
      return undefined;
  }
}

interface GradeParts {
  readonly fit: string;
  readonly engagement: string;
}
/** Models are immutable, and every pair of facts of every condition asks. */
const partsOfModels = new WeakMap<ScoringModel, ReadonlyMap<string, GradeParts>>();

function gradeParts(model: ScoringModel): ReadonlyMap<string, GradeParts> {
  const known = partsOfModels.get(model);
  if (known !== undefined) return known;
  const [letters, numbers] = [gradesOf(model, 'fit'), gradesOf(model, 'engagement')];
  const ofLetters = letters.length === 0 ? [''] : letters;
  const ofNumbers = numbers.length === 0 ? [''] : numbers;
  const parts = new Map(
    ofLetters.flatMap((fit) =>
      ofNumbers.map((engagement) => [`${fit}${engagement}`, { fit, engagement }] as const),
    ),
  );
  partsOfModels.set(model, parts);
  return parts;
}

function gradeAt(model: ScoringModel, score: string, points: FactValue): string {
  const bands = model.grades[score] ?? [];
  if (bands.length === 0) return '';
  if (typeof points !== 'number') return UNKNOWN_GRADE;
  return (bands.find(({ from }) => points >= from) ?? bands.at(-1))?.grade ?? '';
}
