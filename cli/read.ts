/** `perennial read`: files of a workspace, said in sentences. */
import { Command } from 'commander';
import { lexiconOf } from '../core/words/lexicon.ts';
import { readWords, type ReadResult } from '../core/words/read-words.ts';
import { readingText } from '../core/words/reading.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';
import { findFiles, shownPath, type AskedFile } from './workspace-files.ts';
import { placed } from './workspace.ts';

interface Options {
  readonly workspace?: string;
  readonly json?: true;
}

export function readCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('read')
    .description('say files of a workspace in sentences')
    .argument('[file...]', 'paths, folders or names of what is inside (default: every file)')
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (asked: readonly string[], options: Options) =>
      finish(await read(shell, asked, options)),
    );
}

interface Told {
  readonly file: AskedFile;
  readonly result: ReadResult;
}

async function read(shell: Shell, asked: readonly string[], options: Options): Promise<ExitCode> {
  const files = await findFiles(shell, asked, options.workspace);
  const told = files.map((file): Told => {
    const result = readWords(file.kind, file, lexiconOf(file.all));
    return { file, result };
  });
  const broken = told.filter(({ result }) => !result.ok).length;
  if (options.json === true) {
    shell.printJson({ ok: broken === 0, files: told.map((one) => asData(shell, one)) });
  } else {
    for (const [index, one] of told.entries()) {
      if (index > 0) shell.print('');
      for (const line of asLines(shell, one, told.length > 1)) shell.print(line);
    }
    if (broken > 0) shell.note(`${plural(broken, 'file')} could not be read.`);
  }
  return broken === 0 ? 0 : 1;
}

function asData(shell: Shell, { file, result }: Told): object {
  const path = shownPath(shell, file);
  const { kind } = file;
  return result.ok
    ? { path, kind, reading: result.reading }
    : { path, kind, problems: result.problems };
}

function asLines(shell: Shell, { file, result }: Told, isOneOfMany: boolean): readonly string[] {
  const heading = isOneOfMany ? [`── ${shownPath(shell, file)}`] : [];
  return [
    ...heading,
    ...(result.ok
      ? [readingText(result.reading)]
      : result.problems.map((problem) => placed(shell, file.dir, problem))),
  ];
}

const help = `
Names in square brackets are the ids that explanations and links use. A file with mistakes prints its
problems instead; mistakes in other files do not matter.

Examples:
  $ npx perennial read journeys/trial-nurture.json
  $ npx perennial read trial-nurture scoring
  $ npx perennial read rules/
  $ npx perennial read --json | jq '.files[].reading.title'`;
