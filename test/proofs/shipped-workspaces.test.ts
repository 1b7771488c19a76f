/** No false alarm: whatever workspace this repository ships has no finding at all. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { problemsOf } from './corpus.ts';

const root = resolve(import.meta.dirname, '../..');
const folders = ['.', ...below('examples'), ...below('examples/recipes')].filter((folder) =>
  existsSync(join(root, folder, 'rules')),
);

test('the repository root and the examples are among them', () => {
  expect(folders).toEqual(expect.arrayContaining(['.', 'examples/course-provider']));
});

test.each(folders)('the workspace %s has no finding', async (folder) => {
  expect(problemsOf(await readWorkspace(join(root, folder)))).toEqual([]);
});

function below(folder: string): readonly string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).map((name) => relative(root, join(path, name)));
}
