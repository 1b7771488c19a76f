// An email tried with its samples: what its reader would have seen, said to its author.
import { expect, test } from 'vitest';
import { compileTemplate } from '../../../mail/templates/compile.ts';
import type { TemplateSource } from '../../../mail/templates/source.ts';

const head =
  '<mj-head><mj-raw><meta name="color-scheme" content="light dark" /></mj-raw></mj-head>';

async function check(
  body: string,
  changes: Partial<TemplateSource>,
  expected: readonly RegExp[],
): Promise<void> {
  const { problems } = await compileTemplate({
    name: 'trial',
    mjml: `<mjml>${head}\n<mj-body>\n<mj-section><mj-column>\n${body}\n</mj-column></mj-section>\n</mj-body></mjml>`,
    email: { subject: 'A subject to the point', preheader: 'And more', language: 'en' },
    partials: {},
    brand: {},
    trial: { variables: {}, samples: {} },
    ...changes,
  });
  const said = problems.map(
    ({ severity, file = 'message.mjml', line = '-', path = [], message }) =>
      `${severity} ${file}:${path.join('.') || line} ${message}`,
  );
  expect(said).toHaveLength(expected.length);
  expected.forEach((part, index) => expect(said[index]).toMatch(part));
}

const firstName = { 'lead.firstName': { sample: 'Ana', optional: true } };

test('a good email has nothing to hear', async () => {
  await check(
    '<mj-text>Hello {{ lead.firstName | default: "there" }}</mj-text>',
    {
      trial: {
        variables: firstName,
        samples: { 'samples/nasty.json': '{"lead":{"firstName":"{{7*7}} <script>"}}' },
      },
    },
    [],
  );
});

test('a subject is measured with the samples, and what forms are filled with is nobody’s taste', async () => {
  const email = {
    subject: '{{ lead.firstName | default: "You" }} !!!',
    preheader: 'x',
    language: 'de',
  };
  await check('<mj-text>Hello</mj-text>', { email, trial: { variables: firstName, samples: {} } }, [
    /^warning email\.json:languages\.de\.subject the subject "Ana !!!" has 7 characters/,
    /^warning email\.json:languages\.de\.subject the subject shouts/,
  ]);
  const samples = { 'samples/nasty.json': `{"lead":{"firstName":"${'A'.repeat(200)}"}}` };
  await check(
    '<mj-text>Hello</mj-text>',
    {
      email: { ...email, subject: '{{ lead.firstName | default: "You" }}, a word to the point' },
      trial: { variables: firstName, samples },
    },
    [],
  );
});

test('a lead of whom nothing optional is known is tried too', async () => {
  const email = {
    subject: '{% if lead.firstName %}For you, {{ lead.firstName }}, today{% endif %}',
    preheader: 'x',
    language: 'en',
  };
  await check('<mj-text>Hello</mj-text>', { email, trial: { variables: firstName, samples: {} } }, [
    /^error email\.json:variables no email can be written for a lead of whom nothing optional is known: the subject came out empty/,
  ]);
});

test('faint words are found where their author wrote them, in a partial as well', async () => {
  const footer =
    '<mj-section><mj-column>\n<mj-text color="#999999">Sent by {{ sender.name }} of Acme, Berlin</mj-text></mj-column></mj-section>';
  await check(
    '<mj-text color="#888888">Faint words</mj-text></mj-column></mj-section><mj-include path="footer" /><mj-section><mj-column>',
    { partials: { footer } },
    [
      /^warning message\.mjml:4 "Faint words" is #888888/,
      /^warning partials\/footer\.mjml:2 "Sent by .*" is #999999/,
    ],
  );
});

test('a placeholder that nothing filled is seen as readers would see it', async () => {
  await check('<mj-text>Hello {{ "{" }}{{ "{ lead.firstName }}" }}</mj-text>', {}, [
    /^error message\.mjml:- written for the samples of email\.json, the email shows readers/,
  ]);
});

test('without a word about dark mode, clients turn colours round', async () => {
  await check(
    'x',
    {
      mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>',
    },
    [/^warning message\.mjml:- says nothing about dark mode/],
  );
});

test('the file of the second language is named', async () => {
  await check(
    '<mj-text>{{ lead.company | upcas }}</mj-text>',
    {
      files: { mjml: 'message.de.mjml', text: 'message.de.txt' },
    },
    [/^error message\.de\.mjml:4 there is no filter upcas/],
  );
});
