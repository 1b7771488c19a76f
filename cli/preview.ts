/**
 * `perennial preview`: emails as they would look, for every sample and language, in a page of its own.
 * With --watch the page is served on this machine alone, and comes again after every save.
 */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { didYouMean } from '../core/definitions/suggest.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import type { PreviewedTemplate } from '../mail/preview/page.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';
import { readFiles, workspaceDir } from './workspace.ts';

interface Options {
  readonly out?: string;
  readonly open: boolean;
  readonly watch?: true;
  readonly workspace?: string;
  readonly json?: true;
}
interface Asked extends Options {
  readonly dir: string;
  readonly names: readonly string[];
}

export function previewCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('preview')
    .description('see emails as they would look, for every sample, on a desk and on a phone')
    .argument('[templates...]', 'names of templates (default: all)')
    .option('--out <file>', 'write the page there (default: .perennial/preview/ of the workspace)')
    .option('--no-open', 'do not open it in the browser')
    .option('--watch', 'show it again on every save, until Ctrl-C')
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON: where the page is, subjects, sizes, problems')
    .addHelpText('after', help)
    .action(async (names: readonly string[], options: Options) => {
      const asked = { ...options, names, dir: workspaceDir(shell, options.workspace) };
      finish(await (options.watch === true ? watch(shell, asked) : preview(shell, asked)));
    });
}

async function preview(shell: Shell, asked: Asked): Promise<ExitCode> {
  const templates = await look(asked, await readFiles(shell, asked.dir));
  const { previewPage } = await import('../mail/preview/page.ts');
  const path = await write(shell, asked, previewPage(templates));
  if (asked.json === true) shell.printJson(report(path, templates));
  else {
    for (const line of lines(templates)) shell.print(line);
    shell.print(`The page: ${path}`);
    if (asked.open && shell.progress.isTTY) openInBrowser(path);
  }
  return codeOf(templates);
}

async function look(
  { names }: Asked,
  files: readonly WorkspaceFile[],
): Promise<readonly PreviewedTemplate[]> {
  const { previewTemplates } = await import('../runtime/previews.ts');
  const { templates, unknown, known } = await previewTemplates(files, names);
  const [first] = unknown;
  if (first === undefined) return templates;
  const near = didYouMean(first, known) ?? `there are ${known.join(', ') || 'none'}`;
  throw new CommandFailure(`There is no template "${first}"; ${near}`);
}

async function write(shell: Shell, { out, dir, names }: Asked, page: string): Promise<string> {
  const file = `${names.length === 1 ? (names[0] ?? '') : 'emails'}.html`;
  const path = out === undefined ? join(dir, '.perennial/preview', file) : resolve(shell.cwd, out);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, page);
    return path;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(`${path} cannot be written: ${said}`, { cause });
  }
}

/** Served on this machine alone, because a page from a file cannot ask whether there is a newer one. */
async function watch(shell: Shell, asked: Asked): Promise<ExitCode> {
  const { watchWorkspace } = await import('../workspace/watch-workspace.ts');
  const { previewPage } = await import('../mail/preview/page.ts');
  const files = await readFiles(shell, asked.dir);
  let templates = await look(asked, files);
  let version = 0;
  const waiting = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.url === `/after/${version}`) {
      waiting.add(response);
      response.on('close', () => waiting.delete(response));
    } else if (request.url === '/') {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(previewPage(templates, reloadAfter(version)));
    } else response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}/`;
  for (const line of lines(templates)) shell.print(line);
  shell.print(`The page: ${url}`);
  shell.note('Watching: every save is shown. Ctrl-C ends it.');
  if (asked.open && shell.progress.isTTY) openInBrowser(url);
  const saved = async (files: readonly WorkspaceFile[]): Promise<void> => {
    templates = await look(asked, files);
    version++;
    for (const response of waiting) response.end();
  };
  await new Promise<void>((ended) => {
    const watching = watchWorkspace(
      asked.dir,
      files,
      ({ files: now }) => saved(now),
      (error) => shell.note(error instanceof Error ? error.message : String(error)),
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        watching.stop();
        ended();
      });
    }
  });
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  return codeOf(templates);
}

/** Answered when there is a newer page, or at once when there is one already. */
function reloadAfter(version: number): string {
  return `fetch('/after/${version}').then(() => location.reload(), () => undefined);`;
}

/** Whoever has no browser has the path on the line before. */
function openInBrowser(target: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', target]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', target]
        : ['xdg-open', target];
  const opened = spawn(command ?? '', args, { stdio: 'ignore', detached: true });
  opened.on('error', () => opened.unref());
  opened.unref();
}

function lines(templates: readonly PreviewedTemplate[]): readonly string[] {
  return templates.flatMap(({ template, samples, problems }) => {
    const largest = Math.max(0, ...samples.map((one) => (one.ok ? one.bytes : 0)));
    const languages = [...new Set(samples.map(({ language }) => language))];
    const written = `${plural(samples.length, 'email')}, ${languages.join(', ')}`;
    return [
      `${template}: ${written}, ${(largest / 1024).toFixed(1)} KB`,
      ...problems.map(({ place, severity, message }) => `  ${place} ${severity}: ${message}`),
    ];
  });
}

function report(path: string, templates: readonly PreviewedTemplate[]): unknown {
  const said = templates.map(({ samples, ...rest }) => ({
    ...rest,
    samples: samples.map((one) =>
      one.ok
        ? {
            sample: one.sample,
            language: one.language,
            subject: one.subject,
            preheader: one.preheader,
            bytes: one.bytes,
          }
        : one,
    ),
  }));
  return { ok: codeOf(templates) === 0, page: path, templates: said };
}

function codeOf(templates: readonly PreviewedTemplate[]): ExitCode {
  const problems = templates.flatMap((one) => one.problems);
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
}

const help = `
Shows each email for every file of its samples/, in every language, at the width of a desk and of a phone,
in light and in dark, with its line in the inbox, its size, its text part, and what the lint says.
The page is one file that needs nothing else; send it to whoever has to agree.

Exit codes: 0 emails as they should be, 1 errors were found, 2 no such template or no workspace.

Examples:
  $ npx perennial preview welcome
  $ npx perennial preview welcome congrats --watch
  $ npx perennial preview --out emails.html --no-open`;
