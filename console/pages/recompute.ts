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
  readonly recompute: StoredRecompute | undefined;
  readonly untold: UntoldView;
  /** In force: its labels. */
  readonly release: Release;
  readonly zone: string;
}

export function recomputeCard({ recompute, release }: RecomputeView): Html | false {
  if (recompute === undefined) return false;
  const moves = moveWords(release, recompute.moves);
  const share = recompute.total === 0 ? 1 : recompute.done / recompute.total;
  const isOpen = ['waiting', 'running'].includes(statusOf(recompute));
  return html`<section class="card spaced" id="recompute"><h2>Leads decided anew</h2>
    <p>${recompute.reason}: ${progressWords(recompute)}.</p>
    ${isOpen && bar(share, 'sky')}
    ${moves.length > 0 && html`<ul>${moves.map((text) => html`<li>${text}</li>`)}</ul>`}
  </section>`;
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
