/**
 * All files of a workspace → a release, or every problem in them.
 *
 * Three passes: read each file by its format, collect the names all of them declare, then compile
 * each with its references checked. Nothing here reads a disk or compiles MJML.
 */
import { canonicalJson, contentHash } from './canonical.ts';
import { compileAccounts } from './compile-accounts.ts';
import { compileImport } from './compile-import.ts';
import type { ImportMapping } from './compile-import.ts';
import { compileInterests } from './compile-interests.ts';
import { compileJourney } from './compile-journey.ts';
import { compilePersona } from './compile-persona.ts';
import type { Persona } from './compile-persona.ts';
import { compileQualification } from './compile-qualification.ts';
import { compileEvents, compileFacts, compileScoring, compileSegments } from './compile-rules.ts';
import { compileHandoffs, compileRouting } from './compile-sales.ts';
import { compileSending, compileTemplate } from './compile-sending.ts';
import { prove } from '../proofs/prove.ts';
import { inlineSegments } from './inline-segments.ts';
import type { JourneyFile } from './journey.ts';
import { findSegmentCycles } from './segment-cycles.ts';
import { collectNames } from './names.ts';
import { assembleRelease } from './parts.ts';
import type { Part, TemplateSources } from './parts.ts';
import { sortProblems } from './problems.ts';
import type { Problem } from './problems.ts';
import type { Release } from './release.ts';
import { createScope } from './scope.ts';
import type { Names, Scope } from './scope.ts';
import { readSources, wholeFile } from './sources.ts';
import type { Source, Sources, WorkspaceFile } from './sources.ts';

export interface CompiledWorkspace {
  readonly release: Release;
  readonly parts: readonly Part[];
  readonly imports: readonly ImportMapping[];
  readonly personas: readonly Persona[];
}
export type CompileResult =
  | {
      readonly ok: true;
      readonly workspace: CompiledWorkspace;
      readonly warnings: readonly Problem[];
    }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** What the emails can be checked with all the same: one mistake must not hide another. */
      readonly drafts: EmailDrafts;
    };
export interface EmailDrafts {
  readonly templates: readonly Part[];
  /** Declared facts, and what the part of a file with mistakes may have declared. */
  readonly facts: readonly string[];
}

/** `id` names the release; a workspace that is only checked may use any. */
export function compileRelease(files: readonly WorkspaceFile[], id: string): CompileResult {
  const problems: Problem[] = [];
  const sources = readSources(files, problems);
  checkCounts(files, sources, problems);
  const names = collectNames(sources, problems);
  const parts = compileParts(files, sources, names, problems);
  const compile = compilerOf(names, problems);
  const imports = sources.import.map((source) => compile(source, compileImport));
  const personas = sources.persona.map((source) => compile(source, compilePersona));
  findSegmentCycles(sources, names, problems);
  const sorted = sortProblems(problems);
  const release = assembleRelease(id, parts);
  const drafts = {
    templates: parts.filter(({ kind }) => kind === 'template'),
    facts: [...names.facts.keys(), ...names.tolerated],
  };
  if (release === undefined || sorted.some(({ severity }) => severity === 'error')) {
    return { ok: false, problems: sorted, drafts };
  }
  const proven = sortProblems([...sorted, ...prove({ release, sources })]);
  return proven.some(({ severity }) => severity === 'error')
    ? { ok: false, problems: proven, drafts }
    : { ok: true, workspace: { release, parts, imports, personas }, warnings: proven };
}

type Compile = <Value, Model>(
  source: Source<Value>,
  compile: (scope: Scope, value: Value) => Model,
) => Model;

function compilerOf(names: Names, problems: Problem[]): Compile {
  return (source, compile) => compile(createScope(source.document, names, problems), source.value);
}

function compileParts(
  files: readonly WorkspaceFile[],
  sources: Sources,
  names: Names,
  problems: Problem[],
): readonly Part[] {
  const compile = compilerOf(names, problems);
  const declared = sources.segments.map((one) => compile(one, compileSegments));
  const segments = Object.fromEntries(declared.flat().map((one) => [one.id, one]));
  const compilePlan = (scope: Scope, file: JourneyFile) =>
    inlineSegments(compileJourney(scope, file), segments);
  const part = <Kind extends Part['kind'], Compiled>(
    kind: Kind,
    key: string,
    { text }: Source<unknown>,
    compiled: Compiled,
  ) => ({ kind, key, hash: contentHash(kind, key, compiled), source: text, compiled });
  return [
    ...sources.events.map((one) => part('events', one.path, one, compileEvents(one.value))),
    ...sources.facts.map((one) => part('facts', one.path, one, compile(one, compileFacts))),
    ...sources.segments.map((one, index) => part('segments', one.path, one, declared[index] ?? [])),
    ...sources.interests.map((one) =>
      part('interests', one.path, one, compile(one, compileInterests)),
    ),
    ...sources.scoring.map((one) =>
      part('scoring', one.value.model, one, compile(one, compileScoring)),
    ),
    ...sources.qualification.map((one) =>
      part('qualification', one.value.qualification, one, compile(one, compileQualification)),
    ),
    ...sources.routing.map((one) => part('routing', one.path, one, compile(one, compileRouting))),
    ...sources.handoffs.map((one) =>
      part('handoffs', one.path, one, compile(one, compileHandoffs)),
    ),
    ...sources.sending.map((one) => part('sending', one.path, one, compile(one, compileSending))),
    ...sources.accounts.map((one) =>
      part(
        'accounts',
        one.path,
        one,
        compile(one, (scope, file) => compileAccounts(scope, file, segments)),
      ),
    ),
    ...sources.journey.map((one) =>
      part('journey', one.value.journey, one, compile(one, compilePlan)),
    ),
    ...sources.template.map((one) => {
      const folder = one.path.split('/').at(-2) ?? '';
      const manifest = compile(one, (scope, value) => compileTemplate(scope, value, folder));
      const compiled = { manifest, sources: templateSources(files, folder) };
      return part(
        'template',
        one.value.template,
        { ...one, text: canonicalJson(compiled) },
        compiled,
      );
    }),
  ];
}

/** What an email is made of beside its manifest: its own files, and what all templates share. */
function templateSources(files: readonly WorkspaceFile[], folder: string): TemplateSources {
  const own = `templates/${folder}/`;
  const isSource = (path: string) =>
    (path.startsWith(own) && /^message(\.[\w-]+)?\.(mjml|txt)$/.test(path.slice(own.length))) ||
    path.startsWith('templates/partials/') ||
    path === 'templates/brand.json';
  const sorted = files.filter(({ path }) => isSource(path));
  return Object.fromEntries(sorted.map(({ path, text }) => [path, text]));
}

/** Exactly one `qualification` and one `sending`, at most one `accounts`; scores of the model "core" are the default. */
function checkCounts(files: readonly WorkspaceFile[], sources: Sources, problems: Problem[]): void {
  for (const kind of ['qualification', 'sending', 'accounts'] as const) {
    const paths = files.map(({ path }) => path).filter((path) => isRuleFile(path, kind));
    if (paths.length === 0 && kind !== 'accounts') {
      problems.push(wholeFile(`rules/${kind}.json`, 'the file is missing: a workspace has one'));
    }
    const shortestFirst = [...paths].sort((a, b) => a.length - b.length);
    for (const path of shortestFirst.slice(1)) {
      problems.push(wholeFile(path, `a second ${kind} file: a workspace has one`, 'merge them'));
    }
  }
  const gated = sources.interests.filter(({ value }) => value.gate !== undefined);
  for (const { path } of gated.slice(1)) {
    const message = `a second "gate": ${gated[0]?.path ?? ''} has one, and it is for all interests`;
    problems.push(wholeFile(path, message, 'keep one of them'));
  }
  const models = sources.scoring.map(({ value }) => value.model);
  if (models.length > 0 && !models.includes('core')) {
    const path = sources.scoring[0]?.path ?? 'rules/scoring.json';
    const message = 'no scoring model is called "core": facts such as "grade" read it';
    problems.push(wholeFile(path, message, 'call one of them "core"'));
  }
}

function isRuleFile(path: string, kind: string): boolean {
  return path.startsWith(`rules/${kind}.`) && path.endsWith('.json');
}
