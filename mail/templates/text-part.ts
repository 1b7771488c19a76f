/**
 * The text part of an email, taken once per template version from HTML that still holds its Liquid
 * tags (they are plain words to the converter). It leaves out the preheader, which would repeat
 * itself above the first line, and shows a link's address beside its words.
 */
import { compile } from 'html-to-text';
import type { FormatCallback } from 'html-to-text';

export function textOfHtml(html: string): string {
  return tidyText(toText(html));
}

/** Layout is made of tables: without a blank between two cells, `1` and `Drop` become one word. */
const cell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  builder.addInline(' ');
};

/** Made once: taking the options apart costs more than an email. */
const toText = compile({
  wordwrap: false,
  formatters: { cell },
  selectors: [
    { selector: 'div[style*="display:none"]', format: 'skip' },
    { selector: '.no-text', format: 'skip' },
    { selector: 'img', format: 'skip' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
    { selector: 'table', format: 'block' },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'td', format: 'cell' },
    ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** Loops and conditions leave blank lines behind; two line breaks are the most a text needs. */
export function tidyText(text: string): string {
  return text
    .replace(/[ \t\u00a0]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
