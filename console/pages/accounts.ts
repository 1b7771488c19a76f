/** Accounts: the companies of the leads, and one of them with its people, coverage and score. */
import { coverageWords, ownerWords, type AccountView } from '../../api/account-view.ts';
import { nameOf } from '../../api/lead-name.ts';
import { repName } from '../../api/words.ts';
import { accountOwner, namedAs } from '../../core/accounts/read-account.ts';
import type { Release } from '../../core/definitions/release.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import type { AccountListing } from '../../store/read-accounts.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { bar, chip, empty, older, queryOf } from '../parts.ts';
import { timeTag } from '../time.ts';

export interface AccountsView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly accounts: readonly AccountListing[];
  readonly search: string;
  readonly nextCursor: string | null;
  readonly now: number;
}

export function accountsPage(view: AccountsView): string {
  const { frame, accounts, search, nextCursor } = view;
  return page(
    { ...frame, title: 'Accounts' },
    html`<h1>Accounts</h1>
      <form class="search" method="get" action="/console/accounts" role="search">
        <input type="search" name="q" value="${search}" placeholder="Name or domain" aria-label="Name or domain" />
        <button>Search</button>
      </form>
      <div class="card flush">${accounts.length === 0 ? empty('No account here.') : table(view)}</div>
      ${older(nextCursor === null ? null : `/console/accounts${queryOf({ q: search, cursor: nextCursor })}`)}`,
  );
}

function table({ accounts, release, now }: AccountsView): Html {
  const zone = release.sending.zoneIfUnknown;
  return html`<table class="stack">
    <thead><tr><th>Account</th><th>Tier</th><th>Owner</th><th>People</th><th>Last active</th></tr></thead>
    <tbody>${accounts.map(({ account, members, lastActivityAt }) => {
      const tier = namedAs(release, account)?.tier;
      const owner = accountOwner(release, account);
      const { id, name, domain, key } = account;
      return html`<tr>
        <td class="lead-cell"><a href="/console/accounts/${id}"><b>${name ?? domain ?? key}</b></a>
          <span class="soft small">${name === undefined ? '' : domain}</span></td>
        <td data-label="Tier">${tier === undefined ? '–' : chip(tier, 'sky')}</td>
        <td data-label="Owner">${owner === undefined ? '–' : repName(release, owner)}</td>
        <td data-label="People">${members}</td>
        <td data-label="Last active">${lastActivityAt === null ? 'never' : timeTag(lastActivityAt, now, zone)}</td>
      </tr>`;
    })}</tbody>
  </table>`;
}

export function accountPage(frame: Omit<Frame, 'title'>, view: AccountView): string {
  const { account, release, tier, tags, named, score, scoreMax, scoreWhy } = view;
  const name = account.name ?? account.domain ?? account.key ?? 'An account';
  const rep = (id: string) => repName(release, id);
  const { openHandoff } = account;
  return page(
    { ...frame, title: name },
    html`<h1>${name}</h1>
      <p class="soft">${account.domain} ${tier !== undefined && chip(`tier ${tier}`, 'sky')} ${tags.map((tag) => chip(tag))}</p>
      <section class="card">
        <h2>What we know</h2>
        <dl class="facts">
          <dt>Owner</dt><dd>${ownerWords(view, rep)}</dd>
          ${named !== undefined && html`<dt>Named</dt><dd>${named}</dd>`}
          <dt>Committee</dt><dd>${coverageWords(view)}</dd>
          <dt>Score</dt><dd><b>${score}</b> of ${scoreMax} ${bar(score / scoreMax)}<span class="soft small block">${scoreWhy}</span></dd>
          ${openHandoff !== undefined && html`<dt>Handoff</dt><dd><a href="/console/leads/${openHandoff.leadId}">One is open</a></dd>`}
        </dl>
      </section>
      <h2>People</h2>
      <section class="card flush">${view.members.length === 0 ? empty('Nobody is known there.') : people(view)}</section>
      ${
        view.count > view.members.length &&
        html`<p class="soft small">Of ${view.count} people, the ${view.members.length} last active ones.</p>`
      }`,
  );
}

function people({ members, release, now }: AccountView): Html {
  const zone = release.sending.zoneIfUnknown;
  return html`<table class="stack">
    <thead><tr><th>Person</th><th>Role</th><th>Points</th><th>Stage</th><th>Last active</th></tr></thead>
    <tbody>${members.map(({ lead, role, isEngaged, points }) => {
      const { name } = nameOf(lead.traits, lead.address);
      const { lastActivityAt } = lead;
      return html`<tr>
        <td class="lead-cell"><a href="/console/leads/${lead.id}"><b>${name}</b></a>
          <span class="soft small">${lead.address}</span></td>
        <td data-label="Role">${role ?? '–'}</td>
        <td data-label="Points">${points} ${isEngaged && chip('engaged', 'leaf')}</td>
        <td data-label="Stage">${stageLabel(release, lead.stage.stage) ?? lead.stage.stage}</td>
        <td data-label="Last active">${lastActivityAt === undefined ? 'never' : timeTag(lastActivityAt, now, zone)}</td>
      </tr>`;
    })}</tbody>
  </table>`;
}
