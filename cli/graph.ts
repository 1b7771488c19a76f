/** `perennial graph`: a journey as a picture, drawn by Graphviz, or as text for Graphviz and Mermaid. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { journeyFile } from '../core/definitions/journey.ts';
import { readFormat } from '../core/definitions/read-format.ts';
import { dotOf } from '../core/graph/dot.ts';
import { journeyGraph, type JourneyGraph } from '../core/graph/journey-graph.ts';
import { mermaidOf } from '../core/graph/mermaid.ts';
import { lexiconOf } from '../core/words/lexicon.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';
import { findFiles } from './workspace-files.ts';
import { placed } from './workspace.ts';

const forms = ['svg', 'mermaid', 'dot'] as const;
type Form = (typeof forms)[number];
interface Options {
  readonly format: Form;
  readonly out?: string;
  readonly workspace?: string;
  readonly json?: true;
}

export function graphCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('graph')
    .description('draw a journey')
    .argument('<journey>', 'the name of a journey, or the path of its file')
    .addOption(new Option('--format <form>', 'what to write').choices(forms).default('svg'))
    .option('--out <file>', 'write it there (default: print it)')
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON: the steps and the ways between them')
    .addHelpText('after', help)
    .action(async (journey: string, options: Options) =>
      finish(await graph(shell, journey, options)),
    );
}

async function graph(shell: Shell, journey: string, options: Options): Promise<ExitCode> {
  const drawn = await readGraph(shell, journey, options.workspace);
  if (options.json === true) {
    shell.printJson({ ok: true, ...drawn });
    return 0;
  }
  const text = await write(drawn, options.format);
  if (options.out === undefined) shell.print(text.trimEnd());
  else {
    const path = resolve(shell.cwd, options.out);
    await writeFile(path, text).catch((cause: unknown) => {
      throw new CommandFailure(`${path} cannot be written.`, { cause });
    });
    shell.note(`Wrote ${path}`);
  }
  return 0;
}

async function readGraph(
  shell: Shell,
  name: string,
  workspace: string | undefined,
): Promise<JourneyGraph> {
  const found = await findFiles(shell, [name], workspace);
  const journeys = found.filter(({ kind }) => kind === 'journey');
  const [file] = journeys;
  if (file === undefined || journeys.length > 1) {
    const names = journeys.map(({ path }) => path).join(', ');
    throw new CommandFailure(
      file === undefined
        ? `${name} is no journey.`
        : `${name} names ${journeys.length} journeys (${names}): name one.`,
    );
  }
  const { value, problems } = readFormat(file.path, file.text, journeyFile);
  if (value === undefined || problems.length > 0) {
    const lines = problems.map((problem) => placed(shell, file.dir, problem));
    throw new CommandFailure(lines.join('\n'), { exitCode: 1 });
  }
  return journeyGraph(value, lexiconOf(file.all));
}

async function write(drawn: JourneyGraph, form: Form): Promise<string> {
  switch (form) {
    case 'dot':
      return dotOf(drawn);
    case 'mermaid':
      return mermaidOf(drawn);
    case 'svg': {
      const { svgOf } = await import('../drawing/svg.ts');
      return svgOf(dotOf(drawn), { place: 'alone', title: drawn.title });
    }
  }
}

const help = `
The picture follows the light or dark setting of whoever looks at it; point at a step to read its whole
sentence. Mermaid text can be pasted into a page that draws it.

Examples:
  $ npx perennial graph trial-nurture --out trial-nurture.svg
  $ npx perennial graph trial-nurture --format mermaid
  $ npx perennial graph examples/course-provider/journeys/course-nurture.json --format dot`;
