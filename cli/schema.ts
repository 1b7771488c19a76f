/** `perennial schema`: writes the JSON Schemas by which editors complete the files of a workspace. */
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { schemaFolder } from '../workspace/schema-folder.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';
import { pathFor, readFiles, workspaceDir } from './workspace.ts';

interface Options {
  readonly out?: string;
  readonly json?: true;
}

export function schemaCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('schema')
    .description('write the schemas by which editors complete and explain the files')
    .argument('[dirs...]', 'the workspaces (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--out <dir>', 'where to write (default: schema/ in each workspace)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (dirs: readonly string[], options: Options) => {
      const asked = dirs.length === 0 ? [undefined] : dirs;
      const written = [];
      for (const dir of asked) written.push(await writeOne(shell, dir, options));
      if (options.json === true) shell.printJson({ ok: true, workspaces: written });
      finish(0);
    });
}

async function writeOne(shell: Shell, asked: string | undefined, options: Options) {
  const dir = workspaceDir(shell, asked);
  const files = await readFiles(shell, dir);
  const { writeSchemas } = await import('../workspace/generate-schemas.ts');
  const out = options.out === undefined ? join(dir, schemaFolder) : resolve(shell.cwd, options.out);
  const written = await writeSchemas(out, files);
  if (options.json !== true) {
    const place = pathFor(shell, out);
    shell.print(
      written.length === 0
        ? `${place}/ is up to date.`
        : `${plural(written.length, 'schema')} written to ${place}/: ${[...written].sort().join(', ')}.`,
    );
  }
  return { dir, out, written };
}

const help = `
Every file of a workspace names one of these schemas in its first key, "$schema". Editors then complete
facts, events, emails and stages of this workspace, explain each field, and underline what is wrong.
\`npm start\` writes them anew whenever a file is saved; this command does it once. It works on files with
mistakes too.

Exit codes: 0 written, 2 wrong usage or no workspace.

Examples:
  $ npx perennial schema
  $ npx perennial schema examples/course-provider
  $ npx perennial schema --out /tmp/schemas`;
