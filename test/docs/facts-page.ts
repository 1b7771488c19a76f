/**
 * docs/facts.md: every built-in fact, operator and decorator, made from the catalogue.
 *
 * `npm run generate:facts` writes it; a test compares it and gives every example to the real checker.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { accountFacts } from '../../core/accounts/catalogue.ts';
import type { BuiltInFact, FactParam } from '../../core/facts/catalogue.ts';
import { builtInEvents, builtInFacts } from '../../core/facts/catalogue.ts';
import {
  eventFacts,
  interestFacts,
  qualificationFacts,
  scoreFacts,
} from '../../core/facts/computed-catalogue.ts';
import type { Leaf } from '../../core/rules/condition.ts';
import { decorators, operators } from '../../core/rules/operators.ts';

export const factsPage = resolve(import.meta.dirname, '../../docs/facts.md');

export interface Example {
  readonly of: string;
  readonly condition: Leaf;
}

export const operatorExamples: { readonly [operator: string]: Omit<Leaf, 'operator'> } = {
  is: { fact: 'country', value: 'DE' },
  isNot: { fact: 'industry', value: 'retail' },
  isOneOf: { fact: 'country', value: ['DE', 'AT', 'CH'] },
  isNoneOf: { fact: 'country', value: ['RU', 'BY'] },
  has: { fact: 'tags', value: 'vip' },
  hasAnyOf: { fact: 'tags', value: ['vip', 'partner'] },
  hasAllOf: { fact: 'tags', value: ['customer', 'beta'] },
  atLeast: { fact: 'employees', value: 50 },
  atMost: { fact: 'employees', value: 500 },
  moreThan: { fact: 'fitScore', value: 40 },
  lessThan: { fact: 'daysSinceActivity', value: 7 },
  between: { fact: 'employees', value: [50, 500] },
  known: { fact: 'jobTitle', value: true },
  startsWith: { fact: 'jobTitle', value: 'head of' },
  endsWith: { fact: 'company', value: 'GmbH' },
  containsText: { fact: 'jobTitle', value: 'sales' },
  domainIn: { fact: 'email', value: ['nordwind.example', 'nordwind.de'] },
  withinLast: { fact: 'lastSeen', value: '7 days' },
  olderThan: { fact: 'lastSeen', value: '90 days' },
  before: { fact: 'lastSeen', value: '2026-07-01' },
  after: { fact: 'lastSeen', value: '2026-06-30T18:00:00+02:00' },
  equal: { fact: 'country', value: 'DE' },
  notEqual: { fact: 'country', value: 'DE' },
  in: { fact: 'country', value: ['DE', 'AT'] },
  notIn: { fact: 'country', value: ['DE', 'AT'] },
  contains: { fact: 'tags', value: 'vip' },
  doesNotContain: { fact: 'tags', value: 'vip' },
  lessThanInclusive: { fact: 'employees', value: 500 },
  greaterThan: { fact: 'employees', value: 50 },
  greaterThanInclusive: { fact: 'employees', value: 50 },
};

export const decoratorExamples: { readonly [decorator: string]: Leaf } = {
  not: { fact: 'jobTitle', operator: 'not:containsText', value: 'student' },
  someFact: { fact: 'tags', operator: 'someFact:startsWith', value: 'fair-' },
  everyFact: { fact: 'tags', operator: 'everyFact:startsWith', value: 'fair-' },
  someValue: { fact: 'jobTitle', operator: 'someValue:containsText', value: ['sales', 'revenue'] },
  everyValue: { fact: 'jobTitle', operator: 'everyValue:containsText', value: ['head', 'sales'] },
};

const params: { readonly [Param in FactParam]: string } = {
  event: 'Which event is looked at.',
  within: 'Only events of this last span count: `"30 days"`. Without it, all of them.',
  where: 'A condition on the properties of the event. Without it, all of them.',
  trust: '`"human"` leaves out what looks like a link scanner.',
  property: 'Which property of the event is added up or told apart.',
  model: 'Which scoring model is read. Default `core`.',
  score: 'Which score of the model.',
  question: 'Which question of `bant` in `rules/qualification.json`.',
  interest: 'Which interest of `rules/interests.json`.',
  class: '`marketing` (default), `outbound` or `transactional`.',
  topic: 'Which topic of `rules/sending.json`. Without it, for all of them.',
};

/** Each example of the page, by the fact or operator it belongs to. */
export function examples(): readonly Example[] {
  return [
    ...Object.entries(builtInFacts).map(([of, fact]) => ({ of, condition: exampleOf(of, fact) })),
    ...Object.keys(operatorExamples).flatMap((of) => {
      const condition = withOperator(of);
      return condition === undefined ? [] : [{ of, condition }];
    }),
    ...Object.entries(decoratorExamples).map(([of, condition]) => ({ of, condition })),
  ];
}

export async function factsPageText(): Promise<string> {
  const text = [
    '# Facts and operators',
    'Made from the catalogue with `npm run generate:facts`; each example here is given to the checker by a test.',
    'A condition compares a fact with a value: `{ "fact": "country", "operator": "is", "value": "DE" }`. What is not known is missing, and everything below is false for a missing fact, but `known` with the value `false` and what is turned round. Facts of your own are declared in `rules/facts.json` and used in the same way. Facts are functions of what was sent, what happened and the instant: the order in which events arrive never shows, and where time alone changes an answer it is noticed on time.',
    ...sections().flatMap(([heading, about, facts]) => [
      `## ${heading}`,
      ...(about === '' ? [] : [about]),
      ...Object.entries(facts).flatMap(([name, fact]) => factLines(name, fact)),
    ]),
    '## Parameters',
    ...Object.entries(params).map(([name, meaning]) => `- \`${name}\`: ${meaning}`),
    '## Operators',
    'Plain words. A fact that is missing makes them false.',
    ...operatorLines('plain-words'),
    '## Operators of json-rules-engine',
    'They mean what they mean there, traps included: a missing fact makes `notEqual` and `notIn` true, and a text is no number. The plain words are safer.',
    ...operatorLines('json-rules-engine'),
    '## Before an operator',
    'Written with a colon: `not:in`. They can be joined.',
    ...[...decorators].flatMap(([name, { meaning }]) => [
      `**\`${name}:\`** ${meaning}`,
      fenced(decoratorExamples[name]),
    ]),
    '## Events that are built in',
    ...Object.values(builtInEvents).map(({ event, label, activity, properties }) => {
      const carried = Object.keys(properties).map((name) => `\`${name}\``);
      const life = activity ? ', a sign of life' : '';
      return `- **${event}** (${label}${life})${carried.length === 0 ? '' : `: ${carried.join(', ')}`}`;
    }),
  ];
  const config = await resolveConfig(factsPage);
  return format(joined(text), { ...config, filepath: factsPage });
}

/** Lists stay together. */
function joined(lines: readonly string[]): string {
  return lines
    .map((line, index) =>
      line.startsWith('- ') && lines[index + 1]?.startsWith('- ') === true ? line : `${line}\n`,
    )
    .join('\n');
}

type Facts = { readonly [fact: string]: BuiltInFact };

function sections(): readonly (readonly [heading: string, about: string, facts: Facts])[] {
  const families: readonly Facts[] = [
    accountFacts,
    qualificationFacts,
    scoreFacts,
    eventFacts,
    interestFacts,
  ];
  const placed = new Set(families.flatMap((family) => Object.keys(family)));
  const rest = Object.entries(builtInFacts).filter(([name]) => !placed.has(name));
  const where = (test: (name: string, fact: BuiltInFact) => boolean): Facts =>
    Object.fromEntries(rest.filter(([name, fact]) => test(name, fact)));
  const isHandoff = (name: string) => name.startsWith('handoff.');
  const isPerson = (name: string, fact: BuiltInFact) => fact.isTrait === true || name === 'tags';
  return [
    ['The lead', "What was sent of it; Segment's spellings fill them too.", where(isPerson)],
    [
      'Its address',
      'Whether it can be reached, and may be.',
      where((name, fact) => !isHandoff(name) && !isPerson(name, fact)),
    ],
    ['Its company', 'Of the account the lead belongs to.', accountFacts],
    ['Where it stands', '', qualificationFacts],
    ['Scores', 'At the instant at which they are asked for.', scoreFacts],
    ['What it did', 'Events dated ahead of the clock do not count yet.', eventFacts],
    [
      'What it is interested in',
      'As `rules/interests.json` declares. The surge is (weight of the last 7 days / 7) : (weight of the last 60 days / 60); a lead known for less than 60 days is compared with the days it is known.',
      interestFacts,
    ],
    ['The handoff', 'In `sla` of `rules/routing.json` only.', where(isHandoff)],
  ];
}

function factLines(name: string, fact: BuiltInFact): readonly string[] {
  const { type, label, description, values, params: taken = [], needs = [] } = fact;
  const choices = values === undefined ? '' : `: ${values.map((one) => `\`${one}\``).join(', ')}`;
  const told = taken.map((param) => `\`${param}\`${needs.includes(param) ? ' (needed)' : ''}`);
  const parameters = told.length === 0 ? '' : ` Parameters: ${told.join(', ')}.`;
  return [
    `**\`${name}\`** ${label} (${type}${choices}). ${description}${parameters}`,
    fenced(exampleOf(name, fact)),
  ];
}

function operatorLines(origin: string): readonly string[] {
  return [...operators.values()]
    .filter((one) => one.origin === origin && one.later !== true)
    .flatMap(({ name, meaning }) => [`**\`${name}\`** ${meaning}`, fenced(withOperator(name))]);
}

function withOperator(name: string): Leaf | undefined {
  const example = operatorExamples[name];
  if (example === undefined) return undefined;
  const { fact, ...rest } = example;
  return { fact, operator: name, ...rest };
}

function exampleOf(fact: string, { type, values, needs = [], example }: BuiltInFact): Leaf {
  if (example !== undefined) {
    const { params: given, operator, value } = example;
    return { fact, ...(given === undefined ? {} : { params: given }), operator, value };
  }
  const asked = needs.includes('event') ? { params: { event: 'Page Viewed' } } : {};
  return { fact, ...asked, ...usual(fact, type, values?.[0]) };
}

function usual(
  fact: string,
  type: BuiltInFact['type'],
  first: string | undefined,
): Pick<Leaf, 'operator' | 'value'> {
  const own = Object.hasOwn(usualOf, fact) ? usualOf[fact] : undefined;
  if (own !== undefined) return own;
  switch (type) {
    case 'number':
      return { operator: 'atLeast', value: 1 };
    case 'boolean':
      return { operator: 'is', value: true };
    case 'choice':
      return { operator: 'is', value: first ?? 'x' };
    case 'date':
      return { operator: 'withinLast', value: '7 days' };
    case 'list':
      return { operator: 'has', value: 'vip' };
    case 'text':
      return { operator: 'known', value: true };
  }
}

/** What is asked of these most. */
const usualOf: { readonly [fact: string]: Pick<Leaf, 'operator' | 'value'> } = {
  email: { operator: 'domainIn', value: ['nordwind.example'] },
  company: { operator: 'containsText', value: 'gmbh' },
  jobTitle: { operator: 'containsText', value: 'head of' },
  phone: { operator: 'startsWith', value: '+49' },
  country: { operator: 'isOneOf', value: ['DE', 'AT', 'CH'] },
  region: { operator: 'is', value: 'Bavaria' },
  language: { operator: 'is', value: 'de' },
  timezone: { operator: 'startsWith', value: 'Europe/' },
  employees: { operator: 'between', value: [50, 500] },
  industry: { operator: 'isOneOf', value: ['retail', 'logistics'] },
  source: { operator: 'is', value: 'webinar' },
  stage: { operator: 'is', value: 'lead' },
  'account.domain': { operator: 'isOneOf', value: ['nordwind.example'] },
  'account.roles': { operator: 'has', value: 'champion' },
  'account.engagedRoles': { operator: 'hasAnyOf', value: ['champion', 'buyer'] },
  'account.rolesMissing': { operator: 'has', value: 'buyer' },
  'handoff.cause': { operator: 'is', value: 'Meeting Booked' },
  'handoff.to': { operator: 'is', value: 'pool:inbound' },
};

function fenced(condition: Leaf | undefined): string {
  return `\`\`\`json\n${JSON.stringify(condition, null, 1)
    .replaceAll(/\n\s*/g, ' ')
    .replaceAll(/\[ | \](?=[ ,}])/g, (edge) => edge.trim())}\n\`\`\``;
}

export async function writtenPage(): Promise<string> {
  return readFile(factsPage, 'utf8');
}

const isRun = process.argv[1] === join(import.meta.dirname, 'facts-page.ts');
if (isRun) await writeFile(factsPage, await factsPageText());
