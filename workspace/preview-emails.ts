/**
 * The emails of a workspace for whoever wants to look at them: compiled as they are, however broken the
 * rest of the workspace is. An author previews in the middle of the work.
 */
import { compileRelease } from '../core/definitions/compile-release.ts';
import { sortProblems, type Problem } from '../core/definitions/problems.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import type { SendingPolicy } from '../core/sending/model.ts';
import type { TemplateTrial } from '../mail/templates/source.ts';
import { compileEmails, type CompiledEmail, type CompileEmail } from './compile-emails.ts';

export interface EmailToPreview<Email> {
  readonly template: string;
  readonly from: 'owner' | 'workspace';
  /** One for each language. */
  readonly languages: readonly {
    readonly compiled: Email;
    readonly trial: TemplateTrial;
  }[];
  readonly problems: readonly Problem[];
}
export interface EmailsToPreview<Email> {
  /** Of the whole workspace. */
  readonly names: readonly string[];
  /** Who writes, and from where: unknown while rules/sending.json cannot be read. */
  readonly sending: Pick<SendingPolicy, 'from' | 'postalAddress'> | undefined;
  readonly emails: readonly EmailToPreview<Email>[];
}

/** `chosen`: names of templates; all, when empty. */
export async function emailsToPreview<Email extends CompiledEmail>(
  files: readonly WorkspaceFile[],
  chosen: readonly string[],
  compile: CompileEmail<Email>,
): Promise<EmailsToPreview<Email>> {
  const release = compileRelease(files, 'preview');
  const parts = release.ok ? release.workspace.parts : release.drafts.templates;
  const facts = release.ok
    ? release.workspace.release.facts
    : Object.fromEntries(release.drafts.facts.map((id) => [id, named(id)]));
  const templates = parts.filter((part) => part.kind === 'template');
  const wanted = templates.filter(({ key }) => chosen.length === 0 || chosen.includes(key));
  const found = release.ok ? release.warnings : release.problems;
  const emails: EmailToPreview<Email>[] = [];
  for (const part of wanted.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const languages: EmailToPreview<Email>['languages'][number][] = [];
    const collect: CompileEmail<Email> = async (source) => {
      const compiled = await compile(source);
      languages.push({ compiled, trial: source.trial ?? { variables: {}, samples: {} } });
      return compiled;
    };
    const { problems } = await compileEmails({ facts }, [part], collect, files);
    const own = found.filter(({ file }) => file.startsWith(`templates/${part.key}/`));
    emails.push({
      template: part.key,
      from: part.compiled.manifest.from,
      languages,
      problems: sortProblems([...own, ...problems]),
    });
  }
  const sending = release.ok ? release.workspace.release.sending : undefined;
  return { names: templates.map(({ key }) => key).sort(), sending, emails };
}

function named(id: string) {
  return { id, type: 'text', label: id, from: id } as const;
}
