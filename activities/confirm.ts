/**
 * The last look before a run acts, or ends a sleep: has its journey been edited, is anything paused?
 *
 * Sleeping runs are touched by neither. Each finds out here, at its next step, and is told to move to
 * the newer plan, to sleep longer by the time that stood still, or to park. `undefined`: go on.
 * A run whose command may have been carried out already first hears the answer to it.
 */
import { derivedId } from '../core/decision/ids.ts';
import { historyOfWaits, waitsHeard } from '../core/decision/waits-heard.ts';
import type { Outcome, StepMapping } from '../core/journey/command.ts';
import { expectedAt } from '../core/journey/expected.ts';
import type { Flow } from '../core/journey/flow.ts';
import { placeIn, type Placement } from '../core/journey/move.ts';
import { frozenDue, type Due } from '../core/journey/pause.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import type { Confirmable } from '../workflows/contract.ts';
import type { ActivityDependencies, Run } from './dependencies.ts';
import { failure } from './failures.ts';

export interface Asked {
  readonly commandId: string;
  readonly run: Run;
  /** The plan the run is on as its workflow knows it. */
  readonly plan: JourneyPlan;
  readonly planHash: string;
  readonly due: Due;
  readonly now: number;
}

/** Its run, its plan and what was slept through. */
export async function findAsked(
  deps: Pick<ActivityDependencies, 'runs' | 'definitions' | 'clock'>,
  input: Confirmable,
  command: string,
): Promise<Asked> {
  const commandId = `${input.enrolmentId}/${command}`;
  const now = deps.clock.at(input.now);
  const due = input.due ?? { from: input.now, until: input.now, planned: input.now };
  const run = await findRun(deps, input, due, commandId);
  const planHash = input.planHash ?? run.planHash;
  const plan = await deps.definitions.plan(planHash);
  if (plan === undefined) throw failure('plan-missing', commandId);
  return { commandId, run, plan, planHash, due, now };
}

async function findRun(
  { runs }: Pick<ActivityDependencies, 'runs'>,
  { enrolmentId }: Confirmable,
  due: Due,
  commandId: string,
): Promise<Run> {
  const run = await runs.find({ enrolmentId, since: Math.min(due.from, due.planned) });
  if (run === undefined) throw failure('enrolment-missing', commandId);
  return run;
}

/** Each look loses only to something that was committed meanwhile: more are needed only under a defect. */
const looksMax = 10;

export async function confirm(
  deps: ActivityDependencies,
  input: Confirmable,
  asked: Asked,
  looks = 1,
): Promise<Outcome | undefined> {
  if (asked.run.status === 'closed') return undefined;
  const move = await moved(deps, input, asked);
  if (move !== 'changed') return move ?? paused(deps, input, asked);
  const { commandId, due } = asked;
  if (looks >= looksMax) throw failure('run-changing', commandId);
  const { pauses } = asked.run;
  const run = { ...(await findRun(deps, input, due, commandId)), pauses };
  return confirm(deps, input, { ...asked, run }, looks + 1);
}

/** Senders are no matter of the run: only an email waits for them. */
export async function paused(
  deps: Pick<ActivityDependencies, 'runs'>,
  { at }: Confirmable,
  { run, due, now, commandId }: Asked,
): Promise<Outcome | undefined> {
  const { runs } = deps;
  const pauses = run.pauses.filter(({ scope }) => scope !== 'sender');
  const goesOnAt = frozenDue(due, pauses, now);
  if (goesOnAt === null) {
    if (await hasActed(deps, commandId)) return undefined;
    await runs.park(run.id, { step: at ?? '', ...due }, null);
    return { type: 'parked' };
  }
  if (goesOnAt > now && goesOnAt > due.until) {
    await runs.park(run.id, null, goesOnAt);
    return { type: 'retry-at', at: goesOnAt };
  }
  // An attempt that parked it and died is asked again when the pause may be over: it keeps its turn.
  if (run.turnAt !== null && run.turnAt > now) return { type: 'retry-at', at: run.turnAt };
  if (run.isParked) await runs.park(run.id, null, now);
  return undefined;
}

/** `changed`: marked anew, closed, asked by another attempt or about a lead that just did something. */
async function moved(
  deps: ActivityDependencies,
  input: Confirmable,
  asked: Asked,
): Promise<Outcome | 'changed' | undefined> {
  const { run, plan, commandId, now } = asked;
  const from = input.planHash;
  if (from === undefined) return undefined;
  // An attempt before this one moved it, and died before its workflow heard of it.
  if (run.planHash !== from) {
    const mapping = await deps.runs.findMove(run.movedBy, from, run.planHash);
    if (mapping === undefined) throw failure('move-missing', commandId);
    const outcome = await moveTo(deps, asked, run.planHash, mapping);
    return run.targetPlan === null ? outcome : { ...outcome, again: true };
  }
  const to = run.targetPlan;
  if (to === null || (await hasActed(deps, commandId))) return undefined;
  const mapping = await deps.runs.findMove(run.targetRelease, from, to);
  if (mapping === undefined) throw failure('move-missing', commandId);
  const outcome = await moveTo(deps, asked, to, mapping);
  const { flow } = outcome;
  const place = input.at === undefined ? null : placeIn(plan.flow, flow, mapping, input.at);
  if (place?.type === 'blocked') {
    await deps.runs.block(run.id, to, place.why);
    return undefined;
  }
  const once = (step: string): boolean => {
    const wait = flow.steps[step];
    return wait?.type === 'wait-for' && wait.since === 'entry';
  };
  const heard = outcome.heard.flatMap((one) => (one.type === 'satisfied' ? [one.step] : []));
  const isMoved = await deps.runs.move({
    ...{ enrolmentId: run.id, leadId: run.leadId, leadSeq: run.leadSeq },
    ...{ commandId, armId: armIdOf(commandId), fromPlan: from, toPlan: to, at: now },
    ...{ renamed: mapping.renamed, steps: Object.keys(flow.steps) },
    satisfied: [...new Set(heard)].filter(once),
    ...{ stood: input.at ?? null, stands: place?.step ?? null },
    expectedBy: place === null ? null : expectedOf(flow, place, asked),
  });
  return isMoved ? outcome : 'changed';
}

/** When it is heard of next: a wait that goes on is counted from when it began. */
function expectedOf(
  flow: Flow,
  { type, step }: Exclude<Placement, { type: 'blocked' }>,
  { due, now }: Asked,
): number | null {
  const at = expectedAt(flow, step, type === 'kept' ? due.from : now);
  return at === null ? null : Math.max(now, at);
}

/** An attempt that died on the way home: whoever asks again is told what it did. */
function hasActed(
  { runs }: Pick<ActivityDependencies, 'runs'>,
  commandId: string,
): Promise<boolean> {
  return runs.hasActed(commandId, armIdOf(commandId));
}

function armIdOf(commandId: string): string {
  return derivedId('arm', commandId);
}

/** The newer plan, and what its waits have heard of so far. */
async function moveTo(
  deps: ActivityDependencies,
  { run, commandId, now }: Asked,
  planHash: string,
  { renamed, removed }: StepMapping,
): Promise<Extract<Outcome, { type: 'move' }>> {
  const plan = await deps.definitions.plan(planHash);
  if (plan === undefined) throw failure('plan-missing', commandId);
  const release = await deps.definitions.release();
  const history = historyOfWaits(plan, run);
  const lead = await deps.leads.load(run.leadId, release, plan, now, history);
  const heard = waitsHeard(plan, run, lead, now, release);
  const { flow } = plan;
  return { type: 'move', planHash, flow, renamed, removed, heard, upTo: run.leadSeq };
}
