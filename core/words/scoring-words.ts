/** A scoring model in sentences: its scores, its grades, and what gives how many points. */
import type { ScoringFile } from '../definitions/scoring.ts';
import { conditionWords, eventMatchWords } from './conditions.ts';
import { factWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import { count, listed, quoted, sentence, span } from './values.ts';

export type ScoringRule = ScoringFile['rules'][number];

export function readScoring(file: ScoringFile, lexicon: Lexicon): Reading {
  const scores = Object.keys(file.scores);
  const ofScore = (score: string): readonly Line[] =>
    file.rules
      .filter((rule) => rule.score === score)
      .map((rule) => line(sentence(ruleWords(rule, lexicon)), rule.id));
  const rest = file.rules.filter(({ score }) => !scores.includes(score));
  return {
    title: `Scoring model ${quoted(file.model)}`,
    about: `${count(file.rules.length, 'rule')} for ${count(scores.length, 'score')}.`,
    sections: sections(
      ['Scores', scores.map((score) => line(scoreWords(score, file, lexicon), score))],
      ['Grades', Object.entries(file.grades).map(([score, grades]) => gradeLine(score, grades))],
      ...scores.map((score) => [`What counts for ${score}`, ofScore(score)] as const),
      [
        'Other rules',
        rest.map((rule) =>
          line(sentence(`for ${rule.score}, ${ruleWords(rule, lexicon)}`), rule.id),
        ),
      ],
    ),
  };
}

function scoreWords(score: string, { scores }: ScoringFile, lexicon: Lexicon): string {
  const scale = scores[score];
  if (scale === undefined) return '';
  const { min, max, halfLife, unknownUnless } = scale;
  const facts = unknownUnless?.of.map((fact) => factWords(fact, lexicon)) ?? [];
  return [
    `From ${min} to ${max} points.`,
    ...(halfLife === undefined
      ? []
      : [`Points of events fade: half is left after ${span(halfLife)}.`]),
    ...(unknownUnless === undefined
      ? []
      : [`Unknown unless at least ${unknownUnless.atLeast} of ${listed(facts)} are known.`]),
  ].join(' ');
}

function gradeLine(score: string, grades: { readonly [grade: string]: number }): Line {
  const steps = Object.entries(grades)
    .sort(([, left], [, right]) => right - left)
    .map(([grade, from]) => `${grade} from ${from}`);
  return line(sentence(`${listed(steps)} points`), score);
}

/** "gives 25 points when seniority is director, vp or c-level: “…”", without a full stop. */
export function ruleWords(rule: ScoringRule, lexicon: Lexicon): string {
  return `${pointsWords(rule.points)} ${ruleCauseWords(rule, lexicon)}: ${quoted(rule.why)}`;
}

function pointsWords(points: number): string {
  return points < 0 ? `takes ${count(-points, 'point')}` : `gives ${count(points, 'point')}`;
}

/** "when …" or "for each …". */
function ruleCauseWords(rule: ScoringRule, lexicon: Lexicon): string {
  if ('when' in rule) return `while ${conditionWords(rule.when, lexicon)}`;
  const { forEach, atMost, keeps } = rule;
  const within = forEach.within === undefined ? '' : ` of the last ${span(forEach.within)}`;
  return [
    `for each ${eventMatchWords(forEach, lexicon)}${within}`,
    ...(atMost === undefined ? [] : [`up to ${atMost} in all`]),
    ...(keeps ? ['without fading'] : []),
  ].join(', ');
}
