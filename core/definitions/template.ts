/** `templates/<name>/email.json`: what an email says around its MJML. */
import { z } from 'zod';
import { json } from './condition.ts';
import { readDuration } from './duration.ts';
import { about, choice, key, nameOf, parsedText, schemaKey, shape, someText } from './shape.ts';
import type { Again } from '../journey/plan.ts';

export const again = parsedText<Again>((text) => {
  if (text === 'never' || text === 'always') return { ok: true, value: { type: text } };
  const after = /^after (.+)$/.exec(text)?.[1];
  if (after === undefined) return { ok: false, expected: '"never", "always" or "after 90 days"' };
  const parsed = readDuration(after);
  return parsed.ok ? { ok: true, value: { type: 'after', ms: parsed.value } } : parsed;
}).meta({
  description: 'Whether it may happen to the same lead again.',
  shown: ['never', 'always', 'after 90 days'],
});

const words = about(
  shape({
    subject: about(
      someText,
      "The subject. {{ lead.firstName | default: 'Hello' }} puts in what is known of the lead.",
      "{{ lead.firstName | default: 'Hello' }}, your first report in five minutes",
    ),
    preheader: about(
      z.string().default(''),
      'What inboxes show after the subject. Default: the beginning of the email.',
      'Three steps, no card needed',
    ),
  }),
  'Subject and preheader in this language.',
);

export const templateVariable = about(
  shape({
    sample: about(json, 'What previews and tests put in its place.', 'Ana'),
    optional: about(
      z.boolean().default(false),
      'Whether the email may be sent without it. Default false: the send is skipped as "missing-variable".',
    ),
  }),
  'One thing the email reads.',
);

export const templateFile = shape(
  {
    $schema: schemaKey,
    template: about(key, 'Its name: the name of its folder.', 'welcome'),
    topic: nameOf(
      'topic',
      'What one unsubscribes from with it: a topic of rules/sending.json. Without it, it carries no unsubscribe link.',
    ).optional(),
    buyingStage: about(
      choice(['awareness', 'consideration', 'decision', 'customer']).optional(),
      'For whom the content is meant; the check warns when it comes too early. Without it, for everybody.',
    ),
    about: about(
      z.array(nameOf('interest', 'An interest of rules/interests.json.')).min(1).optional(),
      'The interests that the email is about: one of them is enough. With a "gate" in rules/interests.json, leads that are known to be interested in other things do not get it. Without it, it is for everybody.',
      ['finance'],
    ),
    from: about(
      choice(['owner', 'workspace']),
      'Who writes: the rep who owns the lead, or the sender of rules/sending.json.',
    ),
    ifNoOwner: about(
      choice(['workspace']).default('workspace'),
      'Who writes when the lead has no owner: the sender of rules/sending.json.',
    ),
    again: about(
      again,
      'Whether the same lead may get it again: "never", "always", or "after" a time.',
      'never',
      'always',
      'after 90 days',
    ),
    languages: about(
      z.record(
        about(
          z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, { error: 'a language such as "en"' }),
          'A language.',
          'en',
        ),
        words,
      ),
      'Language → subject and preheader. "en" is written in message.mjml (that of "ifNoLanguage"), "de" beside it in message.de.mjml.',
      { en: { subject: 'Your first report in five minutes' } },
    ),
    ifNoLanguage: about(someText, 'The language for leads whose own is not among them.', 'en'),
    variables: about(
      z
        .record(
          about(
            z
              .string()
              .regex(/^[A-Za-z]\w*(\.\w+)*$/, { error: 'a dotted name such as "lead.firstName"' }),
            'What is read: "lead." and a fact, "entry." and a property, "owner.name" …',
            'lead.firstName',
          ),
          templateVariable,
        )
        .default({}),
      'Everything the email reads of lead, entry, owner and handoff, with a sample. Default: nothing.',
      { 'lead.firstName': { sample: 'Ana', optional: true } },
    ).meta({ holds: 'Variables' }),
  },
  { later: ['tags', 'look', 'calendar'] },
).meta({ title: 'Email template', description: 'What an email says around its MJML.' });
export type TemplateFile = z.output<typeof templateFile>;
