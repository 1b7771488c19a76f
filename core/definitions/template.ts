/** `templates/<name>/email.json`: what an email says around its MJML. */
import { z } from 'zod';
import { json } from './condition.ts';
import { readDuration } from './duration.ts';
import { choice, key, nameOf, parsedText, schemaKey, shape, someText } from './shape.ts';
import type { Again } from '../journey/plan.ts';

export const again = parsedText<Again>((text) => {
  if (text === 'never' || text === 'always') return { ok: true, value: { type: text } };
  const after = /^after (.+)$/.exec(text)?.[1];
  if (after === undefined) return { ok: false, expected: '"never", "always" or "after 90 days"' };
  const parsed = readDuration(after);
  return parsed.ok ? { ok: true, value: { type: 'after', ms: parsed.value } } : parsed;
}).meta({
  description: 'Whether it may happen to the same lead again.',
  examples: ['never', 'always', 'after 90 days'],
});

export const templateFile = shape(
  {
    $schema: schemaKey,
    template: key.meta({ description: 'The name of its folder.' }),
    topic: nameOf('topic', 'A topic of rules/sending.json.').optional(),
    buyingStage: choice(['awareness', 'consideration', 'decision', 'customer']).optional(),
    from: choice(['owner', 'workspace']),
    ifNoOwner: choice(['workspace']).default('workspace'),
    again,
    languages: z.record(
      z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, { error: 'a language such as "en"' }),
      shape({ subject: someText, preheader: z.string().default('') }),
    ),
    ifNoLanguage: someText,
    variables: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z]\w*(\.\w+)*$/, { error: 'a dotted name such as "lead.firstName"' }),
        shape({ sample: json, optional: z.boolean().default(false) }),
      )
      .default({})
      .meta({ description: 'Everything the email reads, with a sample.' }),
  },
  { later: ['about', 'tags', 'look', 'calendar'] },
).meta({ title: 'Email template', description: 'What an email says around its MJML.' });
export type TemplateFile = z.output<typeof templateFile>;
