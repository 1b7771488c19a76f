/**
 * What MJML itself complains about, in our words: what was found, what was probably meant, and the
 * column beside the line, which is all that MJML knows. A complaint about a partial keeps the line
 * where it is included. Apart because the sentences of another library are read here and nowhere
 * else: one that is not recognised is passed on as it is.
 */
import { didYouMean } from '../../core/definitions/suggest.ts';
import type { TemplateProblem } from './problem.ts';

export interface MjmlComplaint {
  readonly line: number;
  readonly message: string;
  readonly tagName?: string;
}

export function complaintProblem(source: string, complaint: MjmlComplaint): TemplateProblem {
  const { line, message, tagName = '' } = complaint;
  const element = /^Element (\S+) doesn't exist/.exec(message)?.[1];
  if (element !== undefined) {
    const said = withNear(`there is no element <${element}>`, element, elements);
    return { severity: 'error', message: said, line, ...columnOf(source, line, `<${element}`) };
  }
  const attribute = /^Attribute (\S+) is illegal/.exec(message)?.[1];
  if (attribute !== undefined) {
    const said = withNear(`<${tagName}> has no attribute "${attribute}"`, attribute, attributes);
    return { severity: 'error', message: said, line, ...columnOf(source, line, `${attribute}=`) };
  }
  return { severity: 'error', message, line, ...columnOf(source, line, `<${tagName}`) };
}

/** None where the line does not have it: the complaint is then about a partial. */
function columnOf(source: string, line: number, words: string): { readonly column?: number } {
  const at = (source.split('\n')[line - 1] ?? '').indexOf(words);
  return at < 0 ? {} : { column: at + 1 };
}

function withNear(message: string, word: string, known: readonly string[]): string {
  const near = didYouMean(word, known);
  return near === undefined ? message : `${message}; ${near}`;
}

/** Those people write in emails; only the suggestion depends on it. */
const elements = [
  ...['mj-section', 'mj-column', 'mj-group', 'mj-wrapper', 'mj-text', 'mj-button', 'mj-image'],
  ...['mj-divider', 'mj-spacer', 'mj-table', 'mj-raw', 'mj-hero', 'mj-social', 'mj-navbar'],
  ...['mj-accordion', 'mj-carousel', 'mj-include', 'mj-head', 'mj-body', 'mj-style', 'mj-class'],
];
const attributes = [
  ...['align', 'alt', 'background-color', 'background-url', 'border', 'border-radius', 'color'],
  ...['container-background-color', 'css-class', 'font-family', 'font-size', 'font-style'],
  ...['font-weight', 'full-width', 'height', 'href', 'inner-padding', 'letter-spacing'],
  ...['line-height', 'mj-class', 'padding', 'padding-bottom', 'padding-left', 'padding-right'],
  ...['padding-top', 'rel', 'src', 'target', 'text-align', 'text-decoration', 'text-transform'],
  ...['title', 'vertical-align', 'width'],
];
