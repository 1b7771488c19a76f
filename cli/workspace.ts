/** Which folder a command means by "the workspace", and its files, read and compiled. */
import { isAbsolute, relative, resolve } from 'node:path';
import { compileRelease, type CompiledWorkspace } from '../core/definitions/compile-release.ts';
import type { Problem } from '../core/definitions/problems.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { readConfig } from '../runtime/config.ts';
import { formatProblem } from '../workspace/format-problem.ts';
import { readWorkspace } from '../workspace/read-workspace.ts';
import { CommandFailure, plural, type Shell } from './shell.ts';

/** What was asked for, else PERENNIAL_WORKSPACE, else here. */
export function workspaceDir(shell: Shell, asked: string | undefined): string {
  if (asked !== undefined) return resolve(shell.cwd, asked);
  return readConfig(shell.env, shell.cwd).workspaceDir;
}

export async function readFiles(shell: Shell, dir: string): Promise<readonly WorkspaceFile[]> {
  try {
    return await readWorkspace(dir);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(`${said}. Name the folder, or go to it.`, { cause });
  }
}

/** Rules and journeys alone: emails are compiled only where they are needed. */
export async function compileWorkspace(
  shell: Shell,
  dir: string,
  files?: readonly WorkspaceFile[],
): Promise<CompiledWorkspace> {
  const compiled = compileRelease(files ?? (await readFiles(shell, dir)), 'unpublished');
  if (compiled.ok) return compiled.workspace;
  const lines = compiled.problems.map((problem) => `  ${placed(shell, dir, problem)}`);
  throw new CommandFailure(
    `The files of ${dir} have ${plural(compiled.problems.length, 'problem')}; nothing was done:\n${lines.join('\n')}`,
    { exitCode: 1 },
  );
}

/** One line, with the path as seen from where the command was typed. */
export function placed(shell: Shell, dir: string, problem: Problem): string {
  return formatProblem({ ...problem, file: pathFor(shell, resolve(dir, problem.file)) });
}

/** As seen from where the command was typed; whole when it lies elsewhere. */
export function pathFor(shell: Shell, full: string): string {
  const path = relative(shell.cwd, full);
  return path.startsWith('..') || isAbsolute(path) ? full : path === '' ? '.' : path;
}
