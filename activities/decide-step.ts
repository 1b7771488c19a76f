/**
 * Answers a journey's questions: which arm, which date. Branches are decided by json-rules-engine on
 * the stored facts; the arm is recorded under the command id before it is told, so an attempt that is
 * repeated finds the same answer even when the facts have moved on.
 */
import { derivedId } from '../core/decision/ids.ts';
import type { Outcome } from '../core/journey/command.ts';
import type { PlanStep } from '../core/journey/plan.ts';
import { splitArm } from '../core/journey/split.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import { evaluateCondition } from '../rule-engine/evaluate.ts';
import type { DecideStepInput } from '../workflows/contract.ts';
import { confirm, findAsked } from './confirm.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { dateOf, readerOf, wholeLead } from './facts.ts';
import { failure, guarded } from './failures.ts';
import { commandOf, findStep, type StepTask } from './step.ts';

type BranchStep = Extract<PlanStep, { readonly type: 'branch' }>;
type SplitStep = Extract<PlanStep, { readonly type: 'split' }>;
interface Chosen {
  readonly arm: string;
  readonly detail: JsonObject;
}

export async function decideStep(
  deps: ActivityDependencies,
  input: DecideStepInput,
): Promise<Outcome> {
  const command = commandOf(input);
  return guarded(deps, `${input.enrolmentId}/${command}`, async () => {
    const asked = await findAsked(deps, input, command);
    if (asked.run.status === 'closed') return { type: 'closed' };
    const first = await confirm(deps, input, asked);
    if (first !== undefined) return first;
    const task = await findStep(deps, input, asked);
    const { step } = task;
    if (input.kind === 'resolve-date') return resolveDate(deps, task);
    if (step.type === 'branch') {
      return recorded(deps, task, 'branch', () => chooseBranch(deps, { ...task, step }));
    }
    if (step.type === 'split') {
      return recorded(deps, task, 'split', () => chooseSplit({ ...task, step }, input.splitKey));
    }
    throw failure('step-missing', task.commandId);
  });
}

async function recorded(
  deps: ActivityDependencies,
  task: StepTask,
  kind: 'branch' | 'split',
  choose: () => Promise<Chosen> | Chosen,
): Promise<Outcome> {
  const id = derivedId('arm', task.commandId);
  const known = await deps.runs.findArm(id);
  if (known !== undefined) return { type: 'arm', arm: known };
  const { arm, detail } = await choose();
  const { run, release, now } = task;
  const written = await deps.runs.recordArm({
    ...{ id, kind, leadId: run.leadId, releaseId: release.id, arm, at: now },
    detail: { ...detail, enrolmentId: run.id, journey: run.journey, step: task.id, arm },
  });
  return { type: 'arm', arm: written };
}

/** The first arm whose condition holds; the last has none. */
async function chooseBranch(
  deps: ActivityDependencies,
  task: StepTask<BranchStep>,
): Promise<Chosen> {
  const { step, release, now, commandId } = task;
  const read = readerOf(task, await wholeLead(deps, task));
  const asked: JsonObject[] = [];
  for (const { id, if: condition } of step.arms) {
    if (condition === undefined) return { arm: id, detail: { asked } };
    const verdict = await evaluateCondition(condition, release.segments, read, now);
    // An explanation is plain data by construction; JSON drops what is undefined in it.
    const explanation = JSON.parse(JSON.stringify(verdict.explanation)) as JsonObject;
    asked.push({ arm: id, holds: verdict.holds, explanation });
    if (verdict.holds) return { arm: id, detail: { asked } };
  }
  throw failure('step-missing', commandId);
}

function chooseSplit({ step, plan, id }: StepTask<SplitStep>, splitKey: string): Chosen {
  const arm = splitArm(step.arms, splitKey, plan.journey, id);
  const { holdout = false } = step.arms.find((one) => one.id === arm) ?? {};
  return { arm, detail: { holdout } };
}

/** A date that is not known is an answer: the flow says what then. */
async function resolveDate(deps: ActivityDependencies, task: StepTask): Promise<Outcome> {
  const { step } = task;
  const reference = step.type === 'wait-until' || step.type === 'wait-for' ? step.until : undefined;
  if (reference === undefined) throw failure('step-missing', task.commandId);
  const read = readerOf(task, await wholeLead(deps, task));
  return { type: 'date', at: dateOf(reference, read) };
}
