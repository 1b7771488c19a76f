// Words as they are painted: what can be known of their colours is right, and nothing else is said.
import { describe, expect, test } from 'vitest';
import { contrastOf, parseColour } from '../../../mail/lint/colour.ts';
import { paintProblems } from '../../../mail/lint/contrast.ts';
import { paintedTexts } from '../../../mail/lint/painted-text.ts';

function check(html: string, expected: readonly string[]): void {
  const said = paintProblems(html).map(({ severity, message }) => `${severity} ${message}`);
  expect(said).toHaveLength(expected.length);
  expected.forEach((part, index) => expect(said[index]).toContain(part));
}

test('contrast is that of WCAG', () => {
  const between = (a: string, b: string): string => {
    const [one, other] = [parseColour(a), parseColour(b)];
    if (one === undefined || other === undefined) throw new Error('no colour');
    return contrastOf(one, other).toFixed(2);
  };
  expect(between('#000', 'white')).toBe('21.00');
  expect(between('#767676', '#fff')).toBe('4.54');
  expect(between('rgb(119, 119, 119)', '#FFFFFF')).toBe('4.48');
});

describe('what is too faint or too small', () => {
  test.each([
    ['<p style="color:#777">Words</p>', ['warning "Words" is #777777 on #FFFFFF: contrast 4.4']],
    ['<p style="color:#777;font-size:24px">Words</p>', []],
    ['<p style="color:#777;font-size:19px"><b>Words</b></p>', []],
    ['<p style="color:#fff">Words</p>', ['error "Words"']],
    ['<td bgcolor="#000"><p style="color:#fff">Words</p></td>', []],
    ['<p style="font-size:11px">Words</p>', ['"Words" is 11 pixels high']],
    ['<p style="font-size:11px;display:none">Words</p>', []],
  ] as const)('%s', (html, expected) => {
    check(html, expected);
  });

  test('one line for a pair of colours, however many words are painted with it', () => {
    check('<p style="color:#777">One</p><p style="color:#777">Two</p>', ['"One"']);
  });

  test('a shade that would do is named', () => {
    expect(paintProblems('<p style="color:#777">Words</p>')[0]?.fix).toBe('#757575 would do');
  });
});

describe('styles of the head', () => {
  const style = (css: string, body: string): string =>
    `<html><head><style>${css}</style></head><body>${body}</body></html>`;

  test('the more exact selector wins, then the later, then what is important', () => {
    const css = '.a p { color: #111 } p { color: #777 } .b { color: #777 !important }';
    check(style(css, '<div class="a"><p>Words</p></div>'), []);
    check(style(css, '<p class="b" style="color:#111">Words</p>'), ['#777777']);
    check(style('.a > p { color: #777 }', '<div class="a"><i><p>Words</p></i></div>'), []);
  });

  test('dark mode is looked at with its own rules', () => {
    const css = '@media (prefers-color-scheme: dark) { .card { background: #111 !important } }';
    check(style(css, '<div class="card" style="background:#fff;color:#222">Words</div>'), [
      'error in dark mode "Words" is #222222 on #111111',
    ]);
  });

  test('what a phone, a printer or a mouse changes is left out', () => {
    const css = '@media (max-width: 480px) { p { color: #eee } } a:hover { color: #eee }';
    check(style(css, '<p style="color:#111">Words</p>'), []);
  });
});

describe('nothing is said about what cannot be known', () => {
  test.each([
    '<p style="color:#777;background:url(https://a.example/b.png)">Words</p>',
    '<td background="https://a.example/b.png"><p style="color:#777">Words</p></td>',
    '<p style="color:var(--faint)">Words</p>',
    '<p style="color:rgba(0,0,0,0.5)">Words</p>',
    '<div style="opacity:0.5"><p>Words</p></div>',
    '<style>p:nth-child(2) { color: #777 }</style><p style="color:#777">Words</p>',
  ])('%s', (html) => {
    check(html, []);
  });
});

test('white space and invisible characters are no words', () => {
  expect(paintedTexts('<p> &nbsp;\u200c\u034f </p>')).toEqual([]);
});
