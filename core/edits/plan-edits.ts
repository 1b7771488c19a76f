/**
 * What a release does to the runs of each journey it edits: who stays, moves, leaves, or cannot move and
 * why, by the step they rest on. The plan that people read before they publish, and the record after.
 *
 * It asks the same question as the run does when it moves (`placeIn`), of the step that the rows tell;
 * it changes nothing, and a run that has gone on by then is free to find another answer.
 */
import { placeIn } from '../journey/move.ts';
import type { StepMapping } from '../journey/command.ts';
import type { StepId } from '../journey/flow.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import { formerNames, mappingBetween } from './lineage.ts';
import { restingStep, type RunRows } from './standing.ts';

export interface EditedJourney {
  readonly journey: string;
  readonly title: string;
  readonly policy: EditPolicy;
  /** Null: the journey is gone. */
  readonly toPlan: string | null;
  /** The plan was in force before: a rollback, or the old file again. */
  readonly isBack: boolean;
  /** As they were in force, one after the other, up to the new one. */
  readonly versions: readonly JourneyVersion[];
}
export interface JourneyVersion {
  readonly hash: string;
  readonly plan: JourneyPlan;
  /** The number of the release that brought it; null: the one to come. */
  readonly release: number | null;
}
export type EditPolicy = 'stay' | 'move' | 'exit' | 'gone';

export interface OpenRun extends RunRows {
  readonly id: string;
  readonly leadId: string;
  readonly journey: string;
  readonly planHash: string;
}

export interface JourneyEdit {
  readonly journey: string;
  readonly title: string;
  readonly policy: EditPolicy;
  readonly runs: number;
  readonly stay: number;
  readonly move: number;
  readonly exit: number;
  readonly blocked: number;
  readonly steps: readonly StepEdit[];
}
export interface StepEdit {
  readonly fromPlan: string;
  /** The release that brought that plan. */
  readonly fromRelease: number | null;
  /** Null: where these rest only their runs know. */
  readonly step: StepId | null;
  readonly count: number;
  readonly fate: Fate;
  /** Of those that are blocked: whom it concerns. */
  readonly blocked: readonly { readonly enrolmentId: string; readonly leadId: string }[];
}
export type Fate =
  | { readonly type: 'stay'; readonly why: 'file' | 'gone' | 'same' }
  | { readonly type: 'exit' }
  | {
      readonly type: 'move';
      readonly how: 'kept' | 'renamed' | 'sent-to' | 'open';
      readonly to: StepId | null;
    }
  | { readonly type: 'blocked'; readonly why: string };

export function planEdits(
  journeys: readonly EditedJourney[],
  runs: readonly OpenRun[],
  now: number,
): readonly JourneyEdit[] {
  const own = new Map<string, OpenRun[]>();
  for (const run of runs) {
    const known = own.get(run.journey);
    if (known === undefined) own.set(run.journey, [run]);
    else known.push(run);
  }
  return journeys.map((journey) => editOf(journey, own.get(journey.journey) ?? [], now));
}

function editOf(journey: EditedJourney, runs: readonly OpenRun[], now: number): JourneyEdit {
  const fateOf = fates(journey, now);
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const fated = fateOf(run);
    const key = JSON.stringify([run.planHash, fated]);
    const group = groups.get(key) ?? { ...fated, fromPlan: run.planHash, runs: [] };
    groups.set(key, group);
    group.runs.push(run);
  }
  const listed = [...groups.values()].map(stepEditIn(journey)).sort(inOrderOf(journey));
  const count = (type: Fate['type']): number =>
    listed.filter(({ fate }) => fate.type === type).reduce((sum, one) => sum + one.count, 0);
  return {
    ...{ journey: journey.journey, title: journey.title, policy: journey.policy },
    runs: runs.length,
    stay: count('stay'),
    move: count('move'),
    exit: count('exit'),
    blocked: count('blocked'),
    steps: listed,
  };
}

interface Group extends Fated {
  readonly fromPlan: string;
  readonly runs: OpenRun[];
}

function stepEditIn({ versions }: EditedJourney) {
  return ({ fromPlan, step, fate, runs }: Group): StepEdit => {
    const fromRelease = versions.find(({ hash }) => hash === fromPlan)?.release ?? null;
    const isBlocked = fate.type === 'blocked';
    const blocked = isBlocked ? runs.map(({ id, leadId }) => ({ enrolmentId: id, leadId })) : [];
    return { fromPlan, fromRelease, step, fate, count: runs.length, blocked };
  };
}

interface Fated {
  readonly step: StepId | null;
  readonly fate: Fate;
}

/** What is the same for all runs of one version is found once. */
function fates(journey: EditedJourney, now: number): (run: OpenRun) => Fated {
  const { versions, toPlan, policy } = journey;
  const target = versions.find(({ hash }) => hash === toPlan)?.plan;
  const known = new Map<string, { readonly names: Names; readonly mapping: StepMapping }>();
  return (run) => {
    const from = versions.find(({ hash }) => hash === run.planHash)?.plan;
    if (from === undefined) return { step: run.step, fate: unmoved(policy, run, toPlan) };
    const version = known.get(run.planHash) ?? {
      names: formerNames(versions, run.planHash),
      mapping: toPlan === null ? nothing : mappingBetween(versions, run.planHash, toPlan),
    };
    known.set(run.planHash, version);
    const step = restingStep(from.flow, named(run, version.names), now);
    if (policy !== 'move' || run.planHash === toPlan || target === undefined) {
      return { step, fate: unmoved(policy, run, toPlan) };
    }
    const fate = placed(from, target, version.mapping, step);
    return { step, fate: journey.isBack ? notThereBefore(fate, step) : fate };
  };
}

const nothing: StepMapping = { renamed: {}, removed: {} };

function unmoved(policy: EditPolicy, run: OpenRun, toPlan: string | null): Fate {
  if (run.planHash === toPlan) return { type: 'stay', why: 'same' };
  if (policy === 'exit') return { type: 'exit' };
  return { type: 'stay', why: policy === 'gone' ? 'gone' : 'file' };
}

function placed(
  from: JourneyPlan,
  target: JourneyPlan,
  mapping: StepMapping,
  step: StepId | null,
): Fate {
  if (step === null) return { type: 'move', how: 'open', to: null };
  const place = placeIn(from.flow, target.flow, mapping, step);
  switch (place.type) {
    case 'blocked':
      return { type: 'blocked', why: place.why };
    case 'sent-to':
      return { type: 'move', how: 'sent-to', to: place.step };
    case 'kept':
      return { type: 'move', how: place.step === step ? 'kept' : 'renamed', to: place.step };
  }
}

/** Nobody can add to "removed" of a version that is published already. */
function notThereBefore(fate: Fate, step: StepId | null): Fate {
  if (fate.type !== 'blocked') return fate;
  return { ...fate, why: `the earlier version has no step "${step ?? ''}"` };
}

type Names = ReturnType<typeof formerNames>;

/** Rows keep the names that steps had when they were written. */
function named(run: OpenRun, names: Names): RunRows {
  const nameOf = (step: StepId): StepId => names[step] ?? step;
  return {
    ...run,
    step: run.step === null ? null : nameOf(run.step),
    parkedAt: run.parkedAt === null ? null : nameOf(run.parkedAt),
    drawn: Object.fromEntries(Object.entries(run.drawn).map(([step, arm]) => [nameOf(step), arm])),
    heard: run.heard.map((one) => ({ ...one, step: nameOf(one.step) })),
  };
}

/** Newer versions first, then as the file has its steps. */
function inOrderOf({ versions }: EditedJourney): (a: StepEdit, b: StepEdit) => number {
  const age = (hash: string): number => versions.findLastIndex((version) => version.hash === hash);
  const steps = new Map(versions.map(({ hash, plan }) => [hash, Object.keys(plan.steps)] as const));
  const place = ({ fromPlan, step }: StepEdit): number =>
    step === null ? -1 : (steps.get(fromPlan)?.indexOf(step) ?? -1);
  return (a, b) => age(b.fromPlan) - age(a.fromPlan) || place(a) - place(b);
}
