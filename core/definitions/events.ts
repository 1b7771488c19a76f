/** `rules/events.json`: the events a workspace knows beside the built-in ones. */
import { z } from 'zod';
import { about, choice, schemaKey, shape, someText } from './shape.ts';

const propertyType = about(
  choice(
    ['text', 'number', 'boolean', 'date', 'list'],
    ['choice', 'money', 'interest', 'campaign'],
  ),
  'What the property holds: conditions on it are checked against this type.',
);

const declaration = about(
  shape({
    event: about(
      someText,
      'The name it is sent with, letter for letter. Declare a built-in event again to add properties to it.',
      'Trial Started',
    ),
    label: about(someText, 'How explanations and timelines call it.', 'Started a trial'),
    activity: about(
      z.boolean().default(false),
      'Whether it is a sign of life, so that the lead counts as active again. Default false.',
    ),
    properties: about(
      z.record(about(someText, 'Name of the property.', 'plan'), propertyType).default({}),
      'The details that come with it, each with its type. Without them, nothing of the event can be used but that it happened.',
      { plan: 'text' },
    ),
    description: about(
      someText.optional(),
      'A note for colleagues; nothing acts on it.',
      'Sent by the product when a trial account is made',
    ),
  }),
  'One event that your site or product sends.',
);

export const eventsFile = shape({
  $schema: schemaKey,
  events: about(
    z.array(declaration),
    'Every event that files may name, beside the built-in ones. Events that are not here are kept, but no file can use them.',
  ),
}).meta({ title: 'Events', description: 'The events a workspace knows beside the built-in ones.' });
export type EventsFile = z.output<typeof eventsFile>;
