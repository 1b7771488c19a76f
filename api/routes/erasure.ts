/** Erasing a person, by DELETE or by POST, and everything that is stored of one. */
import { Router, type Request, type RequestHandler } from 'express';
import { erasureJson, eraseAsAsked, exportAsAsked, type Erasing } from '../erasure.ts';
import { objectOf } from './events.ts';

export interface ErasureRoutes extends Erasing {
  readonly read: RequestHandler;
  readonly write: RequestHandler;
}

export function erasureRoutes(deps: ErasureRoutes): Router {
  const router = Router();
  const erase: RequestHandler = async (request, response) => {
    const ask = objectOf(request.body ?? {}, '#');
    const erasure = await eraseAsAsked(deps, nameIn(request), ask);
    response.json({ success: true, ...erasureJson(erasure) });
  };
  router.delete('/leads/:idOrEmail', deps.write, erase);
  router.post('/leads/:idOrEmail/erasure', deps.write, erase);
  router.get('/leads/:idOrEmail/export', deps.read, async (request, response) => {
    response.set('Cache-Control', 'no-store').json(await exportAsAsked(deps, nameIn(request)));
  });
  return router;
}

function nameIn(request: Request): string {
  return String(request.params['idOrEmail']);
}
