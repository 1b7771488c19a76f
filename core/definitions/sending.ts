/** `rules/sending.json`: when, how often and to whom the workspace may write. */
import { z } from 'zod';
import { condition } from './condition.ts';
import { duration, readDuration } from './duration.ts';
import { choice, key, parsedText, schemaKey, shape, someText, why } from './shape.ts';
import { day, leadOrZone, timeOfDay, zone } from './window.ts';
import type { Cap } from '../sending/model.ts';

export const messageClass = choice(['marketing', 'outbound', 'transactional']).meta({
  description: 'marketing: caps, windows and consent; transactional: answers what the lead did.',
});

const requirement = choice([
  'never',
  'double-opt-in',
  'opt-in',
  'legitimate-interest',
  'opt-out',
]).meta({ description: 'What a person must have given.' });

const per = parsedText<Cap['per']>((text) => {
  if (text === 'day') return { ok: true, value: { type: 'day' } };
  const parsed = readDuration(text);
  if (parsed.ok) return { ok: true, value: { type: 'rolling', ms: parsed.value } };
  return { ok: false, expected: '"day" or a duration such as "7 days"' };
}).meta({
  description: '"day" is the calendar day of the lead; "7 days" are rolling.',
  examples: ['day', '7 days'],
});

const consent = shape(
  {
    id: key,
    why,
    if: condition.optional().meta({ description: 'Absent on the last only.' }),
    marketing: requirement,
    outbound: requirement,
  },
  { later: ['call'] },
);

export const sendingFile = shape({
  $schema: schemaKey,
  from: shape({ name: someText, email: z.email({ error: 'an email address' }) }),
  postalAddress: someText,
  zoneIfUnknown: zone,
  topics: z.array(shape({ id: key, title: someText })).min(1),
  caps: z
    .array(
      shape(
        { id: key, class: messageClass, max: z.number().int().min(0), per },
        { later: ['countedPer'] },
      ),
    )
    .default([]),
  quiet: shape({ from: timeOfDay, to: timeOfDay, zone: leadOrZone }).optional(),
  holidays: z.record(key, z.array(day)).default({}),
  spread: duration.default(0).meta({
    description: 'Mass wake-ups are scattered over this time.',
    examples: ['30 minutes'],
  }),
  consent: z.array(consent).min(1).meta({ description: 'First match wins.' }),
  uncertainSend: choice(['park', 'resend']),
  stopWhen: shape({
    hardBounceRate: z.number().min(0).max(1),
    complaintRate: z.number().min(0).max(1),
    over: duration,
    atLeast: z.number().int().min(1),
  }).optional(),
}).meta({ title: 'Sending', description: 'When, how often and to whom the workspace may write.' });
export type SendingFile = z.output<typeof sendingFile>;
