// Generates the Prisma client into store/generated when the schema has changed since the last
// time. Run as `node --import tsx prisma/generate.ts` before start and before the tests.
// `prisma generate` insists on a native engine that it never uses here and would download; any
// existing file satisfies it, so generating works without a network.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const schemaFile = join(root, 'prisma', 'schema.prisma');
const stampFile = join(root, 'store', 'generated', 'schema.sha256');

/** Says whether there was anything to do. */
export async function generateClient(): Promise<'generated' | 'current'> {
  const require = createRequire(import.meta.url);
  const packageFile = require.resolve('prisma/package.json');
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string };
  const schema = await readFile(schemaFile);
  const stamp = createHash('sha256').update(version).update(schema).digest('hex');
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return 'current';

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
  await writeFile(stampFile, stamp);
  return 'generated';
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await generateClient();
}
