/** Runs the real command, and writes small workspaces and lists for it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, onTestFinished } from 'vitest';
import { main } from '../../cli/program.ts';

const root = resolve(import.meta.dirname, '../..');
const command = join(root, 'cli/perennial.js');

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly lines: readonly string[];
  /** The one JSON document of `--json`. */
  json(): unknown;
}

/** Never the cache of whoever runs the tests. */
const cache = mkdtempSync(join(tmpdir(), 'perennial-cache-'));
process.once('exit', () => rmSync(cache, { recursive: true, force: true }));

export interface RunOptions {
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly databaseUrl?: string;
  readonly cwd?: string;
}

/** In this process, with a terminal of its own: what a command says and does, without a second of start. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const said = { out: '', err: '' };
  const progress = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said.err += chunk.toString();
      done();
    },
  });
  const code = await main(args, {
    env: environment(options),
    cwd: options.cwd ?? root,
    progress: Object.assign(progress, { isTTY: false }) as unknown as NodeJS.WriteStream,
    colours: false,
    print: (text) => void (said.out += `${text}\n`),
    printJson: (value) => void (said.out += `${JSON.stringify(value, null, 2)}\n`),
    note: (text) => void (said.err += `${text}\n`),
  });
  return ranOf(code, said.out, said.err);
}

/** As typed: a process of its own. */
export function runAsProcess(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((done) => {
    const settings = { cwd: options.cwd ?? root, env: environment(options), maxBuffer: 1 << 26 };
    execFile(process.execPath, [command, ...args], settings, (error, out, err) => {
      done(ranOf(error === null ? 0 : Number(error.code), out, err));
    });
  });
}

function ranOf(code: number, out: string, err: string): Ran {
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, out, err, lines, json: () => JSON.parse(out) as unknown };
}

/** Without waiting for its end: for tests that kill it. */
export function launch(args: readonly string[], options: RunOptions): ChildProcess {
  const cwd = options.cwd ?? root;
  return spawn(process.execPath, [command, ...args], {
    cwd,
    env: environment(options),
    stdio: 'ignore',
  });
}

export interface Followed {
  readonly child: ChildProcess;
  out(): string;
  err(): string;
  readonly ended: Promise<number | null>;
}

/** A command that goes on until it is told to end; ended with the test at the latest. */
export function follow(args: readonly string[], options: RunOptions): Followed {
  const cwd = options.cwd ?? root;
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  return { child, out: () => text.out, err: () => text.err, ended };
}

/** Nothing of the machine's own settings, and a home where nothing runs. */
function environment({ databaseUrl, env = {} }: RunOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    USER: 'tester',
    PERENNIAL_HOME: join(tmpdir(), 'perennial-no-home'),
    XDG_CACHE_HOME: cache,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...env,
  };
}

export interface Folder {
  readonly path: string;
  write(file: string, text: string | Buffer): Promise<string>;
  /** Replaces text in a file; throws when it is not there. */
  edit(file: string, from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** The shipped workspace, or another one of the repository. */
  takeWorkspace(from?: string): Promise<void>;
}

/** Removed at the end of the test file. */
export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'perennial-cli-'));
  afterAll(() => rm(path, { recursive: true, force: true }));
  return {
    path,
    async write(file, text) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), text);
      return join(path, file);
    },
    async edit(file, from, to) {
      const text = await readFile(join(path, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
      await writeFile(join(path, file), text.replace(from, to));
    },
    remove: (file) => rm(join(path, file)),
    async takeWorkspace(from = '.') {
      for (const folder of ['journeys', 'rules', 'templates', 'personas', 'imports']) {
        await cp(join(root, from, folder), join(path, folder), { recursive: true });
      }
    },
  };
}
