/** `personas/*.json`: an invented lead with a script and what must come of it. */
import { z } from 'zod';
import { skipReasons } from '../sending/model.ts';
import { json } from './condition.ts';
import { duration, readDuration } from './duration.ts';
import { about, choice, key, nameOf, parsedText, schemaKey, shape, someText } from './shape.ts';
import type { Parsed } from './shape.ts';
import { instant } from './window.ts';

const consentState = choice(['none', 'refused', 'opt-in', 'double-opt-in']);
const at = parsedText((text) =>
  text === 'start' ? { ok: true, value: 0 } : readDuration(text.replace(/^\+/, '')),
);

const alone = parsedText((text): Parsed<number | null> => {
  if (text === 'ever') return { ok: true, value: null };
  const read = readDuration(text);
  return read.ok ? read : { ok: false, expected: `"ever", or ${read.expected}` };
});

const moment = {
  day: about(
    z.number().min(0).max(3650).optional(),
    'Days since "startsAt": day 3 is 72 hours later. Give this or "at".',
    0,
    3,
  ),
  at: about(
    at.optional(),
    'Time since "startsAt", where a day is too coarse. Give this or "day".',
    '3 days 2 hours',
    'start',
  ),
};
const properties = about(
  z
    .record(nameOf('event-property', 'A property of the event.'), about(json, 'Its value.', 'pro'))
    .default({}),
  'Details that come with it. Default: none.',
  { plan: 'pro' },
);
const trust = about(
  choice(['human', 'likely-robot']).optional(),
  'Whether a person did it or a link scanner. Default "human".',
);

const scriptEntry = z.union([
  about(
    shape({
      ...moment,
      event: nameOf('event', 'The event the lead causes.'),
      properties,
      times: about(z.number().int().min(1).max(1000).default(1), 'How often. Default 1.', 2),
      trust,
    }),
    'The lead does something.',
  ),
  about(
    shape({
      ...moment,
      traits: about(
        z.record(nameOf('trait', 'A fact.'), about(json, 'Its value.', 900)),
        'Facts that become known, with their values.',
        { employees: 900 },
      ).meta({ holds: 'TraitValues' }),
    }),
    'Something becomes known about the lead.',
  ),
  about(
    shape({
      ...moment,
      email: nameOf('template', 'A template that was sent by then.'),
      does: about(
        choice([
          ...(['opens', 'clicks', 'replies', 'bounces', 'complains', 'unsubscribes'] as const),
          ...(['confirms', 'bounces-softly', 'auto-replies'] as const),
        ]),
        'What happens to that email. "confirms" is for the mail of a double opt-in; "bounces" is a dead address, "bounces-softly" a full mailbox; "auto-replies" that they are away.',
      ),
      until: about(
        instant.optional(),
        'For "auto-replies": when they are back. Left out, the answer does not say.',
        '2026-04-13T00:00:00+02:00',
      ),
      properties,
      trust,
    }),
    'The lead answers to an email.',
  ),
  about(
    shape({
      ...moment,
      rep: about(choice(['accepts', 'rejects']), 'What the rep says to the open handoff.'),
      reason: nameOf(
        'reject-reason',
        'Why, for "rejects": one of the "rejectReasons" of rules/handoffs.json.',
      ).optional(),
      callAgainAt: about(
        instant.optional(),
        'When to call again, for reasons that ask for a date.',
        '2026-05-04T09:00:00+02:00',
      ),
      note: about(someText.optional(), 'What the rep writes. Default: nothing.', 'Budget in May'),
    }),
    'The rep answers.',
  ),
  about(
    shape({
      ...moment,
      judged: nameOf('event', 'An event the lead has caused: the latest of this name.'),
      as: about(choice(['robot', 'human']), 'What it turns out to have been.'),
    }),
    'Somebody finds out whether an event was a robot.',
  ),
  about(
    shape({
      ...moment,
      stage: nameOf('stage', 'The stage that is set: its value or its label.'),
      for: about(alone, 'How long rules leave it alone: a time, or "ever".', '30 days', 'ever'),
      why: about(someText.optional(), 'The reason. Default: none is given.', 'Met at the fair'),
      quiet: about(
        z.boolean().default(false),
        'Whether nobody is handed over and no journey begins. Default false.',
      ),
    }),
    'Somebody sets the stage by hand.',
  ),
]);

const expectations = shape({
  emails: about(
    z.array(nameOf('template', 'A template.')).optional(),
    'Every email the lead gets, in order. Left out, it is not looked at.',
  ),
  journeys: about(
    z.array(nameOf('journey', 'A journey.')).optional(),
    'Journeys entered, in order. Left out, it is not looked at.',
  ),
  exit: nameOf(
    'exit',
    'How the first journey ended: the id of an exit, or "completed". Left out, it is not looked at.',
  ).optional(),
  stage: nameOf('stage', 'The stage at the end. Left out, it is not looked at.').optional(),
  grade: about(
    someText.optional(),
    'The grade at the end: letter of fit, number of engagement. Left out, it is not looked at.',
    'A1',
  ),
  rep: nameOf('rep', 'Who has the lead at the end. Left out, it is not looked at.').optional(),
  handoff: nameOf(
    'handoff',
    'The handoff that was opened. Left out, it is not looked at.',
  ).optional(),
  never: about(
    z.array(nameOf('template', 'A template.')).optional(),
    'Emails that must not be sent. Default: none.',
  ),
  notSent: about(
    z
      .array(
        about(
          shape({
            email: nameOf('template', 'The template.'),
            reason: about(choice(skipReasons), 'Why it is not sent.'),
          }),
          'A send that does not happen.',
        ),
      )
      .optional(),
    'Sends that do not happen, and why. Default: none.',
  ),
  maxPerWeek: about(
    z.number().int().min(0).optional(),
    'At most so many marketing emails in any seven days. Left out, it is not looked at.',
    2,
  ),
});

export const personaFile = shape({
  $schema: schemaKey,
  persona: about(key, 'Its name: npx perennial simulate <name>.', 'busy-vp'),
  title: about(someText.optional(), 'How people read it. Without it, its name.', 'A busy VP'),
  lead: z
    .record(
      nameOf('trait', 'A fact of the lead, "tags" or "consent".'),
      about(json, 'What is known.', 'ana@nordwind.example', 900),
    )
    .refine(
      (lead) => lead['consent'] === undefined || consentState.safeParse(lead['consent']).success,
      {
        path: ['consent'],
        error: '"none", "refused", "opt-in" or "double-opt-in"',
      },
    )
    .meta({
      description: 'Who it is: facts with their values, "tags" (a list) and "consent".',
      examples: [{ email: 'ana@nordwind.example', country: 'DE', consent: 'opt-in' }],
      holds: 'PersonaLead',
    }),
  enrichment: about(
    z.record(nameOf('trait', 'A fact.'), about(json, 'Its value.', 900)).optional(),
    'What an "enrich" step finds out about its company. Default: nobody knows anything.',
    { employees: 900 },
  ),
  startsAt: about(
    instant,
    'When the story begins: date, time and offset. Weekends, holidays and quiet hours count from it.',
    '2026-03-27T16:30:00+01:00',
  ),
  runsFor: about(
    duration.optional(),
    'How long it is watched. Without it, until nothing more happens.',
    '60 days',
  ),
  script: about(
    z.array(scriptEntry),
    'What happens, and when. Entries of one moment play in this order.',
  ),
  expect: about(expectations, 'What must come of it: npx perennial simulate compares.'),
}).meta({ title: 'Persona', description: 'An invented lead with a script and expectations.' });
export type PersonaFile = z.output<typeof personaFile>;
