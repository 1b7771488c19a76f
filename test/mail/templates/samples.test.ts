import { expect, test } from 'vitest';
import { compileTemplate } from '../../../mail/templates/compile.ts';
import { isNasty, samplesOf } from '../../../mail/templates/samples.ts';
import type { CompiledTemplate, TemplateTrial } from '../../../mail/templates/source.ts';

const head =
  '<mj-head><mj-raw><meta name="color-scheme" content="light dark" /></mj-raw></mj-head>';

function template(words: string, trial: TemplateTrial): Promise<CompiledTemplate> {
  return compileTemplate({
    name: 'hello',
    mjml: `<mjml>${head}<mj-body><mj-section><mj-column><mj-text>${words}</mj-text></mj-column></mj-section></mj-body></mjml>`,
    email: { subject: 'Hello from the workshop', preheader: 'Come and see', language: 'en' },
    partials: {},
    brand: {},
    trial,
  });
}

const company = { 'lead.company': { sample: 'Nordwind AG', optional: false } };

test('a sample for which no email can be written is a problem of its file', async () => {
  const { problems } = await template('{{ lead.company }}', {
    variables: company,
    samples: {
      'samples/full.json': '{ "lead": { "company": "Nordwind AG" }, /* trailing */ }',
      'samples/minimal.json': '{}',
      'samples/list.json': '[]',
      'samples/broken.json': '{ "lead": ',
    },
  });
  expect(problems.map(({ file }) => file).toSorted()).toEqual([
    'samples/broken.json',
    'samples/list.json',
    'samples/minimal.json',
  ]);
  expect(problems.find(({ file }) => file === 'samples/minimal.json')?.message).toContain(
    'lead.company is not known',
  );
});

test('a template that does not compile is not tried', async () => {
  const trial = { variables: company, samples: { 'samples/minimal.json': '{}' } };
  const broken = await template('{{ lead.company | upcas }}', trial);
  expect(broken.problems).toHaveLength(1);
});

test('the samples of email.json make one email, and one without what is optional', () => {
  const { samples } = samplesOf({
    variables: {
      'lead.firstName': { sample: 'Ana', optional: true },
      'handoff.acceptBy': { sample: 'today', optional: false },
    },
    samples: { 'samples/nasty.json': '{}' },
  });
  expect(samples.map(({ variables: { lead, handoff } }) => ({ lead, handoff }))).toEqual([
    { lead: { firstName: 'Ana' }, handoff: { acceptBy: 'today' } },
    { lead: {}, handoff: { acceptBy: 'today' } },
    { lead: {}, handoff: undefined },
  ]);
  expect(samples.map(isNasty)).toEqual([false, false, true]);
});
