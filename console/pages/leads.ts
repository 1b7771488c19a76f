/** The list of leads: whoever was heard of last comes first; found by name, company or address. */
import { nameOf } from '../../api/lead-name.ts';
import { repName, titleOf } from '../../api/words.ts';
import type { Release } from '../../core/definitions/release.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import type { LeadListing } from '../../store/read-leads.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip, choices, empty, gradeChip, older, queryOf } from '../parts.ts';
import { timeTag } from '../time.ts';

export interface LeadsView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly leads: readonly LeadListing[];
  readonly search: string;
  readonly stage: string;
  readonly nextCursor: string | null;
  readonly now: number;
}

export function leadsPage(view: LeadsView): string {
  const { release, leads, search, stage, nextCursor } = view;
  const stages = ['', ...release.qualification.order];
  return page(
    { ...view.frame, title: 'Leads' },
    html`<h1>Leads</h1>
      <form class="search" method="get" action="/console/leads" role="search">
        <input type="search" name="q" value="${search}" placeholder="Name, company or email" aria-label="Search leads" />
        ${stage !== '' && html`<input type="hidden" name="stage" value="${stage}" />`}
        <button>Search</button>
      </form>
      ${choices(
        'Stage',
        stage,
        stages.map((value) => ({
          value,
          label: value === '' ? 'All stages' : stageLabel(release, value),
          href: `/console/leads${queryOf({ q: search, stage: value })}`,
        })),
      )}
      <div class="card flush">${leads.length === 0 ? empty('No lead fits.') : table(view)}</div>
      ${older(nextCursor === null ? null : `/console/leads${queryOf({ q: search, stage, cursor: nextCursor })}`)}`,
  );
}

function table(view: LeadsView): Html {
  return html`<table class="stack">
    <thead>
      <tr><th>Lead</th><th>Stage</th><th>Grade</th><th class="num">Fit</th><th class="num">Engagement</th><th>Journeys</th><th>Owner</th><th>Last heard of</th></tr>
    </thead>
    <tbody>${view.leads.map((lead) => row(lead, view))}</tbody>
  </table>`;
}

function row(lead: LeadListing, { release, now }: LeadsView): Html {
  const { name, company } = nameOf(lead.traits, lead.address);
  const about = [lead.account ?? company, name === lead.address ? undefined : lead.address];
  const core = lead.scores['core'] ?? Object.values(lead.scores)[0];
  return html`<tr>
    <td class="lead-cell"><a href="/console/leads/${lead.id}"><b>${name}</b></a>
      <span class="soft small">${about.filter((word) => word !== undefined && word !== null).join(' · ')}</span></td>
    <td data-label="Stage">${chip(stageLabel(release, lead.stage), isWithSales(lead.stage, release) ? 'leaf' : 'plain')}
      ${lead.disqualified && chip('disqualified', 'rust')} ${lead.paused && chip('paused', 'sun')}</td>
    <td data-label="Grade">${gradeChip(core?.grade)}</td>
    <td class="num" data-label="Fit">${points(core?.scores['fit'])}</td>
    <td class="num" data-label="Engagement">${points(core?.scores['engagement'])}</td>
    <td data-label="Journeys" class="small">${lead.openJourneys.map((journey) => titleOf(release, journey)).join(', ')}</td>
    <td data-label="Owner" class="small nowrap">${lead.owner !== null && repName(release, lead.owner)}</td>
    <td data-label="Last heard of" class="small nowrap soft">${timeTag(lead.seenAt, now, release.sending.zoneIfUnknown)}</td>
  </tr>`;
}

function points(score: number | null | undefined): string {
  return typeof score === 'number' ? String(Math.round(score)) : '–';
}

function isWithSales(stage: string, { qualification }: Release): boolean {
  const first = qualification.stages[0]?.stage ?? '';
  const from = qualification.order.indexOf(first);
  return from >= 0 && qualification.order.indexOf(stage) >= from;
}
