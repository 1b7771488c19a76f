/**
 * `api` and `worker` as child processes: the same entry points as in production, and what the kill
 * tests kill. A child that dies is started again, at first at once, then with a growing pause, so that
 * one that cannot start does not spin.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { stopProcess } from './embedded/processes.ts';

export interface ChildOptions {
  readonly name: string;
  /** Entry point, run with tsx. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly onStart: (pid: number) => void;
  readonly onDeath: (how: string) => void;
}
export interface Child {
  /** Ends it with SIGTERM and waits; sends in progress finish. */
  stop(): Promise<void>;
}

// A send in progress may take as long as the relay's timeouts; then it is killed, and found again.
const graceMs = 35_000;
const pausesMs = [0, 500, 2_000, 5_000];
/** A child that lived this long starts anew without a pause. */
const steadyMs = 20_000;

export function runChild(options: ChildOptions): Child {
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const stopping = new AbortController();
  let current: ChildProcess | undefined;

  const loop = async (): Promise<void> => {
    for (let deaths = 0; !stopping.signal.aborted;) {
      const startedAt = Date.now();
      current = launch(options, log);
      if (current.pid !== undefined) options.onStart(current.pid);
      const how = await ended(current);
      if (stopping.signal.aborted) return;
      options.onDeath(how);
      deaths = Date.now() - startedAt > steadyMs ? 0 : deaths + 1;
      await delay(pausesMs[Math.min(deaths, pausesMs.length - 1)] ?? 0);
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      if (current?.pid !== undefined && current.exitCode === null) {
        await stopProcess(current.pid, { signal: 'SIGTERM', timeoutMs: graceMs });
      }
      await running;
      log.end();
    },
  };
}

/**
 * A batch lives while it waits for the database. With Node's 16 MB its objects were copied as
 * survivors again and again: measured, collecting garbage took a third less of a busy api's time.
 */
const nodeFlags = ['--max-semi-space-size=64'];

function launch(options: ChildOptions, log: WriteStream): ChildProcess {
  const child = spawn(process.execPath, [...nodeFlags, '--import', 'tsx', options.script], {
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group: Ctrl-C reaches the supervisor alone, which stops the children in order.
    detached: true,
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return child;
}

async function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
