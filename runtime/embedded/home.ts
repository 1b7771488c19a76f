// The directory that holds all data of an embedded deployment, and the claim on it. Starting the
// embedded servers ends whatever runs on the same files, so two living starts must never share a
// home: the second is refused. The claim of a start that was killed is void.
import { access, constants, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isErrno } from './processes.ts';
import { findRemembered, rememberProcess } from './process-record.ts';

export interface Home {
  /** Absolute. */
  readonly path: string;
  release(): Promise<void>;
}

export async function claimHome(dir: string): Promise<Home> {
  const home = path.resolve(dir);
  await requireWritable(home);
  const claim = path.join(home, 'owner.json');
  const owner = await findRemembered(claim);
  if (owner && owner.pid !== process.pid) {
    throw new Error(
      `Perennial runs already on ${home} (process ${owner.pid}): stop it first, or set PERENNIAL_HOME to another directory.`,
    );
  }
  await rememberProcess(claim, process.pid);
  return { path: home, release: () => rm(claim, { force: true }) };
}

async function requireWritable(home: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true, mode: 0o755 });
    await access(home, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = isErrno(cause) ? ` (${cause.code})` : '';
    throw new Error(
      `${home} cannot be written${code}: make it writable, or set PERENNIAL_HOME to another directory.`,
      { cause },
    );
  }
}
