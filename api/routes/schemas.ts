/**
 * `/schemas/<kind>.json`: the JSON Schemas by which editors complete the files of a workspace, for
 * editors that have no copy on disk.
 *
 * Editors cannot send a key, so anybody who reaches the server reads them: they carry the names of the
 * workspace only where its files are at hand (development); in production the formats alone.
 */
import { Router } from 'express';
import { Problem } from '../problems.ts';

export interface SchemaDeps {
  /** File name → text. */
  readonly schemas: () => Promise<ReadonlyMap<string, string>>;
}

export function schemaRoutes({ schemas }: SchemaDeps): Router {
  const router = Router();
  router.get('/:name', async (request, response) => {
    const all = await schemas();
    const text = all.get(request.params.name);
    if (text === undefined) {
      const known = [...all.keys()].join(', ');
      throw new Problem('not-found', `There is no such schema; there are ${known}.`);
    }
    response.set('Cache-Control', 'no-cache').set('Access-Control-Allow-Origin', '*');
    response.type('application/schema+json').send(text);
  });
  return router;
}
