/**
 * Small pieces that several pages share: chips, bars, pagers, filters. HTML in, HTML out; every colour
 * means the same wherever it appears (leaf = well, sun = waiting, rust = needs a person, sky = in hand).
 */
import type { Scored } from '../core/scoring/score.ts';
import { html, type Html, type HtmlValue } from './html.ts';

export type Tone = 'leaf' | 'sun' | 'rust' | 'sky' | 'plain';

export function chip(text: string, tone: Tone = 'plain'): Html {
  return html`<span class="chip ${tone}">${text}</span>`;
}

const sendTones: { readonly [state: string]: Tone } = {
  sent: 'leaf',
  held: 'sun',
  planned: 'plain',
  claimed: 'sky',
  transmitting: 'sky',
  failed: 'rust',
  unknown: 'rust',
};
export function sendChip(state: string): Html {
  return chip(state, sendTones[state]);
}

const handoffTones: { readonly [status: string]: Tone } = {
  open: 'sun',
  accepted: 'leaf',
  rejected: 'rust',
};
export function handoffChip(status: string): Html {
  return chip(status, handoffTones[status]);
}

/** A is green, U is open, the rest is plain: the letter speaks for itself. */
export function gradeChip(grade: string | undefined): Html | false {
  if (grade === undefined || grade === '') return false;
  return chip(grade, grade.startsWith('A') || grade.startsWith('B') ? 'leaf' : 'plain');
}

/** Drawn, not styled: the policy of the pages forbids inline style, attributes of SVG it allows. */
export function bar(share: number, tone: Tone = 'leaf'): Html {
  const width = Math.round(Math.max(0, Math.min(1, share)) * 1000) / 10;
  return html`<svg class="gauge" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="8" /><rect class="${tone}" width="${width}" height="8" />
  </svg>`;
}

export function tile(value: string | number, label: string, href: string, tone?: Tone): Html {
  return html`<a class="tile ${tone ?? ''}" href="${href}"><b>${value}</b><span>${label}</span></a>`;
}

export function empty(text: string): Html {
  return html`<p class="empty">${text}</p>`;
}

export function older(href: string | null): Html | false {
  return (
    href !== null && html`<p class="more"><a class="button quiet" href="${href}">Older</a></p>`
  );
}

/** Links that choose one of a few; the chosen one is lit. */
export function choices(
  label: string,
  chosen: string,
  options: readonly { readonly value: string; readonly label: HtmlValue; readonly href: string }[],
): Html {
  return html`<nav class="choices" aria-label="${label}">
    ${options.map(
      (option) =>
        html`<a href="${option.href}" ${option.value === chosen && html`aria-current="true"`}>${option.label}</a>`,
    )}
  </nav>`;
}

/** The grade of the model everything reads unless told otherwise. */
export function mainScore(scored: readonly Scored[]): Scored | undefined {
  return scored.find(({ model }) => model === 'core') ?? scored[0];
}

/** `?a=1&b=2` of what is set. */
export function queryOf(fields: { readonly [name: string]: string | undefined }): string {
  const set = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return set.length === 0 ? '' : `?${set.join('&')}`;
}
