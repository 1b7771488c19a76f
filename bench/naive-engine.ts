/**
 * json-rules-engine as its README has it: one Engine with every rule, awaited once per lead. Scoring
 * rules are rules of a high priority whose points a handler adds up; stages are rules of a low one that
 * read the grade; events are counted by a fact of the almanac, and weighed by a handler.
 *
 * `createNaive` is an Engine for all leads. Runs that overlap need one each, as two on one Engine lose rules
 * silently: `createFresh` makes it for each lead, from rules that are JSON already.
 *
 * It must decide the same as the product does: the benchmark asserts it for each lead. Plain facts come
 * from the product's own reader, so that only the rules are compared.
 */
import type { Engine } from 'json-rules-engine';
import type { Release } from '../core/definitions/release.ts';
import type { Lead, LeadEvent } from '../core/facts/lead.ts';
import { matchesEvent } from '../core/facts/match-event.ts';
import { factReader } from '../core/facts/read.ts';
import type { EventMatch, JsonObject } from '../core/rules/condition.ts';
import { durationOf } from '../core/rules/duration.ts';
import type { ForEachRule } from '../core/scoring/score.ts';
import type { ScoringModel } from '../core/scoring/model.ts';
import { createEngine } from '../rule-engine/evaluate.ts';
import { asRoot, referencesOf } from '../rule-engine/rule.ts';
import { judgedFacts, type Judged } from './judged.ts';

export function createFresh(release: Release, model: ScoringModel, now: number) {
  const plain = judgedFacts(release, model);
  return (lead: Lead): Promise<Judged> => createNaive(release, model, now, plain)(lead);
}

export function createNaive(
  release: Release,
  model: ScoringModel,
  now: number,
  plain: readonly string[] = judgedFacts(release, model),
) {
  const engine = createEngine(now);
  const sums = new Map<string, number>();
  const points = new Map<string, number>();
  addScoring(engine, release, model, now);
  const context = { segments: release.segments, now };
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the library awaits its handlers
  engine.on('success', async (event, almanac) => {
    const rule = model.rules.find(({ id }) => id === event.params?.['rule']);
    if (rule?.type === 'when') points.set(rule.id, rule.points);
    if (rule?.type !== 'for-each') return;
    const events = await almanac.factValue<readonly LeadEvent[]>('events');
    const matching = events.filter((one) => matchesEvent(rule.match, one, context));
    const given = weighed(rule, model.scores[rule.score]?.halfLifeMs, matching, now);
    if (given !== 0) points.set(rule.id, given);
  });
  addStages(engine, release);
  engine.addFact('grade', () => gradeOf(model, points, sums));
  return async (lead: Lead): Promise<Judged> => {
    points.clear();
    sums.clear();
    const read = factReader(release, lead, now);
    const facts = Object.fromEntries(plain.map((fact) => [fact, read(fact)]));
    const { results } = await engine.run({ ...facts, events: lead.events, counts: lead.counts });
    const stages = results.flatMap(({ event }) =>
      event?.type === 'stage' ? [String(event.params?.['stage'])] : [],
    );
    const inOrder = model.rules.flatMap(({ id }) =>
      points.has(id) ? [[id, points.get(id) ?? 0] as const] : [],
    );
    return { points: inOrder, stages: stages.sort() };
  };
}

function addScoring(engine: Engine, release: Release, model: ScoringModel, now: number): void {
  const context = { segments: release.segments, now };
  for (const rule of model.rules) {
    const event = { type: 'points', params: { rule: rule.id } };
    const conditions =
      rule.type === 'when'
        ? asRoot(rule.when)
        : {
            all: [{ fact: 'eventCount', params: countOf(rule), operator: 'greaterThan', value: 0 }],
          };
    engine.addRule({ name: rule.id, conditions, event, priority: 10 });
    if (rule.type === 'when') addSegments(engine, release, rule.when);
  }
  engine.addFact('eventCount', async (params, almanac) => {
    const { event, within, where } = params as JsonObject;
    if (typeof event !== 'string') return undefined;
    if (within === undefined && where === undefined) {
      const counts = await almanac.factValue<Lead['counts']>('counts');
      return counts[event]?.count ?? 0;
    }
    const withinMs = within === undefined ? Infinity : (durationOf(within) ?? 0);
    const events = await almanac.factValue<readonly LeadEvent[]>('events');
    return events.filter(
      (one) =>
        one.occurredAt <= now &&
        now - one.occurredAt < withinMs &&
        matchesEvent(params as unknown as EventMatch, one, context),
    ).length;
  });
}

/** As a rule file counts them. */
function countOf({ match, withinMs }: ForEachRule): JsonObject {
  return {
    ...(match as unknown as JsonObject),
    ...(withinMs === undefined ? {} : { within: withinMs }),
  };
}

function addStages(engine: Engine, release: Release): void {
  for (const { stage, when } of release.qualification.stages) {
    addSegments(engine, release, when);
    const event = { type: 'stage', params: { stage } };
    engine.addRule({ name: stage, conditions: asRoot(when), event, priority: 1 });
  }
}

function addSegments(
  engine: Engine,
  release: Release,
  condition: Parameters<typeof asRoot>[0],
): void {
  for (const [id, when] of referencesOf(condition, release.segments).segments) {
    engine.setCondition(id, asRoot(when));
  }
}

function weighed(
  { points, keeps, withinMs = Infinity, atMost }: ForEachRule,
  halfLifeMs: number | undefined,
  events: readonly LeadEvent[],
  now: number,
): number {
  const isFading = !keeps && halfLifeMs !== undefined;
  const reach = Math.min(withinMs, isFading ? halfLifeMs * 10 : Infinity);
  const sum = events
    .map(({ occurredAt }) => now - occurredAt)
    .filter((age) => age >= 0 && age < reach)
    .reduce((total, age) => total + (isFading ? points * 2 ** (-age / halfLifeMs) : points), 0);
  return atMost === undefined ? sum : Math.max(-atMost, Math.min(atMost, sum));
}

function gradeOf(
  model: ScoringModel,
  points: ReadonlyMap<string, number>,
  sums: Map<string, number>,
): string {
  for (const { id, score } of model.rules) {
    sums.set(score, (sums.get(score) ?? 0) + (points.get(id) ?? 0));
  }
  return ['fit', 'engagement']
    .map((score) => {
      const scale = model.scores[score];
      const whole = Math.round(
        Math.min(scale?.max ?? Infinity, Math.max(scale?.min ?? -Infinity, sums.get(score) ?? 0)),
      );
      const bands = model.grades[score] ?? [];
      return (bands.find(({ from }) => whole >= from) ?? bands.at(-1))?.grade ?? '';
    })
    .join('');
}
