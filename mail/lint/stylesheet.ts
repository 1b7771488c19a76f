/**
 * The little CSS that decides how a word of an email looks: rules with plain selectors, and which of
 * them hold in dark mode. A sheet that says colours by selectors not understood here is not understood
 * as a whole: then nothing is said about colours at all, instead of something wrong.
 */
export interface Declaration {
  readonly name: string;
  readonly value: string;
  readonly important: boolean;
}
export interface StyleRule {
  readonly selector: Selector;
  readonly declarations: readonly Declaration[];
  readonly scheme: 'any' | 'light' | 'dark';
}
/** From the left: `.card > b` is `.card` and a `b` that is its child. */
export type Selector = readonly Compound[];
export interface Compound {
  readonly tag?: string;
  readonly classes: readonly string[];
  readonly id?: string;
  /** How it hangs on the one before. */
  readonly isChild: boolean;
}
export interface Stylesheet {
  readonly rules: readonly StyleRule[];
  readonly isUnderstood: boolean;
}

const seen = /^(color|background-(color|image)|font-size|font-weight|font|opacity|display)$/;

export function parseStylesheet(css: string): Stylesheet {
  const blocks = blocksOf(css.replace(/\/\*[\s\S]*?\*\//g, ''), 'any');
  const rules: StyleRule[] = [];
  let isUnderstood = true;
  for (const { selectors, body, scheme } of blocks) {
    const declarations = parseDeclarations(body).filter(({ name }) => seen.test(name));
    if (declarations.length === 0) continue;
    for (const written of selectors.split(',')) {
      const selector = parseSelector(written.trim());
      if (selector !== undefined) rules.push({ selector, declarations, scheme });
      else isUnderstood &&= isElsewhere(written);
    }
  }
  return { rules, isUnderstood };
}

export function parseDeclarations(body: string): readonly Declaration[] {
  return body.split(';').flatMap((one) => {
    const colon = one.indexOf(':');
    if (colon < 0) return [];
    const value = one.slice(colon + 1).trim();
    const important = /\s*!important$/i;
    const name = one.slice(0, colon).trim().toLowerCase();
    return [
      {
        // The short form says the same colour: whichever comes last holds.
        name: name === 'background' ? 'background-color' : name,
        value: value.replace(important, ''),
        important: important.test(value),
      },
    ];
  });
}

interface Block {
  readonly selectors: string;
  readonly body: string;
  readonly scheme: StyleRule['scheme'];
}

/** Widths and printers are left out: they are not what the first look at an email is. */
function blocksOf(css: string, scheme: StyleRule['scheme']): readonly Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < css.length;) {
    const open = css.indexOf('{', at);
    if (open < 0) break;
    const head = css.slice(at, open).trim();
    const close = closing(css, open);
    const body = css.slice(open + 1, close);
    if (!head.startsWith('@')) blocks.push({ selectors: head, body, scheme });
    else if (/prefers-color-scheme:\s*dark/.test(head)) blocks.push(...blocksOf(body, 'dark'));
    else if (/prefers-color-scheme:\s*light/.test(head)) blocks.push(...blocksOf(body, 'light'));
    at = close + 1;
  }
  return blocks;
}

function closing(css: string, open: number): number {
  let depth = 0;
  for (let at = open; at < css.length; at++) {
    if (css[at] === '{') depth++;
    else if (css[at] === '}' && --depth === 0) return at;
  }
  return css.length;
}

function parseSelector(written: string): Selector | undefined {
  const parts = written.replace(/\s*>\s*/g, ' >').split(/\s+/);
  const compounds: Compound[] = [];
  for (const part of parts) {
    const match = /^(>?)(\*|:root|[a-z][a-z0-9]*)?((?:[.#][\w-]+)*)$/i.exec(part);
    if (match === null || part === '' || part === '>') return undefined;
    const [, child, tag, rest = ''] = match;
    const names = rest.match(/[.#][\w-]+/g) ?? [];
    const id = names.find((name) => name.startsWith('#'))?.slice(1);
    const element = tag === ':root' ? 'html' : tag?.toLowerCase();
    compounds.push({
      ...(element === undefined || element === '*' ? {} : { tag: element }),
      classes: names.filter((name) => name.startsWith('.')).map((name) => name.slice(1)),
      ...(id === undefined ? {} : { id }),
      isChild: child === '>',
    });
  }
  return compounds;
}

/** How a link looks under the mouse, and what only one client's own page reads. */
function isElsewhere(selector: string): boolean {
  return /:(hover|visited|active|focus|link)\b|\[data-og|\.ExternalClass|\.gmail|#MessageViewBody|u ~ div|::/.test(
    selector,
  );
}
