/** How far leads are decided anew after their rules changed. Reads only: asking for it is the command's. */
import { Router, type RequestHandler } from 'express';
import type { Releases } from '../../ingest/batch.ts';
import type { Sql } from '../../store/client.ts';
import { pageAsked } from '../page-of.ts';
import { recomputeJson, untoldJson, viewRecomputes, viewUntold } from '../recomputes.ts';

export interface RecomputeRoutes {
  readonly sql: Sql;
  readonly releases: Releases;
  readonly read: RequestHandler;
}

export function recomputeRoutes({ sql, releases, read }: RecomputeRoutes): Router {
  const router = Router();
  router.get('/recomputes', read, async (request, response) => {
    const { limit } = pageAsked(request.query, []);
    const release = await releases.current();
    const [recomputes, untold] = await Promise.all([
      viewRecomputes(sql, { limit }),
      viewUntold(sql, release, limit),
    ]);
    response.json({
      recomputes: recomputes.map((one) => recomputeJson(release, one)),
      untold: untoldJson(release, untold),
    });
  });
  return router;
}
