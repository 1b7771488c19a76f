/** `rules/scoring*.json`: one scoring model. */
import { z } from 'zod';
import { condition, eventMatch } from './condition.ts';
import { duration } from './duration.ts';
import { key, nameOf, schemaKey, shape, someText, why } from './shape.ts';

const scale = shape({
  min: z.number(),
  max: z.number(),
  halfLife: duration.optional().meta({
    description: 'After this time the points of an event count half.',
    examples: ['14 days'],
  }),
  unknownUnless: shape({
    atLeast: z.number().int().min(1),
    of: z.array(nameOf('fact', 'A fact.')).min(1),
  })
    .optional()
    .meta({ description: 'The score is unknown (grade "U") unless so many facts are known.' }),
});

const ruleCommon = {
  id: key,
  score: someText.meta({ description: 'The score it adds to.', examples: ['fit', 'engagement'] }),
  points: z.number().meta({ description: 'Points, negative ones too.' }),
  why,
};

const { same: _same, ...matchWithoutEntry } = eventMatch;

export const scoringFile = shape(
  {
    $schema: schemaKey,
    model: key.meta({ description: 'Name of the model; facts read "core" unless told otherwise.' }),
    scores: z.record(key, scale),
    grades: z
      .record(key, z.record(someText, z.number()))
      .default({})
      .meta({
        description: 'Grade → points from which it holds, per score.',
        examples: [{ fit: { A: 70, B: 45, C: 20, D: 0 } }],
      }),
    rules: z.array(
      z.union([
        shape({ ...ruleCommon, when: condition.meta({ description: 'Holds points while true.' }) }),
        shape({
          ...ruleCommon,
          atMost: z.number().positive().optional().meta({
            description: 'Limits the sum of this rule, in either direction.',
          }),
          keeps: z.boolean().default(false).meta({ description: 'Points do not fade.' }),
          forEach: shape({ ...matchWithoutEntry, within: duration.optional() }).meta({
            description: 'Adds points for each such event.',
          }),
        }),
      ]),
    ),
  },
  { later: ['productLine'] },
).meta({ title: 'Scoring', description: 'One scoring model: scores, grades and rules.' });
export type ScoringFile = z.output<typeof scoringFile>;
