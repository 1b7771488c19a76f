/** `perennial check`: every problem of every file of a workspace, each with its place and its cure. */
import { Command } from 'commander';
import type { Problem } from '../core/definitions/problems.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';
import { placed, readFiles, workspaceDir } from './workspace.ts';

export function checkCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('check')
    .description('check the files of a workspace: formats, names, rules and emails')
    .argument('[dir]', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (dir: string | undefined, options: { json?: true }) => {
      finish(await check(shell, workspaceDir(shell, dir), options.json === true));
    });
}

async function check(shell: Shell, dir: string, asJson: boolean): Promise<ExitCode> {
  const files = await readFiles(shell, dir);
  const { checkWorkspace } = await import('../workspace/check-workspace.ts');
  const { compileTemplate } = await import('../mail/compile.ts');
  const checked = await checkWorkspace(files, { compileTemplate });
  const problems = checked.ok ? checked.warnings : checked.problems;
  if (asJson) shell.printJson({ ok: checked.ok, files: files.length, problems });
  else {
    for (const problem of problems) shell.print(placed(shell, dir, problem));
    shell.print(summary(files.length, problems));
  }
  return checked.ok ? 0 : 1;
}

function summary(files: number, problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const also = warnings === 0 ? '' : `, ${plural(warnings, 'warning')}`;
  if (errors === 0) return `${plural(files, 'file')} checked: no problems${also}.`;
  return `${plural(files, 'file')} checked: ${plural(errors, 'problem')}${also}.`;
}

const help = `
Prints one line per problem: file:line:column, what is wrong, how to fix it.

Examples:
  $ npx perennial check
  $ npx perennial check examples/course-provider
  $ npx perennial check --json | jq '.problems[].message'`;
