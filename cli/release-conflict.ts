/** Somebody else published in between: who, when, and what it changed, in words. */
import { minuteInUtc } from '../core/rules/instant.ts';
import type { Store } from '../store/client.ts';
import type { StoredRelease } from '../store/releases.ts';
import { changeLines } from './change-report.ts';
import { CommandFailure } from './shell.ts';

/** `basedOn`: what the caller says it compared its files with. */
export async function refuseStale(
  store: Store,
  latest: StoredRelease | undefined,
  basedOn: number | undefined,
): Promise<void> {
  if (basedOn === undefined || latest?.number === basedOn) return;
  const { findReleaseByNumber } = await import('../store/releases.ts');
  const compared = await findReleaseByNumber(store, basedOn);
  if (compared === undefined || latest === undefined) {
    const known =
      latest === undefined ? 'nothing is published yet' : `${latest.number} is in force`;
    throw new CommandFailure(`There is no release ${basedOn}: ${known}.`, { exitCode: 1 });
  }
  throw new CommandFailure(await conflictWords(store, compared, latest), { exitCode: 1 });
}

/** To be thrown instead of what saving a release threw. */
export async function conflictOf(
  store: Store,
  compared: StoredRelease | undefined,
  error: unknown,
): Promise<unknown> {
  const { ReleaseConflict } = await import('../store/releases.ts');
  if (!(error instanceof ReleaseConflict) || error.inForce === undefined) return error;
  const words = await conflictWords(store, compared, error.inForce);
  return new CommandFailure(words, { cause: error, exitCode: 1 });
}

async function conflictWords(
  store: Store,
  compared: StoredRelease | undefined,
  inForce: StoredRelease,
): Promise<string> {
  const { number, author, message, publishedAt } = inForce;
  const { releaseChanges } = await import('../api/release-changes.ts');
  const changes = await releaseChanges(store, compared?.entries ?? {}, inForce.entries);
  const who = `Nothing was published: ${author} published release ${number} on ${minuteInUtc(publishedAt)} ("${message}"), after release ${compared?.number ?? 0}, which your files were compared with.`;
  const lines = changeLines(changes);
  if (lines.length === 0) return `${who} Both hold the same: publish again.`;
  return [
    `${who} It changed:`,
    ...lines,
    'Take that over into your files, then publish again.',
  ].join('\n');
}
