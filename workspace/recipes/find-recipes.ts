/** The recipes that ship with the product: small workspaces below `examples/recipes`, by name. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { kindOf, type WorkspaceFile } from '../../core/definitions/sources.ts';
import { readWorkspace } from '../read-workspace.ts';
import { objectOf, parsed, textOf } from './values.ts';

export interface Recipe {
  readonly name: string;
  readonly dir: string;
  /** The headline of its README. */
  readonly title: string;
  /** Its journeys; the one that is called like the recipe, or else the first, comes first. */
  readonly journeys: readonly string[];
  readonly files: readonly WorkspaceFile[];
}

export const shippedRoot = resolve(import.meta.dirname, '../..');
const home = join(shippedRoot, 'examples/recipes');

export async function recipeNames(): Promise<readonly string[]> {
  const entries = await readdir(home, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

export async function readRecipe(name: string): Promise<Recipe> {
  const dir = join(home, name);
  const files = await readWorkspace(dir);
  const readme = await readFile(join(dir, 'README.md'), 'utf8');
  const title = /^# (.+)$/m.exec(readme)?.[1] ?? name;
  const journeys = files
    .filter(({ path }) => kindOf(path) === 'journey')
    .map(({ text }) => textOf(objectOf(parsed(text))['journey']))
    .toSorted((a, b) => Number(b === name) - Number(a === name));
  return { name, dir, title, journeys, files };
}
