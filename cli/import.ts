/** `perennial import`: a list of people becomes leads, as a mapping of the workspace says. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { ImportMapping } from '../core/definitions/compile-import.ts';
import { builtInEvents } from '../core/facts/catalogue.ts';
import { checkHeader } from '../core/definitions/import-rows.ts';
import type { Release } from '../core/definitions/release.ts';
import { kindOf } from '../core/definitions/sources.ts';
import type { ListRow, RowResult } from '../ingest/import-list.ts';
import { withDatabase, type Connected } from './connect.ts';
import { createTally, tallyData, tallyLines, type Tally } from './import-report.ts';
import { openList, type ListFile } from './list-file.ts';
import { createProgressBar } from './progress-bar.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';
import { compileWorkspace, readFiles, workspaceDir } from './workspace.ts';

export interface ImportOptions {
  readonly mapping: string;
  readonly dryRun?: true;
  readonly workspace?: string;
  readonly show: number;
  readonly json?: true;
}

export function importCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('import')
    .description('bring in a list of people: facts, consent and what they did')
    .argument('<csv>', 'the list, with a header')
    .requiredOption('--mapping <file>', 'an imports file of a workspace, or its name')
    .option('--dry-run', 'say what would become of each row and store nothing')
    .option('--workspace <dir>', 'the workspace (default: the one the mapping lies in)')
    .option('--show <rows>', 'how many rows of each kind to list', count, 10)
    .option('--json', 'answer with JSON: every row')
    .addHelpText('after', help)
    .action(async (csv: string, options: ImportOptions) => {
      finish(await importFile(shell, resolve(shell.cwd, csv), options));
    });
}

async function importFile(shell: Shell, csv: string, options: ImportOptions): Promise<ExitCode> {
  const mapping = await findMapping(shell, options);
  const list = await openList(csv);
  try {
    const missing = checkHeader(mapping, list.header);
    if (missing.length > 0) {
      throw new CommandFailure(
        `${csv} does not fit "${mapping.import}":\n  ${missing.join('\n  ')}`,
        {
          exitCode: 1,
        },
      );
    }
    const startedAt = performance.now();
    const tally = await withDatabase(shell, (connected) =>
      bringIn(shell, connected, mapping, list, options),
    );
    const tookMs = performance.now() - startedAt;
    const told = { tally, tookMs, dryRun: options.dryRun === true, show: options.show };
    if (options.json === true) shell.printJson(tallyData(told));
    else for (const line of tallyLines(told)) shell.print(line);
    return tally.counts.rejected > 0 ? 1 : 0;
  } finally {
    list.close();
  }
}

async function bringIn(
  shell: Shell,
  { store, releases }: Connected,
  mapping: ImportMapping,
  list: ListFile,
  { dryRun, json }: ImportOptions,
): Promise<Tally> {
  const { importList } = await import('../ingest/import-list.ts');
  const { createIngest } = await import('../ingest/ingest.ts');
  for (const note of unpublished(mapping, await releases.current())) shell.note(note);
  const failed: string[] = [];
  // Without a delivery of its own: what enters a journey is taken by the relay of the running product.
  const ingest = createIngest({
    store,
    releases,
    onError: (error, doing) => failed.push(`${doing}: ${String(error)}`),
  });
  const bar = createProgressBar(shell.progress, () => performance.now());
  const tally = createTally(json === true);
  const run = { store, ingest, mapping, now: () => Date.now(), dryRun: dryRun === true };
  for await (const results of importList(run, list.rows satisfies AsyncIterable<ListRow>)) {
    results.forEach((result: RowResult) => tally.add(result));
    bar.show(list.done(), tally.line());
  }
  await ingest.close();
  bar.clear();
  for (const line of failed) shell.note(`Stored, but afterwards ${line}`);
  return tally;
}

/** A file, in the `imports/` of a workspace or anywhere, or the name of one of the workspace. */
async function findMapping(shell: Shell, options: ImportOptions): Promise<ImportMapping> {
  const isFile = options.mapping.endsWith('.json');
  const given = resolve(shell.cwd, options.mapping);
  const home = basename(dirname(given)) === 'imports' ? dirname(dirname(given)) : undefined;
  const dir = workspaceDir(shell, options.workspace ?? (isFile ? home : undefined));
  const files = await readFiles(shell, dir);
  if (!isFile) {
    const { imports } = await compileWorkspace(shell, dir, files);
    const found = imports.find((one) => one.import === options.mapping);
    if (found !== undefined) return found;
    const known = imports.map((one) => one.import).join(', ');
    const has = known === '' ? 'no imports' : known;
    throw new CommandFailure(`There is no import "${options.mapping}": ${dir} has ${has}.`);
  }
  const path = `imports/${basename(given)}`;
  const others = files.filter((file) => file.path !== path);
  const all = [...others, { path, text: await readMapping(given) }];
  const { imports } = await compileWorkspace(shell, dir, all);
  const paths = all.map((file) => file.path).filter((one) => kindOf(one) === 'import');
  const mapping = imports[paths.sort().indexOf(path)];
  if (mapping === undefined) throw new CommandFailure(`${given} is no imports file.`);
  return mapping;
}

async function readMapping(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandFailure(`${path} cannot be read: name an imports file that is there.`, {
      cause,
    });
  });
}

/** What the release in force does not know is kept, but no rule of it will look at it. */
function unpublished(mapping: ImportMapping, release: Release): readonly string[] {
  const names = [...new Set(mapping.events.map(({ name }) => name))];
  const unknown = names.filter((name) => !Object.hasOwn(release.events, name));
  const missing = unknown.filter((name) => !Object.hasOwn(builtInEvents, name));
  if (missing.length === 0) return [];
  return [
    `Note: the release in force knows no "${missing.join('", "')}": it is stored, and counts once a release that names it is published.`,
  ];
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('expected a whole number.');
}

const help = `
Rows that are refused are listed with their row number and stop nothing. A second run changes nothing;
a run that was stopped goes on where it was. What a list tells is past: it enters no journey and hands
nobody to sales, unless the mapping says "enter".

Examples:
  $ npx perennial import people.csv --mapping imports/hr-expo.json --dry-run
  $ npx perennial import people.csv --mapping hr-expo
  $ npx perennial import people.csv --mapping hr-expo --json | jq '.rows[] | select(.outcome=="rejected")'`;
