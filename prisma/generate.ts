// Generates the Prisma client into store/generated when the schema has changed since the last
// time. Run as `node --import tsx prisma/generate.ts` before start and before the tests.
// `prisma generate` insists on a native engine that it never uses here and would download; any
// existing file satisfies it, so generating works without a network.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const schemaFile = join(root, 'prisma', 'schema.prisma');
const lockDir = join(root, 'node_modules', '.cache', 'prisma-generate.lock');
const pollMs = 100;
const abandonedAfterMs = 60_000;
const stampFile = join(root, 'store', 'generated', 'schema.sha256');

/** Says whether there was anything to do. */
export async function generateClient(): Promise<'generated' | 'current'> {
  const require = createRequire(import.meta.url);
  const packageFile = require.resolve('prisma/package.json');
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string };
  const schema = await readFile(schemaFile);
  const stamp = createHash('sha256').update(version).update(schema).digest('hex');
  if (await isCurrent(stamp)) return 'current';
  return alone(async () => {
    // Whoever held the lock before us has done it.
    if (await isCurrent(stamp)) return 'current';
    await generate(packageFile);
    await writeFile(stampFile, stamp);
    return 'generated';
  });
}

async function isCurrent(stamp: string): Promise<boolean> {
  return (await readFile(stampFile, 'utf8').catch(() => '')) === stamp;
}

/** Two processes that write the same files at once would read each other's half-written ones. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lockDir), { recursive: true });
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    try {
      await mkdir(lockDir);
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      // A generator that was killed leaves its lock: nobody takes longer than this.
      if (waitedMs > abandonedAfterMs) await rm(lockDir, { recursive: true, force: true });
      await delay(pollMs);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lockDir, { recursive: true, force: true });
  }
}

async function generate(packageFile: string): Promise<void> {
  const command = join(dirname(packageFile), 'build', 'index.js');
  const env = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
    ...process.env,
  };
  try {
    await promisify(execFile)(process.execPath, [command, 'generate'], { cwd: root, env });
  } catch (cause) {
    throw new Error(`The Prisma client could not be generated from ${schemaFile}.`, { cause });
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await generateClient();
}
