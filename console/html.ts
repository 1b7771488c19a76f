/**
 * HTML by tagged template: every value is escaped unless it is HTML already. There is no way to put
 * raw text into a page by accident, and no template engine to learn.
 */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}
export type HtmlValue = Html | string | number | boolean | null | undefined | readonly HtmlValue[];

export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = strings.map((text, index) =>
    index < values.length ? text + escaped(values[index]) : text,
  );
  return new Html(parts.join(''));
}

/** `false`, `null` and `undefined` leave nothing, so `${open && html`…`}` reads well. */
function escaped(value: HtmlValue): string {
  if (value === null || value === undefined || value === false || value === true) return '';
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return (value as readonly HtmlValue[]).map(escaped).join('');
  return String(value).replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
