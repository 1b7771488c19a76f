/** Every workspace that is shipped: the default one and the examples. */
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Name and folder; a folder is a workspace when it says how it sends. */
export async function shippedWorkspaces(): Promise<readonly (readonly [string, string])[]> {
  const examples = join(root, 'examples');
  const found = await readdir(examples, { recursive: true });
  const folders = found
    .filter((path) => /(^|[\\/])rules[\\/]sending\.json$/.test(path))
    .map((path) => dirname(dirname(join(examples, path))));
  return [root, ...folders.sort()].map((folder) => [relative(root, folder) || 'root', folder]);
}
