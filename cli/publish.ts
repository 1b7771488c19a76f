/** `perennial publish`: the files of a workspace become the release in force, unless nothing changed. */
import { Command } from 'commander';
import type { Release } from '../core/definitions/release.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import type { ExistingTally } from '../ingest/enrol-existing.ts';
import type { Foreseen } from '../ingest/foresee-recompute.ts';
import type { StoredRelease } from '../store/releases.ts';
import type { StoredPart } from '../workspace/load-release.ts';
import type { PublishResult } from '../workspace/publish.ts';
import type { ReleaseChanges } from '../api/release-changes.ts';
import { changeLines } from './change-report.ts';
import type { Store } from '../store/client.ts';
import { withDatabase, type Connected } from './connect.ts';
import { existingLines } from './existing-report.ts';
import {
  foresee,
  inFlightData,
  inFlightLines,
  refusePaceAlone,
  wake,
  wokenLines,
  type InFlight,
} from './in-flight.ts';
import { conflictOf, refuseStale } from './release-conflict.ts';
import { authorOf, withReleaseOptions, type ReleaseOptions } from './release-options.ts';
import { wholeNumber } from './releases.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';
import { placed, readFiles, workspaceDir } from './workspace.ts';

interface Options extends ReleaseOptions {
  readonly basedOn?: number;
  readonly workspace?: string;
}

export function publishCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  const command = new Command('publish').description(
    'check a workspace and put it in force as a new release',
  );
  return withReleaseOptions(command, {
    message: 'what changed',
    author: 'who publishes',
    now: 'leads in flight move now, not at their next step',
  })
    .option('--based-on <number>', 'refuse unless this release is in force', wholeNumber)
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .addHelpText('after', help)
    .action(async (options: Options) => finish(await publish(shell, options)));
}

async function publish(shell: Shell, options: Options): Promise<ExitCode> {
  refusePaceAlone(options);
  const dir = workspaceDir(shell, options.workspace);
  const files = await readFiles(shell, dir);
  return withDatabase(shell, async (connected) => {
    const { config, store } = connected;
    const [{ migrate }, { latestRelease }] = await Promise.all([
      import('../store/migrate.ts'),
      import('../store/releases.ts'),
    ]);
    const dryRun = options.dryRun === true;
    if (config.DATABASE_URL !== undefined && !dryRun) {
      await migrate({ databaseUrl: config.DATABASE_URL });
    }
    const latest = await latestRelease(store);
    await refuseStale(store, latest, options.basedOn);
    const { result, seen } = await attempt(connected, { shell, options, files, latest });
    const number = (await latestRelease(store))?.number ?? 0;
    if (result.type === 'refused') return tellRefused(shell, result.problems, dir, options);
    const existing = await seeToExisting(shell, connected, result.workspace.release, dryRun);
    const marking = result.type === 'published' ? result.releaseId : null;
    const woken = dryRun ? 0 : await wake(store, options, marking);
    const anew = dryRun || marking === null ? 0 : await leadsToDecideAnew(store, marking);
    const { release } = result.workspace;
    const stages =
      dryRun && number > 0 ? await stagesMoved(shell, connected, seen, release) : undefined;
    const told = { dir, number, dryRun, existing, woken, anew, stages, ...seen };
    if (options.json === true) shell.printJson(asData(result, told));
    else for (const line of sentences(shell, result, told, options)) shell.print(line);
    return 0;
  });
}

/** What was found out before anything was stored. */
interface Seen {
  readonly changes: ReleaseChanges;
  readonly inFlight: InFlight;
}
interface Attempt {
  readonly shell: Shell;
  readonly options: Options;
  readonly files: readonly WorkspaceFile[];
  readonly latest: StoredRelease | undefined;
}

async function attempt(
  { store }: Connected,
  { shell, options, files, latest }: Attempt,
): Promise<{ readonly result: PublishResult<unknown>; readonly seen: Seen }> {
  const [{ publishWorkspace }, { compileTemplate }, { saveRelease }, { freshId }] =
    await Promise.all([
      import('../workspace/publish.ts'),
      import('../mail/templates/compile.ts'),
      import('../store/releases.ts'),
      import('../ingest/fresh-id.ts'),
    ]);
  let seen = nothingSeen;
  const approved = options.approvedBy === undefined ? {} : { approvedBy: options.approvedBy };
  const result = await publishWorkspace({
    store: {
      latestRelease: async () => latest,
      async saveRelease(parts, meta) {
        seen = await look(store, parts, files, latest);
        if (options.dryRun === true) return;
        await saveRelease(store, parts, { ...meta, ...approved }).catch(async (error: unknown) => {
          throw await conflictOf(store, latest, error);
        });
      },
    },
    files,
    author: authorOf(shell, options.author),
    message: options.message ?? 'Published from the command line',
    newId: freshId,
    now: () => Date.now(),
    compileTemplate,
  });
  return { result, seen };
}

const nothingSeen: Seen = {
  changes: { added: [], changed: [], gone: [], changes: [] },
  inFlight: { edits: [], warnings: [], addresses: new Map() },
};

async function look(
  store: Store,
  parts: readonly StoredPart[],
  files: readonly WorkspaceFile[],
  latest: StoredRelease | undefined,
): Promise<Seen> {
  const [{ entriesOf }, { releaseChanges }] = await Promise.all([
    import('../workspace/publish.ts'),
    import('../api/release-changes.ts'),
  ]);
  const [before, entries] = [latest?.entries ?? {}, entriesOf(parts)];
  return {
    changes: await releaseChanges(store, before, entries, parts),
    inFlight: await foresee(store, { before, entries, parts, files, now: Date.now() }),
  };
}

async function seeToExisting(
  shell: Shell,
  { store, releases }: Connected,
  release: Release,
  dryRun: boolean,
): Promise<readonly ExistingTally[]> {
  const existingLeads = await import('../runtime/existing-leads.ts');
  return existingLeads.seeToExisting({
    ...{ store, releases, release, dryRun },
    now: () => Date.now(),
    onError: (error, doing) => shell.note(`Stored, but afterwards ${doing}: ${String(error)}`),
  });
}

type Refused = Extract<PublishResult<unknown>, { type: 'refused' }>;
type Taken = Exclude<PublishResult<unknown>, Refused>;

function tellRefused(
  shell: Shell,
  problems: Refused['problems'],
  dir: string,
  { json }: Options,
): ExitCode {
  if (json === true) {
    shell.printJson({ ok: false, type: 'refused', problems });
    return 1;
  }
  for (const problem of problems) shell.print(placed(shell, dir, problem));
  shell.print(`Nothing was published: ${plural(problems.length, 'problem')}.`);
  return 1;
}

interface Told extends Seen {
  readonly dir: string;
  readonly number: number;
  readonly dryRun: boolean;
  readonly existing: readonly ExistingTally[];
  readonly woken: number;
  /** Leads that are decided anew because their rules changed. */
  readonly anew: number;
  /** Of a dry run: what deciding every lead anew would move. */
  readonly stages: StagesMoved | undefined;
}

interface StagesMoved {
  readonly foreseen: Foreseen;
  readonly lines: readonly string[];
}

/** Only where rules changed that scores and stages are made of. */
async function stagesMoved(
  shell: Shell,
  connected: Connected,
  { changes }: Seen,
  release: Release,
): Promise<StagesMoved | undefined> {
  const { judgesAnew } = await import('../store/releases.ts');
  const parts = [...changes.added, ...changes.changed, ...changes.gone];
  if (!judgesAnew(parts)) return undefined;
  const { foreseenLines, foreseeStages } = await import('./foreseen-stages.ts');
  const foreseen = await foreseeStages(shell, connected, release);
  return { foreseen, lines: (await foreseenLines(foreseen, release)).slice(0, -1) };
}

async function leadsToDecideAnew(store: Store, releaseId: string): Promise<number> {
  const { listRecomputes } = await import('../store/recomputes.ts');
  const [asked] = await listRecomputes(store, { limit: 1, releaseId });
  return asked?.total ?? 0;
}

function anewLines(leads: number): readonly string[] {
  if (leads === 0) return [];
  return [
    `Every lead (${leads}) is decided anew in the background; the console and \`perennial recompute\` say what moved.`,
  ];
}

function asData(result: Taken, told: Told): object {
  const { number, dryRun, existing, woken, changes, inFlight } = told;
  const { type, releaseId } = result;
  const warnings = [...result.warnings, ...inFlight.warnings];
  if (type === 'unchanged') {
    return { ok: true, type, releaseId, number, existing, woken, warnings };
  }
  const same = { ...changes, inFlight: inFlightData(inFlight), existing, warnings };
  return dryRun
    ? { ok: true, type: 'dry-run', ...same, stages: told.stages?.foreseen ?? null }
    : { ok: true, type, releaseId, number, ...same, woken, decidedAnew: told.anew };
}

function sentences(shell: Shell, result: Taken, told: Told, options: Options): readonly string[] {
  const { changes, inFlight, number, dryRun } = told;
  const warnings = [...result.warnings, ...inFlight.warnings].map((problem) =>
    placed(shell, told.dir, problem),
  );
  const existing = existingLines(told.existing, dryRun);
  const woken = wokenLines(told.woken, options.perHour);
  if (result.type === 'unchanged') {
    const last = `Unchanged: release ${number} already holds these files.`;
    return [...warnings, ...existing, ...woken, last];
  }
  const parts = [...changes.added, ...changes.changed, ...changes.gone];
  const count = plural(parts.length, 'part');
  const last = dryRun
    ? `Would publish ${count} that changed; nothing was stored.`
    : `Published release ${number}: ${count} changed.`;
  const lines = inFlightLines(inFlight, { done: !dryRun, namedMost: 5 });
  const anew = anewLines(told.anew);
  const stages = told.stages?.lines ?? [];
  const effects = [...lines, ...stages, ...existing, ...woken, ...anew];
  return [...warnings, ...changeLines(changes), ...effects, last];
}

const help = `
Refused, with every problem, unless the whole workspace is clean. Also refused when somebody else
published in the meantime: it says what they changed. Leads in flight do what the file of their journey
says in "whenEdited": they stay on the version they entered with, move to the new one at their next step,
or leave. Leads that match a new entry already are left alone where it says "existing": "ignore", and
enrolled at its perHour where it says "enrol". A dry run tells all of that first. If it is stopped
meanwhile, publish again: it goes on where it was.

Examples:
  $ npx perennial publish --dry-run
  $ npx perennial publish -m "Softer second email" --approved-by ines
  $ npx perennial publish --now --per-hour 200
  $ npx perennial publish --based-on 12
  $ npx perennial publish --workspace examples/course-provider --author maria`;
