/**
 * What a release has to be turned into before facts can be read from it at speed: compiled scoring
 * models, BANT questions, consent rules and word lists.
 *
 * Made once per release object and kept as long as it lives; it holds nothing of any lead.
 */
import type { Release } from '../definitions/release.ts';
import type { Qualification } from '../qualification/model.ts';
import { compileCondition, type CompiledCondition } from '../rules/compile.ts';
import { compileModel, type CompiledModel } from '../scoring/score.ts';
import { compileConsent, type CompiledConsentRule } from '../sending/consent.ts';

export interface CompiledRelease {
  readonly models: ReadonlyMap<string, CompiledModel>;
  readonly bant: readonly CompiledCondition[];
  /** What a rep asks, with how its answer is known. */
  readonly questions: readonly {
    readonly id: string;
    readonly yes: CompiledCondition;
    readonly no?: CompiledCondition;
  }[];
  /** In order: the first that holds is the stage. */
  readonly buyingStages: readonly { readonly is: string; readonly when: CompiledCondition }[];
  readonly consent: readonly CompiledConsentRule[];
  /** Fact → its values, each with words spelled as `wordsOf` spells them. */
  readonly derived: ReadonlyMap<
    string,
    readonly { readonly value: string; readonly any: readonly string[] }[]
  >;
  /** Stages in which a lead is with sales. */
  readonly salesStages: ReadonlySet<string>;
}

const releases = new WeakMap<Release, CompiledRelease>();

export function compiledRelease(release: Release): CompiledRelease {
  const known = releases.get(release);
  if (known !== undefined) return known;
  const compiled = compile(release);
  releases.set(release, compiled);
  return compiled;
}

/** " head of sales ": lower case, words between single blanks, so that whole words are found as text. */
export function wordsOf(text: string): string {
  const known = spelled.get(text);
  if (known !== undefined) return known;
  const words = ` ${text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
  if (spelled.size >= SPELLED_MAX) spelled.clear();
  if (text.length <= LETTERS_MAX) spelled.set(text, words);
  return words;
}

/** Job titles are few and come again and again: spelling one took longer than scoring its lead. */
const spelled = new Map<string, string>();
const SPELLED_MAX = 5_000;
const LETTERS_MAX = 200;

function compile(release: Release): CompiledRelease {
  const { segments, models, qualification, sending, facts } = release;
  return {
    models: new Map(models.map((model) => [model.model, compileModel(model, segments)])),
    bant: Object.values(qualification.bant).map(({ yes }) => compileCondition(yes, segments)),
    questions: Object.entries(qualification.bant).map(([id, { yes, no }]) => ({
      id,
      yes: compileCondition(yes, segments),
      ...(no === undefined ? {} : { no: compileCondition(no, segments) }),
    })),
    buyingStages: (qualification.buyingStages ?? []).map(({ is, when }) => ({
      is,
      when: compileCondition(when, segments),
    })),
    consent: compileConsent(sending, segments),
    derived: new Map(
      Object.values(facts).map(({ id, derive }) => [
        id,
        (derive?.words ?? []).map(({ value, any }) => ({ value, any: any.map(wordsOf) })),
      ]),
    ),
    salesStages: salesStages(qualification),
  };
}

/** From MQL on; in a workspace without one, from its first stage rule on. */
function salesStages({ order, stages }: Qualification): ReadonlySet<string> {
  const isMql = (stage: string, label: string) =>
    stage === 'marketingqualifiedlead' || label === 'MQL';
  const first = stages.find(({ stage, label }) => isMql(stage, label)) ?? stages[0];
  const from = first === undefined ? -1 : order.indexOf(first.stage);
  return new Set(from < 0 ? [] : order.slice(from));
}
