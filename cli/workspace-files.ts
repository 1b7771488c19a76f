/**
 * Which files of which workspace a command means: by path, by folder, or by the name inside
 * ("trial-nurture"). A path says its workspace itself, so one file can be read from anywhere.
 */
import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { kindOf, type Kind, type WorkspaceFile } from '../core/definitions/sources.ts';
import { CommandFailure, type Shell } from './shell.ts';
import { readFiles, workspaceDir } from './workspace.ts';

export interface AskedFile extends WorkspaceFile {
  readonly kind: Kind;
  /** The workspace it belongs to, and all files of that. */
  readonly dir: string;
  readonly all: readonly WorkspaceFile[];
}

/** Every file asked for; all of the workspace when none is named. */
export async function findFiles(
  shell: Shell,
  asked: readonly string[],
  workspace?: string,
): Promise<readonly AskedFile[]> {
  if (asked.length === 0) return filesIn(shell, workspaceDir(shell, workspace), '');
  const found = await Promise.all(asked.map((name) => findOne(shell, name, workspace)));
  return found.flat();
}

/** The workspace with that name as a folder, a file, or the name of a journey, template … in it. */
async function findOne(
  shell: Shell,
  name: string,
  workspace: string | undefined,
): Promise<readonly AskedFile[]> {
  const path = resolve(shell.cwd, name);
  const isThere = await stat(path).then(
    () => true,
    (cause: unknown) => {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return false;
      throw cause;
    },
  );
  const home = homeOf(path);
  const dir = home?.dir ?? (isThere ? path : workspaceDir(shell, workspace));
  const found = isThere
    ? await filesIn(shell, dir, home?.inside ?? '')
    : await filesNamed(shell, dir, name);
  if (found.length > 0) return found;
  throw new CommandFailure(
    isThere
      ? `${name} is no file that a workspace reads: expected one of journeys/, rules/, templates/<name>/email.json, personas/ or imports/.`
      : `There is no file ${name}, and nothing in ${dir} is called so.`,
  );
}

const folders = ['journeys', 'rules', 'templates', 'personas', 'imports'];

/** "…/acme/rules/facts.json" belongs to "…/acme". The last such folder counts. */
function homeOf(path: string): { readonly dir: string; readonly inside: string } | undefined {
  const parts = path.split(sep);
  const at = parts.findLastIndex((part) => folders.includes(part));
  if (at < 1) return undefined;
  return { dir: parts.slice(0, at).join(sep) || sep, inside: parts.slice(at).join('/') };
}

async function filesIn(shell: Shell, dir: string, inside: string): Promise<readonly AskedFile[]> {
  return ofWorkspace(
    shell,
    dir,
    ({ path }) => inside === '' || path === inside || path.startsWith(`${inside}/`),
  );
}

async function filesNamed(shell: Shell, dir: string, name: string): Promise<readonly AskedFile[]> {
  const endings = [`/${name}.json`, `/${name}/email.json`, `/${name}`];
  return ofWorkspace(shell, dir, ({ path }) => endings.some((ending) => path.endsWith(ending)));
}

async function ofWorkspace(
  shell: Shell,
  dir: string,
  isAsked: (file: WorkspaceFile) => boolean,
): Promise<readonly AskedFile[]> {
  const all = await readFiles(shell, dir);
  return all.filter(isAsked).flatMap((file) => {
    const kind = kindOf(file.path);
    return kind === undefined ? [] : [{ ...file, kind, dir, all }];
  });
}

/** As seen from where the command was typed. */
export function shownPath(shell: Shell, { dir, path }: AskedFile): string {
  const full = resolve(dir, path);
  const near = relative(shell.cwd, full);
  return near.startsWith('..') ? full : near;
}
