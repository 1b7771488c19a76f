/** Handoffs: the open ones with their clock, then what became of the others. */
import { nameOf } from '../../api/lead-name.ts';
import { repName } from '../../api/words.ts';
import type { Release } from '../../core/definitions/release.ts';
import { eventLabel, stageLabel } from '../../core/routing/brief.ts';
import type { HandoffListing } from '../../store/read-handoffs.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip, choices, empty, handoffChip, older, queryOf } from '../parts.ts';
import { timeTag } from '../time.ts';
import { deadline } from './overview.ts';

export interface HandoffsView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly handoffs: readonly HandoffListing[];
  readonly status: string;
  readonly nextCursor: string | null;
  readonly answerUrl: (handoff: HandoffListing) => string | null;
  readonly now: number;
}

export function handoffsPage(view: HandoffsView): string {
  const { handoffs, status, nextCursor } = view;
  const statuses = ['', 'open', 'accepted', 'rejected', 'closed'];
  const byDeadline = [...handoffs].sort((left, right) => urgency(left) - urgency(right));
  return page(
    { ...view.frame, title: 'Handoffs' },
    html`<h1>Handoffs</h1>
      ${choices(
        'Status',
        status,
        statuses.map((value) => ({
          value,
          label: value === '' ? 'All' : value,
          href: `/console/handoffs${queryOf({ status: value })}`,
        })),
      )}
      <div class="card flush">${handoffs.length === 0 ? empty('No handoff here.') : table(byDeadline, view)}</div>
      ${older(nextCursor === null ? null : `/console/handoffs${queryOf({ status, cursor: nextCursor })}`)}`,
  );
}

/** Of a queue: whoever took it; else the queue. */
export function whoHas(handoff: HandoffListing, release: Release): string {
  const { rep, status, settledBy, destination } = handoff;
  const person = rep ?? (status === 'accepted' ? settledBy : null);
  if (person !== null) return repName(release, person);
  return destination?.replace(/^queue:/, 'queue ') ?? 'being routed';
}

/** Open ones first, the nearest deadline on top; settled ones stay in their order. */
function urgency(handoff: HandoffListing): number {
  return handoff.status === 'open'
    ? (handoff.acceptBy ?? Number.MAX_SAFE_INTEGER - 1)
    : Number.MAX_SAFE_INTEGER;
}

function table(handoffs: readonly HandoffListing[], view: HandoffsView): Html {
  return html`<table class="stack">
    <thead><tr><th>Lead</th><th>Why</th><th>Who has it</th><th>Status</th><th>Deadline</th><th>Opened</th><th></th></tr></thead>
    <tbody>${handoffs.map((handoff) => row(handoff, view))}</tbody>
  </table>`;
}

function row(handoff: HandoffListing, { release, answerUrl, now }: HandoffsView): Html {
  const { name, company } = nameOf(handoff.traits, handoff.address);
  const rep = whoHas(handoff, release);
  const cause = eventLabel(release, handoff.cause) ?? stageLabel(release, handoff.cause);
  const reason =
    release.rejectReasons.find(({ id }) => id === handoff.reason)?.label ?? handoff.reason;
  const url = handoff.status === 'open' ? answerUrl(handoff) : null;
  const isOpen = handoff.status === 'open';
  return html`<tr>
    <td class="lead-cell"><a href="/console/leads/${handoff.leadId}"><b>${name}</b></a>
      <span class="soft small">${handoff.account ?? company ?? handoff.address}</span></td>
    <td data-label="Why">${cause}<span class="soft small block">${release.handoffs[handoff.handoff]?.title ?? handoff.handoff}</span></td>
    <td data-label="Who has it">${rep}${handoff.attempt > 1 && html`<span class="soft small block">attempt ${handoff.attempt}</span>`}</td>
    <td data-label="Status">${handoffChip(handoff.status)} ${isOpen && handoff.escalatedAt !== null && chip('escalated', 'rust')}
      ${reason !== null && html`<span class="soft small block">${reason}</span>`}</td>
    <td data-label="Deadline">${isOpen && deadline(handoff.acceptBy, now)}</td>
    <td data-label="Opened" class="small soft nowrap">${timeTag(handoff.openedAt, now, release.sending.zoneIfUnknown)}</td>
    <td>${url !== null && html`<a class="button quiet small" href="${url}">Answer</a>`}</td>
  </tr>`;
}
