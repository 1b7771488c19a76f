/**
 * Conditions and named events as files write them: json-rules-engine's grammar, nothing else.
 *
 * Only the form is checked here; names and types are `check-condition.ts`'s.
 */
import { z } from 'zod';
import type { Condition, Json } from '../rules/condition.ts';
import { about, nameOf, shape, someText } from './shape.ts';

/** Its schema says nothing, so editors need not hear it. */
export const json: z.ZodType<Json> = z.json().meta({ id: 'AnyValue' });

const common = {
  name: about(
    someText.optional(),
    'A name that explanations use instead of the condition itself. Usually left out.',
    'large company',
  ),
  priority: about(
    z.number().int().min(1).optional(),
    'Which condition is looked at first (higher first). It never changes the answer; default 1.',
    10,
  ),
};
const oneThing = 'an object holds one of "all", "any" and "not"; nest them';

const leaf = about(
  shape(
    {
      fact: nameOf(
        'fact-here',
        'What is looked at: a built-in fact, one of rules/facts.json, "entry.<property>" inside a journey, or, in a "where", a property of the event.',
      ),
      operator: nameOf('operator', 'How the fact is compared with the value.'),
      value: about(
        json,
        'What the fact is compared with: a text, a number, true or false, a list for "isOneOf", a duration for "withinLast".',
        'DE',
        500,
        ['DE', 'AT', 'CH'],
        true,
        '30 days',
      ),
      params: about(
        z.record(z.string(), json).optional(),
        'Details of the fact: "event", "within" and "where" of facts about events, "score" and "model" of scores and grades, "interest" of intent, "question" of bantAnswer, "class" and "topic" of mayEmail.',
        { event: 'Demo Requested', within: '30 days' },
      ).meta({ holds: 'Params' }),
      path: about(
        someText.optional(),
        'Where to look inside a fact that is an object: keys joined by dots. Rarely needed.',
        'address.city',
      ),
      ...common,
    },
    { refused: { all: oneThing, any: oneThing, not: oneThing, condition: oneThing } },
  ),
  'One comparison: a fact, an operator and a value.',
);

const nested = z.lazy(() => condition);
const others = (own: 'all' | 'any' | 'not' | 'condition') =>
  Object.fromEntries(
    ['all', 'any', 'not', 'fact', 'condition'].flatMap((key) =>
      key === own ? [] : [[key, oneThing]],
    ),
  );

const snippets = [
  {
    label: 'a fact, an operator, a value',
    body: { fact: '$1', operator: '${2:is}', value: '$3' },
  },
  { label: 'all of these', body: { all: [{ fact: '$1', operator: '${2:is}', value: '$3' }] } },
  { label: 'any of these', body: { any: [{ fact: '$1', operator: '${2:is}', value: '$3' }] } },
  { label: 'a segment', body: { condition: '$1' } },
];

export const condition: z.ZodType<Condition> = z
  .union([
    leaf,
    about(
      shape(
        {
          all: about(
            z.array(nested).min(1),
            'Every one of these conditions must hold (at least one in the list).',
          ),
          ...common,
        },
        { refused: others('all') },
      ),
      'Holds when every condition of the list holds.',
    ),
    about(
      shape(
        {
          any: about(
            z.array(nested).min(1),
            'One of these conditions is enough (at least one in the list).',
          ),
          ...common,
        },
        { refused: others('any') },
      ),
      'Holds when at least one condition of the list holds.',
    ),
    about(
      shape(
        {
          not: about(
            nested,
            'The condition that must not hold. Mind facts that are not known: "not" makes their comparison true.',
          ),
          ...common,
        },
        { refused: others('not') },
      ),
      'Holds when the condition inside does not.',
    ),
    about(
      shape(
        {
          condition: nameOf('segment', 'The id of a segment of rules/segments.json.'),
          priority: common.priority,
        },
        { refused: others('condition') },
      ),
      'Holds for the leads of a segment.',
    ),
  ])
  .meta({
    id: 'Condition',
    description:
      'What must hold: one comparison, a named segment, or several joined by "all", "any" and "not".',
    defaultSnippets: snippets,
  }) as unknown as z.ZodType<Condition>;

/** A condition where an event speaks: its facts are the properties of the event. */
const eventCondition = condition.meta({
  id: 'EventCondition',
  description: 'A condition on the properties of the event, with their names as facts.',
});

/** A condition where a handoff is known beside the lead. */
export const slaCondition = condition.meta({
  id: 'SlaCondition',
  description: 'A condition on the lead and on the handover: "handoff.cause" and "handoff.to".',
});

/** The keys by which an event is named, wherever one may be. */
export const eventMatch = {
  event: nameOf('event', 'The event: a built-in one or one of rules/events.json.'),
  where: about(
    eventCondition.optional(),
    'Only events whose properties fulfil this condition count. Without it, all of them.',
  ),
  same: about(
    nameOf('event-property', '').optional(),
    'A property that must be known and equal to the one of the event by which the lead entered. Without it, nothing is compared.',
  ),
  trust: about(
    z.literal('human').optional(),
    '"human": only what surely was a person. Without it, scores leave out likely robots only, and journeys hear of them too.',
  ),
};
