/**
 * Leads judged by the production functions: scores with every point, and each stage condition with its
 * whole reasoning. What both sides of the benchmark answer, so that they can be compared.
 */
import type { Release } from '../core/definitions/release.ts';
import { compiledIn } from '../core/decision/context.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import type { Explanation } from '../core/rules/compile.ts';
import type { ScoredPoint } from '../core/scoring/score.ts';
import type { ScoringModel } from '../core/scoring/model.ts';

export interface Judged {
  /** Rule → points, in the order of the file; rules that give nothing are left out. */
  readonly points: readonly (readonly [rule: string, points: number])[];
  /** Stages whose `when` holds. */
  readonly stages: readonly string[];
}

/** With each event of each point, and each part of each condition. */
export interface Reasoned extends Judged {
  readonly explained: readonly ScoredPoint[];
  readonly why: readonly Explanation[];
}

export function createBulk(release: Release, model: ScoringModel, now: number) {
  const whens = model.rules.flatMap((rule) =>
    rule.type === 'when' ? [compiledIn(release, rule.when)] : [],
  );
  const stages = release.qualification.stages.map(({ stage, when }) => ({
    stage,
    when: compiledIn(release, when),
  }));
  return (lead: Lead): Reasoned => {
    const read = factReader(release, lead, now);
    const scored = read.scored(model.model);
    const why: Explanation[] = [];
    for (const when of whens) why.push(when.evaluate(read, now).explanation);
    const held: string[] = [];
    for (const { stage, when } of stages) {
      const verdict = when.evaluate(read, now);
      why.push(verdict.explanation);
      if (verdict.holds) held.push(stage);
    }
    const explained = scored?.points ?? [];
    const points = explained.map((point) => [point.rule, point.points] as const);
    return { points, stages: held.sort(), explained, why };
  };
}

/** Looks at each part of each explanation and at each event, so that leaving them to be made later saves nothing. */
export function partsRead({ explained, why }: Reasoned): number {
  let parts = 0;
  for (const { events } of explained) {
    for (const { points, id } of events) if (points !== 0 && id !== '') parts += 1;
  }
  for (const explanation of why) parts += partsOf(explanation);
  return parts;
}

export function partsOf(explanation: Explanation): number {
  switch (explanation.type) {
    case 'leaf':
      return explanation.result === undefined || explanation.actual === null ? 0 : 1;
    case 'not':
      return 1 + partsOf(explanation.of);
    case 'segment':
      return 1 + (explanation.of === undefined ? 0 : partsOf(explanation.of));
    case 'all':
    case 'any':
      return partsOfAll(explanation.of);
  }
}

function partsOfAll(explanations: readonly Explanation[]): number {
  let parts = 1;
  for (const explanation of explanations) parts += partsOf(explanation);
  return parts;
}

/** Facts that rules and stages read beside scores and counted events. */
export function judgedFacts(release: Release, model: ScoringModel): readonly string[] {
  const conditions = [
    ...model.rules.flatMap((rule) => (rule.type === 'when' ? [rule.when] : [])),
    ...release.qualification.stages.map(({ when }) => when),
  ];
  const facts = conditions.flatMap((condition) =>
    compiledIn(release, condition).factsNeeded.map(({ fact }) => fact),
  );
  return [...new Set(facts)].filter((fact) => fact !== 'grade' && fact !== 'eventCount');
}
