/** `imports/*.json`: how the columns of a list become leads, consent and events. */
import { z } from 'zod';
import { json } from './condition.ts';
import { choice, key, nameOf, schemaKey, shape, someText } from './shape.ts';
import { day, instant, zone } from './window.ts';

const column = someText.meta({ description: 'A column of the list, as its header writes it.' });
const target = nameOf('fact', 'A fact of the lead, "name" (first and last) or "userId".');
const consentState = choice(['none', 'refused', 'opt-in', 'double-opt-in']);
const proof = {
  topic: someText.optional(),
  text: someText.meta({ description: 'The words people agreed to.' }),
  evidence: someText.meta({ description: 'Where that can be shown.' }),
};

const at = z.union([
  instant,
  shape({
    column,
    format: someText.meta({
      description: 'As the column writes it.',
      examples: ['dd.MM.yyyy HH:mm'],
    }),
    zone,
  }),
  shape({
    spread: shape({ from: day, to: day, seed: z.number().int() }).meta({
      description: 'A date per row, always the same for the same row and seed.',
    }),
  }),
]);

export const importFile = shape(
  {
    $schema: schemaKey,
    import: key,
    title: someText.optional(),
    columns: z.record(
      column,
      z.union([
        target,
        shape(
          {
            to: target,
            values: z.record(z.string(), json).optional().meta({
              description: 'What the column says → what is stored.',
            }),
            format: z
              .string()
              .regex(/\{\}/, { error: 'a text with {} where the value goes' })
              .optional()
              .meta({ examples: ['{}@example.com'] }),
          },
          { later: ['split'] },
        ),
      ]),
    ),
    matchOn: z.array(choice(['email', 'userId'])).min(1),
    ifKnown: choice(['fill-empty-only', 'overwrite']),
    consent: z
      .union([
        shape({ column, values: z.record(z.string(), consentState), ...proof }),
        shape({ state: consentState, ...proof }),
      ])
      .optional(),
    events: z
      .array(
        shape({
          name: nameOf('event', 'An event.'),
          at,
          times: shape({ column }).optional().meta({ description: 'As many as the column says.' }),
          when: shape({ column, is: z.string() }).optional(),
          properties: z.record(someText, z.union([shape({ column }), json])).default({}),
        }),
      )
      .default([]),
    enter: shape({
      journey: nameOf('journey', 'A journey with an "api" entry.'),
      perHour: z.number().int().min(1),
    }).optional(),
  },
  { later: ['campaign', 'campaignStatus', 'stopIf'] },
).meta({ title: 'Import', description: 'How the columns of a list become leads and events.' });
export type ImportFile = z.output<typeof importFile>;
