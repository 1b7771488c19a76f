/**
 * What `npm start` does when somebody saves a file: checks the workspace, says what came of it, and
 * writes the schemas by which editors know the new names. It never publishes: what happens to leads
 * changes by a decision, not by Ctrl-S.
 */
import { join } from 'node:path';
import type { Problem } from '../core/definitions/problems.ts';
import { formatProblem, sayWitness } from '../workspace/format-problem.ts';
import { schemaFolder, writeSchemas } from '../workspace/generate-schemas.ts';
import { readWorkspace } from '../workspace/read-workspace.ts';
import { watchWorkspace, type Saved, type Watching } from '../workspace/watch-workspace.ts';
import { checkFiles } from './files.ts';

export interface OnSave {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (text: string) => void;
}

/** More would push the rest of the terminal away; the console shows all. */
const shownAtMost = 20;

export async function checkOnSave({ directory, env, say }: OnSave): Promise<Watching> {
  let hadProblems = false;
  const onSaved = async ({ paths, files }: Saved): Promise<void> => {
    await writeSchemas(join(directory, schemaFolder), files);
    const checked = await checkFiles(files, env);
    const problems = checked.ok ? checked.warnings : checked.problems;
    say(answer(paths, problems, hadProblems));
    hadProblems = problems.length > 0;
  };
  const onError = (error: unknown): void => {
    const said = error instanceof Error ? error.message : String(error);
    say(`  ! The files cannot be checked: ${said}`);
  };
  const files = await readWorkspace(directory);
  await writeSchemas(join(directory, schemaFolder), files).catch(onError);
  return watchWorkspace(directory, files, onSaved, onError);
}

function answer(
  paths: readonly string[],
  problems: readonly Problem[],
  hadProblems: boolean,
): string {
  const [first = '', ...more] = paths;
  const saved = more.length === 0 ? first : `${first} and ${more.length} more`;
  if (problems.length === 0) {
    const fine = hadProblems ? 'all fine again' : 'all fine';
    return `  · ${saved} saved: ${fine}, publish with \`npx perennial publish\``;
  }
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.slice(0, shownAtMost).flatMap((problem) => {
    const witness = sayWitness(problem);
    const line = `      ${formatProblem(problem)}`;
    return witness === undefined ? [line] : [line, `          ${witness}`];
  });
  const rest = problems.length - shownAtMost;
  if (rest > 0) lines.push(`      … and ${rest} more: npx perennial check`);
  return [`  · ${saved} saved: ${count}`, ...lines].join('\n');
}
