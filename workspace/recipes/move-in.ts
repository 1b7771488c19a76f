/**
 * Writes changed and new files of a workspace, all or none: everything is written beside it first, new
 * files never take the place of one that is there, and whatever fails undoes what was done.
 *
 * Files that were edited since they were read are left alone, and nothing else is written either.
 */
import { link, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { WorkspaceFile } from '../../core/definitions/sources.ts';

interface Move {
  readonly path: string;
  readonly text: string;
  /** What the file said when it was read; absent for a new one. */
  readonly before?: string;
}

export async function moveIn(
  dir: string,
  before: readonly WorkspaceFile[],
  after: readonly WorkspaceFile[],
): Promise<void> {
  const moves = movesOf(before, after);
  await mkdir(dir, { recursive: true });
  const waiting = await mkdtemp(join(dir, '.new-'));
  const done: Move[] = [];
  try {
    for (const [index, { text }] of moves.entries()) {
      await writeFile(join(waiting, String(index)), text);
    }
    for (const [index, move] of moves.entries()) {
      await place(dir, move, join(waiting, String(index)));
      done.push(move);
    }
  } catch (cause) {
    for (const move of done.toReversed()) await undo(dir, move);
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`nothing was written: ${said}`, { cause });
  } finally {
    await rm(waiting, { recursive: true, force: true });
  }
}

/** New files first: what grows may speak of them. */
export function movesOf(
  before: readonly WorkspaceFile[],
  after: readonly WorkspaceFile[],
): readonly Move[] {
  const known = new Map(before.map(({ path, text }) => [path, text]));
  const added = after.filter(({ path }) => !known.has(path));
  const changed = after.flatMap(({ path, text }) => {
    const old = known.get(path);
    return old === undefined || old === text ? [] : [{ path, text, before: old }];
  });
  return [...added, ...changed];
}

async function place(dir: string, { path, before }: Move, from: string): Promise<void> {
  const to = join(dir, path);
  if (before !== undefined) {
    const now = await readFile(to, 'utf8');
    if (now.replace(/^\uFEFF/, '') !== before) throw new Error(`${path} was edited meanwhile`);
    await rename(from, to);
    return;
  }
  await mkdir(dirname(to), { recursive: true });
  // A link, because it fails where a file stands already; renaming would replace it.
  await link(from, to);
}

async function undo(dir: string, { path, before }: Move): Promise<void> {
  if (before === undefined) await rm(join(dir, path), { force: true });
  else await writeFile(join(dir, path), before);
}
