/**
 * Works on the open recompute until nothing of it is left: two pages at a time, so that Postgres reads
 * and writes for one while the other is decided. Where another process has a lane, it is waited for.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { findOpenRecompute } from '../store/recomputes.ts';
import { recomputePage, type RecomputeWork } from './recompute.ts';

export interface RecomputeAll extends RecomputeWork {
  /** After each page of this process: how many leads it has done. */
  readonly onPage?: (done: number) => void;
}

/** Nothing is lost by looking again soon: the one that is waited for commits within a second. */
const othersEveryMs = 250;

export async function recomputeAll(work: RecomputeAll): Promise<void> {
  let done = 0;
  const pages = async (): Promise<void> => {
    for (;;) {
      const end = await recomputePage(work);
      if (end.type !== 'page') return;
      done += end.leads;
      work.onPage?.(done);
    }
  };
  for (;;) {
    await Promise.all([pages(), pages()]);
    if ((await findOpenRecompute(work.store)) === undefined) return;
    await delay(othersEveryMs);
  }
}
