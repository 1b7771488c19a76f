/**
 * `perennial recompute`: every lead decided anew under the rules in force, now instead of in the
 * background; what that would do; and handing over the leads it moved quietly.
 */
import { Command, InvalidArgumentError } from 'commander';
import type * as views from '../api/recomputes.ts';
import type { Release } from '../core/definitions/release.ts';
import { minuteInUtc } from '../core/rules/instant.ts';
import type { StoredRecompute } from '../store/recomputes.ts';
import { withDatabase, type Connected } from './connect.ts';
import { foreseenLines, foreseeStages } from './foreseen-stages.ts';
import { createProgressBar } from './progress-bar.ts';
import { authorOf } from './release-options.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';

type Views = typeof views;

interface Options {
  readonly dryRun?: true;
  readonly handOver?: true;
  readonly perHour?: number;
  readonly by?: string;
  readonly json?: true;
}

/** One batch of memory; more of them at once gains nothing. */
const leadsAtOnce = 1_000;
const untoldMost = 200;

export function recomputeCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('recompute')
    .description('decide every lead anew under the rules in force: scores, segments, stages')
    .option('--dry-run', 'say which stages would move and change nothing')
    .option('--hand-over', 'open the handoffs of leads that a change of the rules moved')
    .option('--per-hour <handoffs>', 'with --hand-over: so many; 0 stops it', pace)
    .option('--by <name>', 'who asks for it (default: the name of your account)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (options: Options) => finish(await recompute(shell, options)));
}

async function recompute(shell: Shell, options: Options): Promise<ExitCode> {
  refuseHalf(options);
  return withDatabase<ExitCode>(shell, async (connected) => {
    if (options.dryRun === true) return foresee(shell, connected, options);
    if (options.handOver === true) return handOver(shell, connected, options);
    return decideAnew(shell, connected, options);
  });
}

function refuseHalf({ handOver, perHour, dryRun }: Options): void {
  if ((handOver === true) === (perHour !== undefined) && !(handOver === true && dryRun === true)) {
    return;
  }
  if (handOver === true && dryRun === true) {
    throw new CommandFailure(
      '--dry-run says what would move; who would be handed over is what `perennial recompute` lists. Give one of them.',
    );
  }
  throw new CommandFailure('--hand-over and --per-hour go together: --hand-over --per-hour 50.');
}

async function foresee(shell: Shell, connected: Connected, { json }: Options): Promise<ExitCode> {
  const release = await connected.releases.current();
  const foreseen = await foreseeStages(shell, connected, release);
  if (json === true) shell.printJson({ ok: true, type: 'dry-run', ...foreseen });
  else for (const line of await foreseenLines(foreseen, release)) shell.print(line);
  return 0;
}

async function decideAnew(
  shell: Shell,
  { store, releases }: Connected,
  options: Options,
): Promise<ExitCode> {
  const [{ recomputeAll }, recomputes, views, { freshId }] = await Promise.all([
    import('../ingest/recompute-all.ts'),
    import('../store/recomputes.ts'),
    import('../api/recomputes.ts'),
    import('../ingest/fresh-id.ts'),
  ]);
  const release = await releases.current();
  const open = await recomputes.findOpenRecompute(store);
  const id = open?.id ?? freshId();
  if (open === undefined) {
    const by = authorOf(shell, options.by);
    const reason = `Recomputed by ${by}`;
    const asked = { id, releaseId: release.id, reason, by, at: Date.now() };
    await recomputes.askForRecompute(store, asked);
  }
  const bar = createProgressBar(shell.progress, () => performance.now());
  const show = async (): Promise<void> => {
    const [now] = await recomputes.listRecomputes(store, { limit: 1, id });
    if (now !== undefined)
      bar.show(now.done / Math.max(1, now.total, now.done), views.progressWords(now));
  };
  const startedAt = performance.now();
  await recomputeAll({
    ...{ store, releases, leadsAtOnce, now: () => Date.now() },
    onPage: () => void show().catch(() => undefined),
  });
  bar.clear();
  const [result] = await views.viewRecomputes(store, { limit: 1, id });
  const untold = await views.viewUntold(store, release, untoldMost);
  if (result === undefined) throw new CommandFailure(`The recompute ${id} is gone.`);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (options.json === true) {
    const recompute = views.recomputeJson(release, result);
    shell.printJson({ ok: true, recompute, untold: views.untoldJson(release, untold) });
  } else {
    const lines = doneLines(release, result, untold, views);
    for (const line of [...lines, `Took ${seconds.toFixed(1)} s.`]) shell.print(line);
  }
  return 0;
}

function doneLines(
  release: Release,
  result: StoredRecompute,
  untold: views.UntoldView,
  views: Views,
): readonly string[] {
  const progress = views.progressWords(result);
  const moves = views.moveWords(release, result.moves);
  return [
    `${result.reason}: ${progress}.`,
    ...(moves.length === 0 ? ['No stage moved.'] : moves.map((text) => `  ${text}`)),
    ...views
      .untoldWords(release, untold)
      .map((text) => `${text}: \`${views.handOverCommand}\` opens their handoffs.`),
    ...untold.leads.slice(0, 10).map(({ address, leadId }) => `  ${address ?? leadId}`),
  ];
}

async function handOver(
  shell: Shell,
  { store, releases }: Connected,
  options: Options,
): Promise<ExitCode> {
  const [{ viewUntold }, { setPace, endPaces }, { freshId }] = await Promise.all([
    import('../api/recomputes.ts'),
    import('../store/untold.ts'),
    import('../ingest/fresh-id.ts'),
  ]);
  const { perHour = 0, json } = options;
  const { counts } = await viewUntold(store, await releases.current(), 1);
  const leads = counts.reduce((sum, { count }) => sum + count, 0);
  const by = authorOf(shell, options.by);
  const since = Date.now();
  if (perHour === 0) await endPaces(store, since);
  else if (leads > 0) await setPace(store, { id: freshId(), perHour, by, since });
  if (json === true) shell.printJson({ ok: true, leads, perHour, by });
  else shell.print(handOverWords(leads, perHour, since));
  return 0;
}

function handOverWords(leads: number, perHour: number, since: number): string {
  if (perHour === 0) return `No more are handed over; ${plural(leads, 'lead')} left.`;
  if (leads === 0) return 'Nobody is left to be told of.';
  const last = minuteInUtc(since + ((leads - 1) / perHour) * 3_600_000);
  return `The worker opens ${plural(leads, 'handoff')}, ${perHour} per hour: the first now, the last at ${last}.`;
}

function pace(text: string): number {
  const perHour = Number(text);
  if (Number.isInteger(perHour) && perHour >= 0) return perHour;
  throw new InvalidArgumentError(`Expected a whole number of handoffs per hour, found ${text}.`);
}

const help = `
A publish that changes scoring, qualification, facts, interests or accounts asks for this by itself, and
the worker does it in the background. By hand it takes the same steps, faster; stop it at any time and run
it again: it goes on where it was. It is quiet: stages move and say why, journeys end where an exit holds,
nobody is handed to sales and nobody enters a journey by it. --hand-over has the worker open the handoffs
of those it moved, at your pace. What files that are not published yet would move, \`publish --dry-run\` tells.

Examples:
  $ npx perennial recompute --dry-run
  $ npx perennial recompute
  $ npx perennial recompute --hand-over --per-hour 50
  $ npx perennial recompute --hand-over --per-hour 0      stops handing over`;
