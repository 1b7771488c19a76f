// Each recipe is a workspace of its own: it passes the check without a word, its emails can be written
// for their samples, and every persona lives as its file says. One of them always shows a "no".
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'jsonc-parser';
import { beforeAll, describe, expect, test } from 'vitest';
import { runPersona, type PersonaRun } from '../../core/simulate/persona.ts';
import { compileTemplate, type CompiledTemplate } from '../../mail/templates/compile.ts';
import { renderEmail } from '../../mail/templates/render.ts';
import { sampleVariables } from '../../mail/templates/variables.ts';
import { checkWorkspace, type CheckedWorkspace } from '../../workspace/check-workspace.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

const root = resolve(import.meta.dirname, '../..');
const home = join(root, 'examples/recipes');
const recipes = foldersOf(home);

test('the ten programmes are there, each named in the table of the README', () => {
  expect(recipes).toEqual([
    'demo-request',
    'ebook-by-topic',
    'named-accounts',
    'recycle',
    'sunset',
    'territory-routing',
    'trade-show',
    'trial-to-sales',
    'usage-scoring',
    'webinar',
  ]);
  const readme = readFileSync(join(home, 'README.md'), 'utf8');
  for (const recipe of recipes) expect(readme).toContain(`(${recipe}/README.md)`);
});

describe.each(recipes)('the recipe %s', (recipe) => {
  const folder = join(home, recipe);
  let workspace: CheckedWorkspace<CompiledTemplate>;
  let lived: readonly PersonaRun[];

  beforeAll(async () => {
    const checked = await checkWorkspace(await readWorkspace(folder), { compileTemplate });
    const problems = checked.ok ? checked.warnings : checked.problems;
    if (!checked.ok || problems.length > 0) throw new Error(JSON.stringify(problems, null, 2));
    workspace = checked.workspace;
    lived = workspace.personas.map((persona) => runPersona(workspace.release, persona));
  });

  test('has a journey, two or more personas, and every persona lives as expected', () => {
    expect(Object.keys(workspace.release.journeys).length).toBeGreaterThan(0);
    expect(lived.length).toBeGreaterThanOrEqual(2);
    for (const { persona, expectations } of lived) {
      expect(expectations.length, persona).toBeGreaterThan(2);
      expect(expectations.filter(({ ok }) => !ok)).toEqual([]);
    }
  });

  test('shows somebody who does not get a mail, or is not handed to sales', () => {
    const saysNo = ({ persona, skipped, emails, handoff }: PersonaRun) => {
      const { never = [] } =
        workspace.personas.find((one) => one.persona === persona)?.expect ?? {};
      const unsent = never.some((template) => !emails.some((sent) => sent.template === template));
      const sells = Object.keys(workspace.release.handoffs).length > 0;
      return skipped.length > 0 || (unsent && emails.length === 0) || (sells && !handoff);
    };
    expect(lived.filter(saysNo).map(({ persona }) => persona)).not.toEqual([]);
  });

  test('sends every email of its folder in some journey, and each journey to some persona', () => {
    const sent = Object.values(workspace.release.journeys).flatMap(({ plan }) =>
      Object.values(plan.steps).flatMap((step) => (step.type === 'send' ? [step.template] : [])),
    );
    const own = Object.keys(workspace.release.templates).filter((name) => !name.startsWith('rep-'));
    expect(own.filter((name) => !sent.includes(name))).toEqual([]);
    const entered = new Set(
      lived.flatMap(({ journeys }) => journeys.map(({ journey }) => journey)),
    );
    expect([...entered].toSorted()).toEqual(Object.keys(workspace.release.journeys).toSorted());
  });

  test('can write every email for its samples, light and dark, with one headline', () => {
    for (const name of foldersOf(join(folder, 'templates')).filter((one) => one !== 'partials')) {
      const compiled = workspace.emails[name]?.['en'];
      if (compiled === undefined) throw new Error(`${name} is not compiled`);
      expect(compiled.html.match(/<h1>/g), name).toHaveLength(1);
      expect(compiled.html).toContain('name="color-scheme" content="light dark"');
      expect(compiled.html).not.toMatch(/<img|@import|<link|url\(|\[\[/);
      for (const sample of ['full.json', 'minimal.json'])
        checkSample(folder, name, sample, compiled);
    }
  });

  test('shares the look of the shipped workspace: copies say the same', () => {
    const copies = filesOf(join(folder, 'templates')).filter((path) =>
      existsSync(join(root, 'templates', path)),
    );
    expect(copies).toContain('brand.json');
    for (const path of copies) {
      const [copy, shipped] = [join(folder, 'templates', path), join(root, 'templates', path)].map(
        (file) => readFileSync(file, 'utf8'),
      );
      const said = (text = ''): unknown => (path.endsWith('.json') ? parse(text) : text);
      expect(said(copy), `${recipe}/templates/${path} and templates/${path}`).toEqual(
        said(shipped),
      );
    }
  });

  test('has a README that names every persona and says what is left out', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const { persona } of workspace.personas) expect(readme).toContain(`**${persona}**`);
    for (const part of ['## Read aloud', '## Left out', '## Take it'])
      expect(readme).toContain(part);
  });
});

function checkSample(folder: string, name: string, file: string, compiled: CompiledTemplate): void {
  const text = readFileSync(join(folder, 'templates', name, 'samples', file), 'utf8');
  const sample = parse(text) as Record<string, unknown>;
  const email = renderEmail(compiled, sampleVariables(sample));
  if (!email.ok) throw new Error(`${name}, ${file}: ${email.message}`);
  expect(email.subject.length, email.subject).toBeGreaterThan(10);
  expect(email.subject.length, email.subject).toBeLessThan(90);
  for (const part of [email.subject, email.html, email.text]) {
    expect(part).not.toMatch(/\{\{|\{%|undefined|\bnull\b|, ,| {2},/);
  }
  expect(email.text.length).toBeGreaterThan(200);
}

function foldersOf(path: string): readonly string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

function filesOf(path: string): readonly string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(path.length + 1)] : [],
  );
}
