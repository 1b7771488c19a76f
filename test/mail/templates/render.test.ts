import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../../mail/templates/compile.ts';
import type { CompiledTemplate } from '../../../mail/templates/compile.ts';
import { renderEmail } from '../../../mail/templates/render.ts';
import type { RenderedEmail } from '../../../mail/templates/render.ts';
import { sampleVariables } from '../../../mail/templates/variables.ts';

async function compiled(content: string, subject = 'Hello'): Promise<CompiledTemplate> {
  const template = await compileTemplate({
    name: 'probe',
    mjml: `<mjml><mj-body><mj-section><mj-column>${content}</mj-column></mj-section></mj-body></mjml>`,
    email: { subject, preheader: '', language: 'en' },
    partials: {},
    brand: {},
  });
  expect(template.problems).toEqual([]);
  return template;
}

async function render(
  content: string,
  variables: Readonly<Record<string, unknown>>,
  subject?: string,
): Promise<Extract<RenderedEmail, { ok: true }>> {
  const email = renderEmail(await compiled(content, subject), sampleVariables(variables));
  if (!email.ok) throw new Error(email.message);
  return email;
}

describe('lead data is only data', () => {
  const nasty = `<script>alert("1")</script>' & {{ 7 | times: 7 }} {% if x %}`;

  test('escaped in HTML, as it is in text and subject, evaluated nowhere', async () => {
    const email = await render(
      '<mj-text>A {{ lead.company }} Z</mj-text>',
      { lead: { company: nasty } },
      '{{ lead.company }}',
    );
    expect(email.html).toContain(
      'A &lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&#39; &amp; {{ 7 | times: 7 }} {% if x %} Z',
    );
    expect(email.text).toBe(`A ${nasty} Z`);
    expect(email.subject).toBe(nasty);
  });

  test('a subject is one line, never runs backwards and is cut at 250 characters', async () => {
    const company = `a\r\nBcc: b@y.example\t\u2028\u202ec${'é'.repeat(400)}`;
    const { subject } = await render(
      '<mj-text>x</mj-text>',
      { lead: { company } },
      'Hi {{ lead.company }}',
    );
    expect(subject).toMatch(/^Hi a Bcc: b@y\.example cé+…$/);
    expect([...subject]).toHaveLength(250);
  });

  test('prototypes, constructors and getters of other objects are out of reach', async () => {
    for (const path of ['lead.constructor', 'lead.company.length.constructor', 'lead.__proto__']) {
      const template = await compiled(`<mj-text>{{ ${path} }}</mj-text>`);
      const email = renderEmail(template, sampleVariables({ lead: { company: 'x' } }));
      expect(email).toMatchObject({ ok: false, reason: 'missing-variable' });
    }
  });

  test.each([
    ['javascript:alert(1)'],
    [' JaVaScRiPt:alert(1)'],
    ['data:text/html,x'],
    ['//evil.example'],
    ['file:///etc/passwd'],
    [''],
    [null],
    [{ href: 'https://x.example' }],
  ])('a link to %j is not sent', async (meetingLink) => {
    const template = await compiled(
      '<mj-button href="{{ owner.meetingLink | url }}">Book</mj-button>',
    );
    const owner = { name: 'Anna', email: 'anna@example.com', meetingLink };
    expect(renderEmail(template, sampleVariables({ owner }))).toMatchObject({ ok: false });
  });

  test('a link cannot leave its attribute', async () => {
    const meetingLink = 'https://x.example/a"onmouseover="alert(1)?b=1&c=2';
    const email = await render('<mj-button href="{{ owner.meetingLink | url }}">Book</mj-button>', {
      owner: { name: 'Anna', email: 'anna@example.com', meetingLink },
    });
    expect(email.html).toContain(
      'href="https://x.example/a%22onmouseover=%22alert(1)?b=1&amp;c=2"',
    );
    expect(email.text).toContain('?b=1&c=2');
  });

  test('a list that would fill the memory gives no email instead of no worker', async () => {
    const template = await compiled(
      '<mj-text>{% for a in lead.tags %}{% for b in lead.tags %}{% for c in lead.tags %}{{ a }}{% endfor %}{% endfor %}{% endfor %}</mj-text>',
    );
    const tags = Array.from({ length: 3000 }, () => 'x'.repeat(100));
    const started = performance.now();
    expect(renderEmail(template, sampleVariables({ lead: { tags } }))).toMatchObject({ ok: false });
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('a missing variable', () => {
  test.each([[undefined], [null], [''], ['  ']])(
    '%j without a default: no email, and its name',
    async (company) => {
      const template = await compiled('<mj-text>{{ lead.company }}</mj-text>');
      expect(renderEmail(template, sampleVariables({ lead: { company } }))).toEqual({
        ok: false,
        reason: 'missing-variable',
        variable: 'lead.company',
        message: 'lead.company is not known and the template gives no default for it',
      });
    },
  );

  test('with a default, or only asked about: the email goes', async () => {
    const email = await render(
      '<mj-text>{{ lead.firstName | default: "there" }}{% if lead.company %} of {{ lead.company }}{% endif %}</mj-text>',
      { lead: { firstName: '' } },
    );
    expect(email.text).toBe('there');
  });

  test('zero and false are known', async () => {
    const email = await render('<mj-text>{{ lead.seats }} {{ lead.isAdmin }}</mj-text>', {
      lead: { seats: 0, isAdmin: false },
    });
    expect(email.text).toBe('0 false');
  });

  test('a subject that came out empty is no email', async () => {
    const template = await compiled('<mj-text>a</mj-text>', '{% if lead.x %}a{% endif %}');
    expect(renderEmail(template, sampleVariables({}))).toMatchObject({
      ok: false,
      variable: 'subject',
    });
  });
});

test('dates are written in the zone that the template names, and never read the clock', async () => {
  const zone = '"%d %B, %H:%M", "Europe/Berlin"';
  const email = await render(`<mj-text>{{ entry.at | date: ${zone} }}</mj-text>`, {
    entry: { at: '2026-03-29T01:30:00Z' },
  });
  expect(email.text).toBe('29 March, 03:30');
  const template = await compiled(`<mj-text>{{ entry.at | date: ${zone} }}</mj-text>`);
  expect(renderEmail(template, sampleVariables({ entry: { at: 'now' } }))).toMatchObject({
    ok: false,
  });
});

test('the unsubscribe tag is a link in HTML and an address in text', async () => {
  const email = await render('<mj-text>{% unsubscribe_link Stop these emails %}</mj-text>', {});
  expect(email.html).toContain('<a href="https://example.com/u/sample">Stop these emails</a>');
  expect(email.text).toBe('Stop these emails: https://example.com/u/sample');
});
