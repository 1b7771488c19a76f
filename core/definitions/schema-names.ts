/**
 * The names that editors offer: everything the files of one workspace declare, with what it means.
 *
 * Read from files as they are while somebody writes them: of a file with mistakes counts what can
 * still be understood, and where nothing can, the name is left free, so that one slip in
 * rules/facts.json does not underline every other file.
 */
import { builtInEvents, builtInFacts } from '../facts/catalogue.ts';
import { operators } from '../rules/operators.ts';
import { compileEvents } from './compile-rules.ts';
import type { EventDeclaration, FactType } from './release.ts';
import type { NamesOf } from './shape.ts';
import { readSources } from './sources.ts';
import type { Kind, Sources, WorkspaceFile } from './sources.ts';

export interface OfferedName {
  readonly name: string;
  /** What an editor shows beside it. */
  readonly means: string;
}
export interface Offer {
  readonly names: readonly OfferedName[];
  /** Other texts are right too. */
  readonly isOpen: boolean;
  /** Texts of this form are right too. */
  readonly pattern?: string;
  readonly examples?: readonly string[];
}
export interface OfferedFact extends OfferedName {
  readonly type: FactType;
  readonly isTrait: boolean;
  readonly values?: readonly string[];
}
export interface SchemaNames {
  readonly of: { readonly [Kind in NamesOf]: Offer };
  /** In the conditions of journeys, of service levels, of events; everywhere else. */
  readonly here: { readonly [World in 'lead' | 'journey' | 'sla' | 'event']: Offer };
  readonly facts: readonly OfferedFact[];
  readonly stages: readonly OfferedName[];
}

export function namesOfFiles(files: readonly WorkspaceFile[]): SchemaNames {
  return schemaNames(readSources(files, [], 'as far as possible'));
}

/** Of a workspace that declares nothing and demands nothing: the formats alone. */
export const noNames: () => SchemaNames = () =>
  schemaNames({ ...readSources([], []), unread: new Set(declaringKinds) });

const declaringKinds: readonly Kind[] = [
  'accounts',
  'events',
  'facts',
  'handoffs',
  'interests',
  'journey',
  'qualification',
  'routing',
  'scoring',
  'segments',
  'sending',
  'template',
];

function schemaNames(sources: Sources): SchemaNames {
  const { unread } = sources;
  const facts = factsOf(sources);
  const events = eventsOf(sources);
  const offer = (names: readonly OfferedName[], ...kinds: readonly Kind[]): Offer => ({
    names: unique(names),
    isOpen: kinds.some((kind) => unread.has(kind)),
  });
  const properties = propertiesOf(events);
  const entry = properties.map(({ name }) => `entry.${name}`).slice(0, 12);
  const withEntry = (one: Offer): Offer => ({ ...one, pattern: '^entry\\..', examples: entry });
  const own = ownNames(sources, offer);
  const leadFacts = facts.filter(({ name }) => !name.startsWith('handoff.'));
  const traits = facts.filter(({ isTrait }) => isTrait);
  const targets = [
    ...traits,
    ...named({ name: 'Both names', userId: 'The id of your system', tags: 'Tags' }),
  ];
  return {
    of: {
      ...own,
      event: offer(
        events.map(({ event, label }) => ({ name: event, means: label })),
        'events',
      ),
      'event-property': { ...offer(properties, 'events'), isOpen: true },
      date: withEntry(
        offer(
          leadFacts.filter(({ type }) => type === 'date'),
          'facts',
        ),
      ),
      fact: offer(facts, 'facts'),
      'fact-here': offer(leadFacts, 'facts'),
      'import-target': offer(targets, 'facts'),
      trait: offer(traits, 'facts'),
      operator: operatorOffer(),
    },
    here: {
      lead: offer(leadFacts, 'facts'),
      journey: withEntry(offer(leadFacts, 'facts')),
      sla: offer(facts, 'facts'),
      event: offer(properties, 'events'),
    },
    facts,
    stages: own.stage.names,
  };
}

type MakeOffer = (names: readonly OfferedName[], ...kinds: readonly Kind[]) => Offer;

function ownNames(sources: Sources, offer: MakeOffer) {
  const { accounts, handoffs, scoring, segments, template, sending } = sources;
  return {
    ...ofTeam(sources, offer),
    ...ofJourneys(sources, offer),
    ...ofStages(sources, offer),
    handoff: offer(
      handoffs.flatMap(({ value }) =>
        value.handoffs.map(({ handoff, title }) => ({
          name: handoff,
          means: title ?? 'A handoff',
        })),
      ),
      'handoffs',
    ),
    interest: offer(
      sources.interests.flatMap(({ value }) =>
        value.interests.map(({ id, title }) => ({ name: id, means: title })),
      ),
      'interests',
    ),
    model: offer(
      scoring.map(({ value }) => ({ name: value.model, means: 'A scoring model' })),
      'scoring',
    ),
    'reject-reason': offer(
      handoffs.flatMap(({ value }) =>
        value.rejectReasons.map(({ id, label }) => ({ name: id, means: label })),
      ),
      'handoffs',
    ),
    role: offer(
      accounts.flatMap(({ value }) =>
        value.roles.map(({ role, why }) => ({ name: role, means: why })),
      ),
      'accounts',
    ),
    score: offer(
      scoring.flatMap(({ value }) =>
        Object.keys(value.scores).map((name) => ({ name, means: `A score of ${value.model}` })),
      ),
      'scoring',
    ),
    segment: offer(
      segments.flatMap(({ value }) =>
        value.segments.map(({ id, why }) => ({ name: id, means: why })),
      ),
      'segments',
    ),
    template: offer(
      template.map(({ value }) => ({
        name: value.template,
        means: Object.values(value.languages)[0]?.subject ?? 'An email',
      })),
      'template',
    ),
    topic: offer(
      sending.flatMap(({ value }) =>
        value.topics.map(({ id, title }) => ({ name: id, means: title })),
      ),
      'sending',
    ),
  };
}

function ofJourneys({ journey }: Sources, offer: MakeOffer) {
  const journeys = journey.map(({ value }) => value);
  const exits = journeys.flatMap((one) =>
    one.exit.map(({ id, why }) => ({ name: id, means: `${why} (${one.journey})` })),
  );
  return {
    'enterable-journey': offer(
      journeys.filter(({ enter }) => enter.some(({ on }) => on === 'api')).map(journeyName),
      'journey',
    ),
    exit: offer([...exits, ...named(endsOfItsOwn)], 'journey'),
    journey: offer(journeys.map(journeyName), 'journey'),
  };
}

function ofStages({ qualification }: Sources, offer: MakeOffer) {
  const values = qualification.flatMap(({ value }) => value.order);
  const rules = qualification.flatMap(({ value }) => value.stages);
  const questions = qualification.flatMap(({ value }) =>
    Object.entries(value.bant).map(([name, { ask }]) => ({ name, means: ask })),
  );
  const meanings = new Map(rules.map(({ stage, label, why }) => [stage, `${label}: ${why}`]));
  const stages = values.map((name) => ({ name, means: meanings.get(name) ?? 'A stage' }));
  const labels = rules.map(({ label, stage, why }) => ({ name: label, means: `${stage}: ${why}` }));
  return {
    question: offer(questions, 'qualification'),
    stage: offer([...stages, ...labels], 'qualification'),
    'stage-value': offer(stages, 'qualification'),
  };
}

function ofTeam({ routing }: Sources, offer: MakeOffer) {
  const files = routing.map(({ value }) => value);
  const reps = files.flatMap((one) =>
    Object.entries(one.reps).map(([name, rep]) => ({ name, means: rep.name })),
  );
  const pools = files.flatMap((one) =>
    Object.entries(one.pools).map(([name, pool]) => ({
      name,
      means: `Shared by ${pool.members.map((member) => member.rep).join(', ')}`,
    })),
  );
  const queues = files.flatMap((one) =>
    Object.entries(one.queues).map(([name, queue]) => ({
      name,
      means: queue.title ?? `Watched by ${queue.watchedBy.join(', ')}`,
    })),
  );
  const hours = files.flatMap((one) =>
    Object.entries(one.hours).map(([name, { zone }]) => ({
      name,
      means: `Office hours, ${zone}`,
    })),
  );
  const places = [
    ...prefixed('rep:', reps),
    ...prefixed('pool:', pools),
    ...prefixed('queue:', queues),
  ];
  const account = named({ 'account-owner': 'The rep who owns the company' });
  const people = named({
    owner: 'The rep who owns the lead',
    'last-owner': 'Who owned it before',
  });
  const atOnce = named({ 'assign-now-clock-later': 'Assign; the clock starts when it opens' });
  const routes = prefixed('route:', routingNames(routing));
  return {
    assignee: offer([...people, ...account, ...routes, ...places], 'routing'),
    'closed-destination': offer([...atOnce, ...account, ...places], 'routing'),
    destination: offer([...account, ...places], 'routing'),
    hours: offer(hours, 'routing'),
    reader: offer(places, 'routing'),
    rep: offer(reps, 'routing'),
    routing: offer(routingNames(routing), 'routing'),
  };
}

function routingNames(routing: Sources['routing']): readonly OfferedName[] {
  return routing.flatMap(({ value }) =>
    value.routing === undefined ? [] : [{ name: value.routing, means: 'A routing' }],
  );
}

function journeyName({ journey, title }: { journey: string; title: string }): OfferedName {
  return { name: journey, means: title };
}

function factsOf(sources: Sources): readonly OfferedFact[] {
  const builtIn = Object.entries(builtInFacts).map(([name, fact]) => ({
    name,
    means: `${fact.label} (${fact.type}). ${fact.description}`,
    type: fact.type,
    isTrait: fact.isTrait === true,
    ...(fact.values === undefined ? {} : { values: fact.values }),
  }));
  const declared = sources.facts.flatMap(({ value }) =>
    value.facts.map((fact) => ({
      name: fact.id,
      means: `${fact.label} (${fact.type})`,
      type: fact.type,
      isTrait: fact.derive === undefined || fact.from === undefined,
      ...(fact.values === undefined ? {} : { values: fact.values }),
    })),
  );
  return [...new Map([...builtIn, ...declared].map((fact) => [fact.name, fact])).values()];
}

function eventsOf(sources: Sources): readonly EventDeclaration[] {
  const declared = sources.events.flatMap(({ value }) => compileEvents(value));
  const all = new Map<string, EventDeclaration>(Object.entries(builtInEvents));
  for (const event of declared) all.set(event.event, event);
  return [...all.values()];
}

function propertiesOf(events: readonly EventDeclaration[]): readonly OfferedName[] {
  const holders = new Map<string, { readonly type: string; readonly of: string[] }>();
  for (const { event, properties } of events) {
    for (const [name, type] of Object.entries(properties)) {
      const known = holders.get(name) ?? { type, of: [] };
      known.of.push(event);
      holders.set(name, known);
    }
  }
  return [...holders].map(([name, { type, of }]) => ({
    name,
    means: `A ${type} of ${of.slice(0, 3).join(', ')}${of.length > 3 ? ' …' : ''}`,
  }));
}

function operatorOffer(): Offer {
  const known = [...operators.values()].filter(({ later }) => later !== true);
  return {
    names: known.map(({ name, meaning }) => ({ name, means: meaning })),
    isOpen: false,
    pattern: '^(not|someFact|everyFact|someValue|everyValue):',
  };
}

function named(meanings: { readonly [name: string]: string }): readonly OfferedName[] {
  return Object.entries(meanings).map(([name, means]) => ({ name, means }));
}

function prefixed(prefix: string, names: readonly OfferedName[]): readonly OfferedName[] {
  return names.map(({ name, means }) => ({ name: prefix + name, means }));
}

function unique(names: readonly OfferedName[]): readonly OfferedName[] {
  return [...new Map(names.map(({ name, means }) => [name, { name, means }])).values()];
}

const endsOfItsOwn = {
  completed: 'It came to its end',
  replied: 'They answered an email of it, and rules/sending.json says that this ends it',
};
