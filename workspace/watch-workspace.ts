/**
 * Tells when files of a workspace were saved, created or deleted: once per burst, and only when their
 * text is another one.
 *
 * Editors save by writing beside and renaming, several times at once, and touch files without a change;
 * what counts is the text on disk after it has been quiet for a moment.
 */
import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { readWorkspace, workspaceFolders } from './read-workspace.ts';

export interface Saved {
  /** Paths that are new, different or gone, sorted. */
  readonly paths: readonly string[];
  readonly files: readonly WorkspaceFile[];
}
export interface Watching {
  stop(): void;
}

/** Longer than an editor takes for one save, shorter than anybody waits for an answer. */
const quietMs = 80;

/** `from` is what is known already: a change since it was read is told at once. */
export function watchWorkspace(
  directory: string,
  from: readonly WorkspaceFile[],
  onSaved: (saved: Saved) => Promise<void>,
  onError: (error: unknown) => void,
): Watching {
  let known = textsOf(from);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  const look = async (): Promise<void> => {
    if (isStopped) return;
    const files = await readWorkspace(directory);
    const now = textsOf(files);
    const paths = differing(known, now);
    known = now;
    if (paths.length > 0) await onSaved({ paths, files });
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(look).catch(onError);
    }, quietMs);
  };
  const watched = watchFolders(directory, soon, onError);
  soon();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
      watched.stop();
    },
  };
}

/** The folders of a workspace with all below; the workspace itself for folders that appear later. */
function watchFolders(
  directory: string,
  onChange: () => void,
  onError: (error: unknown) => void,
): Watching {
  const watchers = new Map<string, FSWatcher>();
  const add = (path: string, recursive: boolean): void => {
    if (watchers.has(path)) return;
    try {
      const watcher = watch(path, { recursive }, onChange);
      watcher.on('error', (error) => {
        watcher.close();
        watchers.delete(path);
        onError(error);
      });
      watchers.set(path, watcher);
    } catch (cause) {
      // Not every workspace has every folder.
      if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ENOENT') throw cause;
    }
  };
  const addFolders = (): void => {
    for (const folder of workspaceFolders) add(join(directory, folder), true);
  };
  const top = watch(directory, () => {
    addFolders();
    onChange();
  });
  top.on('error', onError);
  addFolders();
  return {
    stop() {
      top.close();
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

function textsOf(files: readonly WorkspaceFile[]): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, text }) => [path, text]));
}

function differing(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}
