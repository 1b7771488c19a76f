/**
 * MJML to HTML: the one place that knows the MJML library, its options and what it needs in the head.
 * Liquid passes through untouched.
 */
import { complaintProblem } from './mjml-complaints.ts';
import { error, type TemplateProblem } from './problem.ts';
import type { TemplateSource } from './source.ts';

export interface RenderedMjml {
  readonly html: string;
  readonly problems: readonly TemplateProblem[];
}

/**
 * Rendered before in this process: a workspace that is checked at every save has one email that changed,
 * and MJML takes 12 to 60 ms for each. The same source gives the same HTML, so nothing else can be seen.
 */
const known = new Map<string, Promise<RenderedMjml>>();
/** A workspace has a few dozen emails; each keeps some 40 KB. */
const knownMax = 100;

/** `written`: the author's own source, for places. */
export function renderMjml(mjml: string, written: string): Promise<RenderedMjml> {
  const key = `${mjml}\0${written}`;
  const rendered = known.get(key) ?? renderAnew(mjml, written);
  // The one asked for last is forgotten last.
  known.delete(key);
  known.set(key, rendered);
  for (const oldest of known.keys()) {
    if (known.size <= knownMax) break;
    known.delete(oldest);
  }
  return rendered;
}

async function renderAnew(mjml: string, written: string): Promise<RenderedMjml> {
  // MJML takes 100 ms to load and only checking and publishing need it: a worker never does.
  const { default: mjml2html } = await import('mjml');
  try {
    const { html, errors } = await mjml2html(mjml, {
      fonts: {},
      validationLevel: 'soft',
      keepComments: false,
      ignoreIncludes: true,
    });
    // MJML indents by up to 16 blanks a line: a third of the bytes, and no mail client needs them.
    const compact = html.replace(/^[ \t]+|[ \t]+$/gm, '').replace(/\n{2,}/g, '\n');
    return {
      html: compact,
      problems: errors.map((complaint) => complaintProblem(written, complaint)),
    };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { html: '', problems: [error(`MJML cannot read it: ${message}`)] };
  }
}

/** The language for screen readers and the preheader for the inbox list, unless written by hand. */
export function withHead(mjml: string, source: TemplateSource): string {
  const { language, preheader } = source.email;
  const tagged = /<mjml\b[^>]*\blang=/.test(mjml)
    ? mjml
    : mjml.replace(/<mjml\b/, `<mjml lang="${language}"`);
  if (/<mj-preview\b/.test(tagged) || preheader === '') return tagged;
  const preview = `<mj-preview>${preheader}</mj-preview>`;
  return /<mj-head>/.test(tagged)
    ? tagged.replace('<mj-head>', () => `<mj-head>${preview}`)
    : tagged.replace(/<mjml\b[^>]*>/, (tag) => `${tag}<mj-head>${preview}</mj-head>`);
}
