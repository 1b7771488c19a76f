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
import type { Answers, FactScope, Reading } from './reading.ts';
import { scoreFacts } from './score-facts.ts';
import { ofType, standardTrait, traitAt } from './traits.ts';

export interface FactReader extends ReadFact {
  /** The lead scored by a model at the reader's instant; `undefined` when there is no such model. */
  readonly scored: (model: string) => Scored | undefined;
}

const noParams: JsonObject = {};

export function factReader(
  release: Release,
  lead: Lead,
  now: number,
  scope: FactScope = {},
): FactReader {
  const compiled = compiledRelease(release);
  const reading = { release, compiled, lead, now, scope } as Writable<Reading>;
  const read = remembering(reading);
  reading.read = read;
  reading.scored = scorer(compiled, lead, read, now);
  return Object.assign(read, { scored: reading.scored });
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Of a reading that is complete by the time it is asked. */
function remembering(reading: Reading): ReadFact {
  const known = new Map<string, FactValue>();
  return (fact, params = noParams) => {
    const key = params === noParams ? fact : keyOf(fact, params);
    if (key === undefined) return answer(reading, fact, params);
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found;
    // While it is computed it is missing: a fact that asks for itself ends here.
    known.set(key, undefined);
    const value = answer(reading, fact, params);
    if (value !== undefined) known.set(key, value);
    return value;
  };
}

/** Of facts with parameters only those that conditions answer are remembered: they could go round. */
function keyOf(fact: string, params: JsonObject): string | undefined {
  if (fact === 'bantAnswer') return `bantAnswer ${JSON.stringify(params['question'] ?? null)}`;
  return Object.keys(params).length === 0 ? fact : undefined;
}

/** Each model once per reader. A model that asks for its own score while it is computed finds none. */
function scorer(compiled: CompiledRelease, lead: Lead, read: ReadFact, now: number) {
  const scores = new Map<string, Scored | undefined>();
  return (name: string): Scored | undefined => {
    const model = compiled.models.get(name);
    if (model === undefined || scores.has(name)) return scores.get(name);
    scores.set(name, undefined);
    const scored = scoreLead(model, lead, read, now);
    scores.set(name, scored);
    return scored;
  };
}

function answer(reading: Reading, fact: string, params: JsonObject): FactValue {
  const computed = Object.hasOwn(answers, fact) ? answers[fact] : undefined;
  if (computed !== undefined) return computed(reading, params);
  if (fact.startsWith('entry.')) return valueAt(reading.scope.entry, fact.slice('entry.'.length));
  if (fact.startsWith('account.')) return accountFact(accountReading(reading), fact, params);
  const lead = withoutEnrichment(reading.lead);
  if (lead === reading.lead) return traitFact(reading, fact);
  const value = traitFact({ ...reading, lead }, fact);
  return isKnown(value) ? value : traitFact(reading, fact);
}

function traitFact(reading: Reading, fact: string): FactValue {
  const declared = Object.hasOwn(reading.release.facts, fact)
    ? reading.release.facts[fact]
    : undefined;
  if (declared !== undefined) return declaredFact(reading, declared);
  return Object.hasOwn(builtInFacts, fact) ? builtInTrait(reading.lead, fact) : undefined;
}

const answers: Answers = {
  email: ({ lead }) => lead.address ?? builtInTrait(lead, 'email'),
  owner: ({ lead }) => lead.owner ?? builtInTrait(lead, 'owner'),
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
function builtInTrait({ traits, account }: Lead, fact: string): FactValue {
  const type = builtInFacts[fact]?.type ?? 'text';
  const own = standardTrait(traits, fact, type);
  if (isKnown(own) || account === undefined) return own;
  if (fact === 'company') return ofType(account.name, type);
  for (const trait of companyTraits[fact] ?? []) {
    const value = ofType(account.traits[trait], type);
    if (isKnown(value)) return value;
  }
  return own;
}

/** Fact → traits of Segment's `group` call that answer it. */
const companyTraits: { readonly [fact: string]: readonly string[] } = {
  employees: ['employees', 'employee_count'],
  industry: ['industry'],
};

/** What was sent wins over what can be derived. */
function declaredFact({ lead, compiled, read }: Reading, declared: FactDeclaration): FactValue {
  const { id, from, type, values, range, derive } = declared;
  for (const path of [from, id]) {
    const value = ofType(traitAt(lead.traits, path), type, values, range);
    if (isKnown(value)) return value;
  }
  if (derive === undefined || derive.from === id) return undefined;
  const source = read(derive.from);
  if (typeof source !== 'string') return undefined;
  if (derive.as !== undefined) {
    const country = derive.as === 'phone' ? read('country') : undefined;
    const lives = typeof country === 'string' ? country : undefined;
    return ofType(cleaned(derive.as, source, lives), type, values);
  }
  const text = wordsOf(source);
  return compiled.derived.get(id)?.find(({ any }) => any.some((word) => text.includes(word)))
    ?.value;
}
