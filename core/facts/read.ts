/**
 * Answers every fact that files may name, for one lead at one instant.
 *
 * A reader is made per lead and instant, remembers what it computed, and is the only way conditions see
 * a lead: in ingest, in the simulator and behind json-rules-engine. It changes nothing and never throws
 * for a name it does not know: such a fact is missing.
 */
import { accountFact, roleOf, type AccountReading } from '../accounts/read-account.ts';
import type { FactDeclaration, Release } from '../definitions/release.ts';
import type { FactValue, JsonObject, ReadFact } from '../rules/condition.ts';
import { isKnown } from '../rules/operators.ts';
import { valueAt } from '../rules/path.ts';
import { scoreLead, type Scored } from '../scoring/score.ts';
import { addressFacts } from './address-facts.ts';
import { builtInFacts } from './catalogue.ts';
import { cleaned } from './cleaning.ts';
import { compiledRelease, wordsOf, type CompiledRelease } from './compiled-release.ts';
import { eventFacts } from './event-facts.ts';
import { interestFacts } from './interest-facts.ts';
import type { Lead } from './lead.ts';
import { withoutEnrichment } from './own-words.ts';
import { qualificationFacts } from './qualification-facts.ts';
import type { Answer, Answers, FactScope, Reading } from './reading.ts';
import { scoreFacts } from './score-facts.ts';
import { ofType, standardReader, traitReader } from './traits.ts';

export interface FactReader extends ReadFact {
  /** The lead scored by a model at the reader's instant; `undefined` when there is no such model. */
  readonly scored: (model: string) => Scored | undefined;
}

const noParams: JsonObject = {};
const noScope: FactScope = {};

export function factReader(
  release: Release,
  lead: Lead,
  now: number,
  scope: FactScope = noScope,
): FactReader {
  const compiled = compiledRelease(release);
  const reading = { release, compiled, lead, now, scope } as Writable<Reading>;
  const read = remembering(reading, factsOf(release, compiled)) as Writable<FactReader>;
  reading.read = read;
  read.scored = reading.scored = scorer(compiled, lead, read, now);
  return read;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] } & (T extends ReadFact ? ReadFact : unknown);

/** Of a reading that is complete by the time it is asked. */
function remembering(reading: Reading, facts: ReleaseFacts): ReadFact {
  const known = new Array<FactValue | typeof missing>(facts.places);
  let answersKnown: Map<string, FactValue> | undefined;
  return (fact, params = noParams) => {
    const { place, answer } = facts.byName.get(fact) ?? factNamed(facts, fact);
    if (params !== noParams && !isEmpty(params)) {
      if (fact !== 'bantAnswer') return answer(reading, params);
      return bantAnswer(reading, params, (answersKnown ??= new Map<string, FactValue>()), answer);
    }
    const found = known[place];
    if (found !== undefined) return found === missing ? undefined : found;
    // While it is computed it is missing: a fact that asks for itself ends here.
    known[place] = missing;
    const value = answer(reading, noParams);
    if (value !== undefined) known[place] = value;
    return value;
  };
}

const missing = Symbol('missing');

function isEmpty(params: JsonObject): boolean {
  for (const param in params) if (Object.hasOwn(params, param)) return false;
  return true;
}

/** Of facts with parameters only those that conditions answer are remembered: they could go round. */
function bantAnswer(
  reading: Reading,
  params: JsonObject,
  known: Map<string, FactValue>,
  answer: Answer,
): FactValue {
  const key = JSON.stringify(params['question'] ?? null);
  if (known.has(key)) return known.get(key);
  known.set(key, undefined);
  const value = answer(reading, params);
  known.set(key, value);
  return value;
}

/** The facts of a release that somebody asked for, each with its place in what a reader remembers. */
interface ReleaseFacts {
  readonly release: Release;
  readonly compiled: CompiledRelease;
  readonly byName: Map<string, Fact>;
  places: number;
}
interface Fact {
  readonly place: number;
  readonly answer: Answer;
}

const releases = new WeakMap<Release, ReleaseFacts>();

function factsOf(release: Release, compiled: CompiledRelease): ReleaseFacts {
  const known = releases.get(release);
  if (known !== undefined) return known;
  const facts: ReleaseFacts = { release, compiled, byName: new Map(), places: 0 };
  releases.set(release, facts);
  return facts;
}

/** Names come from files, so they are few. */
function factNamed(facts: ReleaseFacts, name: string): Fact {
  const fact = { place: facts.places, answer: answerOf(facts, name) };
  facts.places += 1;
  facts.byName.set(name, fact);
  return fact;
}

/** Each model once per reader. A model that asks for its own score while it is computed finds none. */
function scorer(compiled: CompiledRelease, lead: Lead, read: ReadFact, now: number) {
  const asked: string[] = [];
  const scores: (Scored | undefined)[] = [];
  return (name: string): Scored | undefined => {
    const at = asked.indexOf(name);
    if (at >= 0) return scores[at];
    const model = compiled.models.get(name);
    if (model === undefined) return undefined;
    const place = asked.push(name) - 1;
    return (scores[place] = scoreLead(model, lead, read, now));
  };
}

/** How a fact is answered, whomever it is about. */
function answerOf({ release, compiled }: ReleaseFacts, fact: string): Answer {
  const computed = Object.hasOwn(answers, fact) ? answers[fact] : undefined;
  if (computed !== undefined) return computed;
  if (fact.startsWith('entry.')) {
    const property = fact.slice('entry.'.length);
    return ({ scope }) => valueAt(scope.entry, property);
  }
  if (fact.startsWith('account.')) {
    return (reading, params) => accountFact(accountReading(reading), fact, params);
  }
  const trait = traitFact(release, compiled, fact);
  return (reading) => {
    const { lead } = reading;
    const said = withoutEnrichment(lead);
    const value = trait(reading, said);
    return isKnown(value) || said === lead ? value : trait(reading, lead);
  };
}

/** A lead may be read without what enrichment said of it. */
type TraitFact = (reading: Reading, lead: Lead) => FactValue;

function traitFact(release: Release, compiled: CompiledRelease, fact: string): TraitFact {
  const declared = Object.hasOwn(release.facts, fact) ? release.facts[fact] : undefined;
  if (declared !== undefined) return declaredFact(compiled, declared);
  if (Object.hasOwn(builtInFacts, fact)) return builtInTrait(fact);
  return () => undefined;
}

const answers: Answers = {
  email: (reading) => reading.lead.address ?? emailTrait(reading, reading.lead),
  owner: (reading) => reading.lead.owner ?? ownerTrait(reading, reading.lead),
  tags: ({ lead }) => lead.tags,
  'handoff.cause': ({ scope }) => scope.handoff?.cause,
  'handoff.to': ({ scope }) => scope.handoff?.to,
  buyingRole: ({ release, lead, read, now }) => roleOf(release, lead, read, now),
  ...addressFacts,
  ...eventFacts,
  ...interestFacts,
  ...qualificationFacts,
  ...scoreFacts,
};

/** Of other members a reader sees what each is by itself. */
function accountReading({ release, lead, now }: Reading): AccountReading {
  return { release, lead, now, readerOf: (member) => factReader(release, member, now) };
}

/** What the lead said of itself wins over what a `group` call said of its company. */
function builtInTrait(fact: string): TraitFact {
  const type = builtInFacts[fact]?.type ?? 'text';
  const readOwn = standardReader(fact, type);
  const ofCompany = (companyTraits[fact] ?? []).map(traitReader);
  return (_reading, { traits, account }) => {
    const own = readOwn(traits);
    if (account === undefined || isKnown(own)) return own;
    if (fact === 'company') return ofType(account.name, type);
    for (const read of ofCompany) {
      const value = ofType(read(account.traits), type);
      if (isKnown(value)) return value;
    }
    return own;
  };
}

/** Fact → traits of Segment's `group` call that answer it. */
const companyTraits: { readonly [fact: string]: readonly string[] } = {
  employees: ['employees', 'employee_count'],
  industry: ['industry'],
};
const emailTrait = builtInTrait('email');
const ownerTrait = builtInTrait('owner');

/** What was sent wins over what can be derived. */
function declaredFact(compiled: CompiledRelease, declared: FactDeclaration): TraitFact {
  const { id, from, type, values, range, derive } = declared;
  const sent = [...new Set([from, id])].map(traitReader);
  const derived = derive === undefined || derive.from === id ? undefined : derivation(declared);
  const words = wordFinder(compiled.derived.get(id) ?? []);
  return ({ read }, { traits }) => {
    for (const readTrait of sent) {
      const trait = readTrait(traits);
      if (trait === undefined) continue;
      const value = ofType(trait, type, values, range);
      if (isKnown(value)) return value;
    }
    return derived?.(read, words);
  };
}

function derivation({ derive, type, values }: FactDeclaration) {
  const { from, as } = derive ?? { from: '' };
  return (read: ReadFact, words: (text: string) => FactValue): FactValue => {
    const source = read(from);
    if (typeof source !== 'string') return undefined;
    if (as === undefined) return words(source);
    const country = as === 'phone' ? read('country') : undefined;
    const lives = typeof country === 'string' ? country : undefined;
    return ofType(cleaned(as, source, lives), type, values);
  };
}

type Words = readonly { readonly value: string; readonly any: readonly string[] }[];

/** Job titles are few and come again and again, and each is looked at for dozens of words. */
function wordFinder(values: Words): (text: string) => FactValue {
  const known = new Map<string, string | undefined>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found;
    const words = wordsOf(text);
    const value = values.find(({ any }) => any.some((word) => words.includes(word)))?.value;
    if (known.size >= TEXTS_MAX) known.clear();
    if (text.length <= LETTERS_MAX) known.set(text, value);
    return value;
  };
}
const TEXTS_MAX = 5_000;
const LETTERS_MAX = 200;
