/**
 * What an email is tried with: the samples beside it, the samples of its email.json, and a lead of whom
 * nothing optional is known. Previews show the same.
 */
import { parseDocument, readValue } from '../../core/definitions/document.ts';
import type { TemplateProblem } from './problem.ts';
import type { TemplateTrial } from './source.ts';
import { sampleVariables, type EmailVariables } from './variables.ts';

export interface Sample {
  /** As a reader of problems knows it: `samples/full.json`. */
  readonly name: string;
  /** None for those that email.json itself gives. */
  readonly file?: string;
  readonly text: string;
  readonly variables: EmailVariables;
}

export interface Samples {
  readonly samples: readonly Sample[];
  readonly problems: readonly TemplateProblem[];
}

export function samplesOf({ variables, samples }: TemplateTrial): Samples {
  const problems: TemplateProblem[] = [];
  const listed = Object.entries(variables);
  const required = listed.filter(([, { optional }]) => !optional);
  const found: Sample[] = [sampleOf('the samples of email.json', listed)];
  if (required.length < listed.length) {
    found.push(sampleOf('a lead of whom nothing optional is known', required));
  }
  for (const [file, text] of Object.entries(samples)) {
    const read = readSample(file, text);
    if ('variables' in read) found.push(read);
    else problems.push(...read.problems);
  }
  return { samples: found, problems };
}

/** What people type into forms: it must break nothing, and is nobody's taste. */
export function isNasty({ file = '' }: Sample): boolean {
  return /(^|\/)nasty[\w-]*\.json$/.test(file);
}

function readSample(
  file: string,
  text: string,
): Sample | { readonly problems: readonly TemplateProblem[] } {
  const document = parseDocument(file, text);
  if (document.problems.length > 0) return { problems: document.problems };
  const value = readValue(document);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = 'expected an object of variables, such as { "lead": { … } }';
    return { problems: [{ severity: 'error', message, file, line: 1, column: 1 }] };
  }
  return { name: file, file, text, variables: sampleVariables({ ...value }) };
}

/** `lead.firstName: Ana` becomes `{ lead: { firstName: "Ana" } }`. */
function sampleOf(
  name: string,
  listed: readonly (readonly [string, { readonly sample: unknown }])[],
): Sample {
  const roots: Record<string, Record<string, unknown>> = {};
  for (const [path, { sample }] of listed) {
    const [root = '', ...rest] = path.split('.');
    const own = (roots[root] ??= {});
    own[rest.join('.')] = sample;
  }
  const links = { accept_url: sampleLink, reject_url: sampleLink, confirm_url: sampleLink };
  const variables = sampleVariables({ ...links, ...roots });
  return { name, text: JSON.stringify(roots), variables };
}

const sampleLink = 'https://example.com/sample';
