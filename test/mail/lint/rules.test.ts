// Every rule over the author's own source: what is said, where, and what is left alone.
import { describe, expect, test } from 'vitest';
import { fontProblems } from '../../../mail/lint/fonts.ts';
import { imageProblems } from '../../../mail/lint/images.ts';
import { leftoverProblems } from '../../../mail/lint/leftovers.ts';
import { linkProblems } from '../../../mail/lint/links.ts';
import { liquidProblems } from '../../../mail/lint/liquid-names.ts';
import { numericAttributeProblems } from '../../../mail/lint/numeric-attributes.ts';
import { optionalProblems } from '../../../mail/lint/optional-variables.ts';
import { preheaderProblems, subjectProblems } from '../../../mail/lint/subject.ts';
import { textPartProblems } from '../../../mail/lint/text-part.ts';
import type { TemplateProblem } from '../../../mail/templates/problem.ts';

/** `expected`: severity, place and words of each problem, in order. */
function check(found: readonly TemplateProblem[], expected: readonly (string | RegExp)[]): void {
  const said = found.map(
    ({ severity, line = '-', column = '-', message, fix }) =>
      `${severity} ${line}:${column} ${message}${fix === undefined ? '' : `; ${fix}`}`,
  );
  expect(said).toHaveLength(expected.length);
  expected.forEach((part, index) => {
    if (typeof part === 'string') expect(said[index]).toContain(part);
    else expect(said[index]).toMatch(part);
  });
}

describe('links', () => {
  const a = (href: string, words = 'The guide') => `<a href="${href}">${words}</a>`;

  test.each([
    ['', 'error 1:4 the link of <a> is empty'],
    ['#', 'warning 1:4 the link "#" leads nowhere'],
    ['www.acme.example', 'error 1:4 the link "www.acme.example" leads nowhere'],
    ['/guide', 'error 1:4 the link "/guide" leads nowhere'],
    ['http://acme.example', 'warning 1:4 the link "http://acme.example" is not encrypted'],
    ['javascript:alert(1)', 'error 1:4 the link "javascript:alert(1)" is not safe'],
    ['JavaScript:alert(1)', 'is not safe'],
    ['data:text/html,hello', 'is not safe'],
    ['file:///etc/passwd', 'is not safe'],
  ])('%j', (href, expected) => {
    check(linkProblems(a(href)), [expected]);
  });

  test.each([
    'https://acme.example',
    'mailto:a@acme.example',
    'tel:+4930',
    '#top',
    '[[brand.site]]',
  ])('%s is fine', (href) => {
    check(linkProblems(a(href)), []);
  });

  test('words that do not say where they lead, in five languages', () => {
    for (const words of ['Click here', 'here', 'Hier klicken', 'ici', 'Read more →']) {
      check(linkProblems(a('https://a.example', words)), ['warning 1:4 the link "']);
    }
    check(linkProblems(a('https://a.example', '')), ['error 1:4 the link of <a> has no words']);
    check(linkProblems(a('https://a.example', '<img src="https://a.example/b.png" />')), []);
  });

  test('a button that leads nowhere, unless it only says how buttons look', () => {
    check(linkProblems('<mj-button>Go</mj-button>'), ['error 1:1 the button has no href']);
    check(linkProblems('<mj-attributes><mj-button color="#FFF" /></mj-attributes>'), []);
  });
});

describe('images', () => {
  const src = 'src="https://a.example/report.png"';

  test.each([
    [`<mj-image ${src} />`, ['warning 1:1 <mj-image> has no alt']],
    [`<mj-image ${src} alt="" />`, []],
    [`<mj-image ${src} href="https://a.example" alt="" />`, ['error 1:71 <mj-image> is a link']],
    [`<a href="https://a.example"><img ${src} width="10"></a>`, ['error 1:29 <img> is a link']],
    [`<a href="https://a.example">See <img ${src} width="10" alt=""></a>`, []],
    [`<img ${src} alt="Our report">`, ['warning 1:1 <img> has no width']],
    [`<mj-image ${src} alt="report-final.png" />`, ['is the name of a file']],
    ['<mj-image alt="Our report" />', ['error 1:1 <mj-image> has no src']],
    ['<mj-image src="img/a.png" alt="x" />', ['error 1:11 the image "img/a.png" leads nowhere']],
    ['<mj-image src="data:image/png;base64,x" alt="x" />', ['error 1:11 Gmail and Outlook show']],
    ['<mj-image src="http://a.example/a.png" alt="x" />', ['warning 1:11']],
  ] as const)('%s', (source, expected) => {
    check(imageProblems(source), expected);
  });
});

test('fonts from another server', () => {
  check(fontProblems('<mj-font name="Inter" href="https://fonts.example/inter" />'), ['<mj-font>']);
  check(fontProblems('<mj-style>\n@import url(https://x);\n@font-face { }</mj-style>'), [
    'warning 2:1 @import',
    'warning 3:1 @font-face',
  ]);
  check(fontProblems('<mj-all font-family="Georgia, serif" />'), []);
});

test('Liquid where MJML calculates', () => {
  check(numericAttributeProblems('<mj-image\n  width="{{ entry.width }}" />'), [
    'error 2:3 width="{{ entry.width }}": MJML calculates with width before Liquid is read',
  ]);
  check(numericAttributeProblems('<mj-button width="220px" href="{{ accept_url }}" />'), []);
});

test('what a copy from another tool leaves behind', () => {
  check(leftoverProblems('Hello *|FNAME|*,'), ['error 1:7 "*|FNAME|*" is a placeholder']);
  check(leftoverProblems('Hi %%FirstName%%'), ['error 1:4']);
  check(leftoverProblems('Dear [First Name],'), ['error 1:6']);
  check(leftoverProblems('Lorem ipsum, and TODO'), ['warning 1:1', 'warning 1:18']);
  check(leftoverProblems('[[brand.name]] todo {{ lead.firstName }} [your seat] 50 %'), []);
});

describe('Liquid', () => {
  test('filters of other tools, with the reason why there is none', () => {
    check(liquidProblems('{{ lead.company | escape }}', undefined), ['would be twice; remove it']);
    check(liquidProblems('{{ lead.company | raw }}', undefined), [
      'what a lead typed is never HTML',
    ]);
  });

  const optional = ['lead.firstName', 'owner.name', 'owner.meetingLink'];
  test.each([
    ['Hi {{ lead.firstName }}', ['error 1:7 lead.firstName is optional and nothing stands in']],
    ['{{ lead.firstName | default: "you" }}', []],
    ['{{ lead.firstName | default: "you" | upcase }}', []],
    ['{{ lead.firstName | upcase | default: "you" }}', ['"default" comes too late']],
    ['{{ lead.company | upcase | default: "you" }}', ['"default" comes too late for lead.company']],
    ['{% if lead.firstName %}{{ lead.firstName }}{% endif %}', []],
    ['{% if lead.company %}{{ lead.firstName }}{% endif %}', ['error 1:25']],
    ['{{ lead.company | default: lead.firstName }}', ['error 1:28 lead.firstName']],
    ['{% for one in lead.firstName %}x{% endfor %}', ['error 1:15 lead.firstName']],
    ['{% if owner.meetingLink %}{{ owner.name }}{% endif %}', []],
    ['{% case lead.firstName %}{% when "Ana" %}{{ lead.firstName }}{% endcase %}', []],
    ['{{ lead.company }}', []],
    ['{% if %}{{ lead.firstName', []],
  ] as const)('%s', (text, expected) => {
    check(optionalProblems(text, optional), expected);
  });
});

describe('subject and preheader', () => {
  test.each([
    ['Your first report in five minutes', []],
    ['', ['error -:- the subject is empty']],
    ['Hello', ['warning -:- the subject "Hello" has 5 characters']],
    [`What ${'really '.repeat(9)}counts`, ['has 74 characters: phones cut it after 60']],
    ['THE REPORT IS READY NOW', ['written in capitals']],
    ['Your report for SAP and DATEV', []],
    ['Your report is ready!!!', ['shouts']],
    ['Re: your request of yesterday', ['an answer that it is not']],
  ] as const)('%j', (subject, expected) => {
    check(subjectProblems(subject, false), expected);
  });

  test('what a rep gets may be longer: name, reason and deadline are in it', () => {
    check(subjectProblems(`Asked for a demo: ${'Ana '.repeat(12)}`, true), []);
  });

  test('a preheader goes on where the subject ends', () => {
    check(preheaderProblems('Three steps, no card needed', 'Your first report'), []);
    check(preheaderProblems('', 'Your first report'), ['there is no preheader']);
    check(preheaderProblems('The same', 'The same'), ['repeats the subject']);
  });
});

test('a text part says something, and one by hand leads where the HTML leads', () => {
  check(textPartProblems('<p>x</p>', ' ', false), ['error -:- the text part is empty']);
  const html = '<a href="https://a.example/?a=1&amp;b=2">Book</a> <a href="{{ u }}">Leave</a>';
  check(textPartProblems(html, 'Book: https://a.example/?a=1&b=2 {{ u }}', true), []);
  check(textPartProblems(html, 'Book with us. {{ u }}', true), ['the link "Book" of the HTML']);
});
