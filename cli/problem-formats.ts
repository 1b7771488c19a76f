/**
 * Problems as the world wants to read them: for people in a terminal, and as the annotations of build
 * servers. The text of `Problem` is never changed here, only its clothes.
 */
import { createHash } from 'node:crypto';
import type { Problem } from '../core/definitions/problems.ts';
import { formatProblem, sayProblem, sayWitness } from '../workspace/format-problem.ts';
import { plural } from './shell.ts';

export const formatNames = ['text', 'json', 'github', 'gitlab'] as const;
export type FormatName = (typeof formatNames)[number];

export interface Report {
  readonly ok: boolean;
  readonly files: number;
  /** Paths as seen from where the command was typed. */
  readonly problems: readonly Problem[];
  /** The most emails in any 7 days, of all journeys and of each; absent while there are errors. */
  readonly emails?: readonly string[];
}

export function inFormat(format: FormatName, report: Report, colours: boolean): readonly string[] {
  switch (format) {
    case 'text':
      return [
        ...report.problems.flatMap((one) => forPeople(one, colours)),
        summary(report),
        ...(report.problems.length === 0 ? (report.emails ?? []).slice(0, 1) : []),
      ];
    case 'json':
      return [JSON.stringify(report, null, 2)];
    case 'github':
      return [...report.problems.map(githubAnnotation), summary(report)];
    case 'gitlab':
      return [JSON.stringify(report.problems.map(gitlabIssue), null, 2)];
  }
}

/** One line for a mistake; a proof says on a second one what shows that it is true. */
function forPeople(problem: Problem, colours: boolean): readonly string[] {
  const paint = colours ? painted : plain;
  const { file, line, column, severity, message, fix } = problem;
  const place = paint('place', `${file}:${line}:${column}`);
  const kind = severity === 'warning' ? paint('warning', 'warning: ') : '';
  const cure = fix === undefined ? '' : `; ${paint('cure', fix)}`;
  const first = colours ? `${place} ${kind}${message}${cure}` : formatProblem(problem);
  const witness = sayWitness(problem);
  return witness === undefined ? [first] : [first, paint('place', `    ${witness}`)];
}

export function summary({ files, problems }: Report): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const also = warnings === 0 ? '' : `, ${plural(warnings, 'warning')}`;
  if (errors === 0) return `${plural(files, 'file')} checked: no problems${also}.`;
  return `${plural(files, 'file')} checked: ${plural(errors, 'problem')}${also}.`;
}

/** `::error file=…,line=…,col=…,title=…::…`: GitHub, Gitea and Forgejo show it beside the line. */
function githubAnnotation(problem: Problem): string {
  const { file, line, column, severity, finding } = problem;
  const title = finding ?? 'perennial check';
  const place = { file, line: String(line), col: String(column), title };
  const properties = Object.entries(place).map(([key, value]) => `${key}=${property(value)}`);
  const witness = sayWitness(problem);
  const text = [sayProblem(problem), ...(witness === undefined ? [] : [witness])].join('\n');
  return `::${severity} ${properties.join(',')}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** GitLab's Code Quality report; the fingerprint stays the same when lines above move. */
function gitlabIssue(problem: Problem): object {
  const { file, line, severity, finding } = problem;
  const check = finding ?? 'perennial-check';
  const fingerprint = createHash('sha256').update([file, check, problem.message].join('\0'));
  return {
    description: sayProblem(problem),
    check_name: check,
    fingerprint: fingerprint.digest('hex'),
    severity: severity === 'error' ? 'major' : 'minor',
    location: { path: file, lines: { begin: line } },
  };
}

type Role = 'place' | 'warning' | 'cure';
const codes: { readonly [R in Role]: string } = { place: '2', warning: '33', cure: '36' };

function painted(role: Role, text: string): string {
  return `\u001b[${codes[role]}m${text}\u001b[0m`;
}

function plain(_role: Role, text: string): string {
  return text;
}
