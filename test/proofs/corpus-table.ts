/**
 * The tables of docs/proofs.md: one per finding, one row per case of the corpus, as caught.
 *
 * Written by `npm run corpus -- --write`, compared by a test: what the page shows is what is found.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { corpusCases, problemsOf } from './corpus.ts';

const root = resolve(import.meta.dirname, '../..');
export const proofsPage = resolve(root, 'docs/proofs.md');

/** The page with its tables made anew from the corpus. */
export async function pageWithTables(): Promise<string> {
  const tables = new Map<string, string[]>();
  for (const { name, files, expected } of corpusCases()) {
    const rows = tables.get(expected.finding) ?? [];
    tables.set(expected.finding, [
      ...rows,
      ...problemsOf(files).map((found) => rowOf(name, found)),
    ]);
  }
  const page = readFileSync(proofsPage, 'utf8').replaceAll(
    /<!-- cases: ([\w-]+) -->[^]*?<!-- end -->/g,
    (_, finding: string) => {
      const rows = tables.get(finding) ?? [];
      const head = '| case | where | what is said | witness |\n| --- | --- | --- | --- |';
      return `<!-- cases: ${finding} -->\n\n${[head, ...rows].join('\n')}\n\n<!-- end -->`;
    },
  );
  const options = await resolveConfig(proofsPage);
  return format(page, { ...options, parser: 'markdown' });
}

function rowOf(name: string, found: ReturnType<typeof problemsOf>[number]): string {
  const { file, line, severity, message, witness = '' } = found;
  const cells = [name.split('/')[1] ?? '', `${file}:${line}`, `${severity}: ${message}`, witness];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
