import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../../mail/templates/compile.ts';
import type { CompiledTemplate, TemplateSource } from '../../../mail/templates/compile.ts';

function source(body: string, changes: Partial<TemplateSource> = {}): TemplateSource {
  return {
    name: 'trap',
    mjml: `<mjml>\n<mj-body>\n${body}\n</mj-body>\n</mjml>`,
    email: { subject: 'Hello', preheader: 'Inside', language: 'en' },
    partials: {},
    brand: {},
    ...changes,
  };
}
const inColumn = (content: string): string =>
  `<mj-section><mj-column>\n${content}\n</mj-column></mj-section>`;

async function check(
  given: TemplateSource,
  expected: readonly (string | RegExp)[],
): Promise<CompiledTemplate> {
  const compiled = await compileTemplate(given);
  const said = compiled.problems.map(
    ({ file, line, column, message }) =>
      `${file ?? 'message.mjml'}:${line ?? '-'}:${column ?? '-'} ${message}`,
  );
  expect(said).toHaveLength(expected.length);
  expected.forEach((part, index) => {
    if (typeof part === 'string') expect(said[index]).toContain(part);
    else expect(said[index]).toMatch(part);
  });
  return compiled;
}

describe('what MJML swallows in silence', () => {
  test('a Liquid tag directly in the body, a section or a column', async () => {
    await check(source('{% if lead.company %}'), [
      /:3:1 MJML deletes .* directly in <mj-body>/,
      /tag \{% if lead\.company %\} not closed/,
    ]);
    await check(source('<mj-section>{{ lead.company }}</mj-section>'), [
      /:3:13 MJML deletes "\{\{ lead\.company \}\}" .* <mj-section>; put it in <mj-text>/,
    ]);
    await check(source(inColumn('{% if lead.company %}<mj-text>a</mj-text>{% endif %}')), [
      /:4:1 MJML deletes .* <mj-column>; put it in <mj-raw>/,
      /:4:42 MJML deletes/,
    ]);
  });

  test('plain words outside of any text', async () => {
    await check(source(inColumn('forgotten words')), [/:4:1 MJML deletes "forgotten words"/]);
  });

  test('tags never closed, closed twice or in the wrong order', async () => {
    await check(source(inColumn('<mj-text>a')), [/:4:1 <mj-text> is never closed/]);
    await check(source(inColumn('</mj-text>')), [/:4:1 <\/mj-text> closes nothing/]);
  });

  test('the same Liquid in <mj-raw> is fine and survives', async () => {
    const compiled = await check(
      source(
        inColumn(
          '<mj-raw>{% if lead.company %}</mj-raw><mj-text>a</mj-text><mj-raw>{% endif %}</mj-raw>',
        ),
      ),
      [],
    );
    expect(compiled.html).toContain('{% if lead.company %}');
    expect(compiled.html).toContain('{% endif %}');
  });

  test('an unknown element or attribute has its place and what was meant', async () => {
    await check(source(inColumn('<mj-buton href="https://a.example">a</mj-buton>')), [
      'message.mjml:4:1 there is no element <mj-buton>; did you mean "mj-button"?',
    ]);
    await check(source(inColumn('<mj-text colour="red">a</mj-text>')), [
      'message.mjml:4:10 <mj-text> has no attribute "colour"; did you mean "color"?',
    ]);
  });
});

describe('links', () => {
  test('one without https:// leads nowhere from a mail client', async () => {
    await check(source(inColumn('<mj-button href="www.acme.example/x">a</mj-button>')), [
      'message.mjml:4:12 the link "www.acme.example/x" leads nowhere from a mail client; begin it with https://',
    ]);
  });

  test('web, mail and phone links and places in the email itself are fine', async () => {
    const hrefs = ['https://a.example', 'mailto:a@a.example', 'tel:+4930', '#top'];
    const links = hrefs.map((href) => `<a href="${href}">a</a>`).join(' ');
    await check(source(inColumn(`<mj-text>${links}</mj-text>`)), []);
  });
});

describe('Liquid', () => {
  test('an unknown filter, with the one that was meant', async () => {
    await check(source(inColumn('<mj-text>{{ lead.company | upcas }}</mj-text>')), [
      ':4:10 there is no filter upcas; did you mean "upcase"?',
    ]);
  });

  test.each(['raw', 'escape', 'json', 'sha256', 'newline_to_br', 'inspect'])(
    'the filter %s is not available',
    async (filter) => {
      await check(source(inColumn(`<mj-text>{{ lead.company | ${filter} }}</mj-text>`)), [
        `there is no filter ${filter}`,
      ]);
    },
  );

  test.each([
    'include "x"',
    'render "x"',
    'layout "x"',
    'block a',
    'liquid',
    'capture a',
    'tablerow a in b',
  ])('the tag %s does not exist', async (tag) => {
    await check(source(inColumn(`<mj-text>{% ${tag} %}</mj-text>`)), ['not found']);
  });

  test('an unknown variable, with the one that was meant', async () => {
    const facts = ['firstName', 'company'];
    await check(source(inColumn('<mj-text>{{ lead.compny }}</mj-text>'), { facts }), [
      ':4:13 there is no variable lead.compny; did you mean "lead.company"?',
    ]);
    await check(source(inColumn('<mj-text>{{ owner.nam }} {{ firstname }}</mj-text>')), [
      'there is no variable owner.nam; did you mean "owner.name"?',
      'there is no variable firstname',
    ]);
  });

  test('an output or a tag left open', async () => {
    await check(source(inColumn('<mj-text>{{ lead.company </mj-text>')), ['not closed']);
    await check(source(inColumn('<mj-text>{% for a in lead.tags %}</mj-text>')), ['not closed']);
  });

  test('problems of the subject and the preheader say email.json', async () => {
    const email = {
      subject: '{{ lead.company | upcas }}',
      preheader: '{{ nope }}',
      language: 'en',
    };
    await check(source(inColumn('<mj-text>a</mj-text>'), { email }), [
      /^email\.json:-:- subject: .* "upcase"/,
      /^email\.json:-:- preheader: .* nope/,
    ]);
  });

  test('a link from data needs the url filter, our own links do not', async () => {
    await check(source(inColumn('<mj-button href="{{ owner.meetingLink }}">Book</mj-button>')), [
      ':4:12 a link from data needs the url filter: {{ owner.meetingLink | url }}',
    ]);
    await check(
      source(inColumn("<mj-text><a href='{{ lead.site | url_encode }}'>x</a></mj-text>")),
      ['needs the url filter'],
    );
    await check(
      source(
        inColumn(
          '<mj-button href="{{ owner.meetingLink | url }}">Book</mj-button>' +
            '<mj-button href="{{ accept_url }}">Accept</mj-button>',
        ),
      ),
      [],
    );
  });
});

describe('partials and brand', () => {
  const footer =
    '<mj-section>\n<mj-column>\n<mj-text color="[[brand.ink]]">Foot</mj-text>\n</mj-column>\n</mj-section>';

  test('are put in by name, whatever the path says, and keep the lines of the message', async () => {
    const given = source(
      `<mj-include path="../partials/footer.mjml" />\n${inColumn('<mj-text>{{ lead.company | x }}</mj-text>')}`,
      { partials: { footer }, brand: { ink: '#123456' } },
    );
    await check(given, [':5:10 there is no filter x']);
    const compiled = await check(
      source('<mj-include path="footer" />', { partials: { footer }, brand: { ink: '#123456' } }),
      [],
    );
    expect(compiled.html).toContain('#123456');
  });

  test('what does not exist is named, with what does', async () => {
    await check(source('<mj-include path="../../../etc/passwd" />', { partials: { footer } }), [
      /^message\.mjml:3:1 .*there is no partial "passwd", only footer/,
    ]);
    await check(
      source(inColumn('<mj-text color="[[brand.inc]]">a</mj-text>'), { brand: { ink: '#123' } }),
      ['message.mjml:4:17 [[brand.inc]] is not in brand.json, which has ink'],
    );
    await check(source('<mj-include path="/etc/hosts" type="css" />'), [
      'takes a path to a partial',
    ]);
  });

  test('a problem inside a partial says which', async () => {
    const partials = { footer: '<mj-section><mj-column>{% if lead.x %}</mj-column></mj-section>' };
    await check(source('<mj-include path="footer" />', { partials }), [
      /^partials\/footer\.mjml:1:24 MJML deletes/,
      /^partials\/footer\.mjml:1:24 Liquid/,
    ]);
  });
});

describe('a marketing email', () => {
  const email = { subject: 'Hi', preheader: '', language: 'en', topic: 'product-tips' };

  test('needs a way out and the postal address, in HTML and in text', async () => {
    await check(source(inColumn('<mj-text>a</mj-text>'), { email }), [
      'needs {{ unsubscribe_url }}; the HTML',
      'needs {{ workspace.postalAddress }}; the HTML',
      'needs {{ unsubscribe_url }}; the text',
      'needs {{ workspace.postalAddress }}; the text',
    ]);
    const body = inColumn(
      '<mj-text>{% unsubscribe_link Stop %} {{ workspace.postalAddress }}</mj-text>',
    );
    await check(source(body, { email }), []);
    await check(source(body, { email, messageText: 'Hello' }), ['the text', 'the text']);
  });
});

describe('the result', () => {
  test('has no web fonts, the language, the preheader and a text part with its Liquid', async () => {
    const compiled = await check(
      source(inColumn('<mj-text>Hello {{ lead.firstName | default: "you" }} &amp; team</mj-text>')),
      [],
    );
    expect(compiled.html).not.toMatch(/fonts\.googleapis|@import/);
    expect(compiled.html).toContain('lang="en"');
    expect(compiled.html).toContain('>Inside</div>');
    expect(compiled.text).toBe('Hello {{ lead.firstName | default: "you" }} & team');
    expect(compiled.variables).toEqual(['lead.firstName']);
  });

  test('is the same bytes for the same source, other bytes for another, and cannot be changed', async () => {
    const one = await compileTemplate(source(inColumn('<mj-text>a</mj-text>')));
    const again = await compileTemplate(source(inColumn('<mj-text>a</mj-text>')));
    const other = await compileTemplate(source(inColumn('<mj-text>b</mj-text>')));
    expect(again.hash).toBe(one.hash);
    expect(other.hash).not.toBe(one.hash);
    expect(Object.isFrozen(one) && Object.isFrozen(one.problems)).toBe(true);
  });

  test('too large for Gmail is an error, nearly too large a warning', async () => {
    const text = (size: number): string => `<mj-text>${'word '.repeat(size / 5)}</mj-text>`;
    const large = await check(source(inColumn(text(110_000))), ['Gmail clips']);
    expect(large.problems[0]?.severity).toBe('error');
    const near = await check(source(inColumn(text(85_000))), ['is the end']);
    expect(near.problems[0]?.severity).toBe('warning');
  });
});
