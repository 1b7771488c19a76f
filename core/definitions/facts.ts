/** `rules/facts.json`: what is known of a lead beside the built-in facts. */
import { z } from 'zod';
import { about, choice, nameOf, schemaKey, shape, someText } from './shape.ts';

const factId = z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/, {
  error: 'a name in camelCase such as "painPoint"',
});

const declaration = about(
  shape({
    id: about(factId, 'How conditions and emails call it, in camelCase.', 'painPoint'),
    type: about(
      choice(['text', 'number', 'boolean', 'choice', 'date', 'list']),
      'What it holds. "choice" is a text out of "values"; conditions are checked against the type.',
    ),
    label: about(someText, 'How people read it on pages and in explanations.', 'Pain point'),
    from: about(
      z
        .string()
        .regex(/^traits\.[A-Za-z0-9_$-]+(\.[A-Za-z0-9_$-]+)*$/, {
          error: 'a trait such as "traits.pain_point"',
        })
        .optional(),
      'The trait it reads, as your site sends it. Without it, the trait of its own id.',
      'traits.pain_point',
    ),
    values: about(
      z
        .array(about(someText, 'One possible value.', '10-50k'))
        .min(1)
        .optional(),
      'All values that a choice can have. Needed for the type "choice", refused for others.',
      ['none', '10-50k', '50k+'],
    ),
    range: about(
      z
        .tuple([
          about(z.number(), 'The least value.', 0),
          about(z.number(), 'The greatest value.', 36),
        ])
        .optional(),
      'Least and greatest value of a number. Without it, any number.',
      [0, 36],
    ),
    survivor: about(
      choice(['latest', 'first', 'largest']).optional(),
      'Which word stays where a lead said several, or two leads are merged: the latest, the first, or the largest (of a choice the one that is listed last, of a list the longest). Default: the latest. An empty text never replaces anything; null clears what was known, unless "first" or "largest" keeps it. What a person or a list said always stays before enrichment.',
      'first',
    ),
    derive: about(
      shape({
        from: nameOf('fact', 'The fact that is read, such as jobTitle.'),
        words: about(
          z
            .record(
              about(someText, 'The value this fact gets.', 'director'),
              about(
                z.array(about(someText, 'Words that mean this value.', 'head of')).min(1),
                'Words that mean this value, in any case; whole words only.',
                ['director', 'head of'],
              ),
            )
            .optional(),
          'Value → words that mean it. The first value wins of which one of the words occurs. Either this or "as".',
          { director: ['director', 'head of'] },
        ),
        as: about(
          choice(['seniority', 'country', 'phone', 'domain', 'lower-case']).optional(),
          'Cleans the text instead: "seniority" of a job title (individual, manager, director, vp, c-level), "country" as its code of two letters, "phone" as +49…, "domain" of an address or link, "lower-case". What cannot be cleaned is missing. Either this or "words".',
        ),
      }).optional(),
      'Reads the value out of another fact: out of its words, or cleaned. Without it, the fact is a trait that is sent.',
    ),
    description: about(
      someText.optional(),
      'A note for colleagues; nothing acts on it.',
      'Asked in the trial sign-up form',
    ),
  }),
  'One thing that may be known of a lead.',
);

export const factsFile = shape({
  $schema: schemaKey,
  facts: about(
    z.array(declaration),
    'Every fact that conditions and emails may name, beside the built-in ones.',
  ),
}).meta({ title: 'Facts', description: 'What is known of a lead beside the built-in facts.' });
export type FactsFile = z.output<typeof factsFile>;
