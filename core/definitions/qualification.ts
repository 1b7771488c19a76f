/** `rules/qualification.json`: the stages a lead moves through. */
import { z } from 'zod';
import { condition } from './condition.ts';
import { duration } from './duration.ts';
import { choice, key, nameOf, schemaKey, shape, someText, why } from './shape.ts';

const eventName = nameOf('event', 'An event.');
const stageName = nameOf('stage', 'A stage: its value or its label.');

const stage = shape({
  stage: key.meta({
    description: 'The value, one of "order".',
    examples: ['marketingqualifiedlead'],
  }),
  label: someText.meta({ description: 'What people call it.', examples: ['MQL'] }),
  why,
  when: condition,
  from: z.array(stageName).min(1).optional().meta({ description: 'Only from these stages.' }),
  holdFor: duration.optional().meta({ description: '`when` must hold so long first.' }),
  instantOn: z.array(eventName).default([]).meta({ description: 'Events that skip holdFor.' }),
  onEnter: shape({
    handoff: nameOf('handoff', 'A handoff of rules/handoffs.json.').optional(),
    journey: nameOf('journey', 'A journey that is entered.').optional(),
  }).optional(),
  backTo: shape({ stage: stageName, if: condition }).optional(),
  again: shape({
    notBefore: duration,
    needs: choice(['new-activity']).optional(),
    except: z.array(eventName).default([]),
  })
    .optional()
    .meta({ description: 'When the stage may be entered anew.' }),
});

export const qualificationFile = shape({
  $schema: schemaKey,
  qualification: key,
  order: z.array(key).min(2).meta({ description: 'All stages, earliest first.' }),
  bant: z
    .record(key, shape({ ask: someText, yes: condition, no: condition.optional() }))
    .default({}),
  disqualified: z.array(shape({ id: key, why, when: condition })).default([]),
  stages: z.array(stage),
  outcome: shape({
    opportunity: eventName,
    won: eventName,
    lost: eventName,
    amount: someText.optional().meta({ description: 'The property that holds the amount.' }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: 'a currency such as "EUR"' })
      .optional(),
    within: duration.optional(),
  }),
}).meta({ title: 'Qualification', description: 'The stages a lead moves through.' });
export type QualificationFile = z.output<typeof qualificationFile>;
