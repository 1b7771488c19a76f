/** What a change of the rules does to leads that did nothing: how far it is, whom it moved, whom nobody was told of. */
import {
  handOverCommand,
  moveWords,
  progressWords,
  statusOf,
  untoldWords,
  type UntoldView,
} from '../../api/recomputes.ts';
import type { Release } from '../../core/definitions/release.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import type { StoredRecompute } from '../../store/recomputes.ts';
import { html, type Html } from '../html.ts';
import { bar } from '../parts.ts';
import { clockTag } from '../time.ts';

export interface RecomputeView {
  /** Of one release, the latest first. */
  readonly recomputes: readonly StoredRecompute[];
  readonly untold: UntoldView;
  /** In force: its labels. */
  readonly release: Release;
  readonly zone: string;
}

export function recomputeCard({ recomputes, ...view }: RecomputeView): Html | false {
  return (
    recomputes.length > 0 &&
    html`<section class="card spaced" id="recompute"><h2>Leads decided anew</h2>
      ${recomputes.map((one) => recomputed(one, view))}</section>`
  );
}

function recomputed(
  one: StoredRecompute,
  { release, zone }: Pick<RecomputeView, 'release' | 'zone'>,
): Html {
  const moves = moveWords(release, one.moves);
  const share = one.total === 0 ? 1 : one.done / one.total;
  const isOpen = ['waiting', 'running'].includes(statusOf(one));
  return html`<p>${one.reason}: ${progressWords(one)}. <span class="soft small">${clockTag(one.askedAt, zone)}</span></p>
    ${isOpen && bar(share, 'sky')}
    ${moves.length > 0 && html`<ul>${moves.map((text) => html`<li>${text}</li>`)}</ul>`}`;
}

export function untoldCard({ untold, release, zone }: RecomputeView): Html | false {
  const words = untoldWords(release, untold);
  if (words.length === 0) return false;
  return html`<section class="card spaced" id="untold"><h2>Nobody was told</h2>
    <p>${words.join('; ')}: <code>${handOverCommand}</code> opens their handoffs.</p>
    <table class="stack">
      <thead><tr><th>Lead</th><th>Stage</th><th>Since</th></tr></thead>
      <tbody>${untold.leads.map(
        ({ leadId, address, stage, since }) => html`<tr>
          <td><a href="/console/leads/${leadId}">${address ?? 'no address'}</a></td>
          <td data-label="Stage">${stageLabel(release, stage)}</td>
          <td data-label="Since" class="small">${clockTag(since, zone)}</td></tr>`,
      )}</tbody>
    </table></section>`;
}
