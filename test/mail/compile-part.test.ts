import { expect, test } from 'vitest';
import type { TemplateManifest } from '../../core/definitions/release.ts';
import { compileTemplatePart, sampleProblems } from '../../mail/compile-part.ts';

const manifest: TemplateManifest = {
  template: 'hello',
  from: 'workspace',
  ifNoOwner: 'workspace',
  again: { type: 'always' },
  languages: {
    en: { subject: 'Hello {{ lead.company }}', preheader: 'Inside' },
    de: { subject: 'Hallo {{ lead.company }}', preheader: 'Innen' },
  },
  ifNoLanguage: 'en',
  variables: { 'lead.company': { sample: 'Nordwind AG', optional: false } },
};
const mjml = (words: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text color="[[brand.ink]]">${words}</mj-text></mj-column></mj-section><mj-include path="foot" /></mj-body></mjml>`;
const sources = {
  'templates/hello/message.mjml': mjml('English words'),
  'templates/hello/message.de.mjml': mjml('Deutsche Worte'),
  'templates/hello/message.de.txt': 'Von Hand, {{ lead.company }}',
  'templates/partials/foot.mjml':
    '<mj-section><mj-column><mj-text>Foot</mj-text></mj-column></mj-section>',
  'templates/brand.json': '{ /* ours */ "ink": "#123456", }',
};

test('compiles every language from its own message, with the shared partials and brand', async () => {
  const { languages, problems } = await compileTemplatePart({ manifest, sources });
  expect(problems).toEqual([]);
  expect(languages['en']?.html).toMatch(/#123456[^]*English words[^]*Foot/);
  expect(languages['de']?.html).toContain('Deutsche Worte');
  expect(languages['de']?.html).toContain('lang="de"');
  expect(languages['de']?.text).toBe('Von Hand, {{ lead.company }}');
});

test('names the file of each problem once, however many languages share it', async () => {
  const { languages: _, ...rest } = manifest;
  const words = { subject: '{{ nope }}', preheader: '' };
  const { problems } = await compileTemplatePart({
    manifest: { ...rest, languages: { en: words, fr: words } },
    sources: {
      ...sources,
      'templates/hello/message.mjml': mjml('{{ lead.company | upcas }}'),
      'templates/partials/foot.mjml': '<mj-section>lost</mj-section>',
      'templates/brand.json': '{ "ink": "#123456", "size": 12 }',
    },
  });
  expect(problems.map(({ file, message }) => `${file} ${message}`)).toEqual([
    'templates/brand.json "size": expected a text',
    expect.stringMatching(/^templates\/hello\/message\.mjml there is no filter upcas/),
    expect.stringMatching(/^templates\/partials\/foot\.mjml MJML deletes "lost"/),
    expect.stringMatching(/^templates\/hello\/email\.json there is no variable nope/),
  ]);
});

test('a template without a message is a problem, not a crash', async () => {
  const { problems, languages } = await compileTemplatePart({ manifest, sources: {} });
  expect(languages).toEqual({});
  expect(problems).toEqual([
    {
      severity: 'error',
      file: 'templates/hello/email.json',
      message: 'templates/hello/message.mjml is missing; an email needs a message',
    },
  ]);
});

test('a sample for which no email can be written is a problem', async () => {
  const compiled = await compileTemplatePart({ manifest, sources });
  const found = sampleProblems(compiled, {
    'templates/hello/samples/full.json': '{ "lead": { "company": "Nordwind AG" } }',
    'templates/hello/samples/minimal.json': '{}',
    'templates/hello/samples/broken.json': '{ "lead": ',
  });
  expect(found.map(({ file }) => file.split('/').at(-1))).toEqual([
    'minimal.json',
    'minimal.json',
    'broken.json',
  ]);
  expect(found[0]?.message).toContain('lead.company');
});
