import { expect, test } from 'vitest';
import { compileTemplate } from '../../../mail/templates/compile.ts';
import type { CompiledTemplate } from '../../../mail/templates/compile.ts';
import { sampleProblems } from '../../../mail/templates/samples.ts';

function template(words: string): Promise<CompiledTemplate> {
  return compileTemplate({
    name: 'hello',
    mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>${words}</mj-text></mj-column></mj-section></mj-body></mjml>`,
    email: { subject: 'Hello', preheader: '', language: 'en' },
    partials: {},
    brand: {},
  });
}

test('a sample for which no email can be written is a problem of its file', async () => {
  const found = sampleProblems(
    { en: await template('{{ lead.company }}') },
    {
      'samples/full.json': '{ "lead": { "company": "Nordwind AG" }, /* trailing */ }',
      'samples/minimal.json': '{}',
      'samples/list.json': '[]',
      'samples/broken.json': '{ "lead": ',
    },
  );
  expect(found.map(({ file }) => file)).toEqual([
    'samples/minimal.json',
    'samples/list.json',
    'samples/broken.json',
  ]);
  expect(found[0]?.message).toContain('lead.company is not known');
});

test('a template that does not compile is not tried', async () => {
  const broken = await template('{{ lead.company | upcas }}');
  expect(broken.problems).toHaveLength(1);
  expect(sampleProblems({ en: broken }, { 'samples/minimal.json': '{}' })).toEqual([]);
});
