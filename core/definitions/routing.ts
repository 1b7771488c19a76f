/** `rules/routing*.json`: who gets a lead, the team, and how fast it must act. */
import { z } from 'zod';
import { condition } from './condition.ts';
import { businessDuration } from './duration.ts';
import { choice, key, schemaKey, shape, someText, why } from './shape.ts';
import { absence, day, days, timeOfDay, zone } from './window.ts';

const destination = someText.meta({
  description: '"account-owner", or rep:, pool: or queue: with a name.',
  examples: ['account-owner', 'pool:inbound', 'rep:anna', 'queue:inbound'],
});

const match = shape({
  id: key,
  why,
  if: condition.optional().meta({ description: 'Absent on the last match only.' }),
  to: destination,
  ifAway: choice(['next-match', 'assign-anyway']).optional(),
});

const pool = shape(
  {
    share: choice(['round-robin', 'weighted'], ['quota']),
    whenFull: destination.optional(),
    whenClosed: someText
      .default('assign-now-clock-later')
      .meta({ description: '"assign-now-clock-later", or where to go instead.' }),
    afterAbsence: choice(['no-catch-up', 'catch-up']).default('no-catch-up'),
    members: z
      .array(shape({ rep: someText, weight: z.number().int().min(1).max(100).default(1) }))
      .min(1),
  },
  { later: ['speaks'] },
);

const hours = shape({
  zone,
  days,
  from: timeOfDay,
  to: timeOfDay,
  holidays: z.array(day).default([]),
});

const rep = shape(
  {
    name: someText,
    email: z.email({ error: 'an email address' }),
    phone: someText.optional(),
    meetingLink: z
      .url({ protocol: /^https?$/, error: 'a link that begins with https://' })
      .optional(),
    hours: someText.meta({ description: 'Office hours declared under "hours".' }),
    speaks: z.array(someText).default([]),
    perDay: z.number().int().min(1).optional().meta({ description: 'At most so many a day.' }),
    away: z.array(absence).default([]),
  },
  { later: ['quota'] },
);

const sla = shape({
  id: key,
  why,
  if: condition.optional().meta({ description: 'Absent on the last only.' }),
  acceptWithin: businessDuration,
  remindAfter: z.array(businessDuration).default([]),
  reassignAtMost: z.number().int().min(0).max(20),
  escalateTo: destination,
  firstTouchWithin: businessDuration,
});

export const routingFile = shape(
  {
    $schema: schemaKey,
    routing: key
      .optional()
      .meta({ description: 'Name of the routing; absent in a file of reps only.' }),
    match: z.array(match).min(1).optional().meta({ description: 'First match wins.' }),
    pools: z.record(key, pool).default({}),
    hours: z.record(key, hours).default({}),
    reps: z.record(key, rep).default({}),
    queues: z
      .record(
        key,
        shape({
          title: someText.optional(),
          watchedBy: z.array(someText).min(1),
          takeWithin: businessDuration,
        }),
      )
      .default({}),
    sla: z.array(sla).min(1).optional().meta({ description: 'First match wins.' }),
  },
  { later: ['partners', 'territories', 'lists'] },
).meta({ title: 'Routing', description: 'Who gets a lead, and how fast it must be accepted.' });
export type RoutingFile = z.output<typeof routingFile>;
