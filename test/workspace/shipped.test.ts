import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'jsonc-parser';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtInFacts } from '../../core/facts/catalogue.ts';
import { compileRelease } from '../../core/definitions/compile-release.ts';
import { templateFile } from '../../core/definitions/template.ts';
import { runPersona } from '../../core/simulate/persona.ts';
import { compileTemplate } from '../../mail/templates/compile.ts';
import type { CompiledTemplate } from '../../mail/templates/compile.ts';
import { renderEmail } from '../../mail/templates/render.ts';
import { sampleVariables } from '../../mail/templates/variables.ts';
import { compileEmails } from '../../workspace/compile-emails.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const folder = (path: string): readonly string[] => readdirSync(new URL(path, root));

const names = folder('templates/').filter((name) => !['partials', 'brand.json'].includes(name));
const partials = Object.fromEntries(
  folder('templates/partials/').map((file) => [
    file.replace(/\.mjml$/, ''),
    read(`templates/partials/${file}`),
  ]),
);
const brand = parse(read('templates/brand.json')) as Readonly<Record<string, string>>;
const { facts } = parse(read('rules/facts.json')) as { facts: readonly { id: string }[] };
const factIds = [...Object.keys(builtInFacts), ...facts.map(({ id }) => id)];

function manifest(name: string): ReturnType<typeof templateFile.parse> {
  return templateFile.parse(parse(read(`templates/${name}/email.json`)));
}

describe.each(names)('the template %s', (name) => {
  let compiled: CompiledTemplate;
  beforeAll(async () => {
    const { topic, languages, ifNoLanguage } = manifest(name);
    const words = languages[ifNoLanguage];
    if (words === undefined) throw new Error(`${name} has no words in ${ifNoLanguage}`);
    compiled = await compileTemplate({
      name,
      mjml: read(`templates/${name}/message.mjml`),
      email: { ...words, language: ifNoLanguage, ...(topic === undefined ? {} : { topic }) },
      partials,
      brand,
      facts: factIds,
    });
  });

  test('compiles without a problem, without web fonts and without anything from elsewhere', () => {
    expect(compiled.problems).toEqual([]);
    expect(manifest(name).template).toBe(name);
    expect(compiled.html).not.toMatch(/<img|@import|<link|url\(|\[\[/);
    expect(compiled.bytes).toBeLessThan(40_000);
  });

  test('adapts to dark mode and is read aloud in its language', () => {
    expect(compiled.html).toContain('name="color-scheme" content="light dark"');
    expect(compiled.html).toContain('lang="en"');
    expect(compiled.html.match(/<h1>/g)).toHaveLength(1);
  });

  test('declares every variable that it takes from the lead, the entry, the owner or the handoff', () => {
    const declared = Object.keys(manifest(name).variables);
    const used = compiled.variables
      .filter((variable) => /^(lead|entry|owner|handoff|reply)\./.test(variable))
      .map((variable) => variable.split('.').slice(0, 2).join('.'));
    expect(declared.toSorted()).toEqual([...new Set(used)].toSorted());
  });

  // What nasty.json does to an email is looked at in test/mail/templates/shipped-samples.test.ts.
  const usual = folder(`templates/${name}/samples/`).filter((file) => !file.startsWith('nasty'));
  test.each(usual)('can be written for %s', (file) => {
    const sample = parse(read(`templates/${name}/samples/${file}`)) as Record<string, unknown>;
    const email = renderEmail(compiled, sampleVariables(sample));
    if (!email.ok) throw new Error(email.message);
    expect(email.subject.length).toBeGreaterThan(10);
    expect(email.subject.length).toBeLessThan(90);
    for (const part of [email.subject, email.html, email.text]) {
      expect(part).not.toMatch(/\{\{|\{%|undefined|\bnull\b|, ,| {2},/);
    }
    expect(email.text.length).toBeGreaterThan(200);
  });
});

test('the shipped workspace is a release without a single warning', async () => {
  const compiled = compileRelease(await readWorkspace(root.pathname), 'shipped');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems, null, 2));
  expect(compiled.warnings).toEqual([]);
  const { release, parts } = compiled.workspace;
  const { emails, problems } = await compileEmails(release, parts, compileTemplate);
  expect(problems).toEqual([]);
  expect(Object.keys(emails).toSorted()).toEqual(names.toSorted());
});

test('every shipped persona lives as its file expects', async () => {
  const compiled = compileRelease(await readWorkspace(root.pathname), 'shipped');
  if (!compiled.ok) throw new Error('the shipped workspace does not compile');
  const { release, personas } = compiled.workspace;
  expect(personas).toHaveLength(6);
  for (const persona of personas) {
    const { expectations } = runPersona(release, persona);
    expect(expectations.length).toBeGreaterThan(5);
    expect(expectations.filter(({ ok }) => !ok)).toEqual([]);
  }
});

test('every template that a journey sends is there', () => {
  const sent = folder('journeys/').flatMap((file) =>
    [...read(`journeys/${file}`).matchAll(/"send": "([\w-]+)"/g)].map((match) => match[1]),
  );
  expect(sent.length).toBeGreaterThan(8);
  expect(names).toEqual(expect.arrayContaining(sent));
});
