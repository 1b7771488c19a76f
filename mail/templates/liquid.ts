/**
 * The Liquid of email templates: two engines of the same language, one that escapes for HTML and one
 * that does not (text part, subject). Both are shut in: no file system, no include or layout, only
 * the filters named here, only a value's own properties, and bounds on parsing, memory and time.
 * Template authors are trusted with words, never with the server; lead data is trusted with nothing.
 */
import { Liquid, Tag, filters, tags } from 'liquidjs';
import type { Context, Emitter, TagToken, TopLevelToken } from 'liquidjs';

export type LiquidKind = 'html' | 'text';

/** What a marketer needs for words, numbers, dates and lists; `raw`, hashes and JSON are not. */
const allowedFilters = [
  ...['abs', 'append', 'at_least', 'at_most', 'capitalize', 'ceil', 'compact', 'concat', 'default'],
  ...[
    'divided_by',
    'downcase',
    'first',
    'floor',
    'join',
    'last',
    'lstrip',
    'map',
    'minus',
    'modulo',
  ],
  ...['normalize_whitespace', 'plus', 'prepend', 'remove', 'remove_first', 'replace'],
  ...['replace_first', 'reverse', 'round', 'rstrip', 'size', 'slice', 'sort', 'split', 'squish'],
  ...['strip', 'strip_html', 'strip_newlines', 'sum', 'times', 'truncate', 'truncatewords', 'uniq'],
  ...['upcase', 'url_encode', 'array_to_sentence_string', 'where'],
] as const;

const allowedTags = [
  ...['assign', 'break', 'case', 'comment', 'continue', 'echo', 'for', 'if', 'raw', 'unless', '#'],
] as const;

const limits = {
  /** Characters of one template: ten times what Gmail shows before it clips. */
  parseLimit: 1_000_000,
  /**
   * Milliseconds for one render, by the clock on the wall; a usual email takes a tenth of one. A busy
   * machine may stop a render for that long: mail/templates/render.ts tries again before it believes it.
   */
  renderLimit: 1_000,
  /** LiquidJS units, roughly characters allocated. */
  memoryLimit: 10_000_000,
};

export function createLiquid(kind: LiquidKind): Liquid {
  const engine = new Liquid({
    ...limits,
    ...(kind === 'html' ? { outputEscape: 'escape' as const } : {}),
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    dynamicPartials: false,
    templates: {},
  });
  keepOnly(engine.tags, Object.fromEntries(allowedTags.map((name) => [name, tags[name]])));
  keepOnly(engine.filters, Object.fromEntries(allowedFilters.map((name) => [name, filters[name]])));
  engine.registerFilter('url', checkedUrl);
  engine.registerFilter('date', { handler: checkedDate, raw: false });
  engine.registerTag('unsubscribe_link', unsubscribeLinkTag(kind));
  return engine;
}

export function knownFilters(): readonly string[] {
  return [...allowedFilters, 'url', 'date'];
}

/** Why a value that a filter refused cannot be used; the sentence reaches marketers. */
export class UnusableValueError extends Error {
  override readonly name = 'UnusableValueError';
}

/** A link may lead to a page or a mailbox. `javascript:` and `data:` from lead data may not. */
function checkedUrl(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (['http:', 'https:', 'mailto:'].includes(url.protocol)) return url.href;
  }
  throw new UnusableValueError('a link must be a full http, https or mailto address');
}

const libraryDate = handlerOf('date');

function handlerOf(name: string): (...values: never[]) => unknown {
  const filter = filters[name];
  if (filter === undefined) throw new Error(`LiquidJS has no longer a filter "${name}"`);
  return typeof filter === 'function' ? filter : filter.handler;
}

/** `date` without the clock: `now` would differ between a rehearsal and the day itself. */
function checkedDate(this: unknown, value: unknown, ...rest: readonly unknown[]): unknown {
  if (value === 'now' || value === 'today') {
    throw new UnusableValueError(`the date filter cannot use '${value}'; use a date of the lead`);
  }
  return Reflect.apply(libraryDate, this, [value, ...rest]);
}

/** `{% unsubscribe_link Stop these emails %}`: the words are optional. */
function unsubscribeLinkTag(kind: LiquidKind): Parameters<Liquid['registerTag']>[1] {
  return class extends Tag {
    readonly #words: string;
    constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid) {
      super(token, remaining, liquid);
      this.#words = token.args.trim() || 'Unsubscribe';
    }
    *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      const value = yield context.get(['unsubscribe_url']);
      const url = checkedUrl(value);
      const html = `<a href="${escapeHtml(url)}">${escapeHtml(this.#words)}</a>`;
      emitter.write(kind === 'html' ? html : `${this.#words}: ${url}`);
    }
  };
}

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&#34;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function keepOnly<Value>(
  registry: Record<string, Value>,
  kept: Readonly<Record<string, Value | undefined>>,
): void {
  for (const name of Object.keys(registry)) Reflect.deleteProperty(registry, name);
  for (const [name, value] of Object.entries(kept)) {
    if (value === undefined) throw new Error(`LiquidJS has no longer a filter or tag "${name}"`);
    registry[name] = value;
  }
}
