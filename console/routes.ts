/**
 * The console: pages for people who are signed in. GET shows; the few POSTs (sign in, sign out, pause,
 * resume, a stage by hand, a verdict on an event) are taken from our own pages only. It reads and acts
 * through the functions behind the API.
 */
import { Router } from 'express';
import { viewLead } from '../api/lead-view.ts';
import { cutPage, pageAsked } from '../api/page-of.ts';
import { viewSending } from '../api/sending.ts';
import { viewUntold } from '../api/recomputes.ts';
import { since, standsStill } from '../api/pause-words.ts';
import { sendsAsked } from '../api/sends.ts';
import { Problem } from '../api/problems.ts';
import { choiceOf, handoffPage } from '../api/routes/handoffs.ts';
import { viewAccount } from '../api/account-view.ts';
import { accountPage as listedAccounts } from '../api/routes/accounts.ts';
import { timelinePage } from '../api/routes/leads.ts';
import { isUuid } from '../api/named-lead.ts';
import type { Sessions } from '../api/sessions.ts';
import type { ReleasesByTime } from '../api/lead-as-of.ts';
import type { Releases } from '../ingest/batch.ts';
import type { IngestAnswer, IngestRequest } from '../ingest/request.ts';
import type { Sql, Store } from '../store/client.ts';
import { countPauses, listPausesOf, listWidePauses } from '../store/pauses.ts';
import { listHandoffs, type HandoffListing } from '../store/read-handoffs.ts';
import { findLead, listLeads } from '../store/read-leads.ts';
import { readOverview } from '../store/read-overview.ts';
import { erasePages } from './erase-routes.ts';
import { explanation, towardsNext } from './explanation-pages.ts';
import { handPages } from './hand-routes.ts';
import { journey, journeys, lateMs } from './journey-pages.ts';
import type { Frame } from './layout.ts';
import { mergePages } from './merge-routes.ts';

import { pausePages } from './pause-routes.ts';
import { sendPages } from './send-routes.ts';
import { sendPage } from './refusals.ts';
import { emailsPage } from './pages/emails.ts';
import { filesPage, type FilesReader } from './pages/files.ts';
import { handoffsPage } from './pages/handoffs.ts';
import { leadPage } from './pages/lead.ts';
import { accountPage, accountsPage } from './pages/accounts.ts';
import { leadsPage } from './pages/leads.ts';
import { overviewPage } from './pages/overview.ts';
import { sendingPage } from './pages/sending.ts';
import { release, releases } from './release-pages.ts';
import { fromOurPages, placeOf, requireSession, signInRoutes } from './session.ts';
import { wordPages } from './word-routes.ts';

export interface ConsoleDeps {
  readonly sql: Sql & Pick<Store, 'transaction'>;
  readonly releases: Releases & ReleasesByTime;
  readonly clock: () => number;
  readonly sessions: Sessions;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  /** Signs `<handoff>/<attempt>/<rep>` for the page behind a rep's buttons. */
  readonly signHandoff: (payload: string) => string;
  readonly publicUrl: string;
  readonly mailbox?: unknown;
  readonly files?: FilesReader;
}

const weekMs = 7 * 86_400_000;

export function consoleRoutes(deps: ConsoleDeps): Router {
  const router = Router();
  signInRoutes(router, deps);
  router.use(requireSession(deps.sessions));
  const frame = async (section: NonNullable<Frame['section']>): Promise<PageFrame> => ({
    section,
    mailbox: deps.mailbox !== undefined,
    files: deps.files !== undefined,
    paused: await pausedWidely(deps),
  });
  const show = (
    path: string,
    section: NonNullable<Frame['section']>,
    page: (frame: PageFrame, query: Query, params: Query) => Promise<string>,
  ): void => {
    router.get(path, async (request, response) => {
      const text = await page(
        await frame(section),
        request.query as Query,
        request.params as Query,
      );
      sendPage(response, 200, text);
    });
  };

  show('/', 'overview', (shown) => overview(deps, shown));
  show('/leads', 'leads', (shown, query) => leads(deps, shown, query));
  show('/leads/:id', 'leads', (shown, query, { id }) => lead(deps, shown, query, id));
  show('/leads/:id/explanation', 'leads', (shown, query, params) =>
    explanation(deps, shown, query, params),
  );
  const refused = async (id: string, problem: string): Promise<string> =>
    lead(deps, await frame('leads'), {}, id, problem);
  router.use('/leads', handPages({ ...deps, fromOurPages, leadPage: refused }));
  router.use('/leads', erasePages({ ...deps, fromOurPages, frame: () => frame('leads') }));
  show('/accounts', 'accounts', (shown, query) => accounts(deps, shown, query));
  show('/accounts/:id', 'accounts', (shown, _query, params) => account(deps, shown, params));
  show('/journeys', 'journeys', (shown) => journeys(deps, shown));
  show('/journeys/:key', 'journeys', (shown, _query, params) => journey(deps, shown, params));
  show('/handoffs', 'handoffs', (shown, query) => handoffs(deps, shown, query));
  show('/releases', 'releases', (shown, query) => releases(deps, shown, query));
  show('/releases/:number', 'releases', (shown, _query, params) => release(deps, shown, params));
  const { files } = deps;
  if (files !== undefined) {
    show('/files', 'files', async (shown) =>
      filesPage({ frame: shown, onDisk: await files.view() }),
    );
    router.get('/files/preview/:template', async (request, response) => {
      const preview = await files.preview?.(request.params.template);
      if (preview === undefined) throw new Problem('not-found', 'There is no such email.');
      response.setHeader('Content-Security-Policy', preview.policy);
      response.type('html').send(preview.page);
    });
  }
  show('/sending', 'emails', async (shown) =>
    sendingPage({ frame: shown, ...(await viewSending(deps)) }),
  );
  show('/emails', 'emails', (shown, query) => emails(deps, shown, query));
  const unknown = async (problem: string): Promise<string> =>
    emails(deps, await frame('emails'), { state: 'unknown' }, problem);
  router.use('/emails', sendPages({ ...deps, fromOurPages, unknownPage: unknown }));
  const forms = { fromOurPages, placeOf };
  router.use('/merges', mergePages({ ...deps, ...forms, frame: () => frame('leads') }));
  router.use('/words', wordPages({ sql: deps.sql, frame: () => frame('releases') }));
  router.use('/pauses', pausePages({ ...deps, ...forms, frame: () => frame('pauses') }));
  return router;
}

type Query = { readonly [name: string]: string | undefined };
type PageFrame = Omit<Frame, 'title'>;

/** What stands still for everybody, for the banner of every page. */
async function pausedWidely({
  sql,
  releases,
  clock,
}: ConsoleDeps): Promise<NonNullable<PageFrame['paused']>> {
  const now = clock();
  const pauses = await listWidePauses(sql, now);
  if (pauses.length === 0) return [];
  const release = await releases.current();
  return pauses.map((pause) => ({
    href: `/console/pauses/${pause.id}`,
    words: `${standsStill(release, pause, now)} It is so ${since(release, pause)}.`,
  }));
}

async function overview(deps: ConsoleDeps, frame: PageFrame): Promise<string> {
  const now = deps.clock();
  const release = await deps.releases.current();
  const zone = release.sending.zoneIfUnknown;
  const [numbers, open, pauses, untold] = await Promise.all([
    readOverview(deps.sql, { now, since: now - weekMs, zone, lateMs }),
    listHandoffs(deps.sql, { status: 'open', limit: 6 }),
    countPauses(deps.sql, now),
    viewUntold(deps.sql, release, 1),
  ]);
  return overviewPage({
    frame,
    release,
    overview: numbers,
    openHandoffs: open,
    pauses,
    untold,
    now,
  });
}

async function leads(deps: ConsoleDeps, frame: PageFrame, query: Query): Promise<string> {
  const { limit, after } = pageAsked(query, ['number', 'string']);
  const release = await deps.releases.current();
  const search = (query['q'] ?? '').trim().slice(0, 200);
  const stage = choiceOf(query['stage'], 'stage', release.qualification.order) ?? '';
  const rows = await listLeads(deps.sql, {
    limit: limit + 1,
    now: deps.clock(),
    ...(search === '' ? {} : { search }),
    ...(stage === '' ? {} : { stage }),
    ...(after === undefined ? {} : { after: { at: Number(after[0]), id: String(after[1]) } }),
  });
  const page = cutPage(rows, limit, (row) => [row.seenAt, row.id]);
  const { rows: shown, nextCursor } = page;
  return leadsPage({ frame, release, leads: shown, search, stage, nextCursor, now: deps.clock() });
}

async function lead(
  deps: ConsoleDeps,
  frame: PageFrame,
  query: Query,
  named = '',
  problem?: string,
): Promise<string> {
  const id = isUuid(named) ? await findLead(deps.sql, { id: named }) : null;
  const view = id === null ? null : await viewLead(deps, id);
  if (view === null) throw new Problem('not-found', 'There is no such lead.');
  const own = await listHandoffs(deps.sql, { leadId: view.lead.id, limit: 5 });
  const pauses = await listPausesOf(deps.sql, { leadId: view.lead.id }, view.now);
  const timeline = await timelinePage(deps, view.lead.id, query);
  const [latest] = own;
  const towards = towardsNext(view.lead, view.release, view.now);
  return leadPage({
    ...view,
    ...(towards === undefined ? {} : { towards }),
    frame,
    pauses,
    handoffs: own,
    answerUrl: latest === undefined ? null : answerUrl(deps, latest),
    timeline: timeline.rows,
    nextCursor: timeline.nextCursor,
    firstPage: query['cursor'] === undefined,
    ...(problem === undefined ? {} : { problem }),
  });
}

async function accounts(deps: ConsoleDeps, frame: PageFrame, query: Query): Promise<string> {
  const release = await deps.releases.current();
  const { rows, nextCursor } = await listedAccounts(deps, query);
  const search = (query['q'] ?? '').trim().slice(0, 200);
  return accountsPage({ frame, release, accounts: rows, search, nextCursor, now: deps.clock() });
}

async function account(deps: ConsoleDeps, frame: PageFrame, params: Query): Promise<string> {
  const view = await viewAccount(deps, params['id'] ?? '');
  if (view === undefined) throw new Problem('not-found', 'There is no such account.');
  return accountPage(frame, view);
}

async function handoffs(deps: ConsoleDeps, frame: PageFrame, query: Query): Promise<string> {
  const release = await deps.releases.current();
  const { rows, nextCursor } = await handoffPage(deps.sql, query);
  return handoffsPage({
    frame,
    release,
    handoffs: rows,
    status: query['status'] ?? '',
    nextCursor,
    answerUrl: (handoff) => answerUrl(deps, handoff),
    now: deps.clock(),
  });
}

async function emails(
  deps: ConsoleDeps,
  frame: PageFrame,
  query: Query,
  problem?: string,
): Promise<string> {
  const { rows, nextCursor } = await sendsAsked(deps, query);
  return emailsPage({
    frame,
    release: await deps.releases.current(),
    sends: rows,
    state: query['state'] ?? '',
    nextCursor,
    ...(problem === undefined ? {} : { problem }),
    now: deps.clock(),
  });
}

/** The page of the rep's own buttons; a queue is answered from the email of whoever watches it. */
function answerUrl({ signHandoff }: ConsoleDeps, handoff: HandoffListing): string | null {
  if (handoff.status !== 'open' || handoff.rep === null || handoff.attempt === 0) return null;
  return `/h/${signHandoff(`${handoff.id}/${handoff.attempt}/${handoff.rep}`)}`;
}
