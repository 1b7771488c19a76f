/** `rules/interests.json`: what leads are interested in, and which events show it. */
import { z } from 'zod';
import { eventMatch } from './condition.ts';
import { duration } from './duration.ts';
import { about, choice, key, schemaKey, shape, someText, why } from './shape.ts';

const { event, where, trust } = eventMatch;

const source = about(
  shape({
    event,
    where,
    trust,
    points: about(
      z.number().positive().default(1),
      'What one such event weighs in the strength of the interest. Default 1.',
      3,
    ),
    halfLife: about(
      duration.optional(),
      'Half of the weight is left after this time. Without it, the weight stays until the interest fades.',
      '30 days',
    ),
  }),
  'Events that show the interest.',
);

const interest = about(
  shape({
    id: about(key, 'Its name in conditions.', 'hr'),
    title: about(someText, 'How people read it.', 'HR software'),
    why,
    fadesAfter: about(
      duration,
      'An event older than this shows nothing any more. After the last one the interest is gone.',
      '180 days',
    ),
    from: about(
      z.array(source).min(1),
      'What shows it: at least one event. Clicks and views of robots never do.',
    ),
  }),
  'Something a lead can be interested in.',
);

const gate = about(
  shape({
    noInterestKnown: about(
      choice(['send', 'block']),
      'Whether a lead that has shown no interest at all gets emails that say what they are about.',
    ),
    otherInterest: about(
      choice(['block', 'send']),
      'Whether a lead that is interested in other things only gets them: "block" ends the email as "off-interest".',
    ),
  }),
  'Who gets marketing and outbound emails that say what they are "about". Without it, everybody.',
  { noInterestKnown: 'send', otherInterest: 'block' },
);

export const interestsFile = shape({
  $schema: schemaKey,
  interests: about(z.array(interest), 'Everything leads can be interested in.'),
  gate: gate.optional(),
}).meta({ title: 'Interests', description: 'What leads are interested in, and what shows it.' });
export type InterestsFile = z.output<typeof interestsFile>;
