/**
 * Does a journey let leads of a country in to whom it may never write?
 *
 * Asked of every country the workspace names outside the consent rules: a country that only a consent
 * rule speaks of is shut out on purpose, and so is one whose persona expects `no-consent`. Transactional
 * mail needs no consent; a send in an arm for other countries is not counted.
 */
import type { Path } from '../definitions/problems.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { Release } from '../definitions/release.ts';
import type { Condition, Json, Leaf } from '../rules/condition.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { leadWorld } from './satisfiability/domain.ts';
import { solve } from './satisfiability/solve.ts';
import type { Term } from './satisfiability/variables.ts';
import { placedJourneys } from './step-places.ts';
import type { PlacedJourney } from './step-places.ts';
import { writtenConditions } from './written-conditions.ts';

type ClassWithConsent = Exclude<MessageClass, 'transactional'>;

export function findNeverMailedCountries(workspace: ProvableWorkspace): readonly Finding[] {
  const { release } = workspace;
  const countries = countriesNamed(workspace);
  const shutOut = (['marketing', 'outbound'] as const).map((messageClass) => ({
    messageClass,
    countries: countries.flatMap((country) => {
      const rule = ruleAgainst(release, country, messageClass);
      return rule === undefined ? [] : [{ country, rule }];
    }),
  }));
  return placedJourneys(workspace).flatMap((journey) =>
    shutOut.flatMap(({ messageClass, countries: shut }) => {
      const sends = sendsOf(journey, messageClass);
      const surprising = shut.filter(({ country }) => !isExpected(workspace, country, sends));
      return inJourney(release, journey, { messageClass, sends, shutOut: surprising });
    }),
  );
}

/** A persona of that country expects not to be written to. */
function isExpected(
  { sources }: ProvableWorkspace,
  country: string,
  sends: readonly PlacedSend[],
): boolean {
  return sources.persona.some(
    ({ value: { lead, expect } }) =>
      lead['country'] === country &&
      expect.notSent?.some(
        ({ email, reason }) =>
          reason === 'no-consent' && sends.some(({ template }) => template === email),
      ) === true,
  );
}

interface ShutOut {
  readonly country: string;
  /** The consent rule that says never. */
  readonly rule: string;
}

function inJourney(
  release: Release,
  journey: PlacedJourney,
  about: {
    readonly messageClass: ClassWithConsent;
    readonly sends: readonly PlacedSend[];
    readonly shutOut: readonly ShutOut[];
  },
): readonly Finding[] {
  const { messageClass, sends, shutOut } = about;
  const meant = shutOut.filter(
    ({ country }) =>
      letsIn(release, journey, country) &&
      sends.some(({ around }) => around.every((term) => isPossible(release, country, [term]))),
  );
  const [first] = meant;
  const send = sends[0];
  if (first === undefined || send === undefined) return [];
  const names = meant.map(({ country }) => country).join(', ');
  return [
    {
      finding: 'country-never-mailed',
      severity: 'warning',
      file: journey.file,
      path: send.path,
      message: `this journey may never send ${messageClass} email to leads of ${names}`,
      witness: meant
        .map(({ country, rule }) => `country ${country}: consent rule "${rule}" says never`)
        .join('; '),
      fix: `keep them out with an "if" at "enter", or change the consent rule "${first.rule}"`,
    },
  ];
}

/** The rule that decides for all leads of the country, where each that may decide says never. */
function ruleAgainst(
  release: Release,
  country: string,
  messageClass: ClassWithConsent,
): string | undefined {
  const before: Term[] = [];
  let found: string | undefined;
  for (const rule of release.sending.consent) {
    const own: readonly Term[] = rule.if === undefined ? [] : [{ holds: rule.if }];
    if (isPossible(release, country, [...before, ...own])) {
      if (rule[messageClass] !== 'never') return undefined;
      found ??= rule.id;
    }
    if (rule.if !== undefined) before.push({ fails: rule.if });
  }
  return found;
}

function letsIn(release: Release, { plan }: PlacedJourney, country: string): boolean {
  const stays = plan.exits.every(
    ({ when }) =>
      when.type === 'event' || isPossible(release, country, [{ fails: when.condition }]),
  );
  const enters = plan.enter.some((entry) => {
    const needs: readonly Condition[] = [
      ...(entry.if === undefined ? [] : [entry.if]),
      ...(entry.on === 'segment' ? [{ condition: entry.segment }] : []),
    ];
    return isPossible(
      release,
      country,
      needs.map((condition) => ({ holds: condition })),
    );
  });
  return stays && enters;
}

/** Anything but a certain "no" counts as possible. */
function isPossible(release: Release, country: string, terms: readonly Term[]): boolean {
  const from: Leaf = { fact: 'country', operator: 'is', value: country };
  return solve(release, leadWorld, [{ holds: from }, ...terms]).type !== 'no';
}

interface PlacedSend {
  readonly template: string;
  readonly path: Path;
  /** The arms around it, one by one: only what each says of the country is asked. */
  readonly around: readonly Term[];
}

function sendsOf(journey: PlacedJourney, messageClass: ClassWithConsent): readonly PlacedSend[] {
  const { plan, steps } = journey;
  return [...steps].flatMap(([id, { path }]): readonly PlacedSend[] => {
    const step = plan.steps[id];
    if (step?.type !== 'send' || (step.class ?? plan.sending.class) !== messageClass) return [];
    const at = step.class === undefined ? ['sending', 'class'] : [...path, 'class'];
    return [{ template: step.template, path: at, around: armsAround(journey, id) }];
  });
}

function armsAround(journey: PlacedJourney, id: string): readonly Term[] {
  const { plan, steps } = journey;
  const place = steps.get(id);
  if (place?.inside === undefined) return [];
  const outer = plan.steps[place.inside];
  const further = armsAround(journey, place.inside);
  if (outer?.type !== 'branch') return further;
  const index = outer.arms.findIndex((arm) => arm.id === place.arm);
  const terms = outer.arms.slice(0, index + 1).flatMap((arm, at): readonly Term[] => {
    if (arm.if === undefined) return [];
    return [at === index ? { holds: arm.if } : { fails: arm.if }];
  });
  return [...further, ...terms];
}

function countriesNamed(workspace: ProvableWorkspace): readonly string[] {
  const { sources, release } = workspace;
  const inConditions = writtenConditions(workspace)
    .filter(({ path }) => path[0] !== 'consent')
    .flatMap(({ condition }) => leavesOf(condition))
    .filter(({ fact }) => fact === 'country')
    .flatMap(({ value }) => textsOf(value));
  const inPersonas = sources.persona.flatMap(({ value }) => textsOf(value.lead['country'] ?? null));
  const inHolidays = Object.keys(release.sending.holidays);
  const all = [...inConditions, ...inPersonas, ...inHolidays];
  return [...new Set(all.filter((country) => /^[A-Z]{2}$/.test(country)))].sort();
}

function leavesOf(condition: Condition): readonly Leaf[] {
  if ('all' in condition) return condition.all.flatMap(leavesOf);
  if ('any' in condition) return condition.any.flatMap(leavesOf);
  if ('not' in condition) return leavesOf(condition.not);
  return 'fact' in condition ? [condition] : [];
}

function textsOf(value: Json): readonly string[] {
  const values: readonly Json[] = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return values.filter((one) => typeof one === 'string');
}
