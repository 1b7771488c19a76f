// Every email of every workspace here, written for its samples: what a form can be filled with breaks
// none of them, neither in the mail nor on a phone.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileTemplate } from '../../../mail/templates/compile.ts';
import { renderEmail, type RenderedEmail } from '../../../mail/templates/render.ts';
import { isNasty, samplesOf, type Sample } from '../../../mail/templates/samples.ts';
import { compileEmails } from '../../../workspace/compile-emails.ts';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
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
  const all = await Promise.all(workspaces.map(writeAll));
  // Recipes hold copies of shipped emails: one of each is enough.
  const byWords = new Map(all.flat().map((one) => [one.email.html, one]));
  written = [...byWords.values()];
});

async function writeAll(workspace: string): Promise<readonly Written[]> {
  const files = await readWorkspace(join(root, workspace));
  const compiled = compileRelease(files, 'samples');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems.slice(0, 3)));
  const { release, parts } = compiled.workspace;
  const found: Written[] = [];
  await compileEmails(
    release,
    parts,
    async ({ trial, ...source }) => {
      const template = await compileTemplate(source);
      if (trial === undefined) throw new Error(`${source.name} has no samples`);
      const names = Object.keys(trial.samples).map((path) => path.replace(/^samples\//, ''));
      expect(names, `${workspace}/templates/${source.name}/samples`).toEqual(
        expect.arrayContaining(['full.json', 'minimal.json', 'nasty.json']),
      );
      for (const sample of samplesOf(trial).samples) {
        const email = renderEmail(template, sample.variables);
        if (!email.ok) throw new Error(`${source.name}, ${sample.name}: ${email.message}`);
        found.push({ template: source.name, language: source.email.language, sample, email });
      }
      return template;
    },
    files,
  );
  return found;
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
