/**
 * Merges in words and side by side: why a pair is listed, who merged it, and what each of two leads
 * says of the same thing, with where it comes from. The API answers with it and the console draws it.
 */
import { stageLabel, labelOf } from '../core/routing/brief.ts';
import { builtInFacts } from '../core/facts/catalogue.ts';
import type { Origin } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import { originOf } from '../core/facts/survivors.ts';
import { isKnown } from '../core/rules/operators.ts';
import { fromNow } from '../console/time.ts';
import { nameOf } from './lead-name.ts';
import type { LeadView } from './lead-view.ts';
import { repName } from './words.ts';

export const candidateReasons: { readonly [because: string]: string } = {
  'two-addresses': 'One event spoke of both, and each has an address of its own',
  'two-user-ids': 'They share a browser or an address, and each has a user id of its own',
  'rep-says-duplicate': 'A rep says that they are one person',
};

const mergeReasons: { readonly [why: string]: string } = {
  'same-person': 'one event carried keys of both',
  alias: 'an alias call said so',
  'before-recorded': 'merged before reasons were kept',
};

export function mergeWhy(why: string): string {
  return mergeReasons[why] ?? why;
}

/** "told by them, 3 days ago", "from a list …", "clearbit, 80 % sure …". */
export function originWords({ source, at, by, confidence, fillOnly }: Origin, now: number): string {
  const when = fromNow(at, now);
  switch (by) {
    case 'import':
      return fillOnly === true ? `from a list that fills, ${when}` : `from a list, ${when}`;
    case 'enrichment': {
      const sure = confidence === undefined ? '' : `, ${Math.round(confidence * 100)} % sure`;
      return `enrichment by ${source}${sure}, ${when}`;
    }
    case 'person':
      return source === '' ? `known before ${when}` : `${sources[source] ?? source}, ${when}`;
  }
}
const sources: { readonly [source: string]: string } = {
  api: 'told through the API',
  form: 'a form',
  journey: 'a journey',
  persona: 'a persona',
  operator: 'by hand',
};

export interface Said {
  readonly value: string;
  readonly origin?: string;
}
export interface ComparedField {
  readonly id: string;
  readonly label: string;
  readonly values: readonly [Said | null, Said | null];
  readonly differs: boolean;
}

/** Who they are, every fact that one of them has, and where they stand. */
export function compareLeads(
  one: LeadView,
  other: LeadView,
  keys: readonly [readonly Key[], readonly Key[]],
): readonly ComparedField[] {
  const { release } = one;
  const field = (id: string, label: string, values: ComparedField['values']): ComparedField => ({
    id,
    label,
    values,
    differs:
      !alwaysDiffer.has(id) &&
      values[0] !== null &&
      values[1] !== null &&
      values[0].value !== values[1].value,
  });
  const both = (id: string, label: string, of: (view: LeadView, index: 0 | 1) => Said | null) =>
    field(id, label, [of(one, 0), of(other, 1)]);
  const traits = Object.entries(builtInFacts).flatMap(([id, { isTrait }]) =>
    isTrait === true && id !== 'owner' ? [id] : [],
  );
  const facts = [...traits, ...Object.keys(release.facts)];
  return [
    both('keys', 'Known by', (_view, index) => said(keys[index].map(keyWords).join(', '))),
    ...facts.map((fact) => both(fact, labelOf(release, fact), (view) => factSaid(view, fact))),
    both('tags', 'Tags', ({ lead }) => said(lead.tags.join(', '))),
    both('stage', 'Stage', ({ lead }) => said(stageLabel(release, lead.stage.stage))),
    both('scores', 'Scores', (view) => said(scoreWords(view))),
    both('owner', 'Owner', ({ lead }) => said(lead.owner && repName(release, lead.owner))),
    both('account', 'Account', ({ lead }) => said(lead.account?.name ?? lead.account?.domain)),
    both('events', 'Events', ({ lead }) => said(eventCountOf(lead.counts))),
    both('activity', 'Last activity', ({ lead, now }) =>
      said(lead.lastActivityAt === undefined ? undefined : fromNow(lead.lastActivityAt, now)),
    ),
    both('journeys', 'Running journeys', (view) => said(runningIn(view))),
    both('born', 'Known since', ({ lead, now }) => said(fromNow(lead.bornAt, now))),
  ].filter(({ values }) => values.some((value) => value !== null));
}

/** Of any two leads: to say so of these would only hide what matters. */
const alwaysDiffer = new Set(['keys', 'email', 'scores', 'events', 'activity', 'born', 'journeys']);

export interface Key {
  readonly kind: string;
  readonly value: string;
}

function keyWords({ kind, value }: Key): string {
  if (kind === 'email') return value;
  return kind === 'userId' ? `user id ${value}` : `browser ${value.slice(0, 12)}`;
}

function said(value: string | undefined): Said | null {
  return value === undefined || value === '' ? null : { value };
}

function factSaid({ lead, release, now }: LeadView, fact: string): Said | null {
  const value = factReader(release, lead, now)(fact);
  if (!isKnown(value)) return null;
  const origin = originOf(lead, release, fact);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { value: text, ...(origin === undefined ? {} : { origin: originWords(origin, now) }) };
}

function scoreWords({ scored }: LeadView): string {
  return scored
    .map(({ grade, scores }) => {
      const points = Object.entries(scores).map(([score, at]) => `${score} ${at ?? 'unknown'}`);
      return [...(grade === '' ? [] : [grade]), ...points].join(', ');
    })
    .join('; ');
}

function eventCountOf(counts: LeadView['lead']['counts']): string | undefined {
  const sum = Object.values(counts).reduce((all, { count }) => all + count, 0);
  return sum === 0 ? undefined : String(sum);
}

function runningIn({ enrolments, plans }: LeadView): string {
  return enrolments
    .filter(({ status }) => status === 'open')
    .map(({ planHash, journey }) => plans.get(planHash)?.title ?? journey)
    .join(', ');
}

/** What the two are called where they stand side by side: namesakes by what sets them apart. */
export function titlesOf(one: LeadView, other: LeadView): readonly [string, string] {
  const [here, there] = [titleOf(one), titleOf(other)];
  return here === there ? [longTitleOf(one), longTitleOf(other)] : [here, there];
}

function titleOf({ lead }: LeadView): string {
  return nameOf(lead.traits, lead.address).name;
}

function longTitleOf(view: LeadView): string {
  const { lead, now } = view;
  return lead.address ?? `${titleOf(view)} of ${fromNow(lead.bornAt, now)}`;
}
