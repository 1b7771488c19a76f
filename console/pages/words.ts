/** What is in force, in sentences: a list of the parts of the release, and a page for each. */
import type { ReadResult } from '../../core/words/read-words.ts';
import type { Line, Reading, Section } from '../../core/words/reading.ts';
import type { StoredDefinition } from '../../store/releases.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { empty } from '../parts.ts';
import type { ReleaseSources } from '../release-words.ts';

type PageFrame = Omit<Frame, 'title'>;
type PartName = Pick<StoredDefinition, 'kind' | 'key'>;

export function wordsPage(frame: PageFrame, { number, parts }: ReleaseSources): string {
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  return page(
    { ...frame, title: 'What is in force' },
    html`<p class="crumb"><a href="/console/releases">Releases</a></p>
      <h1>What is in force</h1>
      <p class="soft">Release ${number}, in sentences: nothing else decides.</p>
      <div class="grid">${kinds.map(
        (kind) =>
          html`<section class="card"><h2>${headings[kind] ?? kind}</h2>
            <ul>${parts.filter((part) => part.kind === kind).map((part) => html`<li><a href="${wordsHref(part)}">${part.key}</a></li>`)}</ul></section>`,
      )}</div>`,
  );
}
const headings: { readonly [kind: string]: string } = {
  ...{ journey: 'Journeys', template: 'Templates', scoring: 'Scoring', events: 'Events' },
  ...{ facts: 'Facts', segments: 'Segments', qualification: 'Qualification', routing: 'Routing' },
  ...{ handoffs: 'Handoffs', sending: 'Sending' },
};

export function partPage(
  frame: PageFrame,
  part: PartName & { readonly number: number },
  result: ReadResult,
): string {
  const title = result.ok ? result.reading.title : part.key;
  return page(
    { ...frame, title },
    html`<p class="crumb"><a href="/console/words">What is in force</a></p>
      <h1>${title}</h1>
      ${result.ok ? reading(result.reading) : empty('This file is of an older format: publish it again to read it here.')}`,
  );
}

export function wordsHref({ kind, key }: PartName): string {
  return `/console/words/${kind}/${encodeURIComponent(key)}`;
}

function reading({ about, sections }: Reading): Html {
  return html`<p class="soft">${about}</p>
    ${sections.map((one) => html`<section class="card spaced words"><h2>${one.heading}</h2>${section(one)}</section>`)}`;
}

function section({ layout, lines }: Section): Html {
  if (layout === 'list') return html`<div>${lines.map(listLine)}</div>`;
  return html`<dl class="told">${lines.map(
    ({ id, number, text }) =>
      html`<dt>${number !== undefined && `${number}. `}${id}</dt><dd>${text}</dd>`,
  )}</dl>`;
}

function listLine({ depth, number, text, id }: Line): Html {
  return html`<p class="depth-${Math.min(depth, 8)}">${number !== undefined && html`<b>${number}.</b> `}${text} ${id !== undefined && html`<code class="soft">${id}</code>`}</p>`;
}
