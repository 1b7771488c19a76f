/**
 * A new journey in a workspace, from a recipe or from nothing, checked whole before a file is written.
 * Files in, files out: the command reads them, shows what would be done, and writes.
 */
import { compileRelease } from '../../core/definitions/compile-release.ts';
import type { Problem } from '../../core/definitions/problems.ts';
import { kindOf, type WorkspaceFile } from '../../core/definitions/sources.ts';
import type { Json } from '../../core/rules/condition.ts';
import { declarationsOf } from './declarations.ts';
import type { Recipe } from './find-recipes.ts';
import { starterFiles, starterPersona } from './starter.ts';
import { objectOf, parsed, textOf } from './values.ts';
import { journeyNamed, schemaFolder, takeJourney } from './take-journey.ts';
import { changedPersonas, personasOf, takePersonas } from './take-personas.ts';

export type NewJourney =
  | {
      readonly ok: true;
      readonly files: readonly WorkspaceFile[];
      readonly added: readonly string[];
      readonly reused: readonly string[];
      /** What the recipe has and this workspace did not get, with the reason. */
      readonly left: readonly string[];
      /** What somebody should know who publishes it as it is. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly conflicts: readonly string[] };

export function journeyFromRecipe(
  here: readonly WorkspaceFile[],
  recipe: Recipe,
  request: { readonly journey: string; readonly key: string; readonly keepMine: boolean },
): NewJourney {
  const taken = takeJourney(here, recipe.files, request);
  if (taken.conflicts.length > 0) return { ok: false, conflicts: taken.conflicts };
  const compiled = compileRelease(recipe.files, 'recipe');
  if (!compiled.ok) throw new Error(`the recipe "${recipe.name}" has problems of its own`);
  const candidates = personasOf(recipe.files, compiled.workspace, request.journey);
  const personas = takePersonas(taken.files, candidates, request);
  return {
    ok: true,
    files: personas.files,
    added: [...taken.added, ...personas.added],
    reused: taken.reused,
    left: [...personas.left, ...consentLeft(here, recipe.files)],
    notes: [
      ...rivals(personas.files, request.key),
      ...changedPersonas(here, personas.files),
      ...inventedReps(here, personas.files),
    ],
  };
}

export function starterJourney(
  here: readonly WorkspaceFile[],
  key: string,
  owner: string,
): NewJourney {
  const topic = declarationsOf(here).find(({ kind }) => kind === 'topic')?.id;
  if (topic === undefined) return { ok: false, conflicts: ['rules/sending.json has no topic'] };
  const words = { key, topic, owner, schema: schemaFolder(here) };
  const files = starterFiles(words);
  const conflicts = files
    .filter(({ path }) => here.some((file) => file.path === path))
    .map(({ path }) => `${path} is here already`);
  if (conflicts.length > 0) return { ok: false, conflicts };
  const { text } = starterPersona(words);
  const renamed = { journey: key, key };
  const persona = takePersonas([...here, ...files], [{ name: `${key}-reader`, text }], renamed);
  const added = [...files.map(({ path }) => path), ...persona.added];
  return {
    ok: true,
    files: persona.files,
    added,
    reused: [],
    left: persona.left,
    notes: changedPersonas(here, persona.files),
  };
}

/** Journeys that the same event enters: a lead would run through both, and get the mail of both. */
function rivals(files: readonly WorkspaceFile[], key: string): readonly string[] {
  const own = journeyNamed(files, key);
  const events = own === undefined ? [] : entryEvents(own);
  return files.flatMap((file) => {
    if (kindOf(file.path) !== 'journey' || file === own) return [];
    const same = entryEvents(file).find((event) => events.includes(event));
    if (same === undefined) return [];
    return [
      `${file.path} is entered by "${same}" too: a lead runs through both and gets the mail of both`,
    ];
  });
}

function entryEvents({ text }: WorkspaceFile): readonly string[] {
  const enter = objectOf(parsed(text))['enter'];
  if (!Array.isArray(enter)) return [];
  return enter.map((one: Json) => textOf(objectOf(one)['event'])).filter((event) => event !== '');
}

function inventedReps(
  before: readonly WorkspaceFile[],
  after: readonly WorkspaceFile[],
): readonly string[] {
  const reps = (files: readonly WorkspaceFile[]) =>
    declarationsOf(files).filter(({ kind }) => kind === 'rep');
  const known = new Set(reps(before).map(({ id }) => id));
  return reps(after)
    .filter(({ id }) => !known.has(id))
    .map(({ id, file }) => `rep "${id}" is invented: put one of your own people in ${file}`);
}

/** Problems that were not there before. */
export function newProblems(
  before: readonly Problem[],
  after: readonly Problem[],
): readonly Problem[] {
  const known = new Set(before.map(({ file, message }) => `${file}\n${message}`));
  return after.filter(({ file, message }) => !known.has(`${file}\n${message}`));
}

/** Who may be written to is a matter of the whole workspace: said, not taken. */
function consentLeft(
  here: readonly WorkspaceFile[],
  recipe: readonly WorkspaceFile[],
): readonly string[] {
  const known = new Set(consentIn(here).map(({ id }) => id));
  return consentIn(recipe)
    .filter(({ id }) => !known.has(id))
    .map(({ id, why }) => `consent "${id}" of its rules/sending.json (${why})`);
}

function consentIn(files: readonly WorkspaceFile[]): readonly { id: string; why: string }[] {
  const file = files.find(({ path }) => path === 'rules/sending.json');
  const consent = file === undefined ? undefined : objectOf(parsed(file.text))['consent'];
  if (!Array.isArray(consent)) return [];
  return consent.map((one: Json) => {
    const { id, why } = objectOf(one);
    return { id: textOf(id), why: textOf(why) };
  });
}
