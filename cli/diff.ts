/** `perennial diff`: what changed between two versions of a workspace, in words. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { kindOf } from '../core/definitions/sources.ts';
import { partName } from '../core/words/change-words.ts';
import { describeChanges, type Change, type ComparedPart } from '../core/words/describe-changes.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';
import { compileWorkspace, readFiles, workspaceDir } from './workspace.ts';

interface Options {
  readonly workspace?: string;
  readonly json?: true;
}

export function diffCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('diff')
    .description('say what changed between two versions, in words')
    .argument('[from]', 'number of a release, or a folder (default: the release in force)')
    .argument('[to]', 'number of a release, or a folder (default: the files of the workspace)')
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (from: string | undefined, to: string | undefined, options: Options) =>
      finish(await diff(shell, from, to, options)),
    );
}

/** One side of the comparison. */
interface Version {
  readonly name: string;
  readonly parts: readonly ComparedPart[];
  /** Personas and imports: on disk only, a release does not hold them. */
  readonly extras: readonly ComparedPart[];
  readonly isRelease: boolean;
}

async function diff(
  shell: Shell,
  from: string | undefined,
  to: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const after = await versionOf(shell, to ?? workspaceDir(shell, options.workspace));
  const before = await versionOf(shell, from);
  const isStored = before.isRelease || after.isRelease;
  const sides = [before, after].map(({ parts, extras }) =>
    isStored ? parts : [...parts, ...extras],
  );
  const changes = describeChanges(sides[0] ?? [], sides[1] ?? []);
  if (options.json === true) {
    shell.printJson({ ok: true, from: before.name, to: after.name, changes });
  } else for (const line of linesOf(before, after, changes)) shell.print(line);
  return 0;
}

async function versionOf(shell: Shell, asked: string | undefined): Promise<Version> {
  if (asked === undefined || /^\d+$/.test(asked)) return releaseVersion(shell, asked);
  const dir = resolve(shell.cwd, asked);
  const isFolder = await stat(dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new CommandFailure(
      `${asked} is neither the number of a release nor a folder with a workspace.`,
    );
  }
  const files = await readFiles(shell, dir);
  const { parts } = await compileWorkspace(shell, dir, files);
  const extras = files.flatMap(({ path, text }): ComparedPart[] => {
    const kind = kindOf(path);
    return kind === 'persona' || kind === 'import'
      ? [{ kind, key: path, hash: '', source: text }]
      : [];
  });
  return { name: `the files of ${dir}`, parts, extras, isRelease: false };
}

/** By its number; the release in force without one. */
async function releaseVersion(shell: Shell, asked: string | undefined): Promise<Version> {
  const { withDatabase } = await import('./connect.ts');
  return withDatabase(shell, async ({ store }) => {
    // Only now: the client that it needs may have been generated just before.
    const { latestRelease, findReleaseByNumber, loadDefinitions } =
      await import('../store/releases.ts');
    const release =
      asked === undefined
        ? await latestRelease(store)
        : await findReleaseByNumber(store, Number(asked));
    if (release === undefined) {
      throw new CommandFailure(
        asked === undefined
          ? 'Nothing is published yet: `npx perennial publish` first, or name two folders.'
          : `There is no release ${asked}: \`npx perennial releases\` lists them.`,
      );
    }
    const parts = await loadDefinitions(store, Object.values(release.entries));
    return { name: `release ${release.number}`, parts, extras: [], isRelease: true };
  });
}

function linesOf(before: Version, after: Version, changes: readonly Change[]): readonly string[] {
  const title = `From ${before.name} to ${after.name}`;
  if (changes.length === 0) return [`${title}: nothing changed.`];
  const parts = [...new Set(changes.map(({ part }) => part))];
  const body = parts.flatMap((part) => {
    const own = changes.filter((change) => change.part === part);
    const [kind = '', ...key] = part.split('/');
    const name = partName(kind, key.join('/'));
    const isWhole = own.every(({ path }) => path.length === 0);
    return isWhole
      ? ['', ...own.map(({ text }) => text)]
      : ['', `In ${name}`, ...own.map(({ text }) => `  - ${text}`)];
  });
  return [
    `${title}:`,
    ...body,
    '',
    `${plural(changes.length, 'change')} in ${plural(parts.length, 'part')}.`,
  ];
}

const help = `
Comments, spaces, the order of keys and "2 days" written as "48 hours" are no changes. Two folders are
compared without a database.

Examples:
  $ npx perennial diff                        the release in force and the files here
  $ npx perennial diff 3 4                    two releases
  $ npx perennial diff 3                      a release and the files here
  $ npx perennial diff ../last-year .         two folders`;
