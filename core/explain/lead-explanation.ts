/**
 * Where a lead stands at one instant and why, as data: each point with the events behind it, each stage
 * ahead with every condition as it is judged, what holds and what is in the way, and each question.
 *
 * Judged by the rules it is given, with nothing remembered and nothing decided: the stage itself and how
 * it came about are what was decided, and are only repeated here.
 */
import { judgeOf, type DecisionContext } from '../decision/context.ts';
import type { Release } from '../definitions/release.ts';
import type { Lead, StageState } from '../facts/lead.ts';
import { factReader, type FactReader } from '../facts/read.ts';
import { rulesAhead } from '../qualification/stages.ts';
import type { BantAnswer, StageRule } from '../qualification/model.ts';
import { eventLabel, labelOf, stageLabel } from '../routing/brief.ts';
import { isKnown } from '../rules/operators.ts';
import type { Scored, ScoredPoint } from '../scoring/score.ts';
import type { ScoringModel } from '../scoring/model.ts';
import { blocksOf, type Block } from './blocks.ts';
import { conditionLines, type ConditionLine } from './condition-lines.ts';
import type { Names } from './sentence.ts';

export interface LeadExplanation {
  readonly at: number;
  readonly models: readonly ModelExplained[];
  readonly stage: Pick<StageState, 'stage' | 'since' | 'byHand'> & { readonly label: string };
  readonly disqualified?: Lead['disqualified'];
  readonly ahead: readonly StageAhead[];
  /** The way back out of the stage it is in. */
  readonly back?: { readonly stage: string; readonly holds: boolean; readonly lines: Lines };
  readonly bant: readonly BantAnswered[];
  /** The next instant at which the clock alone may change an answer. */
  readonly dueAt?: number;
}
type Lines = readonly ConditionLine[];

export interface ModelExplained {
  readonly model: string;
  readonly grade: string;
  readonly scores: readonly ScoreExplained[];
}
export interface ScoreExplained {
  readonly score: string;
  /** `null`: too little is known. */
  readonly value: number | null;
  readonly most: number;
  readonly points: readonly PointExplained[];
  /** Why it is unknown: labels of facts of which so many more have to be known. */
  readonly unknown?: { readonly lacks: number; readonly of: readonly string[] };
}
export interface PointExplained {
  readonly rule: string;
  readonly why: string;
  /** What counts: faded, and cut by `atMost`. */
  readonly points: number;
  /** Before either. */
  readonly raw: number;
  /** After fading and before `atMost` cut it; absent where it cut nothing. */
  readonly uncut?: number;
  readonly atMost?: number;
  readonly events: readonly {
    readonly id: string;
    readonly name: string;
    readonly label: string;
    readonly occurredAt: number;
    readonly raw: number;
    readonly points: number;
  }[];
}
export interface StageAhead {
  readonly stage: string;
  readonly label: string;
  readonly why: string;
  /** Whether its condition holds now. */
  readonly holds: boolean;
  readonly lines: Lines;
  readonly blocks: readonly Block[];
  /** It holds and has to go on holding. */
  readonly hold?: { readonly since: number; readonly until: number };
}
export interface BantAnswered {
  readonly question: string;
  readonly ask: string;
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly lines: Lines;
}

export function explainLead(lead: Lead, release: Release, now: number): LeadExplanation {
  const context = { release, plans: new Map() };
  const read = factReader(release, lead, now);
  const { stage, since, byHand } = lead.stage;
  const back = wayBack(lead, now, context);
  const { bant } = release.qualification;
  return {
    at: now,
    models: release.models.flatMap((model) => {
      const scored = read.scored(model.model);
      return scored === undefined ? [] : [explainModel(model, scored, read, release)];
    }),
    stage: {
      ...{ stage, since, label: stageLabel(release, stage) },
      ...(byHand === undefined ? {} : { byHand }),
    },
    ...(lead.disqualified === undefined ? {} : { disqualified: lead.disqualified }),
    ahead: stagesAhead(lead, now, context),
    ...(back === undefined ? {} : { back }),
    bant: Object.entries(bant).map(([id, one]) => explainBant(id, one, lead, now, context)),
    ...(lead.dueAt === undefined ? {} : { dueAt: lead.dueAt }),
  };
}

/** Facts and segments as the files of a release call them. */
export function namesIn(release: Release): Names {
  return {
    fact: (id) => labelOf(release, id),
    segment: (id) => release.segments[id]?.why ?? id,
  };
}

function explainModel(
  model: ScoringModel,
  scored: Scored,
  read: FactReader,
  release: Release,
): ModelExplained {
  const scores = Object.entries(model.scores).map(([score, scale]): ScoreExplained => {
    const value = scored.scores[score] ?? null;
    const asked = scale.unknownUnless;
    const unknownFacts = (asked?.of ?? []).filter((fact) => !isKnown(read(fact)));
    const lacks = (asked?.atLeast ?? 0) - ((asked?.of.length ?? 0) - unknownFacts.length);
    return {
      ...{ score, value, most: scale.max },
      points: scored.points
        .filter((point) => point.score === score)
        .map((point) => explainPoint(point, model, release)),
      ...(value === null && lacks > 0
        ? { unknown: { lacks, of: unknownFacts.map((fact) => labelOf(release, fact)) } }
        : {}),
    };
  });
  return { model: model.model, grade: scored.grade, scores };
}

function explainPoint(point: ScoredPoint, model: ScoringModel, release: Release): PointExplained {
  const { rule: id, why, points, raw, events } = point;
  const rule = model.rules.find((one) => one.id === id);
  const uncut = events.reduce((sum, event) => sum + event.points, 0);
  const isCut = events.length > 0 && Math.abs(uncut) - Math.abs(points) > 1e-9;
  const atMost = rule?.type === 'for-each' ? rule.atMost : undefined;
  return {
    ...{ rule: id, why, points, raw },
    ...(isCut ? { uncut } : {}),
    ...(atMost === undefined ? {} : { atMost }),
    events: events.map((event) => ({
      ...event,
      label: eventLabel(release, event.name) ?? event.name,
      raw: rule?.points ?? event.points,
    })),
  };
}

function stagesAhead(lead: Lead, now: number, context: DecisionContext): readonly StageAhead[] {
  const { qualification } = context.release;
  const { order } = qualification;
  const reachable = new Set(rulesAhead(qualification, lead.stage.stage));
  return qualification.stages
    .filter(({ stage }) => order.indexOf(stage) > order.indexOf(lead.stage.stage))
    .map((rule): StageAhead => {
      const { stage, label, why } = rule;
      const { holds, explanation } = judgeOf(context, lead, now).verdict(rule.when);
      const lines = conditionLines(explanation, namesIn(context.release));
      const blocks = blocksOf(rule, lead, now, context);
      const hold = reachable.has(rule) && holds ? holdOf(rule, lead) : undefined;
      return {
        ...{ stage, label, why, holds, lines, blocks },
        ...(hold === undefined ? {} : { hold }),
      };
    });
}

function holdOf({ stage, holdForMs }: StageRule, lead: Lead): StageAhead['hold'] {
  const { holding } = lead.stage;
  const since = Object.hasOwn(holding, stage) ? holding[stage] : undefined;
  if (since === undefined || holdForMs === 0) return undefined;
  return { since, until: since + holdForMs };
}

function wayBack(lead: Lead, now: number, context: DecisionContext): LeadExplanation['back'] {
  const rule = context.release.qualification.stages.find(({ stage }) => stage === lead.stage.stage);
  if (rule?.backTo === undefined) return undefined;
  const { holds, explanation } = judgeOf(context, lead, now).verdict(rule.backTo.if);
  const lines = conditionLines(explanation, namesIn(context.release));
  return { stage: rule.backTo.stage, holds, lines };
}

function explainBant(
  question: string,
  { ask, yes, no }: BantAnswer,
  lead: Lead,
  now: number,
  context: DecisionContext,
): BantAnswered {
  const judge = judgeOf(context, lead, now);
  const verdict = judge.verdict(yes);
  const isNo = !verdict.holds && no !== undefined && judge.holds(no);
  const answer = verdict.holds ? 'yes' : isNo ? 'no' : 'unknown';
  const lines = conditionLines(verdict.explanation, namesIn(context.release));
  return { question, ask, answer, lines };
}
