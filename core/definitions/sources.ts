/**
 * The files of a workspace sorted by kind and read by their formats.
 *
 * A path alone says what a file is: `rules/scoring.hr.json` is scoring. Files that no folder of the
 * workspace knows are left alone; unknown rule files are problems, because they would silently not count.
 */
import type { z } from 'zod';
import { accountsFile } from './accounts.ts';
import type { Document } from './document.ts';
import { eventsFile } from './events.ts';
import { factsFile } from './facts.ts';
import { handoffsFile } from './handoffs.ts';
import { importFile } from './import.ts';
import { interestsFile } from './interests.ts';
import { journeyFile } from './journey.ts';
import { personaFile } from './persona.ts';
import type { Problem } from './problems.ts';
import { list } from './problems.ts';
import { qualificationFile } from './qualification.ts';
import { readFormat } from './read-format.ts';
import type { ReadMode } from './document.ts';
import { routingFile } from './routing.ts';
import { scoringFile } from './scoring.ts';
import { segmentsFile } from './segments.ts';
import { sendingFile } from './sending.ts';
import { notYet } from './shape.ts';
import { didYouMean } from './suggest.ts';
import { templateFile } from './template.ts';

export interface WorkspaceFile {
  /** Relative to the workspace, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export const formats = {
  journey: journeyFile,
  events: eventsFile,
  facts: factsFile,
  segments: segmentsFile,
  scoring: scoringFile,
  qualification: qualificationFile,
  routing: routingFile,
  handoffs: handoffsFile,
  sending: sendingFile,
  interests: interestsFile,
  accounts: accountsFile,
  template: templateFile,
  import: importFile,
  persona: personaFile,
} as const;
export type Kind = keyof typeof formats;

export interface Source<Value> {
  readonly path: string;
  readonly text: string;
  readonly document: Document;
  readonly value: Value;
}
export type Sources = {
  readonly [K in Kind]: readonly Source<z.output<(typeof formats)[K]>>[];
} & {
  readonly all: readonly { readonly tolerated: readonly string[] }[];
  /** Kinds of which a file could not be read at all. */
  readonly unread: ReadonlySet<Kind>;
};

const ruleKinds: readonly Kind[] = [
  'events',
  'facts',
  'segments',
  'scoring',
  'qualification',
  'routing',
  'handoffs',
  'sending',
  'interests',
  'accounts',
];
const laterRules = ['lists'];

export function readSources(
  files: readonly WorkspaceFile[],
  problems: Problem[],
  mode: ReadMode = 'all or nothing',
): Sources {
  const all: { tolerated: readonly string[] }[] = [];
  const byKind = new Map<Kind, Source<unknown>[]>();
  const unread = new Set<Kind>();
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const kind = kindOf(file.path, problems);
    if (kind === undefined) continue;
    const read = readFormat(file.path, file.text, formats[kind] as z.ZodType, mode);
    problems.push(...read.problems);
    const folder = kind === 'template' ? (file.path.split('/')[1] ?? '') : '';
    all.push({ tolerated: read.problems.length === 0 ? [] : [...read.tolerated, folder] });
    if (read.value === undefined) {
      unread.add(kind);
      continue;
    }
    const source = { ...file, document: read.document, value: read.value };
    byKind.set(kind, [...(byKind.get(kind) ?? []), source]);
  }
  const kinds = Object.keys(formats) as Kind[];
  const sorted = Object.fromEntries(kinds.map((kind) => [kind, byKind.get(kind) ?? []]));
  // Every value was parsed by the format of its kind.
  return { ...sorted, all, unread } as unknown as Sources;
}

export function kindOf(path: string, problems: Problem[] = []): Kind | undefined {
  const [folder, name = '', ...rest] = path.split('/');
  if (folder === 'templates') return rest.join('/') === 'email.json' ? 'template' : undefined;
  if (!name.endsWith('.json')) return undefined;
  if (folder === 'campaigns') {
    problems.push(wholeFile(path, `campaigns/ ${notYet}`));
    return undefined;
  }
  if (rest.length > 0) return undefined;
  if (folder === 'journeys') return 'journey';
  if (folder === 'personas') return 'persona';
  if (folder === 'imports') return 'import';
  return folder === 'rules' ? ruleKindOf(path, name, problems) : undefined;
}

function ruleKindOf(path: string, name: string, problems: Problem[]): Kind | undefined {
  const word = name.split('.')[0] ?? '';
  const kind = ruleKinds.find((known) => known === word);
  if (kind !== undefined) return kind;
  if (laterRules.includes(word)) {
    problems.push(wholeFile(path, `rules/${word}.json ${notYet}`));
    return undefined;
  }
  const fix = didYouMean(word, ruleKinds) ?? `known are ${list(ruleKinds)}`;
  problems.push(wholeFile(path, `unknown rule file ${JSON.stringify(word)}`, fix));
  return undefined;
}

export function wholeFile(file: string, message: string, fix?: string): Problem {
  const fixed = fix === undefined ? {} : { fix };
  return { file, line: 1, column: 1, message, ...fixed, severity: 'error' };
}
