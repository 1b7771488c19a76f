/**
 * What a fact can be: its type, its bounds, and whether it can be missing.
 *
 * Taken from the catalogue, the declared facts, the scoring models and the stages, and from how
 * `core/facts/read.ts` brings values to their type: a country is always a code of two letters.
 * Where the answer is not certain it is `any`, and nothing will be proven from it.
 */
import { accountRulesOf } from '../../accounts/compiled-accounts.ts';
import type { FactType, Release } from '../../definitions/release.ts';
import { builtInFacts } from '../../facts/catalogue.ts';
import { DEFAULT_MODEL } from '../../facts/score-facts.ts';
import { isCountryCode } from '../../facts/country.ts';
import { SURGE_MS, USUAL_MS } from '../../interests/interest.ts';
import type { JsonObject } from '../../rules/condition.ts';
import { UNKNOWN_GRADE } from '../../scoring/score.ts';
import type { ScoringModel } from '../../scoring/model.ts';

export type FactDomain = { readonly mayBeMissing: boolean } & (
  | {
      readonly type: 'number';
      readonly isWhole: boolean;
      readonly from: number;
      readonly to: number;
      /** Where a linked fact changes its answer: see `links.ts`. */
      readonly edges: readonly number[];
    }
  | { readonly type: 'choice'; readonly values: readonly (string | boolean)[] }
  | { readonly type: 'text'; readonly canBe: (text: string) => boolean }
  | { readonly type: 'date' }
  | { readonly type: 'list' }
  | { readonly type: 'any' }
);

/** Where a condition stands: on a lead (perhaps inside a journey), or on the properties of an event. */
export type FactWorld =
  | { readonly type: 'lead'; readonly entry?: Properties | 'any' }
  | { readonly type: 'event'; readonly event: string };
export type Properties = { readonly [property: string]: string };

export const leadWorld: FactWorld = { type: 'lead' };

export function domainOf(
  release: Release,
  world: FactWorld,
  fact: string,
  params: JsonObject = {},
): FactDomain {
  if (world.type === 'event') {
    return ofProperty(release.events[world.event]?.properties ?? {}, fact);
  }
  if (fact.startsWith('entry.')) {
    const { entry } = world;
    return typeof entry === 'object' ? ofProperty(entry, fact.slice('entry.'.length)) : unknown;
  }
  const computed = Object.hasOwn(ofComputed, fact) ? ofComputed[fact] : undefined;
  if (computed !== undefined) return computed(release, params);
  const declared = Object.hasOwn(release.facts, fact) ? release.facts[fact] : undefined;
  if (declared !== undefined) return ofType(declared.type, declared.values, declared.range);
  const builtIn = Object.hasOwn(builtInFacts, fact) ? builtInFacts[fact] : undefined;
  return builtIn === undefined ? unknown : ofType(builtIn.type, builtIn.values);
}

/** The grades of one score, `U` where too little can be known. */
export function gradesOf({ scores, grades }: ScoringModel, score: string): readonly string[] {
  const bands = (grades[score] ?? []).map(({ grade }) => grade);
  const isOptional = bands.length > 0 && scores[score]?.unknownUnless !== undefined;
  return isOptional ? [...bands, UNKNOWN_GRADE] : bands;
}

export function modelOf(release: Release, params: JsonObject): ScoringModel | undefined {
  const name = params['model'] ?? DEFAULT_MODEL;
  return release.models.find(({ model }) => model === name);
}

const unknown: FactDomain = { type: 'any', mayBeMissing: true };
const anyText = () => true;
const yesOrNo: FactDomain = { type: 'choice', values: [true, false], mayBeMissing: false };
const countedFrom0 = {
  type: 'number',
  isWhole: true,
  from: 0,
  to: Infinity,
  edges: [],
  mayBeMissing: false,
} as const satisfies FactDomain;

const ofComputed: {
  readonly [fact: string]: (release: Release, params: JsonObject) => FactDomain;
} = {
  country: () => textThat(isCountryCode),
  language: () => textThat((text) => text === text.split(/[-_]/)[0]?.toLowerCase()),
  employees: () => ({ ...countedFrom0, isWhole: false, mayBeMissing: true }),
  tags: () => ({ type: 'list', mayBeMissing: false }),
  'handoff.cause': () => ({ type: 'text', canBe: anyText, mayBeMissing: false }),
  stage: ({ qualification }) => oneOf(qualification.order, false),
  withSales: () => yesOrNo,
  repAccepted: () => yesOrNo,
  mayEmail: () => oneOf(builtInFacts['mayEmail']?.values ?? [], false),
  eventCount: () => countedFrom0,
  ...ofAccounts(),
  daysSinceActivity: () => countedFrom0,
  eventSum: () => ({ ...countedFrom0, isWhole: false, from: -Infinity }),
  eventDistinct: () => countedFrom0,
  activeDays: () => countedFrom0,
  bantYes: ofQuestions,
  bantNo: ofQuestions,
  bantUnknown: ofQuestions,
  bantGaps: () => ({ type: 'list', mayBeMissing: false }),
  bantAnswer: ({ qualification }, { question }) => {
    const bant = typeof question === 'string' ? qualification.bant[question] : undefined;
    if (bant === undefined) return unknown;
    return oneOf(bant.no === undefined ? ['yes', 'unknown'] : ['yes', 'no', 'unknown'], false);
  },
  buyingStage: ({ qualification }) =>
    oneOf([...new Set(qualification.buyingStages?.map(({ is }) => is))], true),
  interests: () => ({ type: 'list', mayBeMissing: false }),
  intent: () => ({ ...countedFrom0, isWhole: false }),
  intentSurge: () => ({
    ...countedFrom0,
    isWhole: false,
    to: Math.ceil(USUAL_MS / SURGE_MS),
    mayBeMissing: true,
  }),
  consentState: () => oneOf(builtInFacts['consentState']?.values ?? [], false),
  fitScore: (release, params) => ofScore(release, params, 'fit'),
  engagementScore: (release, params) => ofScore(release, params, 'engagement'),
  fitGrade: (release, params) => ofGrades(release, params, ['fit']),
  grade: (release, params) => ofGrades(release, params, ['fit', 'engagement']),
  score: (release, params) => ofScore(release, params, scoreIn(params)),
  scoreGrade: (release, params) => ofGrades(release, params, [scoreIn(params)]),
};

function scoreIn({ score }: JsonObject): string {
  return typeof score === 'string' ? score : '';
}

function ofQuestions({ qualification }: Release): FactDomain {
  return { ...countedFrom0, to: Object.keys(qualification.bant).length };
}

function ofScore(release: Release, params: JsonObject, score: string): FactDomain {
  const model = modelOf(release, params);
  const scale = model?.scores[score];
  if (model === undefined || scale === undefined) return unknown;
  const { min, max, unknownUnless } = scale;
  const edges = (model.grades[score] ?? []).map(({ from }) => from);
  const bounds = { from: Math.round(min), to: Math.round(max), edges };
  return { type: 'number', isWhole: true, ...bounds, mayBeMissing: unknownUnless !== undefined };
}

/** "A1": the grades of the scores, one after another; a score without grades adds nothing. */
function ofGrades(release: Release, params: JsonObject, scores: readonly string[]): FactDomain {
  const model = modelOf(release, params);
  if (model === undefined) return unknown;
  const parts = scores.map((score) => gradesOf(model, score)).filter(({ length }) => length > 0);
  if (parts.length === 0) return unknown;
  const joined = parts.reduce((before, part) => {
    return before.flatMap((letter) => part.map((next) => `${letter}${next}`));
  });
  return oneOf(joined, false);
}

function ofProperty(properties: Properties, property: string): FactDomain {
  const type = Object.hasOwn(properties, property) ? properties[property] : undefined;
  switch (type) {
    case 'text':
    case 'number':
    case 'boolean':
    case 'date':
    case 'list':
      return ofType(type);
    default:
      return unknown;
  }
}

function ofType(
  type: FactType,
  values?: readonly string[],
  range?: readonly [number, number],
): FactDomain {
  switch (type) {
    case 'number': {
      const [from, to] = range ?? [-Infinity, Infinity];
      return { type, isWhole: false, from, to, edges: [], mayBeMissing: true };
    }
    case 'boolean':
      return { ...yesOrNo, mayBeMissing: true };
    case 'choice':
      return values === undefined ? textThat(anyText) : oneOf(values, true);
    case 'text':
      return textThat(anyText);
    case 'date':
    case 'list':
      return { type, mayBeMissing: true };
  }
}

function oneOf(values: readonly string[], mayBeMissing: boolean): FactDomain {
  return { type: 'choice', values, mayBeMissing };
}

function textThat(canBe: (text: string) => boolean): FactDomain {
  return { type: 'text', canBe, mayBeMissing: true };
}

/** Without an account, or where its members are not known, they are missing. */
function ofAccounts(): typeof ofComputed {
  const counted = (): FactDomain => ({ ...countedFrom0, mayBeMissing: true });
  return {
    'account.members': () => ({ ...countedFrom0, from: 1, mayBeMissing: true }),
    'account.engagedMembers': counted,
    'account.eventCount': counted,
    'account.intent': () => ({ ...countedFrom0, isWhole: false, mayBeMissing: true }),
    'account.score': (release) => {
      const { max } = accountRulesOf(release).score;
      return { ...countedFrom0, isWhole: false, to: max, mayBeMissing: true };
    },
    buyingRole: (release) => {
      const roles = accountRulesOf(release).roles.map(({ role }) => role);
      return roles.length === 0 ? textThat(anyText) : oneOf(roles, true);
    },
  };
}
