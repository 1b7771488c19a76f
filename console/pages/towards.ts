/**
 * "What would make this lead an MQL?" as a panel: the nearest ways, what to ask, and what is in the way.
 * It words what `core/explain/towards.ts` found and looks for nothing.
 */
import type { Release } from '../../core/definitions/release.ts';
import { answerInWords, blockInWords, wayInWords, waysOf } from '../../core/explain/say.ts';
import type { Towards } from '../../core/explain/towards.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import { html, type Html } from '../html.ts';
import { instantInZone } from '../time.ts';

/** Where a page asks about another stage. */
export interface StageLinks {
  readonly stages: readonly string[];
  readonly href: (stage: string) => string;
}

export function towardsPanel(found: Towards, release: Release, links?: StageLinks): Html {
  const { stage, blocks, against } = found;
  const zone = release.sending.zoneIfUnknown;
  const saying = { release, when: (at: number) => instantInZone(at, zone) };
  const label = stageLabel(release, stage);
  const ways = waysOf(found, release);
  return html`<section class="card"><h2>What would make this lead ${article(label)} ${label}?</h2>
    ${links !== undefined && otherStages(stage, release, links)}
    ${
      ways.length === 0
        ? html`<p class="soft">${capital(answerInWords(found, release))}</p>`
        : html`<ol class="ways">${ways.map(
            (
              way,
            ) => html`<li><b>${wayInWords({ ...way, then: '' })}</b>${way.then !== '' && html` <span class="soft small">${way.then}</span>`}
        ${way.choices.length > 0 && html`<ul>${way.choices.map((choice) => html`<li>${choice}</li>`)}</ul>`}
        ${way.asks.map((ask) => html`<p class="soft small">To ask: ${ask}</p>`)}</li>`,
          )}</ol>`
    }
    ${blocks.map((block) => html`<p class="notice sun small">In the way: ${blockInWords(block, saying)}.</p>`)}
    ${against.map(({ why, points }) => html`<p class="soft small">Against it: ${why} (${Math.round(points)})</p>`)}
  </section>`;
}

function otherStages(stage: string, release: Release, { stages, href }: StageLinks): Html {
  return html`<p class="choices">${stages.map(
    (one) =>
      html`<a href="${href(one)}" ${one === stage && html`aria-current="true"`}>${stageLabel(release, one)}</a> `,
  )}</p>`;
}

/** "an MQL", "an SQL", "a PQL": by how the letter is said. */
function article(label: string): string {
  const isLetters = label === label.toUpperCase();
  return (isLetters ? /^[AEFHILMNORSX]/ : /^[aeiou]/i).test(label) ? 'an' : 'a';
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
