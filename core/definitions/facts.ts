/** `rules/facts.json`: what is known of a lead beside the built-in facts. */
import { z } from 'zod';
import { choice, schemaKey, shape, someText } from './shape.ts';

const factId = z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/, {
  error: 'a name in camelCase such as "painPoint"',
});

export const factsFile = shape({
  $schema: schemaKey,
  facts: z.array(
    shape({
      id: factId.meta({ description: 'How conditions call it.', examples: ['painPoint'] }),
      type: choice(['text', 'number', 'boolean', 'choice', 'date', 'list']),
      label: someText.meta({ description: 'How people read it.' }),
      from: z
        .string()
        .regex(/^traits\.[A-Za-z0-9_$-]+(\.[A-Za-z0-9_$-]+)*$/, {
          error: 'a trait such as "traits.pain_point"',
        })
        .optional()
        .meta({ description: 'The trait it reads; without it, the trait of its own id.' }),
      values: z.array(someText).min(1).optional().meta({ description: 'All values of a choice.' }),
      range: z
        .tuple([z.number(), z.number()])
        .optional()
        .meta({
          description: 'Least and greatest value of a number.',
          examples: [[0, 36]],
        }),
      derive: shape({
        from: someText.meta({ description: 'The fact whose words are read.' }),
        words: z.record(someText, z.array(someText).min(1)).meta({
          description: 'Value → words that mean it; the first value one of whose words occurs.',
        }),
      }).optional(),
      description: someText.optional(),
    }),
  ),
}).meta({ title: 'Facts', description: 'What is known of a lead beside the built-in facts.' });
export type FactsFile = z.output<typeof factsFile>;
