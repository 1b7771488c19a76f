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
  const added: string[] = [];
  const left: string[] = [];
  let files = here;
  for (const { name, text } of candidates) {
    const free = freeName(files, name, renamed.key);
    const path = `personas/${free}.json`;
    const own = withJourney(edited(text, ['persona'], free), renamed);
    const tried = withFile(files, path, own, schemaFolder(here));
    const difference = differenceOf(tried, free, path);
    if (difference === undefined) {
      files = tried;
      added.push(path);
    } else left.push(`persona "${name}": ${difference}`);
  }
  return { files, added, left };
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

function differenceOf(
  files: readonly WorkspaceFile[],
  name: string,
  path: string,
): string | undefined {
  const compiled = compileRelease(files, 'new');
  if (!compiled.ok) {
    const problem = compiled.problems.find(({ file }) => file === path) ?? compiled.problems[0];
    return problem?.message ?? 'the files would have problems';
  }
  const { release, personas } = compiled.workspace;
  const persona = personas.find((one) => one.persona === name);
  if (persona === undefined) return 'a file of that name is here already';
  const missed = runPersona(release, persona).expectations.find(({ ok }) => !ok);
  return missed && `would live differently here (expects ${missed.expected}; gets ${missed.found})`;
}
