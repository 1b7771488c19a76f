/**
 * The whole check of a workspace: formats, names, emails, and json-rules-engine as the last gate.
 *
 * What `perennial check` runs and what publishing refuses to go on without. Nothing is stored here.
 */
import { compileRelease } from '../core/definitions/compile-release.ts';
import type { CompiledWorkspace } from '../core/definitions/compile-release.ts';
import { sortProblems } from '../core/definitions/problems.ts';
import type { Problem } from '../core/definitions/problems.ts';
import { kindOf } from '../core/definitions/sources.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { assertLoadable } from '../rule-engine/load-conditions.ts';
import { compileEmails } from './compile-emails.ts';
import type { CompiledEmail, CompiledEmails, CompileEmail } from './compile-emails.ts';
import { conditionsOf } from './conditions-of.ts';

export interface CheckDependencies<Email extends CompiledEmail> {
  readonly compileTemplate: CompileEmail<Email>;
}
export type CheckedWorkspace<Email> = CompiledWorkspace & Pick<CompiledEmails<Email>, 'emails'>;
export type CheckResult<Email> =
  | {
      readonly ok: true;
      readonly workspace: CheckedWorkspace<Email>;
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The release of a workspace that is only checked has no id of its own. */
const unpublished = 'unpublished';

export async function checkWorkspace<Email extends CompiledEmail>(
  files: readonly WorkspaceFile[],
  dependencies: CheckDependencies<Email>,
  releaseId: string = unpublished,
): Promise<CheckResult<Email>> {
  const compiled = compileRelease(files, releaseId);
  if (!compiled.ok) return compiled;
  const { workspace } = compiled;
  const { emails, problems } = await compileEmails(
    workspace.release,
    workspace.parts,
    dependencies.compileTemplate,
  );
  const all = sortProblems([...compiled.warnings, ...problems, ...unloadable(files, workspace)]);
  return all.some(({ severity }) => severity === 'error')
    ? { ok: false, problems: all }
    : { ok: true, workspace: { ...workspace, emails }, warnings: all };
}

/** Conditions json-rules-engine itself would refuse: our own checks should have said so first. */
function unloadable(
  files: readonly WorkspaceFile[],
  { parts, release }: CompiledWorkspace,
): readonly Problem[] {
  return parts.flatMap((part) =>
    conditionsOf(part).flatMap(({ place, condition }) => {
      try {
        assertLoadable(condition, release.segments);
        return [];
      } catch (cause) {
        if (!(cause instanceof Error)) throw cause;
        const home = files.find(({ path, text }) => text === part.source && kindOf(path));
        const message = `${place}: ${cause.message}`;
        return [{ file: home?.path ?? part.key, line: 1, column: 1, message, severity: 'error' }];
      }
    }),
  );
}
