// Finds a program that can be run as `<program> server start-dev`: the one the reader named, the
// official CLI on the PATH, what an earlier start left in the cache, the official download, and
// as the last way a build of runtime/embedded/temporal. A server older than 1.32 is passed over
// (no time skipping). Never touches the work tree: builds and downloads live in the user's cache.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, readFile, readdir } from 'node:fs/promises';
import { arch, homedir, platform } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildTemporalServer } from './temporal-build.ts';

export const OLDEST_SERVER = { major: 1, minor: 32 } as const;

export interface TemporalBinary {
  readonly path: string;
  readonly source: 'variable' | 'search path' | 'cache' | 'download' | 'build';
}

export interface BinarySearch {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cacheDir?: string;
  readonly onProgress?: (text: string) => void;
}

const execute = promisify(execFile);
const sourceDir = fileURLToPath(new URL('./temporal/', import.meta.url));

export async function findTemporalBinary(search: BinarySearch = {}): Promise<TemporalBinary> {
  const env = search.env ?? process.env;
  const cacheDir = search.cacheDir ?? defaultCacheDir(env);
  const onProgress = search.onProgress ?? (() => undefined);

  const named = env['PERENNIAL_TEMPORAL_BIN'];
  if (named) return { path: await checkNamed(named), source: 'variable' };
  if (await isRecentServer('temporal', env)) return { path: 'temporal', source: 'search path' };

  const built = path.join(cacheDir, `temporal-server-${await sourceHash()}`);
  if (await isExecutable(built)) return { path: built, source: 'cache' };
  const downloadDir = path.join(cacheDir, 'temporal-cli');
  const downloaded = await findDownloaded(downloadDir, env);
  if (downloaded) return { path: downloaded, source: 'cache' };
  const fresh = await download(downloadDir, env, onProgress);
  if (fresh) return { path: fresh, source: 'download' };

  await buildTemporalServer({ sourceDir, output: built, env, onProgress });
  return { path: built, source: 'build' };
}

export function defaultCacheDir(env: Readonly<Record<string, string | undefined>>): string {
  return path.join(env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'perennial');
}

/** `temporal version 1.9.1 (Server 1.32.0, UI 2.54.0)` → is that server new enough? */
export function isRecentVersion(versionLine: string): boolean {
  const match = /Server v?(\d+)\.(\d+)/.exec(versionLine);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return (
    major > OLDEST_SERVER.major || (major === OLDEST_SERVER.major && minor >= OLDEST_SERVER.minor)
  );
}

async function checkNamed(named: string): Promise<string> {
  if (await isExecutable(named)) return named;
  throw new Error(
    `PERENNIAL_TEMPORAL_BIN names ${named}, which is not a file that can be run: correct it, or unset it to let Perennial find a Temporal server.`,
  );
}

async function isRecentServer(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  try {
    const { stdout } = await execute(program, ['--version'], { env, timeout: 5_000 });
    return isRecentVersion(stdout);
  } catch (error) {
    // Not installed, not runnable or without an answer: then it is simply no candidate.
    if (error instanceof Error) return false;
    throw error;
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256').update(`${platform()}-${arch()}`);
  for (const file of ['go.mod', 'go.sum', 'main.go']) {
    hash.update(await readFile(path.join(sourceDir, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function findDownloaded(
  dir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((each) => each.startsWith('temporal-'))) {
    const file = path.join(dir, name);
    if (await isRecentServer(file, env)) return file;
  }
  return undefined;
}

/**
 * The SDK downloads the official CLI as a side effect of starting it, so it is started once and
 * stopped. Untried so far: no machine used for development could reach the download site.
 */
async function download(
  dir: string,
  env: Readonly<Record<string, string | undefined>>,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  const isReachable = await fetch('https://temporal.download/', {
    method: 'HEAD',
    signal: AbortSignal.timeout(2_000),
  }).then(
    () => true,
    () => false,
  );
  if (!isReachable) return undefined;
  onProgress('Downloading the Temporal CLI (once)');
  await mkdir(dir, { recursive: true });
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  try {
    const trial = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', downloadDir: dir, version: 'latest' } },
    });
    await trial.teardown();
  } catch (error) {
    onProgress(`The Temporal CLI could not be downloaded: ${String(error)}`);
    return undefined;
  }
  return findDownloaded(dir, env);
}
