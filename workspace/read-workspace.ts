/**
 * Reads the files of a workspace from disk, as text.
 *
 * The only place that touches the disk for them; it decides nothing about what they mean. Links are
 * not followed and nothing outside the known folders is read.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkspaceFile } from '../core/definitions/sources.ts';

export const workspaceFolders = [
  'journeys',
  'rules',
  'templates',
  'personas',
  'imports',
  'campaigns',
];
const extensions = /\.(json|mjml|txt)$/;
/** A text file of a workspace is a few kilobytes; more is a slip (a copied list, an image). */
const bytesMost = 2_000_000;

/** Every file by its path relative to `directory`, sorted. */
export async function readWorkspace(directory: string): Promise<readonly WorkspaceFile[]> {
  const found = await Promise.all(workspaceFolders.map((folder) => listFolder(directory, folder)));
  const paths = found.flat().sort();
  if (paths.length === 0) {
    throw new Error(
      `${directory} holds no workspace: expected folders such as journeys/, rules/ and templates/`,
    );
  }
  const read = await Promise.all(
    paths.map((path) =>
      readOne(directory, path).catch((cause: unknown) => {
        // Deleted or renamed since it was listed: editors do that with each save.
        if (isMissing(cause)) return undefined;
        throw cause;
      }),
    ),
  );
  return read.filter((file) => file !== undefined);
}

async function listFolder(directory: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(directory, folder), { withFileTypes: true }).catch(
    (cause: unknown) => {
      if (isMissing(cause)) return [];
      throw new Error(`${join(directory, folder)} cannot be read`, { cause });
    },
  );
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.name.startsWith('.')) return [];
      if (entry.isDirectory()) return listFolder(directory, path);
      return entry.isFile() && extensions.test(entry.name) ? [path] : [];
    }),
  );
  return nested.flat();
}

async function readOne(directory: string, path: string): Promise<WorkspaceFile> {
  const full = join(directory, path);
  const { size } = await stat(full);
  if (size > bytesMost) {
    throw new Error(`${full} is ${size} bytes long: expected at most ${bytesMost}`);
  }
  const text = await readFile(full, 'utf8');
  return { path, text: text.startsWith('\uFEFF') ? text.slice(1) : text };
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
