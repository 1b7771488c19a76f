/**
 * The slow loops of a worker: they look for what a process that died left half done, and settle it or
 * list it. Nothing here is on the way of a lead that goes well; every round is bounded.
 */
import { confirmLeftOver } from '../ingest/second-opinion.ts';
import { markStragglers } from '../store/edits.ts';
import { createSendLedger } from '../store/sends.ts';
import { endLeftBehind, endWithoutStep, findAgain } from '../store/settlements.ts';
import type { Core } from './composition.ts';
import { checkLateRuns } from './dispatch/late-runs.ts';
import { startLoop, type Loop } from './dispatch/loop.ts';

const atOnce = 100;

/** Carries out one email that a person asked to be sent once more. Undefined: its step is gone. */
export type SendAgain = (send: {
  readonly commandId: string;
  readonly step: string;
  readonly now: number;
}) => Promise<object | undefined>;

export function startUpkeep(
  { store, releases, delivery, log }: Core,
  { again }: { readonly again: SendAgain },
): Loop {
  const ledger = createSendLedger(store);
  const reported = (what: string) => (error: unknown) => log.error({ err: error }, what);
  const loops = [
    startLoop({
      everyMs: 10_000,
      // A transmission whose process died and whose journey is gone would stay open for ever.
      round: async () => (await ledger.parkAbandoned(atOnce)) === atOnce,
      onError: reported('abandoned sends'),
    }),
    startLoop({
      everyMs: 10_000,
      round: async () => (await endLeftBehind(store, atOnce)) === atOnce,
      onError: reported('emails whose journey ended before their next try'),
    }),
    startLoop({
      everyMs: 5_000,
      round: () => sendOnceMore(store, again),
      onError: reported('emails that somebody asked to be sent once more'),
    }),
    startLoop({
      everyMs: 30_000,
      round: () => confirmLeftOver(store, releases, atOnce),
      onError: reported('decisions without a second opinion'),
    }),
    startLoop({
      everyMs: 10_000,
      round: async () => (await markStragglers(store), false),
      onError: reported('runs that began while a release was published'),
    }),
    startLoop({
      everyMs: 60_000,
      round: () => checkLateRuns({ ...delivery, now: () => Date.now() }),
      onError: reported('runs that are late'),
    }),
  ];
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

/** One after the other: they are few, and a relay in trouble is not to be met by all at once. */
async function sendOnceMore(store: Core['store'], again: SendAgain): Promise<boolean> {
  const now = Date.now();
  const asked = await findAgain(store, { now, limit: againAtOnce });
  const failed: unknown[] = [];
  for (const { commandId, step } of asked) {
    try {
      const outcome = await again({ commandId, step, now });
      if (outcome === undefined) await endWithoutStep(store, commandId, now);
    } catch (error) {
      failed.push(error);
    }
  }
  // None keeps the others from being tried.
  if (failed.length > 0) throw new AggregateError(failed, `${failed.length} of ${asked.length}`);
  return false;
}
const againAtOnce = 10;
