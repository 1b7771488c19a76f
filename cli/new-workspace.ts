/**
 * `perennial new workspace`: a recipe as a folder of its own, with the schemas that editors complete
 * from. Where it hands leads to sales, the letters to reps of the shipped workspace come along.
 */
import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import type { Recipe } from '../workspace/recipes/find-recipes.ts';
import { schemaFolder } from '../workspace/schema-folder.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';

interface Options {
  readonly dryRun: true | undefined;
  readonly json: true | undefined;
}

export async function newWorkspace(
  shell: Shell,
  dir: string,
  recipe: Recipe,
  { dryRun, json }: Options,
): Promise<ExitCode> {
  const there = await readdir(dir).catch(absent);
  if (there.length > 0) {
    throw new CommandFailure(`${dir} is not empty. Name a folder that is not there yet.`);
  }
  const files = await filesOf(recipe);
  if (dryRun !== true) {
    const { moveIn } = await import('../workspace/recipes/move-in.ts');
    const { writeSchemas } = await import('../workspace/generate-schemas.ts');
    await moveIn(dir, [], files);
    await writeSchemas(join(dir, schemaFolder), files);
  }
  const paths = files.map(({ path }) => path);
  if (json === true) {
    shell.printJson({ ok: true, written: dryRun !== true, dir, files: paths });
    return 0;
  }
  const where = relative(shell.cwd, dir) || basename(dir);
  const word = dryRun === true ? 'Would make' : 'Made';
  shell.print(
    `${word} the workspace ${where} from "${recipe.name}": ${plural(files.length, 'file')}.`,
  );
  for (const path of paths.filter(isTelling)) shell.print(`  + ${path}`);
  if (dryRun === true) shell.print('Nothing was written. Without --dry-run it is.');
  else {
    shell.print('\nNext:');
    shell.print(`  npx perennial simulate --workspace ${where}`);
    shell.print(
      '  put your name, address and topics in rules/sending.json, your look in templates/brand.json',
    );
    shell.print(`  npx perennial check ${where}`);
    // With a database of its own: another workspace is in force in the usual one.
    shell.print(`  PERENNIAL_HOME=${where}/.perennial PERENNIAL_WORKSPACE=${where} npm start`);
  }
  return 0;
}

/** Journeys, rules, emails by their folders, people and lists: not every part of an email. */
function isTelling(path: string): boolean {
  return !path.startsWith('templates/') || path.endsWith('/email.json');
}

async function filesOf(recipe: Recipe): Promise<readonly WorkspaceFile[]> {
  const { withFile } = await import('../workspace/recipes/take-journey.ts');
  const hasHandoffs = recipe.files.some(({ path }) => path.startsWith('rules/handoffs'));
  const all = [...recipe.files, ...(hasHandoffs ? await repLetters(recipe.files) : [])];
  return all.reduce<readonly WorkspaceFile[]>(
    (files, { path, text }) => withFile(files, path, text, '../schema'),
    [],
  );
}

/** `templates/rep-*` of the shipped workspace, and the partials that they include. */
async function repLetters(has: readonly WorkspaceFile[]): Promise<readonly WorkspaceFile[]> {
  const { shippedRoot } = await import('../workspace/recipes/find-recipes.ts');
  const { readWorkspace } = await import('../workspace/read-workspace.ts');
  const shipped = await readWorkspace(shippedRoot);
  const known = new Set(has.map(({ path }) => path));
  return shipped.filter(
    ({ path }) => /^templates\/(rep-|partials\/)/.test(path) && !known.has(path),
  );
}

function absent(cause: unknown): readonly string[] {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
  throw cause;
}
