/** Pages that say what is in force: `/words`, and `/words/<kind>/<key>` for each part. */
import { Router } from 'express';
import { Problem } from '../api/problems.ts';
import type { Sql } from '../store/client.ts';
import type { Frame } from './layout.ts';
import { partPage, wordsPage } from './pages/words.ts';
import { readPart, sourcesInForce, type ReleaseSources } from './release-words.ts';

export interface WordPages {
  readonly sql: Sql;
  readonly frame: () => Promise<Omit<Frame, 'title'>>;
}

export function wordPages({ sql, frame }: WordPages): Router {
  const router = Router();
  router.get('/', async (_request, response) => {
    const text = wordsPage(await frame(), await stored(sql));
    response.set('Cache-Control', 'no-store').type('html').send(text);
  });
  router.get('/:kind/:key', async (request, response) => {
    const { kind, key } = request.params;
    const { parts, lexicon, number } = await stored(sql);
    const part = parts.find((one) => one.kind === kind && one.key === key);
    if (part === undefined)
      throw new Problem('not-found', 'The release in force has no such part.');
    const text = partPage(await frame(), { kind, key, number }, readPart(part, lexicon));
    response.set('Cache-Control', 'no-store').type('html').send(text);
  });
  return router;
}

async function stored(sql: Sql): Promise<ReleaseSources> {
  const sources = await sourcesInForce(sql);
  if (sources === undefined) throw new Problem('not-found', 'Nothing is published yet.');
  return sources;
}
