/** `perennial check`: every problem of every file of a workspace, each with its place and its cure. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import type { CompiledEmail, CompileEmail } from '../workspace/compile-emails.ts';
import type { Saved } from '../workspace/watch-workspace.ts';
import { formatNames, inFormat, type FormatName, type Report } from './problem-formats.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';
import { pathFor, readFiles, workspaceDir } from './workspace.ts';

interface Options {
  readonly json?: true;
  readonly watch?: true;
  readonly strict?: true;
  readonly format: FormatName;
}

export function checkCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('check')
    .description(
      'check the files of a workspace: formats, names, rules and emails, and what they prove',
    )
    .argument('[dir]', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .addOption(
      new Option('--format <name>', 'how to answer').choices([...formatNames]).default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--strict', 'warnings fail too')
    .option('--watch', 'check again on every save, until Ctrl-C')
    .addHelpText('after', help)
    .action(async (dir: string | undefined, options: Options) => {
      const format = options.json === true ? 'json' : options.format;
      const asked = { dir: workspaceDir(shell, dir), format, strict: options.strict === true };
      finish(await (options.watch === true ? watch(shell, asked) : check(shell, asked)));
    });
}

interface Asked {
  readonly dir: string;
  readonly format: FormatName;
  readonly strict: boolean;
}
type Checker = (files: readonly WorkspaceFile[]) => Promise<Report>;

async function check(shell: Shell, asked: Asked): Promise<ExitCode> {
  const files = await readFiles(shell, asked.dir);
  const run = await checker(shell, asked);
  const report = await run(files);
  print(shell, asked, report);
  return codeOf(report);
}

async function checker(shell: Shell, { dir, strict }: Asked): Promise<Checker> {
  const [{ checkWorkspace }, { emailVerdicts }, { emailBound }, { sayEmailBound }] =
    await Promise.all([
      import('../workspace/check-workspace.ts'),
      import('../workspace/email-verdicts.ts'),
      import('../core/proofs/email-bound.ts'),
      import('../core/proofs/say-email-bound.ts'),
    ]);
  // Loaded for the first email that is not remembered: often there is none.
  const compile: CompileEmail<CompiledEmail> = async (source) =>
    (await import('../mail/templates/compile.ts')).compileTemplate(source);
  const verdicts = await emailVerdicts(compile, shell.env);
  return async (files) => {
    const checked = await checkWorkspace(files, { compileTemplate: verdicts.compile });
    await verdicts.save();
    const found = checked.ok ? checked.warnings : checked.problems;
    const problems = found.map((problem) => ({
      ...problem,
      file: pathFor(shell, resolve(dir, problem.file)),
    }));
    const isStrict = strict && problems.length > 0;
    const report = { ok: checked.ok && !isStrict, files: files.length, problems };
    if (!checked.ok) return report;
    return { ...report, emails: sayEmailBound(emailBound(checked.workspace.release)) };
  };
}

function print(shell: Shell, { format }: Asked, report: Report): void {
  for (const line of inFormat(format, report, shell.colours)) shell.print(line);
}

function codeOf({ ok }: Report): ExitCode {
  return ok ? 0 : 1;
}

/** Answers again when the answer is another one; the exit code is that of the last answer. */
async function watch(shell: Shell, asked: Asked): Promise<ExitCode> {
  const { watchWorkspace } = await import('../workspace/watch-workspace.ts');
  const files = await readFiles(shell, asked.dir);
  const run = await checker(shell, asked);
  let report = await run(files);
  print(shell, asked, report);
  const answer = async ({ paths, files: now }: Saved): Promise<void> => {
    const before = JSON.stringify(report.problems);
    report = await run(now);
    if (JSON.stringify(report.problems) === before) return;
    if (asked.format === 'text') shell.print(`\n${savedLine(paths)}`);
    print(shell, asked, report);
  };
  await new Promise<void>((ended, failed) => {
    const watching = watchWorkspace(asked.dir, files, answer, (error) => {
      watching.stop();
      failed(error instanceof Error ? error : new Error(String(error)));
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        watching.stop();
        ended();
      });
    }
    shell.note('Watching: every save is checked. Ctrl-C ends it.');
  });
  return codeOf(report);
}

function savedLine(paths: readonly string[]): string {
  const [first = '', ...more] = paths;
  return more.length === 0
    ? `${first} saved:`
    : `${first} and ${plural(more.length, 'more file')} saved:`;
}

const help = `
Prints one line per problem: file:line:column, what is wrong, how to fix it. What a proof has found says on
a second line what shows that it is true. All problems of all files come in one go. Warnings are
what is worth a look: they fail only with --strict. When nothing is found it says the most emails
that a lead can get in any 7 days; --json says it for each journey too, with the way that reaches it.

--format github   annotations beside the lines in GitHub, Gitea and Forgejo
--format gitlab   a Code Quality report for GitLab: save it as an artifact
--format json     { ok, files, problems: [{ file, line, column, severity, message, fix, finding, witness }], emails }

Exit codes: 0 no problems, 1 problems were found, 2 wrong usage or no workspace.

Examples:
  $ npx perennial check
  $ npx perennial check --watch
  $ npx perennial check examples/course-provider --strict
  $ npx perennial check --format github
  $ npx perennial check --json | jq '.problems[].message'`;
