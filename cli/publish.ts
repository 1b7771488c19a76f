/** `perennial publish`: the files of a workspace become the release in force, unless nothing changed. */
import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { Release } from '../core/definitions/release.ts';
import type { ExistingTally } from '../ingest/enrol-existing.ts';
import type { PublishResult, ReleaseStore } from '../workspace/publish.ts';
import { withDatabase, type Connected } from './connect.ts';
import { existingLines } from './existing-report.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';
import { placed, readFiles, workspaceDir } from './workspace.ts';

interface Options {
  readonly message?: string;
  readonly author?: string;
  readonly dryRun?: true;
  readonly workspace?: string;
  readonly json?: true;
}

export function publishCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('publish')
    .description('check a workspace and put it in force as a new release')
    .option('-m, --message <text>', 'what changed, for those who read the list of releases')
    .option('--author <name>', 'who publishes (default: the name of your account)')
    .option('--dry-run', 'say what would change and store nothing')
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (options: Options) => finish(await publish(shell, options)));
}

async function publish(shell: Shell, options: Options): Promise<ExitCode> {
  const dir = workspaceDir(shell, options.workspace);
  const files = await readFiles(shell, dir);
  return withDatabase(shell, async (connected) => {
    const { config, store } = connected;
    const [{ publishWorkspace }, { compileTemplate }, { migrate }, releases, { freshId }] =
      await Promise.all([
        import('../workspace/publish.ts'),
        import('../mail/compile.ts'),
        import('../store/migrate.ts'),
        import('../store/releases.ts'),
        import('../ingest/fresh-id.ts'),
      ]);
    if (config.DATABASE_URL !== undefined && options.dryRun !== true) {
      await migrate({ databaseUrl: config.DATABASE_URL });
    }
    const latest = await releases.latestRelease(store);
    const basedOn = latest?.id ?? null;
    const author = options.author ?? shell.env['USER'] ?? userInfo().username;
    const keep: ReleaseStore = {
      latestRelease: async () => latest,
      async saveRelease(parts, meta) {
        if (options.dryRun === true) return;
        await releases.saveRelease(store, parts, { ...meta, basedOn }).catch(tellConflict);
      },
    };
    const result = await publishWorkspace({
      store: keep,
      files,
      author,
      message: options.message ?? 'Published from the command line',
      newId: freshId,
      now: () => Date.now(),
      compileTemplate,
    });
    const number = (await releases.latestRelease(store))?.number ?? 0;
    const dryRun = options.dryRun === true;
    const existing =
      result.type === 'refused'
        ? []
        : await seeToExisting(shell, connected, result.workspace.release, dryRun);
    const told = { dir, number, dryRun, before: latest?.entries ?? {}, existing };
    return tell(shell, result, told, options.json === true);
  });
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

function tellConflict(error: unknown): never {
  if (!(error instanceof Error) || error.name !== 'ReleaseConflict') throw error;
  throw new CommandFailure(error.message, { cause: error, exitCode: 1 });
}

interface Told {
  readonly dir: string;
  readonly number: number;
  readonly dryRun: boolean;
  readonly before: { readonly [part: string]: string };
  readonly existing: readonly ExistingTally[];
}

function tell(shell: Shell, result: PublishResult<unknown>, told: Told, asJson: boolean): ExitCode {
  if (asJson) shell.printJson(asData(result, told));
  else for (const line of sentences(shell, result, told)) shell.print(line);
  return result.type === 'refused' ? 1 : 0;
}

function asData(
  result: PublishResult<unknown>,
  { number, dryRun, before, existing }: Told,
): object {
  if (result.type === 'refused') return { ok: false, type: 'refused', problems: result.problems };
  const { type, releaseId, warnings } = result;
  if (type === 'unchanged') {
    return { ok: true, type, releaseId, number, existing, warnings };
  }
  const { added, changed } = partsOf(result.changed, before);
  const { gone } = result;
  return dryRun
    ? { ok: true, type: 'dry-run', added, changed, gone, existing, warnings }
    : { ok: true, type, releaseId, number, added, changed, gone, existing, warnings };
}

function sentences(shell: Shell, result: PublishResult<unknown>, told: Told): readonly string[] {
  if (result.type === 'refused') {
    return [
      ...result.problems.map((problem) => placed(shell, told.dir, problem)),
      `Nothing was published: ${plural(result.problems.length, 'problem')}.`,
    ];
  }
  const warnings = result.warnings.map((problem) => placed(shell, told.dir, problem));
  const existing = existingLines(told.existing, told.dryRun);
  if (result.type === 'unchanged') {
    return [
      ...warnings,
      ...existing,
      `Unchanged: release ${told.number} already holds these files.`,
    ];
  }
  const { added, changed } = partsOf(result.changed, told.before);
  const parts = [
    ...added.map((part) => `  new        ${part}`),
    ...changed.map((part) => `  different  ${part}`),
    ...result.gone.map((part) => `  gone       ${part}`),
  ];
  const count = plural(parts.length, 'part');
  const last = told.dryRun
    ? `Would publish ${count} that changed; nothing was stored.`
    : `Published release ${told.number}: ${count} changed. Leads in flight stay on the plan they entered with.`;
  return [...warnings, ...parts, ...existing, last];
}

function partsOf(parts: readonly string[], before: Told['before']) {
  return {
    added: parts.filter((part) => !Object.hasOwn(before, part)),
    changed: parts.filter((part) => Object.hasOwn(before, part)),
  };
}

const help = `
Refused, with every problem, unless the whole workspace is clean. Also refused when somebody else
published in the meantime. Leads that match a new entry already are left alone where it says
"existing": "ignore", and enrolled at its perHour where it says "enrol"; a dry run says how many. If it is
stopped meanwhile, publish again: it goes on where it was.

Examples:
  $ npx perennial publish -m "Softer second email"
  $ npx perennial publish --dry-run
  $ npx perennial publish --workspace examples/course-provider --author maria`;
