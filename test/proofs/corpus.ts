/**
 * The corpus of broken files: each case is a few files laid over one small clean workspace, and the
 * one finding they must cause.
 *
 * Reads and proves; the tests and `npm run corpus` beside it compare and print. README.md says how to
 * add a case.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileRelease } from '../../core/definitions/compile-release.ts';
import type { Problem } from '../../core/definitions/problems.ts';
import type { WorkspaceFile } from '../../core/definitions/sources.ts';

export interface Expected {
  readonly finding: string;
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  /** A part of the witness. */
  readonly witness: string;
}
export interface CorpusCase {
  /** `dead-branch/never-true`. */
  readonly name: string;
  readonly expected: Expected;
  readonly files: readonly WorkspaceFile[];
}

const here = import.meta.dirname;
export const baseFolder = join(here, 'base');

export function corpusCases(): readonly CorpusCase[] {
  const base = readFiles(baseFolder);
  const root = join(here, 'corpus');
  const names = folders(root).flatMap((finding) =>
    folders(join(root, finding)).map((name) => `${finding}/${name}`),
  );
  return names.map((name) => {
    const folder = join(root, name);
    const text = readFileSync(join(folder, 'expected.json'), 'utf8');
    const finding = name.split('/')[0] ?? '';
    const expected = { finding, ...(JSON.parse(text) as Omit<Expected, 'finding'>) };
    const own = readFiles(folder).filter(({ path }) => path !== 'expected.json');
    const kept = base.filter(({ path }) => !own.some((file) => file.path === path));
    return { name, expected, files: [...kept, ...own] };
  });
}

/** Errors and warnings alike, sorted by place. */
export function problemsOf(files: readonly WorkspaceFile[]): readonly Problem[] {
  const compiled = compileRelease(files, 'corpus');
  return compiled.ok ? compiled.warnings : compiled.problems;
}

/** The found problem in the terms of an expectation; a witness that holds the expected part reads as that part. */
export function asExpected(problem: Problem, expected: Expected): Expected {
  const { finding = problem.message, severity, file, line, witness = '' } = problem;
  const part = witness.includes(expected.witness) ? expected.witness : witness;
  return { finding, severity, file, line, witness: part };
}

export function readFiles(folder: string, under = ''): readonly WorkspaceFile[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) => {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) return readFiles(folder, path);
    return [{ path, text: readFileSync(join(folder, path), 'utf8') }];
  });
}

function folders(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
