/** `imports/*.json`: how the columns of a list become leads, consent and events. */
import { z } from 'zod';
import { json } from './condition.ts';
import { about, choice, key, nameOf, schemaKey, shape, someText } from './shape.ts';
import { day, instant, zone } from './window.ts';

const column = about(someText, 'A column of the list, exactly as its header writes it.', 'E-Mail');
const target = nameOf(
  'import-target',
  'What the column fills: a fact of the lead, "name" (first and last in one), "userId" or "tags".',
);
const consentState = about(
  choice(['none', 'refused', 'opt-in', 'double-opt-in']),
  'What the person has agreed to.',
);
const proof = {
  topic: nameOf(
    'topic',
    'The topic agreed to, one of rules/sending.json. Without it, all topics.',
  ).optional(),
  text: about(someText, 'The words people agreed to, kept as proof.', 'Yes, send me news'),
  evidence: about(someText, 'Where the agreement can be shown.', 'Badge scanner, stand 4B'),
};

const at = z.union([
  about(instant, 'One moment for every row, with its offset.', '2026-03-27T16:30:00+01:00'),
  about(
    shape({
      column,
      format: about(someText, 'How the column writes date and time.', 'dd.MM.yyyy HH:mm'),
      zone: about(zone, 'The time zone the column means.', 'Europe/Berlin'),
    }),
    'The moment stands in a column.',
  ),
  about(
    shape({
      spread: about(
        shape({
          from: about(day, 'The first day.', '2026-01-01'),
          to: about(day, 'The last day.', '2026-06-30'),
          seed: about(z.number().int(), 'Any number; another one gives other dates.', 7),
        }),
        'A date per row, always the same for the same row and seed.',
      ),
    }),
    'The list knows no date: rows are scattered over a time.',
  ),
]);

const detailed = about(
  shape(
    {
      to: target,
      values: about(
        z.record(z.string(), about(json, 'What is stored.', 'DE')).optional(),
        'What the column says → what is stored. Values that are not here are stored as they are.',
        { Germany: 'DE' },
      ),
      format: about(
        z.string().regex(/\{\}/, { error: 'a text with {} where the value goes' }).optional(),
        'A text around the value, which goes where {} stands. Without it, the value alone.',
        '{}@example.com',
      ),
    },
    { later: ['split'] },
  ),
  'What the column fills, and how its values are rewritten.',
);

const event = about(
  shape({
    name: nameOf('event', 'The event that every row stands for.'),
    at: about(at, 'When it happened.'),
    times: about(
      shape({ column }).optional(),
      'How often it happened: as many times as the column says. Without it, once.',
    ),
    when: about(
      shape({ column, is: about(z.string(), 'What the column must say.', '1') }).optional(),
      'Only for rows whose column says so. Without it, for every row.',
    ),
    properties: about(
      z
        .record(
          nameOf('event-property', 'A property of the event.'),
          z.union([
            about(shape({ column }), 'The value stands in a column.'),
            about(json, 'The same value for every row.', 'Munich'),
          ]),
        )
        .default({}),
      'Details of the event, from columns or the same for all. Default: none.',
      { seconds: { column: 'TotalTime' } },
    ),
  }),
  'An event that each row of the list becomes.',
);

export const importFile = shape(
  {
    $schema: schemaKey,
    import: about(key, 'Its name: npx perennial import <name> <list>.', 'hr-expo'),
    title: about(someText.optional(), 'How people read it. Without it, its name.', 'HR Expo 2026'),
    columns: about(
      z.record(column, z.union([target, detailed])),
      'Column of the list → what it fills. Columns that are not here are left out.',
      { 'E-Mail': 'email' },
    ),
    matchOn: about(
      z.array(about(choice(['email', 'userId']), 'What identifies a lead.')).min(1),
      'By what a row is recognised as a lead that is known already.',
      ['email'],
    ),
    ifKnown: about(
      choice(['fill-empty-only', 'overwrite']),
      'For leads that are known already: fill what is empty, or overwrite.',
    ),
    consent: about(
      z
        .union([
          about(
            shape({
              column,
              values: about(
                z.record(z.string(), consentState),
                'What the column says → what was agreed to. "" is an empty cell.',
                { yes: 'opt-in', '': 'none' },
              ),
              ...proof,
            }),
            'Consent stands in a column.',
          ),
          about(shape({ state: consentState, ...proof }), 'The same consent for the whole list.'),
        ])
        .optional(),
      'What people on the list agreed to. Without it, nothing is recorded, and marketing may not write to them.',
    ),
    events: about(z.array(event).default([]), 'Events that each row becomes. Default: none.'),
    enter: about(
      shape({
        journey: nameOf('enterable-journey', 'The journey, one with an "api" entry.'),
        perHour: about(z.number().int().min(1), 'At most so many leads an hour.', 100),
      }).optional(),
      'A journey that everybody on the list enters. Without it, none.',
    ),
  },
  { later: ['campaign', 'campaignStatus', 'stopIf'] },
).meta({ title: 'Import', description: 'How the columns of a list become leads and events.' });
export type ImportFile = z.output<typeof importFile>;
