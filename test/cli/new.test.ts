import { cp, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { WorkspaceFile } from '../../core/definitions/sources.ts';
import { runPersona } from '../../core/simulate/persona.ts';
import { compileTemplate } from '../../mail/templates/compile.ts';
import { checkWorkspace } from '../../workspace/check-workspace.ts';
import { readRecipe, recipeNames } from '../../workspace/recipes/find-recipes.ts';
import { journeyFromRecipe } from '../../workspace/recipes/new-journey.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { run, temporaryFolder, type Folder } from './run.ts';

// Each command is a process of its own that compiles a whole workspace several times.
vi.setConfig({ testTimeout: 120_000 });

const root = resolve(import.meta.dirname, '../..');
const recipes = await recipeNames();

/** The shipped workspace in a folder of its own. */
async function ours(): Promise<Folder> {
  const folder = await temporaryFolder();
  await folder.takeWorkspace();
  return folder;
}

async function everything(folder: Folder): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.path.length + 1), await readFile(path, 'utf8')] as const;
    }),
  );
  return new Map(texts);
}

/** Checks without a problem; names the personas who do not live as their files say. */
async function missedIn(files: readonly WorkspaceFile[]): Promise<readonly string[]> {
  const checked = await checkWorkspace(files, { compileTemplate });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems, null, 2));
  expect(checked.warnings).toEqual([]);
  const { release, personas } = checked.workspace;
  expect(personas.length).toBeGreaterThan(1);
  return personas.flatMap((persona) =>
    runPersona(release, persona).expectations.every(({ ok }) => ok) ? [] : [persona.persona],
  );
}

test('without a recipe it is the least journey, clean and in the usual layout', async () => {
  const folder = await temporaryFolder();
  await folder.takeWorkspace();
  expect((await run(['new', 'journey', 'hello'], { cwd: folder.path })).code).toBe(0);
  expect((await run(['format', '--check'], { cwd: folder.path })).code).toBe(0);
  expect((await run(['check', '--strict'], { cwd: folder.path })).code).toBe(0);
});

test('--list names the ten recipes with a line each', async () => {
  const ran = await run(['new', '--list']);
  expect(ran.code).toBe(0);
  expect(ran.lines).toHaveLength(10);
  expect(ran.out).toContain(
    'sunset             Sunset of silent leads (journeys: sunset, wake-up)',
  );
});

describe.each(recipes)('a journey from the recipe %s', (recipe) => {
  test('passes the check in the shipped workspace; whoever lives differently is named', async () => {
    const here = await readWorkspace(root);
    const found = await readRecipe(recipe);
    const journey = found.journeys[0] ?? '';
    const made = journeyFromRecipe(here, found, { journey, key: 'brand-new', keepMine: false });
    if (!made.ok) throw new Error(made.conflicts.join('\n'));
    const text = made.files.find(({ path }) => path === 'journeys/brand-new.json')?.text;
    expect(text).toContain('"$schema": "../schema/journey.json"');
    expect(text).toContain('"journey": "brand-new"');
    const missed = await missedIn(made.files);
    const named = made.notes.flatMap((note) => /your persona "([^"]+)"/.exec(note)?.[1] ?? []);
    expect(missed.toSorted()).toEqual(named.toSorted());
  });
});

test('what grows keeps its comments and its layout, and nothing that was there is lost', async () => {
  const folder = await ours();
  const before = await everything(folder);
  await run(['new', 'journey', 'fair', '--from', 'trade-show'], { cwd: folder.path });
  const after = await everything(folder);
  for (const [path, text] of before) {
    const now = after.get(path) ?? '';
    if (now === text) continue;
    expect(['rules/events.json', 'rules/facts.json', 'rules/routing.json']).toContain(path);
    // Brackets and commas move to the new last line; nothing else does.
    const said = (line: string) => line.replace(/[\s,}\]]*$/, '');
    const lines = new Set(now.split('\n').map(said));
    const gone = text.split('\n').filter((line) => !lines.has(said(line)));
    const grown = '"properties": { "fair": "text", "talkedAbout": "text" }';
    expect(gone.filter((line) => !line.includes('Booth Visited'))).toEqual([]);
    if (path === 'rules/events.json') expect(now).toContain(grown);
    if (path === 'rules/events.json') expect(now).toContain('// Built-in events');
  }
  expect([...after.keys()].some((path) => path.includes('.new-'))).toBe(false);
  expect(after.get('imports/fair.json')).toContain('"journey": "fair"');
});

test('a name that says something else here is refused with a list, and nothing is written', async () => {
  const folder = await ours();
  await folder.edit('templates/welcome/message.mjml', 'Your trial is open', 'Welcome in');
  await folder.write('journeys/mine.json', '{ "journey": "mine" }').then(() => undefined);
  await folder.edit('journeys/mine.json', '{ "journey": "mine" }', await ownJourney());
  const before = await everything(folder);
  const taken = await run(['new', 'journey', 'mine', '--from', 'trial-to-sales'], {
    cwd: folder.path,
  });
  expect(taken.code).toBe(1);
  expect(taken.lines).toEqual([
    'Nothing was written: 2 names would clash.',
    '  journeys/mine.json is here already',
    '  email "welcome": templates/welcome/ says something else',
    'Choose another name, or say --keep-mine to use what is here.',
  ]);
  expect(await everything(folder)).toEqual(before);

  const kept = await run(['new', 'journey', 'other', '--from', 'trial-to-sales', '--keep-mine'], {
    cwd: folder.path,
  });
  expect(kept.out).toContain('= email "welcome", as it is here');
  expect(kept.code).toBe(0);
  const email = await readFile(join(folder.path, 'templates/welcome/message.mjml'), 'utf8');
  expect(email).toContain('Welcome in');
});

async function ownJourney(): Promise<string> {
  const text = await readFile(join(root, 'journeys/ebook.json'), 'utf8');
  return text.replace('"journey": "ebook"', '"journey": "mine"');
}

test('a property of another type is a clash', async () => {
  const folder = await ours();
  await folder.edit('rules/events.json', '"plan": "text"', '"plan": "text", "endsAt": "text"');
  const ran = await run(['new', 'journey', 'second', '--from', 'trial-to-sales'], {
    cwd: folder.path,
  });
  expect(ran.code).toBe(1);
  expect(ran.out).toContain('its property "endsAt" is of another type');
});

test('--dry-run says what would be written, and writes nothing', async () => {
  const folder = await ours();
  const before = await everything(folder);
  const ran = await run(['new', 'journey', 'goodbye', '--from', 'sunset', '--dry-run'], {
    cwd: folder.path,
  });
  expect(ran.code).toBe(0);
  expect(ran.lines[0]).toMatch(/^Would add the journey "goodbye" from "sunset" to /);
  expect(ran.out).toContain('  + segment "silent-180" (rules/segments.json)');
  expect(ran.out).toContain('  - left out: consent "asleep"');
  expect(ran.lines.at(-1)).toBe('Nothing was written. Without --dry-run it is.');
  expect(await everything(folder)).toEqual(before);
});

test('says when the same event enters another journey, and which people are invented', async () => {
  const folder = await ours();
  const demo = await run(['new', 'journey', 'demo', '--from', 'demo-request'], {
    cwd: folder.path,
  });
  expect(demo.out).toContain('! journeys/demo-request.json is entered by "Demo Requested" too');
  expect(demo.out).toContain('! your persona "busy-vp" now lives differently (expects emails: ');
  const letters = await run(['new', 'journey', 'letters', '--from', 'named-accounts'], {
    cwd: folder.path,
  });
  expect(letters.out).toContain('! rep "eve" is invented: put one of your own people in');
});

test('of a recipe with several journeys the one that is asked for is taken', async () => {
  const recipe = await readRecipe('webinar');
  expect(recipe.journeys).toEqual(['webinar', 'webinar-invitation']);
  const request = { journey: 'webinar-invitation', key: 'invite', keepMine: false };
  const made = journeyFromRecipe(await readWorkspace(root), recipe, request);
  expect(made).toMatchObject({ ok: true });
  expect(made.ok && made.added).toEqual(
    expect.arrayContaining([
      'journeys/invite.json',
      'segment "invited-payroll" (rules/segments.json)',
    ]),
  );
  const wrong = await run(['new', 'journey', 'x', '--from', 'webinar', '--journey', 'y']);
  expect(wrong.err).toBe(
    'The recipe "webinar" has no journey "y": it has webinar, webinar-invitation.\n',
  );
});

test('without a recipe a small journey comes with two emails, a persona, and a word on every field', async () => {
  const folder = await ours();
  const at = { cwd: folder.path };
  const ran = await run(['new', 'journey', 'hello'], at);
  expect(ran.out).toContain('npx perennial simulate hello-reader');
  expect(await missedIn(await readWorkspace(folder.path))).toEqual([]);
  const text = await readFile(join(folder.path, 'journeys/hello.json'), 'utf8');
  for (const field of ['enter', 'exit', 'sending', 'steps', 'whenEdited', 'whenPaused']) {
    expect(text).toMatch(new RegExp(`//[^\\n]*\\n(  //[^\\n]*\\n)*  "${field}"`));
  }
});

test('a workspace with a problem is told its problem first', async () => {
  const folder = await ours();
  await folder.edit('rules/segments.json', '"employees"', '"employes"');
  const ran = await run(['new', 'journey', 'hello'], { cwd: folder.path });
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('did you mean "employees"');
  expect(await readdir(join(folder.path, 'journeys'))).not.toContain('hello.json');
});

test.each([
  [['journey', 'Hello World'], '"Hello World" cannot be the name of a journey'],
  [['journey', 'x', '--from', 'sunst'], 'There is no recipe "sunst". Did you mean sunset?'],
  [['workspace', '.', '--from', 'sunset'], 'is not empty'],
  [[], 'Say what is new'],
])('new %j is refused in one sentence', async (args, said) => {
  const ran = await run(['new', ...args]);
  expect(ran.code).toBe(2);
  expect(ran.err).toContain(said);
  expect(ran.err.trim().split('\n')).toHaveLength(1);
});

test('a workspace of its own checks, lives, and has schemas that name its own words', async () => {
  const folder = await temporaryFolder();
  const at = { cwd: folder.path };
  const ran = await run(['new', 'workspace', 'demo', '--from', 'demo-request'], at);
  expect(ran.code).toBe(0);
  expect(await missedIn(await readWorkspace(join(folder.path, 'demo')))).toEqual([]);
  const templates = await readdir(join(folder.path, 'demo/templates'));
  expect(templates).toEqual(expect.arrayContaining(['rep-handoff', 'rep-reminder']));
  const journey = await readFile(join(folder.path, 'demo/journeys/demo-request.json'), 'utf8');
  expect(journey).toContain('"$schema": "../schema/journey.json"');
  const schemas = await readdir(join(folder.path, 'demo/schema'));
  expect(schemas).toContain('journey.json');
});

test('a workspace without a rules file gets one', async () => {
  const folder = await temporaryFolder();
  await cp(join(root, 'examples/recipes/ebook-by-topic'), folder.path, { recursive: true });
  const ran = await run(['new', 'journey', 'goodbye', '--from', 'sunset'], { cwd: folder.path });
  expect(ran.code).toBe(0);
  expect(await readFile(join(folder.path, 'rules/segments.json'), 'utf8')).toContain(
    '"id": "silent-180"',
  );
});
