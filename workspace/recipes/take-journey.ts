/**
 * Takes one journey of a recipe into a workspace, with what it needs: emails, the names it speaks of,
 * the list it is fed by. Files in, files out; the disk is not touched.
 *
 * Nothing is overwritten. A name that is here already is used as it is when it says the same; what says
 * something else is a conflict, and with one conflict nothing is taken.
 */
import { applyEdits, modify } from 'jsonc-parser';
import { kindOf, type WorkspaceFile } from '../../core/definitions/sources.ts';
import type { Json } from '../../core/rules/condition.ts';
import { addProperty, declarationsOf, declare, type Declaration } from './declarations.ts';
import { needsOf } from './needs.ts';
import { objectOf, parsed, saysTheSame } from './values.ts';

export interface TakeRequest {
  /** The journey of the recipe, and how it is called here. */
  readonly journey: string;
  readonly key: string;
  /** What is here under a name that is taken stays, and the journey uses it. */
  readonly keepMine: boolean;
}
export interface Taken {
  /** The whole workspace with what was taken. */
  readonly files: readonly WorkspaceFile[];
  /** `templates/goodbye`, `event "Booth Visited" (rules/events.json)` … */
  readonly added: readonly string[];
  readonly reused: readonly string[];
  readonly conflicts: readonly string[];
}
interface Pass extends TakeRequest {
  readonly recipe: readonly WorkspaceFile[];
  readonly schema: string;
  files: readonly WorkspaceFile[];
  readonly added: string[];
  readonly reused: string[];
  readonly conflicts: string[];
}

export function takeJourney(
  here: readonly WorkspaceFile[],
  recipe: readonly WorkspaceFile[],
  request: TakeRequest,
): Taken {
  const schema = schemaFolder(here);
  const pass: Pass = {
    ...{ ...request, recipe, schema, files: here },
    ...{ added: [], reused: [], conflicts: [] },
  };
  const journey = journeyNamed(recipe, request.journey);
  if (journey === undefined) throw new Error(`the recipe has no journey "${request.journey}"`);
  const lists = recipe.filter((file) => kindOf(file.path) === 'import' && feeds(file, request));
  addFile(pass, `journeys/${request.key}.json`, edited(journey.text, ['journey'], request.key));
  for (const list of lists) addList(pass, list);
  const declared = declarationsOf(recipe);
  const texts = [journey, ...lists].map(({ text }) => text);
  const own = declarationsOf(here);
  const isHere = ({ kind, id }: Declaration) =>
    own.some((one) => one.kind === kind && one.id === id);
  const needs = needsOf(texts, recipe, declared, isHere);
  for (const template of needs.templates) takeTemplate(pass, template);
  for (const declaration of needs.declarations) takeDeclaration(pass, declaration);
  return pass;
}

export function journeyNamed(
  files: readonly WorkspaceFile[],
  name: string,
): WorkspaceFile | undefined {
  return files.find(
    ({ path, text }) => kindOf(path) === 'journey' && objectOf(parsed(text))['journey'] === name,
  );
}

/** Adds a file of the recipe under a path of its own; `text` as it is to stand here. */
export function withFile(
  files: readonly WorkspaceFile[],
  path: string,
  text: string,
  schema: string,
): readonly WorkspaceFile[] {
  return [...files, { path, text: withSchema(path, text, schema) }];
}

/** Changes one value of a file and leaves the rest as it was written. */
export function edited(text: string, path: (string | number)[], value: Json): string {
  return applyEdits(text, modify(text, path, value, {}));
}

/** Where the files of this workspace say that the schemas are, as seen from `rules/`. */
export function schemaFolder(files: readonly WorkspaceFile[]): string {
  const rule = files.find(({ path }) => path.startsWith('rules/'));
  const said = rule === undefined ? undefined : objectOf(parsed(rule.text))['$schema'];
  return typeof said === 'string' && said.includes('/')
    ? said.slice(0, said.lastIndexOf('/'))
    : '../schema';
}

function withSchema(path: string, text: string, schema: string): string {
  if (typeof objectOf(path.endsWith('.json') ? parsed(text) : {})['$schema'] !== 'string') {
    return text;
  }
  const kind = kindOf(path);
  const deeper = schema.startsWith('.') ? '../' : '';
  const folder = kind === 'template' ? `${deeper}${schema}` : schema;
  return kind === undefined ? text : edited(text, ['$schema'], `${folder}/${kind}.json`);
}

function addFile(pass: Pass, path: string, text: string): void {
  if (pass.files.some((file) => file.path === path)) {
    pass.conflicts.push(`${path} is here already`);
    return;
  }
  pass.files = withFile(pass.files, path, text, pass.schema);
  pass.added.push(path);
}

function feeds({ text }: WorkspaceFile, { journey }: TakeRequest): boolean {
  return objectOf(objectOf(parsed(text))['enter'])['journey'] === journey;
}

/** A list is called like the journey that it feeds. */
function addList(pass: Pass, { text }: WorkspaceFile): void {
  const named = edited(text, ['import'], pass.key);
  addFile(pass, `imports/${pass.key}.json`, edited(named, ['enter', 'journey'], pass.key));
}

function takeTemplate(pass: Pass, name: string): void {
  const folder = `templates/${name}/`;
  const theirs = pass.recipe.filter(({ path }) => path.startsWith(folder));
  const ours = pass.files.filter(({ path }) => path.startsWith(folder));
  if (ours.length > 0) {
    const same = theirs.filter(isWords).every((file) => ours.some((own) => isSame(own, file)));
    settle(pass, same, `email "${name}"`, `${folder} says something else`);
    return;
  }
  for (const { path, text } of theirs) pass.files = withFile(pass.files, path, text, pass.schema);
  pass.added.push(`email "${name}" (templates/${name}/)`);
  for (const path of sharedBy(theirs, pass.recipe)) {
    if (pass.files.some((file) => file.path === path)) continue;
    const shared = pass.recipe.find((file) => file.path === path);
    if (shared === undefined) continue;
    pass.files = [...pass.files, shared];
    pass.added.push(path);
  }
}

function isWords({ path }: WorkspaceFile): boolean {
  return !path.includes('/samples/');
}

function isSame(own: WorkspaceFile, theirs: WorkspaceFile): boolean {
  if (own.path !== theirs.path) return false;
  return own.path.endsWith('.json')
    ? saysTheSame(parsed(own.text), parsed(theirs.text))
    : own.text === theirs.text;
}

/** What the emails include, and the brand that those parts speak of. */
function sharedBy(
  files: readonly WorkspaceFile[],
  recipe: readonly WorkspaceFile[],
): readonly string[] {
  const included = files.flatMap(({ text }) =>
    [...text.matchAll(/<mj-include path="\.\.\/(partials\/[^"]+)"/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  const paths = new Set(['brand.json', ...included].map((path) => `templates/${path}`));
  return recipe.map(({ path }) => path).filter((path) => paths.has(path));
}

function takeDeclaration(pass: Pass, declaration: Declaration): void {
  const { kind, id } = declaration;
  const own = declarationsOf(pass.files).find((one) => one.kind === kind && one.id === id);
  if (own === undefined) {
    pass.files = declare(pass.files, declaration, pass.schema);
    const file = declarationsOf(pass.files).find((one) => one.kind === kind && one.id === id)?.file;
    pass.added.push(`${kind} ${JSON.stringify(id)} (${file ?? 'rules/'})`);
    return;
  }
  // A person, an office and a topic are known by their names, however they are described.
  const isByName = kind === 'rep' || kind === 'hours' || kind === 'topic';
  if (isByName) settle(pass, true, `${kind} ${JSON.stringify(id)}`, '');
  else if (kind === 'event') takeEvent(pass, own, declaration);
  else {
    const same = saysTheSame(meaningOf(own.value), meaningOf(declaration.value));
    settle(pass, same, `${kind} ${JSON.stringify(id)}`, `${own.file} declares it differently`);
  }
}

/** An event that is here gets the properties it lacks; those of another type are a conflict. */
function takeEvent(pass: Pass, own: Declaration, theirs: Declaration): void {
  const name = `event ${JSON.stringify(own.id)}`;
  const has = objectOf(objectOf(own.value)['properties']);
  const wanted = Object.entries(objectOf(objectOf(theirs.value)['properties']));
  const clash = wanted.find(([key, type]) => Object.hasOwn(has, key) && has[key] !== type);
  const said =
    clash === undefined ? '' : `its property ${JSON.stringify(clash[0])} is of another type`;
  settle(pass, clash === undefined, name, `${own.file}: ${said}`);
  if (clash !== undefined) return;
  for (const [property, type] of wanted.filter(([key]) => !Object.hasOwn(has, key))) {
    pass.files = addProperty(pass.files, own, property, type);
    pass.added.push(`property ${JSON.stringify(property)} of ${name} (${own.file})`);
  }
}

/** What a declaration means, without the words that describe it. */
function meaningOf(value: Json): Json {
  const { why: _why, label: _label, description: _description, ...meaning } = objectOf(value);
  return meaning;
}

function settle(pass: Pass, same: boolean, name: string, difference: string): void {
  if (same || pass.keepMine) pass.reused.push(name);
  else pass.conflicts.push(`${name}: ${difference}`);
}
