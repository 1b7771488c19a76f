/**
 * `names.json`: the part of the JSON Schemas that belongs to one workspace. Names with what each
 * means, and conditions that know which values a fact can have.
 *
 * Where a name that nobody declared is an error, the names are a closed list. `enumDescriptions` and
 * `defaultSnippets` are words of VS Code; other editors pass over them.
 */
import { operators } from '../rules/operators.ts';
import type { ValueKind } from '../rules/operators.ts';
import { condition } from './condition.ts';
import { definitionOf, schemaOf } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Offer, OfferedFact, SchemaNames } from './schema-names.ts';
import type { NamesOf } from './shape.ts';
import { templateVariable } from './template.ts';

export function namesSchema(names: SchemaNames): JsonSchema {
  // What a fact is depends on where the condition stands: `conditionsOf` says it.
  const lists = Object.entries(names.of).flatMap(([kind, offer]) =>
    kind === 'fact-here' ? [] : [[definitionOf(kind as NamesOf), offered(offer)] as const],
  );
  const text = JSON.stringify({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Names',
    description:
      'What this workspace calls its facts, events, emails, people. Written anew on each save.',
    definitions: {
      ...Object.fromEntries(lists),
      ...conditionsOf(names),
      Params: paramsOf(),
      TraitValues: traitValues(names, {}),
      UpdateValues: traitValues(names, { tags: tagChanges }),
      PersonaLead: traitValues(names, { tags: tagList, consent: personaConsent }),
      Variable: schemaOf(templateVariable, 'LeadCondition'),
      Variables: variables(names),
    },
  });
  return JSON.parse(text.replaceAll('"names.json#/', '"#/')) as JsonSchema;
}

/** The names, and what else is right beside them. */
function offered({ names, isOpen, pattern, examples = [] }: Offer): JsonSchema {
  const words = {
    enum: names.map(({ name }) => name),
    enumDescriptions: names.map(({ means }) => means),
  };
  const free = { type: 'string', ...(examples.length === 0 ? {} : { examples }) };
  const isFree = isOpen || names.length === 0;
  const listed: JsonSchema[] = [
    ...(names.length === 0 ? [] : [words]),
    ...(isFree ? [free] : pattern === undefined ? [] : [{ ...free, pattern }]),
  ];
  const [only = {}, ...more] = listed;
  return more.length === 0 ? only : { anyOf: listed };
}

/** The same grammar of conditions four times, each with the facts that are known where it stands. */
function conditionsOf(names: SchemaNames): { readonly [definition: string]: JsonSchema } {
  const worlds = [
    ['LeadCondition', 'FactOfLead', names.here.lead, names],
    ['JourneyCondition', 'FactInJourney', names.here.journey, names],
    ['SlaCondition', 'FactOfHandoff', names.here.sla, names],
    ['EventCondition', 'FactOfEvent', names.here.event, { facts: [], stages: [] }],
  ] as const;
  const plain = schemaOf(condition, 'OwnCondition');
  const made = worlds.flatMap(([name, facts, offer, values]) => {
    const text = JSON.stringify(withValues(plain, values))
      .replaceAll('names.json#/definitions/OwnCondition', `#/definitions/${name}`)
      .replaceAll('names.json#/definitions/FactHere', `#/definitions/${facts}`);
    const { $schema: _version, definitions: _own, ...schema } = JSON.parse(text) as JsonSchema;
    return [
      [name, schema],
      [facts, offered(offer)],
    ] as const;
  });
  return Object.fromEntries(made);
}

/** Once fact and operator are written, an editor knows what values are possible. */
function withValues(
  plain: JsonSchema,
  { facts, stages }: Pick<SchemaNames, 'facts' | 'stages'>,
): JsonSchema {
  const [leaf, ...others] = plain['anyOf'] as readonly JsonSchema[];
  const lists = operatorsOf('list');
  const rules = [
    when({ operator: operatorsOf('number') }, { type: ['number', 'object'] }),
    when({ operator: operatorsOf('boolean') }, { type: 'boolean' }),
    when({ operator: operatorsOf('text') }, { type: ['string', 'object'] }),
    when({ operator: operatorsOf('duration') }, { type: 'string', examples: ['30 days'] }),
    when({ operator: lists }, { type: ['array', 'object'] }),
  ];
  const choices: { readonly fact: string; readonly one: JsonSchema }[] = facts.flatMap(
    ({ name, values }) => (values === undefined ? [] : [{ fact: name, one: { enum: values } }]),
  );
  if (stages.length > 0) choices.push({ fact: 'stage', one: { $ref: '#/definitions/Stage' } });
  for (const { fact, one } of choices) {
    const single = ['is', 'isNot', 'equal', 'notEqual'];
    rules.push(when({ fact: [fact], operator: single }, { anyOf: [one, { type: 'object' }] }));
    rules.push(when({ fact: [fact], operator: lists }, { items: one }));
  }
  return { ...plain, anyOf: [{ ...leaf, allOf: rules }, ...others] };
}

function operatorsOf(value: ValueKind): readonly string[] {
  return [...operators.values()].filter((one) => one.value === value).map(({ name }) => name);
}

function when(
  asked: { readonly fact?: readonly string[]; readonly operator: readonly string[] },
  value: JsonSchema,
): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(asked).map(([key, words]) => [key, { enum: words }]),
  );
  return { if: { properties, required: Object.keys(asked) }, then: { properties: { value } } };
}

function paramsOf(): JsonSchema {
  const refer = (definition: string) => [{ $ref: `#/definitions/${definition}` }];
  return {
    type: 'object',
    properties: {
      event: {
        description:
          'Which event is looked at. Facts about events need it, activeDays does without.',
        allOf: refer('Event'),
      },
      within: {
        description: 'Only events of this last span count. Without it, all of them.',
        type: 'string',
        examples: ['30 days', '2 weeks'],
      },
      where: {
        description: 'Only events whose properties fulfil this count. Without it, all of them.',
        allOf: refer('EventCondition'),
      },
      trust: {
        description: '"human" leaves out what looks like link scanners. Without it, all count.',
        enum: ['human'],
      },
      property: {
        description: 'Which property of the event is added up or told apart.',
        allOf: refer('EventProperty'),
      },
      score: {
        description: 'Which score of the model is read (score and scoreGrade need it).',
        allOf: refer('Score'),
      },
      question: {
        description: 'Which question of "bant" is meant (bantAnswer needs it).',
        allOf: refer('Question'),
      },
      interest: {
        description: 'Which interest is meant (intent and intentSurge need it).',
        allOf: refer('Interest'),
      },
      model: {
        description: 'Which scoring model is read. Default "core".',
        allOf: refer('Model'),
      },
      class: {
        description:
          'For which class of email mayEmail and consentState are asked. Default "marketing".',
        enum: ['marketing', 'outbound', 'transactional'],
      },
      topic: {
        description: 'For which topic mayEmail and consentState are asked. Without it, for any.',
        allOf: refer('Topic'),
      },
    },
    additionalProperties: false,
  };
}

/** An object whose keys are facts of the lead, each with what it means and the values it can have. */
function traitValues(names: SchemaNames, more: { readonly [key: string]: JsonSchema }): JsonSchema {
  const traits = names.facts.filter(({ isTrait }) => isTrait);
  const properties = traits.map((fact) => [fact.name, valueOf(fact)] as const);
  return {
    type: 'object',
    properties: { ...Object.fromEntries(properties), ...more },
    additionalProperties: names.of.trait.isOpen,
  };
}

function valueOf({ type, values, means }: OfferedFact): JsonSchema {
  const description = means;
  if (values !== undefined) return { description, anyOf: [{ enum: values }, {}] };
  return type === 'number' ? { description, type: 'number', examples: [1] } : { description };
}

const tagList = {
  description: 'Tags of the lead. Default: none.',
  type: 'array',
  items: { description: 'A tag.', type: 'string', examples: ['vip'] },
  examples: [['vip']],
};
const tagChanges = {
  description: 'Tags to add and to remove.',
  type: 'object',
  properties: {
    add: { ...tagList, description: 'Tags the lead gets. Default: none.' },
    remove: { ...tagList, description: 'Tags the lead loses. Default: none.' },
  },
  additionalProperties: false,
};
const personaConsent = {
  description: 'What the person agreed to before the story begins. Default "none".',
  enum: ['none', 'refused', 'opt-in', 'double-opt-in'],
};

/** Facts are offered; what else an email can read is free. */
function variables(names: SchemaNames): JsonSchema {
  const variable = { $ref: '#/definitions/Variable' };
  const properties = names.facts.map(({ name, means }) => [
    `lead.${name}`,
    { description: means, allOf: [variable] },
  ]);
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as JsonSchema,
    additionalProperties: variable,
  };
}
