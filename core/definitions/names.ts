/**
 * Every name the files of a workspace declare, collected before any reference is checked.
 *
 * Ids are unique over all files of a kind; the second use of one is a problem at its place.
 */
import { builtInEvents, builtInFacts } from '../facts/catalogue.ts';
import { compileEvents } from './compile-rules.ts';
import { isRepaired } from './document.ts';
import { present } from './present.ts';
import type { Path, Problem } from './problems.ts';
import type { EventDeclaration } from './release.ts';
import { checkUnique, createScope } from './scope.ts';
import type { FactInfo, NameKind, Names } from './scope.ts';
import type { Kind, Source, Sources } from './sources.ts';

export function collectNames(sources: Sources, problems: Problem[]): Names {
  const tolerated = new Set(sources.all.flatMap((source) => source.tolerated));
  const draft = emptyNames(tolerated);
  const of = collectKinds(sources, draft, problems);
  const stages = new Map<string, string>();
  for (const { value } of sources.qualification) {
    for (const stage of value.order) stages.set(stage, stage);
    for (const { stage, label } of value.stages) stages.set(label, stage);
  }
  return {
    facts: collectFacts(sources),
    events: collectEvents(sources),
    of: { ...of, stage: new Set(stages.keys()) },
    stages,
    grades: new Map(
      sources.scoring.map(({ value }) => [
        value.model,
        Object.fromEntries(
          Object.entries(value.grades).map(([score, bands]) => [score, Object.keys(bands)]),
        ),
      ]),
    ),
    scores: new Map(sources.scoring.map(({ value }) => [value.model, Object.keys(value.scores)])),
    enterable: new Set(
      sources.journey.flatMap(({ value, document }) =>
        value.enter.some(({ on }) => on === 'api') || isRepaired(document, ['enter'])
          ? [value.journey]
          : [],
      ),
    ),
    tolerated,
    unread: unreadNames(sources),
  };
}

/** What may be declared in files that could not be read. */
function unreadNames(sources: Sources): Names['unread'] {
  const declares: { readonly [K in Kind]?: readonly (NameKind | 'event' | 'fact')[] } = {
    events: ['event'],
    facts: ['fact'],
    handoffs: ['handoff', 'rejectReason'],
    interests: ['interest'],
    journey: ['journey', 'exit'],
    qualification: ['stage', 'question'],
    routing: ['routing', 'rep', 'pool', 'queue', 'hours'],
    scoring: ['model', 'score'],
    segments: ['segment'],
    accounts: ['role'],
    sending: ['topic'],
    template: ['template'],
  };
  return new Set([...sources.unread].flatMap((kind) => declares[kind] ?? []));
}

function collectFacts(sources: Sources): ReadonlyMap<string, FactInfo> {
  const facts = new Map<string, FactInfo>();
  for (const [id, { type, label, values, params, needs, isTrait }] of Object.entries(
    builtInFacts,
  )) {
    facts.set(
      id,
      present({ type, label, values, params, needs, isTrait: isTrait === true, trait: id }),
    );
  }
  for (const { value } of sources.facts) {
    for (const { id, type, label, values, from, derive } of value.facts) {
      const trait = from?.slice('traits.'.length) ?? id;
      const isTrait = derive === undefined || from === undefined;
      facts.set(id, present({ type, label, values, isTrait, trait }));
    }
  }
  return facts;
}

function collectEvents(sources: Sources): ReadonlyMap<string, EventDeclaration> {
  const declared = sources.events.flatMap(({ value }) => compileEvents(value));
  return new Map([
    ...Object.entries(builtInEvents),
    ...declared.map((event) => [event.event, event] as const),
  ]);
}

type Ids<Value> = (value: Value) => readonly { id: string; path: Path; at?: 'key' }[];

function collectKinds(sources: Sources, draft: Names, problems: Problem[]): Names['of'] {
  const collect = <Value>(what: string, files: readonly Source<Value>[], idsOf: Ids<Value>) => {
    const seen = new Set<string>();
    for (const { document, value } of files) {
      checkUnique(createScope(document, draft, problems), what, idsOf(value), seen);
    }
    return seen;
  };
  collect('event', sources.events, (file) => at(file.events, 'events', 'event'));
  collect('fact', sources.facts, (file) => at(file.facts, 'facts', 'id'));
  collect('rule', sources.scoring, (file) => at(file.rules, 'rules', 'id'));
  collect('persona', sources.persona, (file) => [{ id: file.persona, path: ['persona'] }]);
  collect('import', sources.import, (file) => [{ id: file.import, path: ['import'] }]);
  collect('match', sources.routing, (file) => at(file.match ?? [], 'match', 'id'));
  collect('sla', sources.routing, (file) => at(file.sla ?? [], 'sla', 'id'));
  const { journey, handoffs, routing } = sources;
  return {
    exit: new Set(journey.flatMap(({ value }) => value.exit.map(({ id }) => id))),
    handoff: collect('handoff', handoffs, (file) => at(file.handoffs, 'handoffs', 'handoff')),
    rejectReason: collect('reason', handoffs, (file) =>
      at(file.rejectReasons, 'rejectReasons', 'id'),
    ),
    hours: collect('hours', routing, (file) => keysAt(file.hours, 'hours')),
    pool: collect('pool', routing, (file) => keysAt(file.pools, 'pools')),
    queue: collect('queue', routing, (file) => keysAt(file.queues, 'queues')),
    role: collect('role', sources.accounts, (file) => at(file.roles, 'roles', 'role')),
    rep: collect('rep', routing, (file) => keysAt(file.reps, 'reps')),
    routing: collect('routing', routing, (file) =>
      file.routing === undefined ? [] : [{ id: file.routing, path: ['routing'] }],
    ),
    interest: collect('interest', sources.interests, (file) =>
      at(file.interests, 'interests', 'id'),
    ),
    question: new Set(sources.qualification.flatMap(({ value }) => Object.keys(value.bant))),
    journey: collect('journey', journey, (file) => [{ id: file.journey, path: ['journey'] }]),
    model: collect('model', sources.scoring, (file) => [{ id: file.model, path: ['model'] }]),
    score: new Set(sources.scoring.flatMap(({ value }) => Object.keys(value.scores))),
    segment: collect('segment', sources.segments, (file) => at(file.segments, 'segments', 'id')),
    stage: new Set(),
    template: collect('template', sources.template, (file) => [
      { id: file.template, path: ['template'] },
    ]),
    topic: new Set(sources.sending.flatMap(({ value }) => value.topics.map(({ id }) => id))),
  };
}

function at<Key extends string>(
  entries: readonly { readonly [Name in Key]: string }[],
  part: string,
  key: Key,
): readonly { id: string; path: Path }[] {
  return entries.map((entry, index) => ({ id: entry[key], path: [part, index, key] }));
}

function keysAt(entries: object, part: string): readonly { id: string; path: Path; at: 'key' }[] {
  return Object.keys(entries).map((id) => ({ id, path: [part, id], at: 'key' }));
}

function emptyNames(tolerated: ReadonlySet<string>): Names {
  const none: ReadonlySet<string> = new Set();
  const kinds: readonly NameKind[] = [
    'exit',
    'handoff',
    'hours',
    'interest',
    'journey',
    'model',
    'pool',
    'question',
    'queue',
    'rejectReason',
    'rep',
    'role',
    'routing',
    'score',
    'segment',
    'stage',
    'template',
    'topic',
  ];
  return {
    facts: new Map(),
    events: new Map(),
    of: Object.fromEntries(kinds.map((kind) => [kind, none])) as Names['of'],
    stages: new Map(),
    grades: new Map(),
    scores: new Map(),
    enterable: none,
    tolerated,
    unread: new Set(),
  };
}
