/** What the pages about releases are made of: read through the functions behind the API. */
import { cutPage, pageAsked } from '../api/page-of.ts';
import { viewRecomputes, viewUntold } from '../api/recomputes.ts';
import { releaseList, viewRelease } from '../api/routes/releases.ts';
import type { Frame } from './layout.ts';
import type { RecomputeView } from './pages/recompute.ts';
import { releasePage } from './pages/release.ts';
import { releasesPage } from './pages/releases.ts';
import type { ConsoleDeps } from './routes.ts';

type Query = { readonly [name: string]: string | undefined };
type PageFrame = Omit<Frame, 'title'>;

export async function releases(deps: ConsoleDeps, frame: PageFrame, query: Query): Promise<string> {
  const { limit, after } = pageAsked(query, ['number']);
  const before = after === undefined ? {} : { before: Number(after[0]) };
  const rows = await releaseList(deps.sql, { limit: limit + 1, ...before });
  const page = cutPage(rows, limit, (row) => [row.number]);
  const judged = await judgedAnew(deps, {});
  const { nextCursor } = page;
  return releasesPage({ frame, releases: page.rows, nextCursor, zone: judged.zone, judged });
}

export async function release(deps: ConsoleDeps, frame: PageFrame, params: Query): Promise<string> {
  const view = await viewRelease(deps.sql, params['number'] ?? '');
  const judged = await judgedAnew(deps, { releaseId: view.id });
  return releasePage({ frame, release: view, zone: judged.zone, judged });
}

const untoldMost = 50;
const recomputesMost = 5;

/** The recomputes of the last release that had one, or of this one: one by hand does not hide what the publish did. */
async function judgedAnew(
  { sql, releases }: ConsoleDeps,
  of: { readonly releaseId?: string },
): Promise<RecomputeView> {
  const release = await releases.current();
  const [latest, untold] = await Promise.all([
    viewRecomputes(sql, { limit: recomputesMost, ...of }),
    viewUntold(sql, release, untoldMost),
  ]);
  const recomputes = latest.filter(({ releaseId }) => releaseId === latest[0]?.releaseId);
  return { recomputes, untold, release, zone: release.sending.zoneIfUnknown };
}
