/**
 * How a workspace calls its things: labels of facts, events, stages, topics, templates, reps.
 *
 * Sentences take every name from here. What is not declared is called by its own name, so a file
 * can be read alone or beside files with mistakes.
 */
import { builtInEvents, builtInFacts } from '../facts/catalogue.ts';
import type { Kind } from '../definitions/sources.ts';
import type { WorkspaceFile } from '../definitions/sources.ts';
import { formats, kindOf } from '../definitions/sources.ts';
import { readFormat } from '../definitions/read-format.ts';
import type { EventsFile } from '../definitions/events.ts';
import type { FactsFile } from '../definitions/facts.ts';
import type { QualificationFile } from '../definitions/qualification.ts';
import type { RoutingFile } from '../definitions/routing.ts';
import type { InterestsFile } from '../definitions/interests.ts';
import type { SendingFile } from '../definitions/sending.ts';
import { quoted } from './values.ts';

type Labels = { readonly [name: string]: string };
export interface Lexicon {
  readonly facts: Labels;
  readonly events: Labels;
  readonly stages: Labels;
  readonly topics: Labels;
  readonly interests?: Labels;
  readonly reps: Labels;
  /** Inside a `where`: names are those of the properties of an event. */
  readonly areProperties?: true;
}

export const noLexicon: Lexicon = { facts: {}, events: {}, stages: {}, topics: {}, reps: {} };

export interface NamedSource {
  readonly kind: string;
  readonly key: string;
  readonly source: string;
}

export function lexiconOf(files: readonly WorkspaceFile[]): Lexicon {
  return lexiconOfSources(
    files.flatMap(({ path, text }) => {
      const kind = kindOf(path);
      return kind === undefined ? [] : [{ kind, key: path, source: text }];
    }),
  );
}

export function lexiconOfSources(sources: readonly NamedSource[]): Lexicon {
  const valuesOf = <Value>(kind: Kind): readonly Value[] =>
    sources
      .filter((source) => source.kind === kind)
      .flatMap(({ key, source }) => {
        const { value } = readFormat(key, source, formats[kind]);
        return value === undefined ? [] : [value as Value];
      });
  return {
    facts: labels(
      valuesOf<FactsFile>('facts').flatMap(({ facts }) => facts),
      (fact) => [fact.id, fact.label],
    ),
    events: labels(
      valuesOf<EventsFile>('events').flatMap(({ events }) => events),
      (event) => [event.event, event.label],
    ),
    stages: labels(
      valuesOf<QualificationFile>('qualification').flatMap(({ stages }) => stages),
      (stage) => [stage.stage, stage.label],
    ),
    interests: labels(
      valuesOf<InterestsFile>('interests').flatMap(({ interests }) => interests),
      (interest) => [interest.id, interest.title],
    ),
    topics: labels(
      valuesOf<SendingFile>('sending').flatMap(({ topics }) => topics),
      (topic) => [topic.id, topic.title],
    ),
    reps: labels(
      valuesOf<RoutingFile>('routing').flatMap(({ reps }) => Object.entries(reps)),
      ([rep, { name }]) => [rep, name],
    ),
  };
}

/** Names of the second win. */
export function joinLexicons(before: Lexicon, after: Lexicon): Lexicon {
  return {
    facts: { ...before.facts, ...after.facts },
    events: { ...before.events, ...after.events },
    stages: { ...before.stages, ...after.stages },
    topics: { ...before.topics, ...after.topics },
    interests: { ...before.interests, ...after.interests },
    reps: { ...before.reps, ...after.reps },
  };
}

/** “Looked at prices”; with its name where another event is called the same. */
export function eventWords(event: string, lexicon: Lexicon): string {
  const label = labelOfEvent(event, lexicon);
  return label === undefined ? quoted(event) : quoted(label);
}

export function labelOfEvent(event: string, { events }: Lexicon): string | undefined {
  const known = { ...builtInLabels, ...events };
  const label = own(known, event);
  if (label === undefined) return undefined;
  const isShared = Object.entries(known).some(
    ([other, words]) => other !== event && words.toLowerCase() === label.toLowerCase(),
  );
  return isShared ? `${label} (${event})` : label;
}
const builtInLabels: Labels = Object.fromEntries(
  Object.values(builtInEvents).map(({ event, label }) => [event, label]),
);

/** "seniority", "pain point"; with its id where another fact is called the same. */
export function factWords(fact: string, { facts, areProperties }: Lexicon): string {
  if (areProperties === true) return fact;
  if (fact.startsWith('entry.')) return `the entry’s ${fact.slice('entry.'.length)}`;
  const label = own(facts, fact) ?? builtInPhrases[fact] ?? builtInFacts[fact]?.label;
  if (label === undefined) return fact;
  const isShared =
    Object.entries(facts).some(([other, words]) => other !== fact && same(words, label)) ||
    Object.entries(builtInFacts).some(([other, one]) => other !== fact && same(one.label, label));
  const words =
    own(facts, fact) === undefined || /^\p{L}+$/u.test(label) ? lowered(label) : quoted(label);
  return isShared ? `${words} (${fact})` : words;
}
/** Where the label of a built-in fact is no noun that a sentence can begin with. */
const builtInPhrases: Labels = {
  employees: 'Number of employees',
  bantYes: 'Number of BANT questions answered yes',
  mayEmail: 'Permission to write',
};

export function stageWords(stage: string, { stages }: Lexicon): string {
  const label = own(stages, stage) ?? stage;
  const isShared = Object.entries(stages).some(([id, words]) => id !== stage && words === label);
  return isShared && label !== stage ? `${label} (${stage})` : label;
}

export function interestTitle(interest: string, { interests = {} }: Lexicon): string {
  return quoted(own(interests, interest) ?? interest);
}

export function topicWords(topic: string, { topics }: Lexicon): string {
  const title = own(topics, topic);
  return quoted(title ?? topic);
}

export function repWords(rep: string, { reps }: Lexicon): string {
  const name = own(reps, rep);
  if (name === undefined) return rep;
  const isShared = Object.entries(reps).some(([id, other]) => id !== rep && other === name);
  return isShared ? `${name} (${rep})` : name;
}

/** "the owner of the lead", "the pool inbound", "Lena Voss". */
export function assigneeWords(assignee: string, lexicon: Lexicon): string {
  const [kind = '', name] = assignee.split(/:(.*)/s);
  if (name !== undefined && kind === 'rep') return repWords(name, lexicon);
  if (name !== undefined && kind === 'route') return `whoever the routing ${name} names`;
  if (name !== undefined) return `the ${kind} ${name}`;
  return wellKnown[assignee] ?? assignee;
}
const wellKnown: Labels = {
  owner: 'the owner of the lead',
  'last-owner': 'the last owner of the lead',
  'account-owner': 'the owner of the account',
};

/** "Trial plan" → "trial plan"; "BANT answered yes" stays. */
export function lowered(label: string): string {
  return /^\p{Lu}(\p{Ll}|\s|$)/u.test(label)
    ? label.charAt(0).toLowerCase() + label.slice(1)
    : label;
}

function labels<Entry>(
  entries: readonly Entry[],
  labelOf: (entry: Entry) => readonly [string, string],
): Labels {
  return Object.fromEntries(entries.map(labelOf));
}

function own(labelled: Labels, name: string): string | undefined {
  return Object.hasOwn(labelled, name) ? labelled[name] : undefined;
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
