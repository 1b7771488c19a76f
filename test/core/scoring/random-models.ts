/** Scoring models with every shape of rule, and what a score is by definition: slowly, and from the set. */
import fc from 'fast-check';
import type { EventCount, Lead, LeadEvent, Trust } from '../../../core/facts/lead.ts';
import type { ScoreRule, ScoringModel } from '../../../core/scoring/model.ts';
import { DAY } from '../decision/acme.ts';

export const names = ['Page Viewed', 'Pricing Viewed', 'Report Created', 'Email Clicked'];
export const activities = new Set(['Page Viewed', 'Pricing Viewed', 'Report Created']);

const points = fc.integer({ min: -40, max: 40 }).filter((value) => value !== 0);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const forEach = fc.record({
  points,
  event: fc.constantFrom(...names),
  atMost: optional(fc.integer({ min: 1, max: 60 })),
  within: optional(fc.constantFrom(DAY, 7 * DAY, 30 * DAY)),
  keeps: fc.boolean(),
  trust: optional(fc.constant('human' as const)),
  jobs: fc.boolean(),
  score: fc.constantFrom('fit', 'engagement'),
});
const when = fc.record({
  points,
  score: fc.constantFrom('fit', 'engagement'),
  atLeast: fc.integer({ min: 1, max: 4 }),
  event: fc.constantFrom(...names),
  within: optional(fc.constantFrom('3 days', '20 days')),
});
const scale = fc.record({
  min: fc.constantFrom(-50, 0),
  max: fc.constantFrom(60, 100),
  halfLifeMs: optional(fc.constantFrom(3 * DAY, 14 * DAY)),
});

export const someModels = fc
  .array(
    fc.record({
      each: fc.array(forEach, { maxLength: 5 }),
      whens: fc.array(when, { maxLength: 2 }),
      fit: scale,
      engagement: scale,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((models) =>
    models.map((one, index) => modelOf(one, index === 0 ? 'core' : `line-${index}`)),
  );

type Made = typeof forEach extends fc.Arbitrary<infer T> ? T : never;
type MadeWhen = typeof when extends fc.Arbitrary<infer T> ? T : never;
type Scale = typeof scale extends fc.Arbitrary<infer T> ? T : never;

function modelOf(
  made: {
    readonly each: readonly Made[];
    readonly whens: readonly MadeWhen[];
    readonly fit: Scale;
    readonly engagement: Scale;
  },
  model: string,
): ScoringModel {
  const scaleOf = ({ min, max, halfLifeMs }: Scale) => ({
    ...{ min, max },
    ...(halfLifeMs === undefined ? {} : { halfLifeMs }),
  });
  const rules: ScoreRule[] = [
    ...made.each.map((one, index): ScoreRule => eachOf(one, `${model}-each-${index}`)),
    ...made.whens.map((one, index): ScoreRule => whenOf(one, `${model}-when-${index}`)),
  ];
  const bands = [
    { grade: '1', from: 20 },
    { grade: '2', from: -1_000 },
  ];
  return {
    ...{ model, rules, grades: { fit: bands, engagement: bands } },
    scores: { fit: scaleOf(made.fit), engagement: scaleOf(made.engagement) },
  };
}

function eachOf({ within, atMost, trust, jobs, event, keeps, score, points }: Made, id: string) {
  const where = { fact: 'path', operator: 'startsWith', value: '/jobs' } as const;
  return {
    ...{ type: 'for-each' as const, id, why: id, score, points, keeps },
    match: { event, ...(trust === undefined ? {} : { trust }), ...(jobs ? { where } : {}) },
    ...(within === undefined ? {} : { withinMs: within }),
    ...(atMost === undefined ? {} : { atMost }),
  };
}

function whenOf({ within, event, atLeast, score, points }: MadeWhen, id: string): ScoreRule {
  const params = { event, ...(within === undefined ? {} : { within }) };
  const condition = { fact: 'eventCount', params, operator: 'atLeast', value: atLeast };
  return { type: 'when', id, why: id, score, points, when: condition };
}

/** By definition, rule by rule and event by event, before it is rounded to whole points. */
export function scoreByDefinition(
  model: ScoringModel,
  events: readonly LeadEvent[],
  now: number,
): { readonly [score: string]: number } {
  const totals: { [score: string]: number } = {};
  for (const [score, { min, max, halfLifeMs }] of Object.entries(model.scores)) {
    let total = 0;
    for (const rule of model.rules.filter((one) => one.score === score)) {
      total +=
        rule.type === 'when'
          ? pointsOfWhen(rule, events, now)
          : pointsOfEach(rule, events, now, halfLifeMs);
    }
    totals[score] = Math.min(max, Math.max(min, total));
  }
  return totals;
}

function pointsOfWhen(
  rule: Extract<ScoreRule, { type: 'when' }>,
  events: readonly LeadEvent[],
  now: number,
): number {
  if (!('fact' in rule.when)) throw new Error('Only counts are made here.');
  const { params, value } = rule.when;
  const days =
    params?.['within'] === undefined
      ? Infinity
      : Number.parseInt(JSON.stringify(params['within']).slice(1), 10);
  const found = events.filter(
    ({ name, occurredAt, trust }) =>
      name === params?.['event'] &&
      trust !== 'likely-robot' &&
      (days === Infinity || (occurredAt <= now && now - occurredAt < days * DAY)),
  );
  return found.length >= Number(value) ? rule.points : 0;
}

function pointsOfEach(
  rule: Extract<ScoreRule, { type: 'for-each' }>,
  events: readonly LeadEvent[],
  now: number,
  halfLifeMs: number | undefined,
): number {
  let total = 0;
  const halfLife = rule.keeps ? undefined : halfLifeMs;
  for (const { name, trust, occurredAt, properties } of events) {
    const age = now - occurredAt;
    if (name !== rule.match.event || trust === 'likely-robot' || age < 0) continue;
    if (rule.match.trust === 'human' && trust !== 'human') continue;
    if (rule.match.where !== undefined && !(properties['path'] === '/jobs/1')) continue;
    if (age >= (rule.withinMs ?? Infinity) || age >= (halfLife ?? Infinity) * 10) continue;
    total += halfLife === undefined ? rule.points : rule.points * 0.5 ** (age / halfLife);
  }
  const most = rule.atMost ?? Infinity;
  return Math.min(most, Math.max(-most, total));
}

/** What a lead's row says of its events, counted from nothing. */
export function factsByDefinition(
  events: readonly LeadEvent[],
): Pick<Lead, 'counts' | 'lastActivityAt'> {
  const counts: { [event: string]: EventCount } = {};
  let lastActivityAt: number | undefined;
  for (const { name, occurredAt: at, trust } of events) {
    if (isLife(name, trust)) lastActivityAt = Math.max(lastActivityAt ?? at, at);
    if (trust === 'likely-robot') continue;
    const { count, firstAt, lastAt } = counts[name] ?? { count: 0, firstAt: at, lastAt: at };
    counts[name] = {
      count: count + 1,
      firstAt: Math.min(firstAt, at),
      lastAt: Math.max(lastAt, at),
    };
  }
  return { counts, ...(lastActivityAt === undefined ? {} : { lastActivityAt }) };
}

function isLife(name: string, trust: Trust): boolean {
  return name === 'Email Clicked'
    ? trust === 'human'
    : trust !== 'likely-robot' && activities.has(name);
}
