/**
 * Writes one email for one lead: Liquid over a compiled template. Lead data is only ever data here:
 * escaped in HTML, never evaluated, never a header line. A variable that is missing and has no
 * fallback means no email, with the variable's name as the reason; a blank is never sent instead.
 * It must stay free of MJML, files and the network: it runs inside every send.
 */
import type { Liquid, Template } from 'liquidjs';
import { UnusableValueError, createLiquid } from './liquid.ts';
import { tidyText } from './text-part.ts';
import type { CompiledTemplate } from './source.ts';
import type { EmailVariables } from './variables.ts';

export type RenderedEmail =
  | { readonly ok: true; readonly subject: string; readonly html: string; readonly text: string }
  | {
      readonly ok: false;
      readonly reason: 'missing-variable';
      readonly variable: string;
      readonly message: string;
    };

/** Longer subjects are cut by every client; 250 leaves room for encoding below RFC 5322's 998. */
const subjectCharactersMax = 250;

const engines = { html: createLiquid('html'), text: createLiquid('text') };

interface ParsedTemplate {
  readonly subject: Template[];
  readonly html: Template[];
  readonly text: Template[];
}
const parsed = new WeakMap<CompiledTemplate, ParsedTemplate>();

export function renderEmail(compiled: CompiledTemplate, variables: EmailVariables): RenderedEmail {
  const rendered = renderOnce(compiled, variables);
  // The limit in time is by the clock on the wall: a machine that stood still is no fault of the lead.
  const isLate = !rendered.ok && rendered.variable === 'time';
  return isLate ? renderOnce(compiled, variables) : rendered;
}

function renderOnce(compiled: CompiledTemplate, variables: EmailVariables): RenderedEmail {
  const known = withoutBlanks({ ...variables });
  try {
    const template = parse(compiled);
    const subject = oneLine(render(engines.text, template.subject, known));
    const html = render(engines.html, template.html, known);
    const text = tidyText(render(engines.text, template.text, known));
    if (subject === '') return missing('subject', 'the subject came out empty');
    return { ok: true, subject, html, text };
  } catch (error) {
    const reason = dataReason(error);
    if (reason !== undefined) return reason;
    throw new Error(
      `template ${compiled.name} (${compiled.hash.slice(0, 12)}) cannot be rendered`,
      {
        cause: error,
      },
    );
  }
}

/** A line that is no header: the preheader as an inbox list shows it. Empty where its data is missing. */
export function renderLine(text: string, variables: EmailVariables): string {
  try {
    return oneLine(render(engines.text, engines.text.parse(text), withoutBlanks({ ...variables })));
  } catch (error) {
    if (dataReason(error) !== undefined) return '';
    throw error;
  }
}

function parse(compiled: CompiledTemplate): ParsedTemplate {
  const known = parsed.get(compiled);
  if (known !== undefined) return known;
  const template = {
    subject: engines.text.parse(compiled.subject),
    html: engines.html.parse(compiled.html),
    text: engines.text.parse(compiled.text),
  };
  parsed.set(compiled, template);
  return template;
}

function render(engine: Liquid, template: Template[], variables: object): string {
  const written: unknown = engine.renderSync(template, variables);
  return String(written);
}

/** One printable line: a header must not be able to grow a second one, nor to run backwards. */
function oneLine(subject: string): string {
  const line = subject
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const characters = [...line];
  if (characters.length <= subjectCharactersMax) return line;
  return `${characters.slice(0, subjectCharactersMax - 1).join('')}…`;
}

/** What the lead's data is to blame for; anything else is a defect of the template and is thrown. */
function dataReason(error: unknown): RenderedEmail | undefined {
  const original = originalOf(error);
  if ('variableName' in original && typeof original.variableName === 'string') {
    const name = original.variableName;
    return missing(name, `${name} is not known and the template gives no default for it`);
  }
  if (original instanceof UnusableValueError) {
    return missing('url', original.message);
  }
  if (/limit exceeded/.test(original.message)) {
    const limit = original.message.startsWith('template render') ? 'time' : 'memory';
    return missing(limit, 'the data of this lead is too large for the template');
  }
  return undefined;
}

function originalOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const inner = 'originalError' in error ? error.originalError : undefined;
  return inner instanceof Error ? originalOf(inner) : error;
}

function missing(variable: string, message: string): RenderedEmail {
  return { ok: false, reason: 'missing-variable', variable, message };
}

/** Nothing known and an empty text are the same to a reader: "Hello ," is never sent. */
function withoutBlanks(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record)) {
    if (value === null || value === undefined) continue;
    if (typeof value === 'string' && value.trim() === '') continue;
    kept[key] = isRecord(value) ? withoutBlanks(value) : value;
  }
  return kept;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
