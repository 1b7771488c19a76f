/**
 * The examples of the file formats as one workspace, completed by what they only name.
 *
 * Beside the tests because a test that reads files from disk says nothing about the core.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
import type { CompiledWorkspace } from '../../../core/definitions/compile-release.ts';
import type { Problem } from '../../../core/definitions/problems.ts';
import type { WorkspaceFile } from '../../../core/definitions/sources.ts';

const root = join(import.meta.dirname, 'example-workspace');

/** The example workspace; `changes` replaces files by path, `null` leaves one out. */
export function exampleFiles(
  changes: { readonly [path: string]: string | null } = {},
): readonly WorkspaceFile[] {
  const onDisk = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);
  const all = { ...completion(), ...Object.fromEntries(onDisk), ...changes };
  return Object.entries(all).flatMap(([path, text]) => (text === null ? [] : [{ path, text }]));
}

export function exampleText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function compileExample(
  changes: { readonly [path: string]: string | null } = {},
): CompiledWorkspace {
  const result = compileRelease(exampleFiles(changes), 'r1');
  if (!result.ok) throw new Error(result.problems.map(inWords).join('\n'));
  return result.workspace;
}

/** Of the formats; what proofs find has tests of its own. */
export function problemsOf(changes: { readonly [path: string]: string | null }): string[] {
  return problemsIn(changes)
    .filter(({ finding }) => finding === undefined)
    .map(inWords);
}

export function findingsOf(changes: { readonly [path: string]: string | null }): string[] {
  return problemsIn(changes).flatMap(({ finding }) => finding ?? []);
}

function problemsIn(changes: { readonly [path: string]: string | null }): readonly Problem[] {
  const result = compileRelease(exampleFiles(changes), 'r1');
  return result.ok ? result.warnings : result.problems;
}

export function inWords({ file, line, column, message, fix }: Problem): string {
  return `${file}:${line}:${column} ${message}${fix === undefined ? '' : `; ${fix}`}`;
}

/** A journey with these steps, and whatever else a test changes. */
export function journeyText(steps: string, changes: { readonly [key: string]: unknown } = {}) {
  const file = {
    journey: 'sample',
    title: 'Sample',
    owner: 'maria',
    enter: [
      {
        on: 'event',
        event: 'Trial Started',
        existing: 'ignore',
        whileInside: 'ignore',
        again: 'never',
      },
    ],
    exit: [],
    sending: { class: 'marketing', topic: 'events', priority: 1, holdAtMost: '1 day' },
    whenEdited: { inFlight: 'stay' },
    whenPaused: { timers: 'freeze' },
    ...changes,
  };
  return `${JSON.stringify(file).slice(0, -1)},\n"steps": [\n${steps}\n] }`;
}

function completion(): { readonly [path: string]: string } {
  const api = [{ on: 'api', whileInside: 'ignore', again: 'always' }];
  const templates = ['congrats', 'need-a-hand', 'customer-story', 'roi-numbers'];
  return {
    'journeys/recycle.json': journeyText('{ "id": "w", "wait": "30 days" }', {
      journey: 'recycle',
      enter: api,
    }),
    'journeys/trade-show.json': journeyText('{ "id": "w", "wait": "1 day" }', {
      journey: 'trade-show',
      enter: api,
    }),
    ...Object.fromEntries(
      templates.map((template) => [
        `templates/${template}/email.json`,
        JSON.stringify({
          template,
          topic: 'events',
          from: 'workspace',
          again: 'always',
          languages: { en: { subject: 'Hello' } },
          ifNoLanguage: 'en',
        }),
      ]),
    ),
  };
}
