/**
 * The recompute that a publish asked for, in the background: small pages, and after each as long a rest
 * as it took, so that live ingest finds at least half of the machine and waits for few locked leads.
 * Beside it the pace at which leads that it moved quietly are handed over, once somebody asks for that.
 *
 * Any number of workers run it; the lanes of the recompute and the row of the pace keep them apart.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { handOverUntold, type HandOverWork } from '../../ingest/hand-over-untold.ts';
import { recomputePage, type RecomputeWork } from '../../ingest/recompute.ts';
import { startLoop, type Loop } from './loop.ts';

export interface RecomputeLoopOptions
  extends Omit<RecomputeWork, 'leadsAtOnce'>, Pick<HandOverWork, 'ingest'> {
  readonly releases: RecomputeWork['releases'] & HandOverWork['releases'];
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
}

/** As many as a live batch locks. */
const leadsAtOnce = 200;

export function startRecomputeLoop(options: RecomputeLoopOptions): Loop {
  const { everyMs = 2_000, onError } = options;
  const pages = startLoop({ everyMs, onError, round: () => oneRestedPage(options) });
  const handOver = startLoop({
    everyMs,
    onError,
    round: async () => (await handOverUntold(options)) > 0,
  });
  return { stop: async () => void (await Promise.all([pages.stop(), handOver.stop()])) };
}

/** True when there may be more. */
async function oneRestedPage(options: RecomputeLoopOptions): Promise<boolean> {
  const startedAt = performance.now();
  const end = await recomputePage({ ...options, leadsAtOnce });
  if (end.type !== 'page') return false;
  await delay(performance.now() - startedAt);
  return true;
}
