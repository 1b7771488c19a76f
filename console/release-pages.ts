/** What the pages about releases are made of: read through the functions behind the API. */
import { cutPage, pageAsked } from '../api/page-of.ts';
import { releaseList, viewRelease } from '../api/routes/releases.ts';
import type { Frame } from './layout.ts';
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
  const zone = (await deps.releases.current()).sending.zoneIfUnknown;
  return releasesPage({ frame, releases: page.rows, nextCursor: page.nextCursor, zone });
}

export async function release(deps: ConsoleDeps, frame: PageFrame, params: Query): Promise<string> {
  const view = await viewRelease(deps.sql, params['number'] ?? '');
  const zone = (await deps.releases.current()).sending.zoneIfUnknown;
  return releasePage({ frame, release: view, zone });
}
