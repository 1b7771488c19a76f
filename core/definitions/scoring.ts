/** `rules/scoring*.json`: one scoring model. */
import { z } from 'zod';
import { condition, eventMatch } from './condition.ts';
import { duration } from './duration.ts';
import { about, key, nameOf, schemaKey, shape, someText, why } from './shape.ts';

const scale = about(
  shape({
    min: about(z.number(), 'The score never falls below.', 0),
    max: about(z.number(), 'The score never rises above.', 100),
    halfLife: about(
      duration.optional(),
      'After this time the points of an event count half. Without it, points do not fade.',
      '14 days',
    ),
    unknownUnless: about(
      shape({
        atLeast: about(z.number().int().min(1), 'How many of the facts must be known.', 2),
        of: about(z.array(nameOf('fact', 'A fact.')).min(1), 'The facts that are counted.'),
      }).optional(),
      'The score is unknown (grade "U") unless so many facts are known. Without it, it is always known.',
    ),
  }),
  'The limits of a score, and how it fades.',
);

const ruleCommon = {
  id: about(key, 'Its name in explanations: unique over all scoring files.', 'can-sign'),
  score: nameOf('score', 'The score it adds to: one of "scores".'),
  points: about(z.number(), 'Points to add; negative ones take away.', 8, -20),
  why,
};

const { same: _same, ...matchWithoutEntry } = eventMatch;

const whenRule = about(
  shape({
    ...ruleCommon,
    when: about(condition, 'The points count while this holds, and are gone when it does not.'),
  }),
  'Points for what is known of the lead.',
);
const forEachRule = about(
  shape({
    ...ruleCommon,
    atMost: about(
      z.number().positive().optional(),
      'The most this rule may add up to, in either direction. Without it, only the score limits it.',
      24,
    ),
    keeps: about(
      z.boolean().default(false),
      'Whether the points stay for ever rather than fade with the half-life. Default false.',
    ),
    forEach: about(
      shape({
        ...matchWithoutEntry,
        within: about(
          duration.optional(),
          'Only events of this last span count. Without it, all of them do.',
          '30 days',
        ),
      }),
      'Which events bring points, each time they happen.',
    ),
  }),
  'Points for what the lead does, once for each event.',
);

export const scoringFile = shape(
  {
    $schema: schemaKey,
    model: about(
      key,
      'Name of the model. One is called "core": facts such as "grade" read it unless told otherwise.',
      'core',
    ),
    scores: about(
      z.record(about(key, 'Name of the score.', 'fit'), scale),
      'The scores of the model: "fit" (who it is) and "engagement" (what it does).',
    ),
    grades: about(
      z
        .record(
          nameOf('score', 'A score.'),
          about(
            z.record(
              about(someText, 'The grade.', 'A'),
              about(z.number(), 'Points from which the grade holds.', 70),
            ),
            'Grade → points from which it holds.',
            { A: 70, B: 45, C: 20, D: 0 },
          ),
        )
        .default({}),
      'Grades of each score. Default: none.',
      { fit: { A: 70, B: 45, C: 20, D: 0 } },
    ),
    rules: about(
      z.array(z.union([whenRule, forEachRule])),
      'What adds points and what takes them away.',
    ),
  },
  { later: ['productLine'] },
).meta({ title: 'Scoring', description: 'One scoring model: scores, grades and rules.' });
export type ScoringFile = z.output<typeof scoringFile>;
