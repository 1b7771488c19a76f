/** Accounts: companies with their people, coverage and score. Reads only. */
import { Router, type Request, type RequestHandler } from 'express';
import { listAccounts, type AccountListing } from '../../store/read-accounts.ts';
import { accountOwner, namedAs } from '../../core/accounts/read-account.ts';
import type { Release } from '../../core/definitions/release.ts';
import { viewAccount, type AccountDeps, type AccountView } from '../account-view.ts';
import { nameOf } from '../lead-name.ts';
import { instant } from '../lead-view.ts';
import { cutPage, pageAsked } from '../page-of.ts';
import { Problem } from '../problems.ts';

export interface AccountRoutes extends AccountDeps {
  readonly read: RequestHandler;
}

export function accountRoutes(deps: AccountRoutes): Router {
  const router = Router();
  router.get('/accounts', deps.read, async (request, response) => {
    const release = await deps.releases.current();
    const { rows, nextCursor } = await accountPage(deps, request.query);
    response.json({ accounts: rows.map((row) => listingJson(row, release)), nextCursor });
  });
  router.get('/accounts/:id', deps.read, async (request, response) => {
    const view = await viewAccount(deps, String(request.params['id']));
    if (view === undefined) throw new Problem('not-found', 'There is no such account.');
    response.json(accountJson(view));
  });
  return router;
}

export async function accountPage(
  { sql }: Pick<AccountDeps, 'sql'>,
  query: Request['query'],
): Promise<{ readonly rows: readonly AccountListing[]; readonly nextCursor: string | null }> {
  const { limit, after } = pageAsked(query, ['number', 'string']);
  const search = typeof query['q'] === 'string' ? query['q'].trim().slice(0, 200) : '';
  const rows = await listAccounts(sql, {
    limit: limit + 1,
    ...(search === '' ? {} : { search }),
    ...(after === undefined ? {} : { after: { at: Number(after[0]), id: String(after[1]) } }),
  });
  return cutPage(rows, limit, (row) => [row.lastActivityAt ?? 0, row.account.id]);
}

function listingJson({ account, members, lastActivityAt }: AccountListing, release: Release) {
  const { id, key, name, domain, openHandoff } = account;
  return {
    ...{ id, key, name: name ?? null, domain: domain ?? null },
    tier: namedAs(release, account)?.tier ?? null,
    owner: accountOwner(release, account) ?? null,
    members,
    lastActivityAt: lastActivityAt === null ? null : instant(lastActivityAt),
    openHandoff: openHandoff?.id ?? null,
  };
}

export function accountJson(view: AccountView): object {
  const { account, tier, owner, named, tags, score, scoreMax, scoreWhy, count } = view;
  const { id, key, name, domain, ownerSource, openHandoff } = account;
  return {
    ...{ id, key, name: name ?? null, domain: domain ?? null, tier: tier ?? null, tags },
    named: named ?? null,
    owner: owner ?? null,
    ownerSource: ownerSource === undefined ? null : { ...ownerSource, at: instant(ownerSource.at) },
    score: { value: score, max: scoreMax, why: scoreWhy },
    coverage: { roles: view.roles, engaged: view.engagedRoles, missing: view.missing },
    openHandoff: openHandoff?.id ?? null,
    memberCount: count,
    members: view.members.map(({ lead, role, isEngaged, points }) => ({
      leadId: lead.id,
      name: nameOf(lead.traits, lead.address).name,
      email: lead.address ?? null,
      role: role ?? null,
      engaged: isEngaged,
      points,
      stage: lead.stage.stage,
      lastActivityAt: lead.lastActivityAt === undefined ? null : instant(lead.lastActivityAt),
    })),
  };
}
