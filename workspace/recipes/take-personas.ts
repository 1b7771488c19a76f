/**
 * Which personas of a recipe come along with a journey: those who enter it there, and who live as their
 * files expect here too. Whoever does not is left out and named, with what would be different.
 *
 * A persona meets every journey of a workspace, so the same life can go otherwise in another one: that
 * is no mistake of either, and nothing a copied file could be right about.
 */
import { compileRelease, type CompiledWorkspace } from '../../core/definitions/compile-release.ts';
import { kindOf, type WorkspaceFile } from '../../core/definitions/sources.ts';
import { runPersona } from '../../core/simulate/persona.ts';
import { edited, schemaFolder, withFile } from './take-journey.ts';
import { objectOf, parsed } from './values.ts';

export interface TakenPersonas {
  readonly files: readonly WorkspaceFile[];
  readonly added: readonly string[];
  /** `personas/competitor.json: would live differently here (stage: …)`. */
  readonly left: readonly string[];
}
interface Candidate {
  readonly name: string;
  readonly text: string;
}

export function takePersonas(
  here: readonly WorkspaceFile[],
  candidates: readonly Candidate[],
  renamed: { readonly journey: string; readonly key: string },
): TakenPersonas {
  const schema = schemaFolder(here);
  const tried = candidates.map(({ name, text }) => {
    const free = freeName(here, name, renamed.key);
    const own = withJourney(edited(text, ['persona'], free), renamed);
    return { name, free, path: `personas/${free}.json`, own };
  });
  type Tried = (typeof tried)[number];
  const withThese = (these: readonly Tried[]) =>
    these.reduce((files, { path, own }) => withFile(files, path, own, schema), here);
  const broken = problemsBy(withThese(tried));
  const sound = tried.filter(({ path }) => !broken.has(path));
  const missed = missedBy(withThese(sound));
  const alike = sound.filter(({ free }) => missed.get(free) === undefined);
  const left = tried.flatMap(({ name, path, free }) => {
    const why = broken.get(path) ?? missed.get(free);
    if (why === undefined) return [];
    return [
      `persona "${name}": ${broken.has(path) ? why : `would live differently here (${why})`}`,
    ];
  });
  return { files: withThese(alike), added: alike.map(({ path }) => path), left };
}

/** The first problem of each file that has one. */
function problemsBy(files: readonly WorkspaceFile[]): ReadonlyMap<string, string> {
  const compiled = compileRelease(files, 'new');
  if (compiled.ok) return new Map();
  const errors = compiled.problems.filter(({ severity }) => severity === 'error');
  return new Map(errors.toReversed().map(({ file, message }) => [file, message]));
}

/** Who enters the journey in the recipe itself. */
export function personasOf(
  recipe: readonly WorkspaceFile[],
  { release, personas }: CompiledWorkspace,
  journey: string,
): readonly Candidate[] {
  const texts = new Map(
    recipe
      .filter(({ path }) => kindOf(path) === 'persona')
      .map(({ text }) => [objectOf(parsed(text))['persona'], text]),
  );
  return personas.flatMap((persona) => {
    const text = texts.get(persona.persona);
    const entered = runPersona(release, persona).journeys.some((one) => one.journey === journey);
    return entered && text !== undefined ? [{ name: persona.persona, text }] : [];
  });
}

/** Personas who were here and lived as expected, and no longer do. */
export function changedPersonas(
  before: readonly WorkspaceFile[],
  after: readonly WorkspaceFile[],
): readonly string[] {
  const was = missedBy(before);
  return [...missedBy(after)].flatMap(([persona, missed]) =>
    missed === undefined || !was.has(persona) || was.get(persona) !== undefined
      ? []
      : [`your persona "${persona}" now lives differently (${missed})`],
  );
}

/** Persona → the first expectation that is not met. */
function missedBy(files: readonly WorkspaceFile[]): ReadonlyMap<string, string | undefined> {
  const compiled = compileRelease(files, 'new');
  if (!compiled.ok) return new Map();
  const { release, personas } = compiled.workspace;
  return new Map(
    personas.map((persona) => {
      const missed = runPersona(release, persona).expectations.find(({ ok }) => !ok);
      return [
        persona.persona,
        missed && `expects ${missed.expected}; gets ${missed.found === '' ? 'none' : missed.found}`,
      ];
    }),
  );
}

function freeName(files: readonly WorkspaceFile[], name: string, key: string): string {
  const taken = (one: string) => files.some(({ path }) => path === `personas/${one}.json`);
  return taken(name) ? `${key}-${name}` : name;
}

function withJourney(text: string, { journey, key }: { journey: string; key: string }): string {
  const expected = objectOf(objectOf(parsed(text))['expect'])['journeys'];
  if (!Array.isArray(expected)) return text;
  return expected.reduce<string>(
    (now, name, index) =>
      name === journey ? edited(now, ['expect', 'journeys', index], key) : now,
    text,
  );
}
