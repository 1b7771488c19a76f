/** `rules/routing*.json`: who gets a lead, the team, and how fast it must act. */
import { z } from 'zod';
import { condition, slaCondition } from './condition.ts';
import { businessDuration } from './duration.ts';
import { about, choice, key, nameOf, schemaKey, shape, someText, why } from './shape.ts';
import { absence, day, days, timeOfDay, zone } from './window.ts';

const destination = (description: string) => nameOf('destination', description);

const match = about(
  shape({
    id: about(key, 'Its name in explanations and reports.', 'dach-large'),
    why,
    if: about(
      condition.optional(),
      'Which leads it takes. Only the last match has none: it takes everyone else.',
    ),
    to: destination(
      'Who gets the lead: "account-owner", or "rep:", "pool:" or "queue:" with a name.',
    ),
    ifAway: about(
      choice(['next-match', 'assign-anyway']).optional(),
      'When that rep is away: look at the next match, or assign all the same. Default "assign-anyway".',
    ),
  }),
  'One rule of the routing: these leads go there.',
);

const member = about(
  shape({
    rep: nameOf('rep', 'A rep declared under "reps".'),
    weight: about(
      z.number().int().min(1).max(100).default(1),
      'How many leads in relation to the others, for "weighted". Default 1.',
      2,
    ),
  }),
  'One rep of the pool.',
);

const pool = about(
  shape(
    {
      share: about(
        choice(['round-robin', 'weighted'], ['quota']),
        'How leads are shared: in turn, or by "weight".',
      ),
      whenFull: destination(
        'Where leads go when everybody has had "perDay". Without it, nobody gets the lead, and it is listed for a person.',
      ).optional(),
      whenClosed: nameOf(
        'closed-destination',
        'Outside office hours: "assign-now-clock-later" (the clock starts with the next office hour; this is the default), or where to go instead.',
      ).default('assign-now-clock-later'),
      afterAbsence: about(
        choice(['no-catch-up', 'catch-up']).default('no-catch-up'),
        'Whether a rep who was away gets more leads afterwards. Default "no-catch-up".',
      ),
      members: about(z.array(member).min(1), 'Who shares the leads; ties go by this order.'),
    },
    { later: ['speaks'] },
  ),
  'Reps who share leads.',
);

const hours = about(
  shape({
    zone: about(zone, 'The time zone of the office.', 'Europe/Berlin'),
    days: about(days, 'The days it is open: a range or a list.', 'mon-fri'),
    from: about(timeOfDay, 'When it opens.', '09:00'),
    to: about(timeOfDay, 'When it closes.', '18:00'),
    holidays: about(
      z.array(about(day, 'A day it is closed.', '2026-12-25')).default([]),
      'Days it is closed. Default: none.',
      ['2026-12-25', '2026-12-26'],
    ),
  }),
  'When people work: business hours run only then.',
);

const rep = about(
  shape(
    {
      name: about(someText, 'The name as leads read it.', 'Anna Berg'),
      email: about(
        z.email({ error: 'an email address' }),
        'Where handovers go, and whom answers of leads reach.',
        'anna@example.com',
      ),
      phone: about(
        someText.optional(),
        'A number for signatures. Default: none.',
        '+49 30 1234567',
      ),
      meetingLink: about(
        z.url({ protocol: /^https?$/, error: 'a link that begins with https://' }).optional(),
        'Where leads book a meeting; emails can show it. Default: none.',
        'https://meet.example/anna',
      ),
      hours: nameOf('hours', 'When the rep works: a name of "hours".'),
      speaks: about(
        z.array(about(someText, 'A language.', 'de')).default([]),
        'Languages, for people to read. Default: none.',
        ['de', 'en'],
      ),
      perDay: about(
        z.number().int().min(1).optional(),
        'At most so many leads a day. Without it, no limit.',
        8,
      ),
      away: about(
        z
          .array(about(absence, 'First and last day, or one day.', '2026-12-21/2027-01-04'))
          .default([]),
        'Absences: no lead is assigned then. Default: none.',
        ['2026-12-21/2027-01-04'],
      ),
    },
    { later: ['quota'] },
  ),
  'One person of sales.',
);

const queue = about(
  shape({
    title: about(someText.optional(), 'How people read it. Without it, its name.', 'Inbound'),
    watchedBy: about(
      z.array(nameOf('rep', 'A rep who is told.')).min(1),
      'Who is told about leads in the queue; the hours of the first one count.',
    ),
    takeWithin: about(
      businessDuration,
      'How soon somebody must take a lead out of it.',
      '2 business hours',
    ),
  }),
  'Leads that wait for somebody to take them.',
);

const sla = about(
  shape({
    id: about(key, 'Its name in explanations and reports.', 'hot'),
    why,
    if: about(
      slaCondition.optional(),
      'For which handovers; "handoff.cause" and "handoff.to" are known here. Only the last one has none.',
    ),
    acceptWithin: about(businessDuration, 'How soon the rep must accept.', '5 business minutes'),
    remindAfter: about(
      z
        .array(about(businessDuration, 'When a reminder goes out.', '3 business minutes'))
        .default([]),
      'When the rep is reminded, counted from the handover. Default: never.',
      ['15 business minutes'],
    ),
    reassignAtMost: about(
      z.number().int().min(0).max(20),
      'How many times the lead goes to somebody else when nobody accepts.',
      2,
    ),
    escalateTo: destination('Who is told when all of that was in vain.'),
    firstTouchWithin: about(
      businessDuration,
      'How soon the rep must have contacted the lead.',
      '4 business hours',
    ),
  }),
  'How fast a rep must act.',
);

export const routingFile = shape(
  {
    $schema: schemaKey,
    routing: about(
      key.optional(),
      'Name of the routing: handoffs call it. Leave it out in a file that only declares people.',
      'inbound',
    ),
    match: about(
      z.array(match).min(1).optional(),
      'Who gets which lead. The first that matches wins; the last has no "if".',
    ),
    pools: about(
      z.record(about(key, 'Name of the pool.', 'dach'), pool).default({}),
      'Groups of reps who share leads. Seen by all routing files. Default: none.',
    ),
    hours: about(
      z.record(about(key, 'Name of the hours.', 'berlin-office'), hours).default({}),
      'Office hours, by name. Seen by all routing files. Default: none.',
    ),
    reps: about(
      z.record(about(key, 'Short name of the rep.', 'anna'), rep).default({}),
      'The people of sales, by short name. Seen by all routing files. Default: none.',
    ),
    queues: about(
      z.record(about(key, 'Name of the queue.', 'inbound'), queue).default({}),
      'Queues, by name. Seen by all routing files. Default: none.',
    ),
    sla: about(
      z.array(sla).min(1).optional(),
      'How fast reps must act. The first that matches wins; the last has no "if".',
    ),
  },
  { later: ['partners', 'territories', 'lists'] },
).meta({ title: 'Routing', description: 'Who gets a lead, and how fast it must be accepted.' });
export type RoutingFile = z.output<typeof routingFile>;
