/**
 * `perennial new`: a journey in this workspace, or a workspace of its own, from a recipe or from nothing.
 *
 * Nothing is overwritten and nothing is left half done: what would be there is checked whole, in memory,
 * before the first file is written.
 */
import { basename, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { suggest } from '../core/definitions/suggest.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import type { Recipe } from '../workspace/recipes/find-recipes.ts';
import type { NewJourney } from '../workspace/recipes/new-journey.ts';
import { newWorkspace } from './new-workspace.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';
import { compileWorkspace, placed, readFiles, workspaceDir } from './workspace.ts';

interface Options {
  readonly from?: string;
  readonly journey?: string;
  readonly workspace?: string;
  readonly keepMine?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

export function newCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  const command = new Command('new')
    .description('a new journey, or a new workspace, from a recipe')
    .option('--list', 'the recipes there are')
    .option('--json', 'answer with JSON')
    .helpCommand(false)
    .addHelpText('after', help)
    .action(async (options: { list?: true; json?: true }) => {
      if (options.list !== true) {
        throw new CommandFailure(
          'Say what is new: `perennial new journey <name>`, `perennial new workspace <folder>`, or --list.',
        );
      }
      await listRecipes(shell, options.json === true);
      finish(0);
    });
  command
    .command('journey')
    .description('a journey with all it needs, in this workspace')
    .argument('<name>', 'how it is to be called here, such as goodbye')
    .option('--from <recipe>', 'a recipe (see perennial new --list); without it, a small journey')
    .option('--journey <name>', 'which journey of the recipe, where it has several')
    .option('--keep-mine', 'where a name is taken here, use what is here')
    .option('--dry-run', 'say what would be written, and write nothing')
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON')
    .action(async (name: string, _: unknown, called: Command) => {
      // Commander gives --json to the outer command, which has it too.
      finish(await newJourney(shell, name, called.optsWithGlobals<Options>()));
    });
  command
    .command('workspace')
    .description('a folder of its own, ready to check and to simulate')
    .argument('<dir>', 'a folder that is not there yet, or empty')
    .requiredOption('--from <recipe>', 'a recipe (see perennial new --list)')
    .option('--dry-run', 'say what would be written, and write nothing')
    .option('--json', 'answer with JSON')
    .action(async (dir: string, _: unknown, called: Command) => {
      const { from, dryRun, json } = called.optsWithGlobals<Options>();
      const recipe = await recipeCalled(from ?? '');
      finish(await newWorkspace(shell, resolve(shell.cwd, dir), recipe, { dryRun, json }));
    });
  return command;
}

async function listRecipes(shell: Shell, asJson: boolean): Promise<void> {
  const { readRecipe, recipeNames } = await import('../workspace/recipes/find-recipes.ts');
  const recipes = await Promise.all((await recipeNames()).map(readRecipe));
  if (asJson) {
    shell.printJson(recipes.map(({ name, title, journeys }) => ({ name, title, journeys })));
    return;
  }
  const width = Math.max(...recipes.map(({ name }) => name.length));
  for (const { name, title, journeys } of recipes) {
    const several = journeys.length > 1 ? ` (journeys: ${journeys.join(', ')})` : '';
    shell.print(`${name.padEnd(width)}  ${title}${several}`);
  }
}

async function recipeCalled(name: string): Promise<Recipe> {
  const { readRecipe, recipeNames } = await import('../workspace/recipes/find-recipes.ts');
  const names = await recipeNames();
  if (names.includes(name)) return readRecipe(name);
  const near = suggest(name, names);
  const hint = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`;
  throw new CommandFailure(`There is no recipe "${name}". ${hint}`);
}

async function newJourney(shell: Shell, key: string, options: Options): Promise<ExitCode> {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(key)) {
    throw new CommandFailure(
      `"${key}" cannot be the name of a journey: small letters, digits and dashes, such as goodbye.`,
    );
  }
  const dir = workspaceDir(shell, options.workspace);
  const before = await readFiles(shell, dir);
  await compileWorkspace(shell, dir, before);
  const made = await make(before, key, options);
  if (!made.ok) return refuse(shell, made.conflicts, options);
  await assertClean(shell, dir, before, made.files);
  if (options.dryRun !== true) {
    const { moveIn } = await import('../workspace/recipes/move-in.ts');
    await moveIn(dir, before, made.files);
  }
  report(shell, dir, key, made, options);
  return 0;
}

async function make(
  before: readonly WorkspaceFile[],
  key: string,
  { from, journey, keepMine }: Options,
): Promise<NewJourney> {
  const { journeyFromRecipe, starterJourney } = await import('../workspace/recipes/new-journey.ts');
  if (from === undefined) return starterJourney(before, key, 'marketing');
  const recipe = await recipeCalled(from);
  const wanted = journey ?? recipe.journeys[0] ?? '';
  if (!recipe.journeys.includes(wanted)) {
    const has = recipe.journeys.join(', ');
    throw new CommandFailure(`The recipe "${from}" has no journey "${wanted}": it has ${has}.`);
  }
  return journeyFromRecipe(before, recipe, { journey: wanted, key, keepMine: keepMine === true });
}

function refuse(shell: Shell, conflicts: readonly string[], { json }: Options): ExitCode {
  if (json === true) shell.printJson({ ok: false, conflicts });
  else {
    shell.print(`Nothing was written: ${plural(conflicts.length, 'name')} would clash.`);
    for (const conflict of conflicts) shell.print(`  ${conflict}`);
    shell.print('Choose another name, or say --keep-mine to use what is here.');
  }
  return 1;
}

/** The whole check, emails and all, of what would be there. */
async function assertClean(
  shell: Shell,
  dir: string,
  before: readonly WorkspaceFile[],
  after: readonly WorkspaceFile[],
): Promise<void> {
  const { checkWorkspace } = await import('../workspace/check-workspace.ts');
  const { compileTemplate } = await import('../mail/templates/compile.ts');
  const { newProblems } = await import('../workspace/recipes/new-journey.ts');
  const checked = await checkWorkspace(after, { compileTemplate });
  if (checked.ok) {
    if (checked.warnings.length === 0) return;
    const was = await checkWorkspace(before, { compileTemplate });
    for (const warning of newProblems(was.ok ? was.warnings : was.problems, checked.warnings)) {
      shell.note(placed(shell, dir, warning));
    }
    return;
  }
  const lines = checked.problems.map((problem) => `  ${placed(shell, dir, problem)}`);
  throw new CommandFailure(
    `Nothing was written, because the files would have ${plural(lines.length, 'problem')}:\n${lines.join('\n')}`,
    { exitCode: 1 },
  );
}

function report(
  shell: Shell,
  dir: string,
  key: string,
  made: Extract<NewJourney, { ok: true }>,
  { json, dryRun, from }: Options,
): void {
  const { added, reused, left, notes } = made;
  if (json === true) {
    shell.printJson({ ok: true, written: dryRun !== true, added, reused, left, notes });
    return;
  }
  const where = relative(shell.cwd, dir) || basename(dir);
  const word = dryRun === true ? 'Would add' : 'Added';
  shell.print(
    `${word} the journey "${key}"${from === undefined ? '' : ` from "${from}"`} to ${where}:`,
  );
  for (const one of added) shell.print(`  + ${one}`);
  for (const one of reused) shell.print(`  = ${one}, as it is here`);
  for (const one of left) shell.print(`  - left out: ${one}`);
  for (const note of notes) shell.print(`  ! ${note}`);
  if (dryRun === true) {
    shell.print('Nothing was written. Without --dry-run it is.');
    return;
  }
  const personas = added.flatMap((path) => /^personas\/(.+)\.json$/.exec(path)?.[1] ?? []);
  shell.print('\nNext:');
  shell.print(
    `  read journeys/${key}.json from top to bottom, and make its words and emails yours`,
  );
  if (personas.length > 0) shell.print(`  npx perennial simulate ${personas.join(' ')}`);
  shell.print('  npx perennial check');
  shell.print('  npx perennial publish --dry-run');
}

const help = `
Examples:
  $ npx perennial new --list
  $ npx perennial new journey hello                              a small one, every field explained
  $ npx perennial new journey goodbye --from sunset --dry-run
  $ npx perennial new journey goodbye --from sunset
  $ npx perennial new workspace ../webinars --from webinar`;
