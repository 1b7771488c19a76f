/**
 * `perennial rollback`: an earlier release in force again, as a new one. Leads that have not moved yet stay
 * where they are; those that have are mapped back; who cannot be is named.
 */
import { Command } from 'commander';
import type { ReleaseChanges } from '../api/release-changes.ts';
import type { Store } from '../store/client.ts';
import type { StoredRelease } from '../store/releases.ts';
import { changeLines } from './change-report.ts';
import { withDatabase } from './connect.ts';
import {
  foresee,
  inFlightData,
  inFlightLines,
  refusePaceAlone,
  wake,
  wokenLines,
  type InFlight,
} from './in-flight.ts';
import { conflictOf } from './release-conflict.ts';
import { authorOf, withReleaseOptions, type ReleaseOptions } from './release-options.ts';
import { wholeNumber } from './releases.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';

export function rollbackCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  const command = new Command('rollback')
    .description('put an earlier release in force again, and take leads in flight back to it')
    .argument('[number]', 'which release (default: the one before)', wholeNumber);
  return withReleaseOptions(command, {
    message: 'why',
    author: 'who does it',
    now: 'leads in flight move back now, not at their next step',
  })
    .addHelpText('after', help)
    .action(async (number: number | undefined, options: ReleaseOptions) => {
      finish(await rollback(shell, number, options));
    });
}

async function rollback(
  shell: Shell,
  asked: number | undefined,
  options: ReleaseOptions,
): Promise<ExitCode> {
  refusePaceAlone(options);
  return withDatabase<ExitCode>(shell, async ({ store }) => {
    const { latest, target } = await findBoth(store, asked);
    const seen = await look(store, latest, target);
    const count = partsOf(seen.changes).length;
    if (count === 0) throw unchanged(latest, target);
    const dryRun = options.dryRun === true;
    const restored = dryRun ? null : await restore(store, shell, { latest, target, options });
    const woken = restored === null ? 0 : await wake(store, options, restored.id);
    const told = { ...seen, target, number: restored?.number ?? null, woken };
    if (options.json === true) shell.printJson(asData(told));
    else for (const line of sentences(told, options)) shell.print(line);
    return 0;
  });
}

interface Both {
  readonly latest: StoredRelease;
  readonly target: StoredRelease;
}

/** Rolled back twice, it is the release before the one that the first rollback went to. */
async function findBoth(store: Store, asked: number | undefined): Promise<Both> {
  const { findReleaseByNumber, latestRelease, listReleases } = await import('../store/releases.ts');
  const latest = await latestRelease(store);
  if (latest === undefined) throw failure('Nothing is published yet.');
  const target =
    asked === undefined
      ? (await listReleases(store, { limit: 1, before: latest.restores ?? latest.number }))[0]
      : await findReleaseByNumber(store, asked);
  if (target !== undefined) return { latest, target };
  throw failure(
    asked === undefined
      ? `There is no release before ${latest.restores ?? latest.number}.`
      : `There is no release ${asked}: the latest is ${latest.number}.`,
  );
}

function failure(message: string): CommandFailure {
  return new CommandFailure(message, { exitCode: 1 });
}

function unchanged(latest: StoredRelease, target: StoredRelease): CommandFailure {
  return failure(
    `Nothing to roll back: release ${latest.number}, which is in force, says what release ${target.number} says.`,
  );
}

interface Seen {
  readonly changes: ReleaseChanges;
  readonly inFlight: InFlight;
}

async function look(store: Store, latest: StoredRelease, target: StoredRelease): Promise<Seen> {
  const { releaseChanges } = await import('../api/release-changes.ts');
  const [before, entries] = [latest.entries, target.entries];
  const next = { before, entries, parts: [], files: [], now: Date.now() };
  return {
    changes: await releaseChanges(store, before, entries),
    inFlight: await foresee(store, next),
  };
}

async function restore(
  store: Store,
  shell: Shell,
  { latest, target, options }: Both & { readonly options: ReleaseOptions },
): Promise<{ readonly id: string; readonly number: number }> {
  const [{ findRelease, restoreRelease }, { passOverExisting }, { freshId }] = await Promise.all([
    import('../store/releases.ts'),
    import('../runtime/existing-leads.ts'),
    import('../ingest/fresh-id.ts'),
  ]);
  const id = freshId();
  const { approvedBy } = options;
  await restoreRelease(store, target, {
    ...{ id, author: authorOf(shell, options.author), publishedAt: Date.now() },
    message: options.message ?? `Back to release ${target.number}`,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    basedOn: latest.id,
  }).catch(async (error: unknown) => {
    throw await conflictOf(store, latest, error);
  });
  await passOverExisting(store, id);
  return { id, number: (await findRelease(store, id))?.number ?? 0 };
}

function partsOf({ added, changed, gone }: ReleaseChanges): readonly string[] {
  return [...added, ...changed, ...gone];
}

interface Told extends Seen {
  readonly target: StoredRelease;
  /** Null: a dry run. */
  readonly number: number | null;
  readonly woken: number;
}

function asData({ changes, inFlight, target, number, woken }: Told): object {
  const same = { restores: target.number, ...changes, inFlight: inFlightData(inFlight) };
  return number === null
    ? { ok: true, type: 'dry-run', ...same }
    : { ok: true, type: 'rolled-back', number, ...same, woken };
}

function sentences(told: Told, { perHour }: ReleaseOptions): readonly string[] {
  const { changes, inFlight, target, number, woken } = told;
  const count = plural(partsOf(changes).length, 'part');
  const last =
    number === null
      ? `Would put release ${target.number} in force again, ${count} different; nothing was stored.`
      : `Release ${target.number} is in force again as release ${number}: ${count} changed.`;
  const lines = inFlightLines(inFlight, { done: number !== null, namedMost: 50 });
  return [...changeLines(changes), ...lines, ...wokenLines(woken, perHour), last];
}

const help = `
The files on disk are not touched: take them back too, or the next publish brings the change again.
Nothing that already happened runs again, and nobody leaves a journey because of a rollback. A lead that
stands on a step which the earlier version does not have goes on under the newer one, and is named here.

Examples:
  $ npx perennial rollback --dry-run
  $ npx perennial rollback -m "Too many emails in week one" --now --per-hour 500
  $ npx perennial rollback 12`;
