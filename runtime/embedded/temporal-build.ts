// Builds the Temporal server of runtime/embedded/temporal with the Go toolchain: minutes, once.
// The result appears under its final name only when it is complete, and two builders on one
// machine take turns: the second finds the work done. Go fetches the exact toolchain by itself.
import { execFile, spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { identify, isErrno, isSameProcess, type ProcessIdentity } from './processes.ts';

export interface BuildOptions {
  readonly sourceDir: string;
  readonly output: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (text: string) => void;
}

const OTHER_WAYS =
  'Other ways: install the Temporal CLI (https://docs.temporal.io/cli), name a server binary in PERENNIAL_TEMPORAL_BIN, or a running server in TEMPORAL_ADDRESS.';

const execute = promisify(execFile);

export async function buildTemporalServer(options: BuildOptions): Promise<void> {
  await mkdir(path.dirname(options.output), { recursive: true });
  const lock = `${options.output}.lock`;
  const release = await takeLock(lock, options);
  if (release === 'already built') return;
  try {
    await compile(options);
  } finally {
    await rm(lock, { force: true });
  }
}

async function compile(options: BuildOptions): Promise<void> {
  // GOTOOLCHAIN=auto: go.mod names the version the server needs, an older `go` fetches it.
  const env = { ...options.env, GOTOOLCHAIN: 'auto', GOFLAGS: '-mod=readonly -buildvcs=false' };
  await requireGo(options, env);
  options.onProgress('Building the Temporal server from source (once): fetching its modules');
  const packages = await countPackages(options, env);
  const half = `${options.output}.${process.pid}.tmp`;
  const args = ['build', '-v', '-trimpath', '-ldflags=-s -w', '-o', half, '.'];
  const go = spawn('go', args, {
    cwd: options.sourceDir,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });

  const startedAt = performance.now();
  let output = '';
  const report = () => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const done = Math.min(output.split('\n').length - 1, packages);
    options.onProgress(
      `Building the Temporal server from source (once, 3 to 6 minutes): ${done} of ${packages} packages, ${seconds} s`,
    );
  };
  const timer = setInterval(report, 5_000);
  go.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      go.once('error', reject).once('close', resolve);
    });
    if (code !== 0) throw buildFailure(output);
    await rename(half, options.output);
  } finally {
    clearInterval(timer);
    await rm(half, { force: true });
  }
}

async function requireGo(options: BuildOptions, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    // Outside the module, so that a wanted newer toolchain is not fetched by this question.
    await execute('go', ['version'], {
      env: { ...env, GOTOOLCHAIN: 'local' },
      cwd: path.dirname(options.output),
    });
  } catch (error) {
    throw new Error(
      `There is no Temporal server yet, the official one could not be downloaded, and Go, which would build one, is not installed: install Go 1.21 or newer (https://go.dev/dl) and start again. ${OTHER_WAYS}`,
      { cause: error },
    );
  }
}

async function countPackages(options: BuildOptions, env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { stdout } = await execute('go', ['list', '-deps', '.'], {
      cwd: options.sourceDir,
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.trim().split('\n').length;
  } catch (error) {
    throw buildFailure(isErrno(error) && 'stderr' in error ? String(error.stderr) : String(error));
  }
}

function buildFailure(output: string): Error {
  const lastLines = output.trim().split('\n').slice(-5).join('\n');
  const isNetwork =
    /dial tcp|no such host|i\/o timeout|connection refused|proxyconnect|TLS handshake/.test(output);
  const reason = isNetwork
    ? 'The Go modules of the Temporal server could not be downloaded: check the network or GOPROXY and start again.'
    : 'The Temporal server could not be built from source; Go said what is below.';
  return new Error(`${reason} ${OTHER_WAYS}`, { cause: new Error(lastLines) });
}

/** Creates the lock file, or waits until whoever holds it has finished or died. */
async function takeLock(lock: string, options: BuildOptions): Promise<'taken' | 'already built'> {
  for (;;) {
    if (await exists(options.output)) return 'already built';
    if (await createLock(lock)) return 'taken';
    const holder = await readLock(lock);
    if (holder && isSameProcess(holder)) {
      options.onProgress(`Waiting for process ${holder.pid}, which builds the Temporal server`);
      await delay(1_000);
    } else {
      await rm(lock, { force: true });
    }
  }
}

async function createLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(JSON.stringify(identify(process.pid)));
    await file.close();
    return true;
  } catch (error) {
    if (isErrno(error) && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Nothing when the lock was given back meanwhile or its writer died before it wrote. */
async function readLock(lock: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(lock, 'utf8').catch(() => '');
  if (text === '') {
    await delay(200); // The writer may be between creating the file and writing to it.
    const again = await readFile(lock, 'utf8').catch(() => '');
    return again === '' ? undefined : (JSON.parse(again) as ProcessIdentity);
  }
  return JSON.parse(text) as ProcessIdentity;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
