/**
 * Clicks and opens as a worker judges them: which requests have settled, what their links say, and when
 * requests are forgotten. Any number of workers do it side by side; what two of them find is told once.
 */
import { judgeHits, type FailedMails, type LinkSaid } from '../ingest/judge-hits.ts';
import { findLink, saidOf } from '../mail/tracking/find-link.ts';
import { forgetHits, type MailWithHits } from '../store/link-hits.ts';
import type { Core } from './composition.ts';
import { startLoop, type Loop } from './dispatch/loop.ts';
import type { ReleaseLibrary } from './releases.ts';

/** Little beside the time that a request is given to settle. */
const everyMs = 2_000;
const dayMs = 86_400_000;
const atOnce = 1_000;

export function startTracking({ store, ingest, releases, log }: Core): Loop {
  const onError = (error: unknown): void => log.error({ err: error }, 'requests to links');
  const failed: FailedMails = new Map();
  const judge = {
    ...{ sql: store, ingest: ingest.ingest, now: () => Date.now(), onError },
    link: linkSaid(releases),
  };
  const forget = async (): Promise<boolean> => {
    const now = Date.now();
    const before = { client: now - 2 * dayMs, hit: now - 30 * dayMs };
    return (await forgetHits(store, before, atOnce)) === atOnce;
  };
  const loops = [
    startLoop({ everyMs, onError, round: () => judgeHits(judge, failed) }),
    startLoop({ everyMs: 60_000, onError, round: forget }),
  ];
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

export function linkSaid({ template }: Pick<ReleaseLibrary, 'template'>) {
  return async (mail: MailWithHits, link: string): Promise<LinkSaid | null> => {
    const stored = await template(mail.template, mail.templateHash);
    const found = stored === undefined ? undefined : findLink(stored.languages, link);
    return found === undefined ? null : saidOf(found, mail.targets?.[link] ?? null);
  };
}
