/**
 * `{{ confirm_url }}` belongs in transactional email: a marketing email gets none, and would never leave
 * for want of it. The class is the journey's to say and the link the template's, so neither sees it alone.
 */
import type { Problem } from '../core/definitions/problems.ts';
import type { Release } from '../core/definitions/release.ts';
import { kindOf } from '../core/definitions/sources.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import type { CompiledEmail, CompiledEmails } from './compile-emails.ts';

export function checkConfirmations(
  { journeys }: Release,
  emails: CompiledEmails<CompiledEmail>['emails'],
  files: readonly WorkspaceFile[],
): readonly Problem[] {
  return Object.values(journeys).flatMap(({ plan }) =>
    Object.entries(plan.steps).flatMap(([id, step]): readonly Problem[] => {
      if (step.type !== 'send') return [];
      const messageClass = step.class ?? plan.sending.class;
      if (messageClass === 'transactional' || !confirms(emails[step.template])) return [];
      const message = `the email ${JSON.stringify(step.template)} holds {{ confirm_url }}, which only transactional email gets, and step ${JSON.stringify(id)} sends it as ${messageClass}`;
      const fix = 'make the step transactional, with a "because" where it answers nothing';
      return [{ ...placeOf(files, plan.journey, step.template), message, fix, severity: 'error' }];
    }),
  );
}

function confirms(languages: { readonly [language: string]: CompiledEmail } = {}): boolean {
  return Object.values(languages).some(({ variables }) => variables.includes('confirm_url'));
}

function placeOf(
  files: readonly WorkspaceFile[],
  journey: string,
  template: string,
): Pick<Problem, 'file' | 'line' | 'column'> {
  const names = (key: string, value: string) => new RegExp(`"${key}"\\s*:\\s*"${value}"`);
  const file = files.find(
    ({ path, text }) => kindOf(path) === 'journey' && names('journey', journey).test(text),
  );
  const before = file?.text.slice(0, names('send', template).exec(file.text)?.index ?? 0) ?? '';
  const lines = before.split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return { file: file?.path ?? `journeys/${journey}.json`, line: lines.length, column };
}
