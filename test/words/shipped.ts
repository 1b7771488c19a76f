/**
 * The shipped files that can be read in sentences, and their readings as they are checked in.
 *
 * `node --import tsx test/words/shipped.ts` writes the readings anew: look at what changed before you
 * commit it.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOf, type Kind, type WorkspaceFile } from '../../core/definitions/sources.ts';
import { lexiconOf, type Lexicon } from '../../core/words/lexicon.ts';
import { readWords } from '../../core/words/read-words.ts';
import { readingText } from '../../core/words/reading.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

const root = join(import.meta.dirname, '../..');
const golden = join(import.meta.dirname, 'golden');

export interface ShippedFile extends WorkspaceFile {
  readonly kind: Kind;
  readonly lexicon: Lexicon;
  /** Where its reading is kept. */
  readonly golden: string;
}

export async function shippedFiles(): Promise<readonly ShippedFile[]> {
  const both = await Promise.all(
    ['', 'examples/course-provider'].map(async (dir) => {
      const files = await readWorkspace(join(root, dir));
      const lexicon = lexiconOf(files);
      return files.flatMap((file) => {
        const kind = kindOf(file.path);
        const name = join(dir, file.path).replaceAll('/', '.').replace(/json$/, 'txt');
        return kind === undefined ? [] : [{ ...file, kind, lexicon, golden: join(golden, name) }];
      });
    }),
  );
  return both.flat();
}

/** Throws where a shipped file has mistakes. */
export function readingOf({ kind, path, text, lexicon }: Omit<ShippedFile, 'golden'>): string {
  const result = readWords(kind, { path, text }, lexicon);
  if (result.ok) return `${readingText(result.reading)}\n`;
  throw new Error(`${path}: ${result.problems.map(({ message }) => message).join('; ')}`);
}

export async function goldenOf(file: ShippedFile): Promise<string> {
  return readFile(file.golden, 'utf8');
}

if (import.meta.filename === process.argv[1]) {
  await rm(golden, { recursive: true, force: true });
  await mkdir(golden, { recursive: true });
  const files = await shippedFiles();
  await Promise.all(files.map((file) => writeFile(file.golden, readingOf(file))));
  console.log(`${files.length} readings written to test/words/golden/`);
}
