/**
 * Pausing, resuming, and the look ahead at what a resume will do; and the loop that resumes a pause
 * whose end has come.
 *
 * Everybody who resumes goes through `lookAhead`: the preview shows what it finds, the resume does it
 * in the transaction that ends the pause. The loop does the same for every parked run that nothing
 * holds any more, so it also finds a run that parked in the very moment in which its pause ended.
 * The number of statements does not depend on the number of runs.
 */
import type { JourneyPlan } from '../../core/journey/plan.ts';
import {
  perHourByDefault,
  planTurns,
  stepAfterSleep,
  sumTurns,
  type StepTurns,
  type Turn,
} from '../../core/journey/resume-plan.ts';
import type { Sql, Store } from '../../store/client.ts';
import {
  countOpenRuns,
  giveTurns,
  lastTurns,
  loadFrozenStretches,
  loadParkedRuns,
  type FrozenStretch,
  type ParkedRun,
} from '../../store/parked-runs.ts';
import {
  endPause,
  endPausesThatAreOver,
  findPause,
  findSamePause,
  lockPauses,
  savePause,
  saveWoken,
  tryLockPauses,
  type NewPause,
  type StoredPause,
} from '../../store/pauses.ts';
import { startLoop, type Loop } from './loop.ts';

export interface PauseDeps {
  readonly store: Sql & Pick<Store, 'transaction'>;
  readonly plans: (hashes: readonly string[]) => Promise<ReadonlyMap<string, JourneyPlan>>;
  readonly now: () => number;
}

export type Begun =
  | {
      readonly type: 'begun';
      readonly pause: NewPause;
      /** Open runs that it touches; null for a sender: nobody knows before they come to an email. */
      readonly open: number | null;
    }
  /** The same thing is paused already, or will be. */
  | { readonly type: 'already'; readonly pause: StoredPause };

export async function beginPause({ store }: PauseDeps, pause: NewPause): Promise<Begun> {
  return store.transaction(async (sql) => {
    await lockPauses(sql);
    const same = await findSamePause(sql, pause);
    if (same !== undefined) return { type: 'already', pause: same };
    await savePause(sql, pause);
    const open = pause.scope === 'sender' ? null : await countOpenRuns(sql, pause);
    return { type: 'begun', pause, open };
  });
}

/** What a resume will do, or did. */
export interface ResumeView {
  readonly pause: StoredPause;
  readonly now: number;
  readonly turns: readonly Turn[];
  readonly steps: readonly StepTurns[];
  readonly perHour: { readonly [journey: string]: number };
  /** Parked runs that another pause goes on holding. */
  readonly stillHeld: number;
  /** Runs that only sleep longer, by as much of the pause as lay over their sleep; null for a sender. */
  readonly sleeping: number | null;
}

export interface ResumeAsk {
  readonly id: string;
  readonly by: string;
  /** Instead of what the files of the journeys say. */
  readonly perHour?: number;
}
export type Resumed =
  | { readonly type: 'resumed'; readonly view: ResumeView; readonly woken: number }
  /** It had not begun. */
  | { readonly type: 'called-off'; readonly pause: StoredPause }
  | { readonly type: 'over'; readonly pause: StoredPause }
  | { readonly type: 'unknown' };

/** Undefined: there is no such pause. */
export async function previewResume(
  deps: PauseDeps,
  { id, perHour }: Omit<ResumeAsk, 'by'>,
): Promise<ResumeView | undefined> {
  const pause = await findPause(deps.store, id);
  return pause === undefined ? undefined : lookAhead(deps, deps.store, pause, perHour);
}

export async function resumePause(deps: PauseDeps, ask: ResumeAsk): Promise<Resumed> {
  return deps.store.transaction(async (sql) => {
    await lockPauses(sql);
    const pause = await findPause(sql, ask.id);
    if (pause === undefined) return { type: 'unknown' };
    const now = deps.now();
    const isOver = pause.resumedAt !== null || (pause.until !== null && pause.until <= now);
    if (isOver) return { type: 'over', pause };
    const end = { id: pause.id, expected: pause.until, resumedAt: now, resumedBy: ask.by };
    if (pause.from > now) {
      await endPause(sql, { ...end, until: pause.from });
      return { type: 'called-off', pause };
    }
    const view = await lookAhead({ ...deps, now: () => now }, sql, pause, ask.perHour);
    await endPause(sql, { ...end, until: now });
    const woken = await giveTurns(sql, view.turns);
    await saveWoken(sql, [pause.id], woken);
    return { type: 'resumed', view, woken };
  });
}

async function lookAhead(
  deps: PauseDeps,
  sql: Sql,
  pause: StoredPause,
  perHour: number | undefined,
): Promise<ResumeView> {
  const now = deps.now();
  const parked = await loadParkedRuns(sql, { now, unheld: false });
  const others = (run: ParkedRun) => run.holders.filter((id) => id !== pause.id);
  const held = parked.filter(({ holders }) => holders.includes(pause.id));
  const free = parked.filter((run) => others(run).length === 0);
  const ended = { id: pause.id, until: now };
  const planned = await turnsOf(deps, sql, free, { now, perHour, ended });
  const open = pause.scope === 'sender' ? null : await countOpenRuns(sql, pause);
  return {
    ...{ pause, now, turns: planned.turns, perHour: planned.perHour },
    steps: sumTurns(planned.turns),
    stillHeld: held.filter((run) => others(run).length > 0).length,
    sleeping: open === null ? null : Math.max(0, open - held.length),
  };
}

interface TurnsAsked {
  readonly now: number;
  readonly perHour?: number | undefined;
  readonly ended?: { readonly id: string; readonly until: number };
}

async function turnsOf(
  { plans: plansOf }: PauseDeps,
  sql: Sql,
  runs: readonly ParkedRun[],
  { now, perHour, ended }: TurnsAsked,
): Promise<{ readonly turns: readonly Turn[]; readonly perHour: ResumeView['perHour'] }> {
  const since = Math.min(now, ...runs.map(({ from }) => from));
  const stretches = (await loadFrozenStretches(sql, since)).map((stretch) =>
    stretch.id === ended?.id ? { ...stretch, until: ended.until } : stretch,
  );
  const last = await lastTurns(sql, now);
  const plans = await plansOf([...new Set(runs.map(({ planHash }) => planHash))]);
  const rates = ratesOf(runs, plans, perHour);
  const turns = planTurns(
    runs.map((run) => ({ ...run, ...firstActOf(run, plans), stretches: ofRun(run, stretches) })),
    {
      now,
      perHour: (journey) => rates[journey] ?? perHourByDefault,
      lastTurn: (journey) => last.get(journey),
    },
  );
  return { turns, perHour: rates };
}

function ofRun(run: ParkedRun, stretches: readonly FrozenStretch[]): readonly FrozenStretch[] {
  return stretches.filter(
    ({ scope, key }) => scope === 'all' || key === (scope === 'journey' ? run.journey : run.leadId),
  );
}

/** Of several versions of one journey the most careful one counts. */
function ratesOf(
  runs: readonly ParkedRun[],
  plans: ReadonlyMap<string, JourneyPlan>,
  asked: number | undefined,
): ResumeView['perHour'] {
  const rates: { [journey: string]: number } = {};
  for (const { journey, planHash } of runs) {
    const own = asked ?? plans.get(planHash)?.whenPaused.perHour ?? perHourByDefault;
    rates[journey] = Math.min(rates[journey] ?? Infinity, own);
  }
  return rates;
}

/** Only emails get too old: a task or a branch is as good later. */
function firstActOf({ planHash, step: at }: ParkedRun, plans: ReadonlyMap<string, JourneyPlan>) {
  const plan = plans.get(planHash);
  if (plan === undefined) return {};
  const step = stepAfterSleep(plan.flow, at);
  const { skipIfOlderThanMs } = plan.whenPaused;
  const getsOld = plan.steps[step]?.type === 'send' && skipIfOlderThanMs !== undefined;
  return { step, ...(getsOld ? { skipIfOlderThanMs } : {}) };
}

/** One round; says how many runs had their turn. */
export async function wakeUnheld(deps: PauseDeps): Promise<number> {
  return deps.store.transaction(async (sql) => {
    if (!(await tryLockPauses(sql))) return 0;
    const now = deps.now();
    const over = await endPausesThatAreOver(sql, now);
    const runs = await loadParkedRuns(sql, { now, unheld: true });
    if (runs.length === 0) return 0;
    const { turns } = await turnsOf(deps, sql, runs, { now });
    const woken = await giveTurns(sql, turns);
    const [only] = over;
    // Of several that end together nobody can say whose runs these are.
    if (only !== undefined && over.length === 1) await saveWoken(sql, [only.id], woken);
    return woken;
  });
}

/** Late by at most this; a pause that ends by itself is resumed through the same path as one ended by hand. */
const everyMs = 2_000;

export function startPauseLoop(
  deps: PauseDeps & { readonly onError: (error: unknown) => void; readonly everyMs?: number },
): Loop {
  const round = async (): Promise<boolean> => {
    await wakeUnheld(deps);
    return false;
  };
  return startLoop({ everyMs: deps.everyMs ?? everyMs, round, onError: deps.onError });
}
