/**
 * Finds the database of the Perennial that is meant: DATABASE_URL, else the embedded one of a running
 * `npm start` (its home names it).
 *
 * Commands decide and store through ingest like everybody else, and leave delivery to Temporal to the
 * running product: its relay takes what they wrote within seconds. So a command needs the database only.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateClient } from '../prisma/generate.ts';
import { readConfig, type Config } from '../runtime/config.ts';
import type { ReleaseLibrary } from '../runtime/releases.ts';
import type { Store } from '../store/client.ts';
import { CommandFailure, type Shell } from './shell.ts';

export interface Connected {
  readonly config: Config;
  readonly store: Store;
  readonly releases: ReleaseLibrary;
}

/** Runs `work` with a connection and closes it, whatever comes. */
export async function withDatabase<T>(
  shell: Shell,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  const config = readConfig(shell.env, shell.cwd);
  const databaseUrl = config.DATABASE_URL ?? (await embeddedDatabase(config));
  await generateClient();
  const { createStore } = await import('../store/client.ts');
  const { createReleaseLibrary } = await import('../runtime/releases.ts');
  const store = createStore({ databaseUrl, poolSize: 4 });
  try {
    const releases = createReleaseLibrary(store, () => Date.now());
    return await work({ config, store, releases });
  } finally {
    await store.close();
  }
}

async function embeddedDatabase(config: Config): Promise<string> {
  const file = join(config.home, 'connections.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CommandFailure(
      `Perennial does not run here (no ${file}): \`npm start\` first, or set DATABASE_URL.`,
      { cause },
    );
  });
  const { databaseUrl } = JSON.parse(text) as { readonly databaseUrl?: string };
  if (databaseUrl !== undefined) return databaseUrl;
  throw new CommandFailure(`${file} names no database: stop Perennial and start it again.`);
}
