/**
 * One process of the product under test: an api or a worker, run from its real entry point, killed and
 * started again at will. What it prints is kept in a file. Whatever happens to the tests, none of these
 * processes outlives them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Part {
  readonly name: string;
  readonly logFile: string;
  /** What the process is started with from now on, beside what it always gets. */
  env: Readonly<Record<string, string>>;
  start(): Promise<void>;
  /** Resolves when the process that runs now has ended: a signal or `code <n>`. */
  death(): Promise<string>;
  isAlive(): boolean;
  /** SIGKILL, as a lost machine would; resolves once it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<string>;
}

export interface PartOptions {
  readonly name: string;
  /** Relative to the root of the repository. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Asked again and again until it says yes. */
  readonly isReady: (startedAt: number) => Promise<boolean>;
}

const root = new URL('../../../', import.meta.url).pathname;
const readyWithinMs = 60_000;
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export function createPart(options: PartOptions): Part {
  let current: { readonly child: ChildProcess; readonly death: Promise<string> } | undefined;
  const death = (): Promise<string> => current?.death ?? Promise.resolve('not started');
  const isAlive = (): boolean =>
    current !== undefined && current.child.exitCode === null && current.child.signalCode === null;
  const signal = async (name: NodeJS.Signals): Promise<string> => {
    if (isAlive()) current?.child.kill(name);
    return death();
  };
  const part: Part = {
    name: options.name,
    logFile: options.logFile,
    env: {},
    death,
    isAlive,
    async start() {
      if (isAlive()) throw new Error(`${options.name} runs already`);
      const startedAt = Date.now();
      current = launch(options, part.env);
      while (!(await options.isReady(startedAt))) {
        // A failpoint may strike before it is ready: that is a death to be seen by `death`.
        if (!isAlive()) return;
        if (Date.now() - startedAt > readyWithinMs) {
          throw new Error(`${options.name} is not ready after 60 s; its log is ${options.logFile}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async kill() {
      await signal('SIGKILL');
    },
    stop: () => signal('SIGTERM'),
  };
  return part;
}

function launch(options: PartOptions, env: Part['env']) {
  const log = openSync(options.logFile, 'a');
  const child = spawn(process.execPath, ['--import', 'tsx', options.script], {
    cwd: root,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      ...options.env,
      ...env,
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  running.add(child);
  const death = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      running.delete(child);
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, name) => end(name ?? `code ${code}`));
  });
  return { child, death };
}
