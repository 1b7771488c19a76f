/**
 * What a check found in an email is remembered by what the email is made of: MJML takes 12 to 60 ms per
 * template, and most were checked a minute ago.
 *
 * Only verdicts are kept, never HTML: what is published is always compiled anew. A changed compiler or
 * library makes another key. The file lies in the cache folder of the user; without one that can be
 * written, everything is checked each time, and nothing else is different.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CompiledEmail, CompileEmail } from './compile-emails.ts';

export interface EmailVerdicts {
  readonly compile: CompileEmail<CompiledEmail>;
  /** Writes what is new. */
  save(): Promise<void>;
}

type Verdict = Pick<CompiledEmail, 'problems' | 'variables'>;

/** Some workspaces over some weeks: about 1 MB. */
const keptAtMost = 3_000;

export async function emailVerdicts(
  compile: CompileEmail<CompiledEmail>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<EmailVerdicts> {
  const folder = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'perennial');
  const path = join(folder, 'email-verdicts.json');
  const [known, compiler] = await Promise.all([readKnown(path), compilerHash()]);
  const used = new Map<string, Verdict>();
  let isNew = false;
  return {
    async compile(source) {
      const key = createHash('sha256')
        .update(compiler + JSON.stringify(source))
        .digest('hex');
      const verdict = used.get(key) ?? known.get(key) ?? verdictOf(await compile(source));
      isNew ||= !known.has(key);
      used.set(key, verdict);
      return verdict;
    },
    async save() {
      if (!isNew) return;
      isNew = false;
      // Least recently used first, so that those fall out.
      for (const [key, verdict] of used) {
        known.delete(key);
        known.set(key, verdict);
      }
      const kept = [...known].slice(-keptAtMost);
      await write(folder, path, JSON.stringify(Object.fromEntries(kept)));
    },
  };
}

function verdictOf({ problems, variables }: CompiledEmail): Verdict {
  return { problems, variables };
}

/** Unreadable or from another version: everything is checked anew. */
async function readKnown(path: string): Promise<Map<string, Verdict>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    return new Map(Object.entries(JSON.parse(text) as { readonly [key: string]: Verdict }));
  } catch {
    // Half written by a process that was killed: the next save replaces it.
    return new Map();
  }
}

/** Renamed into place: two checks at once leave one whole file. */
async function write(folder: string, path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    // A read-only home costs time, not the check.
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
  }
}

/** Our own compiler, and the versions of the libraries under it. */
async function compilerHash(): Promise<string> {
  const root = join(import.meta.dirname, '..');
  const folders = [join(root, 'mail/templates'), join(root, 'mail/lint')];
  const found = await Promise.all(folders.map((folder) => sourcesIn(folder)));
  const paths = [...found.flat(), join(root, 'package.json')];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  return names.map((name) => join(folder, name));
}
