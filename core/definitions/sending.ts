/** `rules/sending.json`: when, how often and to whom the workspace may write. */
import { z } from 'zod';
import { replies, sunset } from './answers.ts';
import { condition } from './condition.ts';
import { duration, readSomeTime, someTime } from './duration.ts';
import { rates, stopWhen, warmUp } from './pace.ts';
import { about, choice, key, parsedText, schemaKey, shape, someText, why } from './shape.ts';
import { day, leadOrZone, timeOfDay, zone } from './window.ts';
import type { Cap } from '../sending/model.ts';

export const messageClass = about(
  choice(['marketing', 'outbound', 'transactional']),
  'marketing and outbound obey consent, caps, windows and quiet hours; transactional answers something the lead just did, and goes out at once.',
);

const requirement = (description: string) =>
  about(
    choice(['never', 'double-opt-in', 'opt-in', 'legitimate-interest', 'opt-out']),
    `${description}: "never" at all, after a "double-opt-in" or an "opt-in", on "legitimate-interest", or unless refused ("opt-out").`,
  );

const per = parsedText<Cap['per']>((text) => {
  if (text === 'day') return { ok: true, value: { type: 'day' } };
  const parsed = readSomeTime(text);
  if (parsed.ok) return { ok: true, value: { type: 'rolling', ms: parsed.value } };
  return { ok: false, expected: '"day" or a duration such as "7 days"' };
});

const consent = about(
  shape(
    {
      id: about(key, 'Its name in explanations and reports.', 'usa'),
      why,
      if: about(
        condition.optional(),
        'Which leads it is about. Only the last rule has none: it is about everyone else.',
      ),
      marketing: requirement('When marketing emails may be sent'),
      outbound: requirement('When outbound emails (to people who never asked) may be sent'),
      expiresAfter: about(
        someTime.optional(),
        'A consent this old counts as if it had not been given; only a new one renews it. Without it, consent does not age.',
        '730 days',
      ),
    },
    { later: ['call'] },
  ),
  'What some leads must have agreed to.',
);

const cap = about(
  shape(
    {
      id: about(key, 'Its name in explanations and reports.', 'week'),
      class: about(messageClass, 'The class of email that is counted.'),
      max: about(z.number().int().min(0), 'At most so many to one lead.', 2),
      per: about(
        per,
        '"day" is the calendar day in the zone of the lead; "7 days" are the last 7 × 24 hours.',
        'day',
        '7 days',
      ),
    },
    { later: ['countedPer'] },
  ),
  'A limit to how many emails one lead gets.',
);

const domainName = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'a domain such as acme.example' });

const tracking = shape({
  clicks: about(
    z.boolean(),
    'Whether links of marketing and outbound emails lead through this server, so that clicks are known.',
    true,
  ),
  opens: about(
    z.boolean().default(false),
    'Whether an invisible image tells of opens. Machines open most emails, so it never qualifies anybody. Default: false.',
    false,
  ),
  transactional: about(
    z.boolean().default(false),
    'Whether transactional emails are tracked as well. Default: false.',
    false,
  ),
  utm: about(
    shape({
      source: about(someText, 'The utm_source.', 'perennial'),
      medium: about(someText.default('email'), 'The utm_medium. Default: "email".', 'email'),
      domains: about(
        z
          .array(about(domainName, 'A domain, with all below it.', 'acme.example'))
          .min(1)
          .optional(),
        'Only links to these domains. Without it, every link.',
        ['acme.example'],
      ),
    }).optional(),
    'Added to links that carry no UTM parameters of their own; campaign and content are the journey and the step. Without it, none.',
  ),
});

export const sendingFile = shape({
  $schema: schemaKey,
  from: about(
    shape({
      name: about(someText, 'The name that people see.', 'Maria at Acme'),
      email: about(z.email({ error: 'an email address' }), 'The address.', 'maria@acme.example'),
    }),
    'Who writes, unless a template says the owner of the lead does.',
  ),
  postalAddress: about(
    someText,
    'Your address at the end of marketing emails: the law of many countries asks for it.',
    'Acme GmbH, Hauptstr. 1, 10115 Berlin',
  ),
  zoneIfUnknown: about(zone, 'The time zone of leads whose own is not known.', 'Europe/Berlin'),
  topics: about(
    z
      .array(
        about(
          shape({
            id: about(key, 'Its name in files.', 'product-tips'),
            title: about(someText, 'How people read it when they unsubscribe.', 'Product tips'),
          }),
          'Something people subscribe to.',
        ),
      )
      .min(1),
    'What people subscribe to and unsubscribe from.',
  ),
  caps: about(
    z.array(cap).default([]),
    'How many emails one lead gets at most, over all journeys. No journey can loosen them. Default: no limit.',
  ),
  fewer: about(
    shape({
      title: about(
        someText,
        'How people read it where they choose what they get.',
        'At most one a month',
      ),
      max: about(z.number().int().min(1), 'At most so many to one lead.', 1),
      per: about(per, '"day", or the last so many days.', 'day', '30 days'),
    }).optional(),
    'What people get who ask for fewer emails: marketing and outbound count together, beside the caps. Without it, nobody can ask.',
    { title: 'At most one a month', max: 1, per: '30 days' },
  ),
  quiet: about(
    shape({
      from: about(timeOfDay, 'When quiet hours begin.', '20:00'),
      to: about(timeOfDay, 'When they end; it may be the next morning.', '08:00'),
      zone: about(leadOrZone, 'Whose clock counts: "lead", or an IANA zone.', 'lead'),
    }).optional(),
    'Hours in which no marketing email goes out; it is held until they end. Without it, none.',
  ),
  holidays: about(
    z
      .record(
        about(key, 'The country of the lead, as ISO code.', 'DE'),
        about(
          z.array(about(day, 'A day without marketing emails.', '2026-12-25')),
          'Days without marketing emails.',
          ['2026-12-25', '2026-12-26'],
        ),
      )
      .default({}),
    'Days without marketing emails, by country of the lead. Default: none.',
    { DE: ['2026-12-25', '2026-12-26'] },
  ),
  spread: about(
    duration.default(0),
    'Emails of many leads that fall due at the same moment are scattered over this time. Default: they are not.',
    '30 minutes',
  ),
  consent: about(
    z.array(consent).min(1),
    'What people must have agreed to, by lead. The first that matches counts; the last has no "if".',
  ),
  uncertainSend: about(
    choice(['park', 'resend']),
    'When it is not known whether the mail server took a transactional email: "park" shows it to a person, "resend" sends it again. Marketing emails are always parked.',
  ),
  stopWhen,
  rates,
  warmUp,
  replies,
  sunset,
  tracking: about(
    tracking.optional(),
    'What is learned from links in emails. A lead may say no for itself. Without it, nothing, and links stay as they are.',
  ),
}).meta({ title: 'Sending', description: 'When, how often and to whom the workspace may write.' });
export type SendingFile = z.output<typeof sendingFile>;
