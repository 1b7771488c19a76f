// Every email of every workspace here, written for its samples: what a form can be filled with breaks
// none of them, neither in the mail nor on a phone.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileTemplate, type CompiledTemplate } from '../../../mail/templates/compile.ts';
import { renderEmail, type RenderedEmail } from '../../../mail/templates/render.ts';
import { isNasty, samplesOf, type Sample } from '../../../mail/templates/samples.ts';
import { compileEmails } from '../../../workspace/compile-emails.ts';
import { parse } from 'jsonc-parser';
import type { Part } from '../../../core/definitions/parts.ts';
import { present } from '../../../core/definitions/present.ts';
import type { WorkspaceFile } from '../../../core/definitions/sources.ts';
import { templateFile } from '../../../core/definitions/template.ts';
import { readWorkspace } from '../../../workspace/read-workspace.ts';
import { useBrowser } from '../../support/browser.ts';

interface Written {
  readonly template: string;
  readonly language: string;
  readonly sample: Sample;
  readonly email: Extract<RenderedEmail, { ok: true }>;
}

const root = resolve(import.meta.dirname, '../../..');
const recipes = readdirSync(join(root, 'examples/recipes'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `examples/recipes/${name}`);
const workspaces = ['.', 'examples/course-provider', ...recipes];
const browser = useBrowser();
let written: readonly Written[];

beforeAll(async () => {
  const all: Written[] = [];
  const known = new Map<string, CompiledTemplate>();
  for (const workspace of workspaces) all.push(...(await writeAll(workspace, known)));
  written = all;
});

/** `known`: recipes hold copies of shipped emails, and one of each is enough. */
async function writeAll(
  workspace: string,
  known: Map<string, CompiledTemplate>,
): Promise<readonly Written[]> {
  const files = await readWorkspace(join(root, workspace));
  const found: Written[] = [];
  await compileEmails(
    { facts: {} },
    partsOf(files),
    async (source) => {
      const { name, mjml, email, partials, brand, trial } = source;
      const copy = known.get(mjml);
      const template = copy ?? (await compileTemplate({ name, mjml, email, partials, brand }));
      known.set(mjml, template);
      if (trial === undefined) throw new Error(`${name} has no samples`);
      const names = Object.keys(trial.samples).map((path) => path.replace(/^samples\//, ''));
      expect(names, `${workspace}/templates/${name}/samples`).toEqual(
        expect.arrayContaining(['full.json', 'minimal.json', 'nasty.json']),
      );
      for (const sample of copy === undefined ? samplesOf(trial).samples : []) {
        const written = renderEmail(template, sample.variables);
        if (!written.ok) throw new Error(`${name}, ${sample.name}: ${written.message}`);
        found.push({ template: name, language: email.language, sample, email: written });
      }
      return template;
    },
    files,
  );
  return found;
}

/** Of the emails alone: what rules and journeys prove is the business of other tests, and takes longer. */
function partsOf(files: readonly WorkspaceFile[]): readonly Part[] {
  const sources = Object.fromEntries(files.map(({ path, text }) => [path, text]));
  return files
    .filter(({ path }) => /^templates\/[^/]+\/email\.json$/.test(path))
    .map(({ text }) => {
      const manifest = present(templateFile.parse(parse(text, [], { allowTrailingComma: true })));
      const { template: key } = manifest;
      return { kind: 'template', key, hash: '', source: '', compiled: { manifest, sources } };
    });
}

test('there are enough of them, one in two languages', () => {
  expect(new Set(written.map(({ template }) => template)).size).toBeGreaterThan(35);
  const welcome = written.filter(({ template }) => template === 'welcome');
  expect([...new Set(welcome.map(({ language }) => language))].toSorted()).toEqual(['de', 'en']);
});

test('nothing is left to be filled in, and no subject has a second line', () => {
  for (const { template, sample, email } of written) {
    const parts = [email.subject, email.html, email.text];
    expect(email.subject, template).not.toMatch(/[\r\n]/);
    if (isNasty(sample)) continue;
    for (const part of parts) {
      expect(part, `${template}, ${sample.name}`).not.toMatch(/\{\{|\{%|\[\[|undefined|\bnull\b/);
    }
  }
});

describe('what a form can be filled with', () => {
  const nasty = (): readonly Written[] => {
    const found = written.filter(({ sample }) => isNasty(sample));
    expect(found.length).toBeGreaterThan(35);
    return found;
  };

  test('is words in the email: no element of it, and never Liquid', () => {
    for (const { template, email } of nasty()) {
      expect(email.html, template).not.toMatch(/<script|<b>Berg|<i>best/i);
      expect(email.subject + email.html + email.text, template).not.toMatch(/(?<!\+)\b49\b/);
    }
  });

  test('stays inside of a phone, and inside of a window', async () => {
    const page = await browser.open({ width: 375, height: 700 });
    for (const width of [375, 700]) {
      await page.setViewportSize({ width, height: 700 });
      for (const { template, email } of nasty()) {
        await page.setContent(email.html);
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
        expect.soft(wide, `${template} at ${width}`).toBeLessThanOrEqual(width);
      }
    }
    await page.context().close();
  });
});
