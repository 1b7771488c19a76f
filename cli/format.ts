/** `perennial format`: puts files of a workspace into their usual layout, comments and meaning kept. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { formatFile, type FormatResult } from '../core/format/format-file.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';
import { findFiles, shownPath, type AskedFile } from './workspace-files.ts';
import { placed } from './workspace.ts';

interface Options {
  readonly check?: true;
  readonly workspace?: string;
  readonly json?: true;
}

export function formatCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('format')
    .description('put files of a workspace into their usual layout')
    .argument('[file...]', 'paths, folders or names of what is inside (default: every file)')
    .option('--check', 'change nothing, and name the files that would change')
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (asked: readonly string[], options: Options) =>
      finish(await format(shell, asked, options)),
    );
}

interface Formatted {
  readonly file: AskedFile;
  readonly result: FormatResult;
}

async function format(shell: Shell, asked: readonly string[], options: Options): Promise<ExitCode> {
  const files = await findFiles(shell, asked, options.workspace);
  const formatted = files.map((file): Formatted => ({ file, result: formatFile(file.kind, file) }));
  const different = formatted.filter(({ file, result }) => result.ok && result.text !== file.text);
  const broken = formatted.filter(({ result }) => !result.ok);
  const isCheck = options.check === true;
  if (!isCheck) await Promise.all(different.map(rewrite));
  const isFine = broken.length === 0 && (!isCheck || different.length === 0);
  if (options.json === true) {
    const problems = broken.flatMap(({ result }) => (result.ok ? [] : result.problems));
    const paths = different.map(({ file }) => shownPath(shell, file));
    shell.printJson({ ok: isFine, files: files.length, different: paths, problems });
  } else {
    for (const { file } of different) shell.print(shownPath(shell, file));
    for (const { file, result } of broken) {
      if (!result.ok) for (const one of result.problems) shell.print(placed(shell, file.dir, one));
    }
    shell.print(summary(files.length, different.length, broken.length, isCheck));
  }
  return isFine ? 0 : 1;
}

async function rewrite({ file, result }: Formatted): Promise<void> {
  if (!result.ok) return;
  const path = resolve(file.dir, file.path);
  await writeFile(path, result.text).catch((cause: unknown) => {
    throw new CommandFailure(`${path} cannot be written.`, { cause });
  });
}

function summary(files: number, different: number, broken: number, isCheck: boolean): string {
  const unread = broken === 0 ? '' : `; ${plural(broken, 'file')} with mistakes left alone`;
  if (different === 0) return `${plural(files, 'file')} looked at: nothing to change${unread}.`;
  const what = isCheck ? 'would change' : 'changed';
  return `${plural(files, 'file')} looked at: ${different} ${what}${unread}.`;
}

const help = `
Keys in the order of the format, short objects on one line, lines of at most 120 letters. Comments stay
with what they are about, and what a file means is never changed. Files that are no JSON are left alone.

Examples:
  $ npx perennial format
  $ npx perennial format journeys/trial-nurture.json
  $ npx perennial format --check               exit code 1 when a file would change`;
