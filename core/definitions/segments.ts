/** `rules/segments.json`: named conditions. */
import { z } from 'zod';
import { condition } from './condition.ts';
import { about, key, schemaKey, shape, someText, why } from './shape.ts';

const segment = about(
  shape({
    id: about(key, 'Its name: conditions say { "condition": "<id>" }.', 'enterprise-dach'),
    title: about(someText.optional(), 'How people read it. Without it, its name.', 'Enterprise'),
    why,
    when: about(condition, 'Who belongs to it, at every moment anew.'),
  }),
  'A condition with a name, to be used in many places.',
);

export const segmentsFile = shape({
  $schema: schemaKey,
  segments: about(z.array(segment), 'The segments of the workspace.'),
}).meta({ title: 'Segments', description: 'Conditions with a name: {"condition": "<id>"}.' });
export type SegmentsFile = z.output<typeof segmentsFile>;
