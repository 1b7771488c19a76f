/**
 * The whole check of a workspace: formats, names, proofs, emails, and json-rules-engine as the last gate.
 *
 * What `perennial check` runs and what publishing refuses to go on without. Emails are checked whatever
 * the other files say, so that one go finds everything. Nothing is stored here.
 */
import { compileRelease } from '../core/definitions/compile-release.ts';
import type { CompiledWorkspace, CompileResult } from '../core/definitions/compile-release.ts';
import { sortProblems } from '../core/definitions/problems.ts';
import type { Problem } from '../core/definitions/problems.ts';
import { kindOf } from '../core/definitions/sources.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { assertLoadable } from '../rule-engine/load-conditions.ts';
import { checkConfirmations } from './check-confirmations.ts';
import { checkSchemaKeys } from './check-schema-keys.ts';
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
  const found = compiled.ok ? compiled.warnings : compiled.problems;
  const { emails, problems } = await emailsOf(compiled, found, dependencies.compileTemplate, files);
  const more = [...problems, ...checkSchemaKeys(files, found)];
  if (!compiled.ok) return { ok: false, problems: sortProblems([...found, ...more]) };
  const { workspace } = compiled;
  const own = [
    ...unloadable(files, workspace),
    ...checkConfirmations(workspace.release, emails, files),
  ];
  const all = sortProblems([...found, ...more, ...own]);
  return all.some(({ severity }) => severity === 'error')
    ? { ok: false, problems: all }
    : { ok: true, workspace: { ...workspace, emails }, warnings: all };
}

async function emailsOf<Email extends CompiledEmail>(
  compiled: CompileResult,
  found: readonly Problem[],
  compile: CompileEmail<Email>,
  files: readonly WorkspaceFile[],
): Promise<CompiledEmails<Email>> {
  if (compiled.ok) {
    const { release, parts } = compiled.workspace;
    return compileEmails(release, parts, compile, files);
  }
  const { templates, facts } = compiled.drafts;
  const declared = Object.fromEntries(facts.map((id) => [id, nameOnly(id)]));
  const { emails, problems } = await compileEmails({ facts: declared }, templates, compile, files);
  // What a manifest with mistakes does not list, it may well list where the mistake is.
  const broken = new Set(found.map(({ file }) => file));
  return { emails, problems: problems.filter(({ file }) => !broken.has(file)) };
}

function nameOnly(id: string) {
  return { id, type: 'text', label: id, from: id } as const;
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
