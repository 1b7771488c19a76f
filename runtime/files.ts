/**
 * The files on disk as they are now: checked, compared with the release in force, and as schemas for
 * editors. What the console shows under "Files".
 *
 * Nothing here publishes. A check is made anew only when a file has changed since the last one.
 */
import type { CheckDependencies, CheckResult } from '../workspace/check-workspace.ts';
import { checkWorkspace } from '../workspace/check-workspace.ts';
import type { CompiledEmail } from '../workspace/compile-emails.ts';
import { emailVerdicts } from '../workspace/email-verdicts.ts';
import { generateSchemas } from '../workspace/generate-schemas.ts';
import { entriesOf } from '../workspace/publish.ts';
import { readWorkspace } from '../workspace/read-workspace.ts';
import type { FilesOnDisk, FilesReader } from '../console/pages/files.ts';
import { previewPage, previewPolicy } from '../mail/preview/page.ts';
import { compileTemplate } from '../mail/templates/compile.ts';
import { latestRelease } from '../store/releases.ts';
import type { Sql } from '../store/client.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { previewTemplates } from './previews.ts';

type Checked = CheckResult<CompiledEmail>;

export function createFilesReader(
  directory: string,
  sql: Sql,
  env: Readonly<Record<string, string | undefined>>,
): FilesReader {
  let last: { readonly texts: string; readonly checked: Promise<Checked> } | undefined;
  const check = async (files: readonly WorkspaceFile[]): Promise<Checked> => {
    const texts = JSON.stringify(files);
    if (last?.texts === texts) return last.checked;
    const checked = checkFiles(files, env);
    last = { texts, checked };
    checked.catch(() => (last = undefined));
    return checked;
  };
  return {
    async view() {
      const files = await readWorkspace(directory);
      const [checked, latest] = await Promise.all([check(files), latestRelease(sql)]);
      return viewOf(directory, files, checked, latest);
    },
    async preview(template) {
      const { templates, known } = await previewTemplates(await readWorkspace(directory), [
        template,
      ]);
      if (!known.includes(template)) return undefined;
      return { page: previewPage(templates), policy: previewPolicy() };
    },
    schemas: async () => generateSchemas(await readWorkspace(directory)),
  };
}

/** With what is remembered of emails, as `perennial check` does it. */
export async function checkFiles(
  files: readonly WorkspaceFile[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Checked> {
  const verdicts = await emailVerdicts(compileTemplate, env);
  const dependencies: CheckDependencies<CompiledEmail> = { compileTemplate: verdicts.compile };
  const checked = await checkWorkspace(files, dependencies);
  await verdicts.save();
  return checked;
}

function viewOf(
  directory: string,
  onDisk: readonly WorkspaceFile[],
  checked: Checked,
  latest: Awaited<ReturnType<typeof latestRelease>>,
): FilesOnDisk {
  const manifests = onDisk.map(({ path }) => /^templates\/([^/]+)\/email\.json$/.exec(path)?.[1]);
  const templates = manifests.filter((name) => name !== undefined).sort();
  const release = latest?.number ?? null;
  const common = { directory, files: onDisk.length, templates, release };
  if (!checked.ok) return { ...common, problems: checked.problems, difference: null };
  const before = latest?.entries ?? {};
  const now = entriesOf(checked.workspace.parts);
  const parts = Object.keys(now);
  return {
    ...common,
    problems: checked.warnings,
    difference: {
      added: parts.filter((part) => !Object.hasOwn(before, part)),
      changed: parts.filter((part) => Object.hasOwn(before, part) && before[part] !== now[part]),
      gone: Object.keys(before).filter((part) => !Object.hasOwn(now, part)),
    },
  };
}
