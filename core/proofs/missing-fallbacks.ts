/**
 * Does a journey lean on something a lead may not have: a required variable of an email that may be
 * unknown, or a property that the event it entered by does not carry?
 *
 * Such an email is skipped as `missing-variable`, such a wait is over at once, and nobody is told. A
 * fact is taken as known where the entry or an arm around the email says so, or a step before sets it.
 */
import type { StepId } from '../journey/flow.ts';
import type { DateReference, Entry } from '../journey/plan.ts';
import type { Release } from '../definitions/release.ts';
import type { Condition } from '../rules/condition.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { domainOf, leadWorld } from './satisfiability/domain.ts';
import { solve } from './satisfiability/solve.ts';
import type { Term } from './satisfiability/variables.ts';
import { placedJourneys, type PlacedJourney } from './step-places.ts';

export function findMissingFallbacks(workspace: ProvableWorkspace): readonly Finding[] {
  return placedJourneys(workspace).flatMap((journey) =>
    [...journey.steps.keys()].flatMap((id) => [
      ...findVariables(journey, id, workspace.release),
      ...findDates(journey, id, workspace.release),
    ]),
  );
}

function findVariables(journey: PlacedJourney, id: StepId, release: Release): readonly Finding[] {
  const step = journey.plan.steps[id];
  const place = journey.steps.get(id);
  if (step?.type !== 'send' || place === undefined) return [];
  const { template } = step;
  const variables = Object.entries(release.templates[template]?.manifest.variables ?? {});
  return variables.flatMap(([variable, { optional }]): readonly Finding[] => {
    const lacking = optional ? [] : entriesLacking(journey, id, variable, release);
    const [entry] = lacking;
    if (entry === undefined) return [];
    const isProperty = variable.startsWith('entry.');
    const isCertain = isProperty && lacking.length === journey.plan.enter.length;
    const whom = isProperty
      ? `${isCertain ? 'no' : 'not every'} entry of this journey declares it`
      : 'not every lead here has it';
    const otherwise = isProperty ? 'declare it with the event' : 'branch on "known" before';
    return [
      {
        finding: 'missing-fallback',
        severity: isCertain ? 'error' : 'warning',
        file: journey.file,
        path: [...place.path, 'send'],
        message: `"${template}" needs "${variable}", and ${whom}: without it nobody gets the email`,
        witness: `enters ${sayEntry(entry)}, "${variable}" is not known → ${id}: skipped as missing-variable`,
        fix: `say "optional": true in templates/${template}/email.json and give the text a default; or ${otherwise}`,
      },
    ];
  });
}

/** A wait for a date that never comes with the entry is over at once; an email to send by it goes whenever. */
function findDates(journey: PlacedJourney, id: StepId, release: Release): readonly Finding[] {
  const place = journey.steps.get(id);
  const found = dateAt(journey, id);
  if (found === undefined || place === undefined) return [];
  const { date, key } = found;
  if (!date.startsWith('entry.')) return [];
  const [entry] = entriesLacking(journey, id, date, release);
  if (entry === undefined) return [];
  const then = key === 'sendBy' ? 'nothing is ever too late' : 'the wait is over at once';
  return [
    {
      finding: 'missing-fallback',
      severity: 'warning',
      file: journey.file,
      path: [...place.path, key],
      message: `"${date}" does not come with every entry of this journey: without it ${then}`,
      witness: `enters ${sayEntry(entry)}, "${date}" is not known → ${id}: ${then}`,
      fix: `declare "${date.slice('entry.'.length)}" with the event, or branch on "known" before`,
    },
  ];
}

function dateAt(
  { plan }: PlacedJourney,
  id: StepId,
): { readonly date: string; readonly key: string } | undefined {
  const step = plan.steps[id];
  const of = (reference: DateReference | undefined, key: string) =>
    reference === undefined ? undefined : { date: reference.date, key };
  switch (step?.type) {
    case 'send':
      return of(step.sendBy, 'sendBy');
    case 'wait-until':
      return of(step.until, 'wait');
    case 'wait-for':
      return of(step.until, 'waitFor');
    case undefined:
    case 'wait':
    case 'branch':
    case 'split':
    case 'update':
    case 'task':
    case 'notify':
    case 'webhook':
    case 'enrich':
    case 'enter':
    case 'exit':
      return undefined;
  }
}

/** The entries whose leads may come to the step without the value. */
function entriesLacking(
  journey: PlacedJourney,
  id: StepId,
  variable: string,
  release: Release,
): readonly Entry[] {
  const [root = '', name = ''] = splitOnce(variable);
  const around = conditionsAround(journey, id);
  const { enter } = journey.plan;
  if (root === 'entry') {
    return enter.filter(
      (entry) => !carries(entry, name, release) && !isKnown(release, variable, [], around),
    );
  }
  const fact = root === 'lead' ? name : root === 'owner' ? 'owner' : undefined;
  if (fact === undefined || !domainOf(release, leadWorld, fact).mayBeMissing) return [];
  // A journey that sends takes only leads with an address.
  if (fact === 'email' || isSetBefore(journey, id, fact)) return [];
  return enter.filter((entry) => !isKnown(release, fact, entryTerms(entry), around));
}

function splitOnce(variable: string): readonly [string, string] {
  const dot = variable.indexOf('.');
  return dot < 0 ? [variable, ''] : [variable.slice(0, dot), variable.slice(dot + 1)];
}

/** Whoever enrols over the API says what comes with it. */
function carries(entry: Entry, property: string, { events }: Release): boolean {
  const name = property.split('.')[0] ?? '';
  switch (entry.on) {
    case 'api':
      return true;
    case 'event':
      return Object.hasOwn(events[entry.match.event]?.properties ?? {}, name);
    case 'segment':
    case 'stage':
      return name === entry.on;
  }
}

function entryTerms(entry: Entry): readonly Term[] {
  const own: readonly Term[] = entry.if === undefined ? [] : [{ holds: entry.if }];
  if (entry.on === 'segment') return [...own, { holds: { condition: entry.segment } }];
  if (entry.on !== 'stage') return own;
  return [...own, { holds: { fact: 'stage', operator: 'is', value: entry.stage } }];
}

function isKnown(
  release: Release,
  fact: string,
  entry: readonly Term[],
  around: readonly Term[],
): boolean {
  const known: Condition = { fact, operator: 'known', value: true };
  const terms = [...entry, ...around];
  if (terms.length === 0) return false;
  const world = { type: 'lead', entry: 'any' } as const;
  return solve(release, world, [...terms, { fails: known }]).type === 'no';
}

/** What the arms around a step say: their own conditions hold, those of the arms before them do not. */
function conditionsAround(journey: PlacedJourney, id: StepId): readonly Term[] {
  const { inside, arm } = journey.steps.get(id) ?? {};
  if (inside === undefined) return [];
  return [...conditionsAround(journey, inside), ...conditionsOf(journey, inside, arm)];
}

function conditionsOf(
  { plan }: PlacedJourney,
  id: StepId,
  arm: string | undefined,
): readonly Term[] {
  const step = plan.steps[id];
  if (step?.type === 'wait-for') {
    const when = step.arms.find((one) => one.id === arm)?.when;
    return when?.type === 'condition' ? [{ holds: when.condition }] : [];
  }
  if (step?.type !== 'branch') return [];
  const at = step.arms.findIndex((one) => one.id === arm);
  const before = step.arms.slice(0, Math.max(0, at));
  const own = step.arms[at]?.if;
  const failed = before.flatMap(({ if: condition }): Term[] =>
    condition === undefined ? [] : [{ fails: condition }],
  );
  return own === undefined ? failed : [...failed, { holds: own }];
}

/** By an `update` that stands before it in its own list or in one around it. */
function isSetBefore(journey: PlacedJourney, id: StepId, fact: string): boolean {
  const { before, inside } = journey.steps.get(id) ?? {};
  const step = before === undefined ? undefined : journey.plan.steps[before];
  if (step?.type === 'update' && (step.attributes[fact] ?? null) !== null) return true;
  if (before !== undefined) return isSetBefore(journey, before, fact);
  return inside !== undefined && isSetBefore(journey, inside, fact);
}

function sayEntry(entry: Entry): string {
  switch (entry.on) {
    case 'event':
      return `by "${entry.match.event}"`;
    case 'segment':
      return `the segment "${entry.segment}"`;
    case 'stage':
      return `the stage "${entry.stage}"`;
    case 'api':
      return 'by the API';
  }
}
