// PostgreSQL refuses to run as root. Started by root (containers), it runs as the system account
// `postgres`, created if need be. That account must reach the data directory and the binaries; a
// home directory that only root may enter is opened to the server process alone by a capability.
import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export type ServerAccount =
  | { readonly type: 'own' }
  | {
      readonly type: 'other';
      readonly uid: number;
      readonly gid: number;
      readonly throughSetpriv: boolean;
    };

const execute = promisify(execFile);

/** `places`: directories the server must be able to enter. Missing ones are created. */
export async function findServerAccount(places: readonly string[]): Promise<ServerAccount> {
  for (const place of places) await mkdir(place, { recursive: true });
  if (process.getuid?.() !== 0) return { type: 'own' };
  const ids = (await lookUp()) ?? (await create());
  const closed = await firstClosed(places);
  if (closed !== undefined) await requireSetpriv(closed);
  return { type: 'other', ...ids, throughSetpriv: closed !== undefined };
}

/** The command that runs `program` as `account`. */
export function runAs(
  account: ServerAccount,
  program: string,
  args: readonly string[],
): [string, readonly string[]] {
  if (account.type === 'own' || !account.throughSetpriv) return [program, args];
  const { uid, gid } = account;
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return ['setpriv', [...identity, ...capability, '--', program, ...args]];
}

/**
 * To enter any directory. Without the securebit, access(2) ignores the capability, and initdb, which
 * asks by it whether its own programs are there, finds none in a checkout that only root may enter.
 * After the exec nothing but this one capability is left.
 */
const capability = [
  '--securebits=+no_setuid_fixup',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
];

async function lookUp(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([
      execute('id', ['-u', 'postgres']),
      execute('id', ['-g', 'postgres']),
    ]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch (error) {
    if (error instanceof Error) return undefined; // `id` ends with 1: no such account.
    throw error;
  }
}

async function create(): Promise<{ uid: number; gid: number }> {
  const shell = ['--shell', '/usr/sbin/nologin'];
  const args = ['--system', '--user-group', '--no-create-home', ...shell, 'postgres'];
  try {
    await execute('useradd', args);
  } catch (cause) {
    throw new Error(
      'PostgreSQL does not run as root and no account `postgres` could be created: start Perennial as an ordinary user, or set DATABASE_URL.',
      { cause },
    );
  }
  const ids = await lookUp();
  if (!ids)
    throw new Error('The account `postgres` was created but is not found: set DATABASE_URL.');
  return ids;
}

/** The first directory on the way to one of the places that other accounts may not enter. */
async function firstClosed(places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    for (let dir = path.resolve(place); dir !== path.dirname(dir); dir = path.dirname(dir)) {
      if (((await stat(dir)).mode & 0o001) === 0) return dir;
    }
  }
  return undefined;
}

async function requireSetpriv(closed: string): Promise<void> {
  try {
    await execute('setpriv', [...capability, 'true']);
  } catch (cause) {
    throw new Error(
      `PostgreSQL does not run as root, and the account it runs as may not enter ${closed}: move the directory, start as an ordinary user, or set DATABASE_URL.`,
      { cause },
    );
  }
}
