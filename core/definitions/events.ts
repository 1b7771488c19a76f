/** `rules/events.json`: the events a workspace knows beside the built-in ones. */
import { z } from 'zod';
import { choice, schemaKey, shape, someText } from './shape.ts';

export const eventsFile = shape({
  $schema: schemaKey,
  events: z.array(
    shape({
      event: someText.meta({
        description: 'The name it is sent with.',
        examples: ['Trial Started'],
      }),
      label: someText.meta({ description: 'How explanations call it: "Started a trial".' }),
      activity: z.boolean().default(false).meta({ description: 'Counts as a sign of life.' }),
      properties: z
        .record(
          someText,
          choice(
            ['text', 'number', 'boolean', 'date', 'list'],
            ['choice', 'money', 'interest', 'campaign'],
          ),
        )
        .default({})
        .meta({ description: 'Its properties and their types.', examples: [{ plan: 'text' }] }),
      description: someText.optional(),
    }),
  ),
}).meta({ title: 'Events', description: 'The events a workspace knows beside the built-in ones.' });
export type EventsFile = z.output<typeof eventsFile>;
