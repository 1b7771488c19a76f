/** `personas/*.json`: an invented lead with a script and what must come of it. */
import { z } from 'zod';
import { skipReasons } from '../sending/model.ts';
import { json } from './condition.ts';
import { duration } from './duration.ts';
import { choice, key, nameOf, parsedText, schemaKey, shape, someText } from './shape.ts';
import { instant } from './window.ts';
import { readDuration } from './duration.ts';

const consentState = choice(['none', 'refused', 'opt-in', 'double-opt-in']);
const at = parsedText((text) =>
  text === 'start' ? { ok: true, value: 0 } : readDuration(text.replace(/^\+/, '')),
).meta({ description: 'Time since startsAt.', examples: ['3 days 2 hours', 'start'] });

const moment = {
  day: z.number().min(0).max(3650).optional().meta({ description: 'Days since startsAt.' }),
  at: at.optional(),
};
const properties = z.record(someText, json).default({});

const scriptEntry = z.union([
  shape({
    ...moment,
    event: nameOf('event', 'An event the lead causes.'),
    properties,
    times: z.number().int().min(1).max(1000).default(1),
    trust: choice(['human', 'likely-robot']).optional(),
  }),
  shape({
    ...moment,
    traits: z.record(someText, json).meta({ description: 'What becomes known.' }),
  }),
  shape({
    ...moment,
    email: nameOf('template', 'A template that was sent by then.'),
    does: choice(['opens', 'clicks', 'replies', 'bounces', 'complains', 'unsubscribes']),
    properties,
    trust: choice(['human', 'likely-robot']).optional(),
  }),
  shape({
    ...moment,
    rep: choice(['accepts', 'rejects']),
    reason: someText.optional(),
    callAgainAt: instant.optional(),
    note: someText.optional(),
  }),
]);

export const personaFile = shape({
  $schema: schemaKey,
  persona: key,
  title: someText.optional(),
  lead: z
    .record(someText, json)
    .meta({ description: 'Facts of the lead, "tags", and "consent".' })
    .refine(
      (lead) => lead['consent'] === undefined || consentState.safeParse(lead['consent']).success,
      {
        path: ['consent'],
        error: '"none", "refused", "opt-in" or "double-opt-in"',
      },
    ),
  startsAt: instant,
  runsFor: duration.optional().meta({ description: 'How long it is watched.' }),
  script: z.array(scriptEntry),
  expect: shape({
    emails: z
      .array(nameOf('template', 'A template.'))
      .optional()
      .meta({ description: 'Every email, in order.' }),
    journeys: z
      .array(nameOf('journey', 'A journey.'))
      .optional()
      .meta({ description: 'Journeys entered, in order.' }),
    exit: someText.optional().meta({ description: 'How the first journey ended.' }),
    stage: nameOf('stage', 'The stage at the end.').optional(),
    grade: someText.optional(),
    rep: someText.optional(),
    handoff: someText.optional(),
    never: z
      .array(nameOf('template', 'A template.'))
      .optional()
      .meta({ description: 'Emails that must not be sent.' }),
    notSent: z
      .array(shape({ email: someText, reason: choice(skipReasons) }))
      .optional()
      .meta({ description: 'Sends that do not happen, and why.' }),
    maxPerWeek: z.number().int().min(0).optional(),
  }),
}).meta({ title: 'Persona', description: 'An invented lead with a script and expectations.' });
export type PersonaFile = z.output<typeof personaFile>;
