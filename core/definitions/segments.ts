/** `rules/segments.json`: named conditions. */
import { z } from 'zod';
import { condition } from './condition.ts';
import { key, schemaKey, shape, someText, why } from './shape.ts';

export const segmentsFile = shape({
  $schema: schemaKey,
  segments: z.array(shape({ id: key, title: someText.optional(), why, when: condition })),
}).meta({ title: 'Segments', description: 'Conditions with a name: {"condition": "<id>"}.' });
export type SegmentsFile = z.output<typeof segmentsFile>;
