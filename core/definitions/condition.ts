/**
 * Conditions and named events as files write them: json-rules-engine's grammar, nothing else.
 *
 * Only the form is checked here; names and types are `check-condition.ts`'s.
 */
import { z } from 'zod';
import type { Condition, Json } from '../rules/condition.ts';
import { operators } from '../rules/operators.ts';
import { nameOf, shape, someText } from './shape.ts';

export const json: z.ZodType<Json> = z.json();

const common = {
  name: someText.optional().meta({ description: 'A name for explanations.' }),
  priority: z.number().int().min(1).optional(),
};
const oneThing = 'an object holds one of "all", "any" and "not"; nest them';

const leaf = shape(
  {
    fact: nameOf('fact', 'A built-in fact, one of rules/facts.json, or a property of the event.'),
    operator: someText.meta({
      description: 'How the fact is compared with the value.',
      examples: [...operators.values()]
        .filter(({ later }) => later !== true)
        .map(({ name }) => name),
    }),
    value: json.meta({ description: 'What the fact is compared with.' }),
    params: z.record(z.string(), json).optional().meta({
      description: 'Parameters of the fact, such as "event" and "within" of eventCount.',
    }),
    path: someText.optional().meta({ description: 'Dotted keys into a fact that is an object.' }),
    ...common,
  },
  { refused: { all: oneThing, any: oneThing, not: oneThing, condition: oneThing } },
);

const nested = z.lazy(() => condition);

export const condition: z.ZodType<Condition> = z
  .union([
    leaf,
    shape(
      { all: z.array(nested).min(1), ...common },
      { refused: { any: oneThing, not: oneThing, fact: oneThing, condition: oneThing } },
    ),
    shape(
      { any: z.array(nested).min(1), ...common },
      { refused: { all: oneThing, not: oneThing, fact: oneThing, condition: oneThing } },
    ),
    shape(
      { not: nested, ...common },
      { refused: { all: oneThing, any: oneThing, fact: oneThing, condition: oneThing } },
    ),
    shape(
      {
        condition: nameOf('segment', 'A segment of rules/segments.json.'),
        priority: common.priority,
      },
      { refused: { all: oneThing, any: oneThing, not: oneThing, fact: oneThing } },
    ),
  ])
  .meta({ id: 'Condition', description: 'What must hold.' }) as unknown as z.ZodType<Condition>;

/** The keys by which an event is named, wherever one may be. */
export const eventMatch = {
  event: nameOf('event', 'A built-in event or one of rules/events.json.'),
  where: condition.optional().meta({ description: 'A condition on the properties of the event.' }),
  same: someText.optional().meta({
    description: 'A property that must be known and equal to the one of the entry event.',
  }),
  trust: z.literal('human').optional().meta({
    description: '"human" leaves out clicks that look like link scanners.',
  }),
};
