/**
 * The two forms on a lead's page by which people decide: its stage, and a verdict on an event. They act
 * through the functions behind the API; a refusal is shown on the page that was left.
 */
import { Router, urlencoded, type RequestHandler } from 'express';
import { stageAsAsked, verdictAsAsked, type ByHand } from '../api/by-hand.ts';
import { orShown } from './refusals.ts';

export interface HandPages extends ByHand {
  readonly fromOurPages: RequestHandler;
  /** The page of the lead, with what was refused. */
  readonly leadPage: (id: string, problem: string) => Promise<string>;
}
type Fields = Readonly<Record<string, string | undefined>>;

export function handPages(deps: HandPages): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '5kb' });
  const post = (path: string, act: (id: string, fields: Fields) => Promise<unknown>): void => {
    router.post(path, deps.fromOurPages, form, async (request, response) => {
      const id = String(request.params['id']);
      await orShown(
        response,
        (problem) => deps.leadPage(id, problem),
        async () => {
          await act(id, (request.body ?? {}) as Fields);
          response.redirect(303, `/console/leads/${id}`);
        },
      );
    });
  };
  post('/:id/stage', (id, { quiet, ...ask }) =>
    stageAsAsked(deps, id, { ...ask, quiet: quiet === 'yes' }),
  );
  post('/:id/verdict', (_id, { event = '', ...ask }) => verdictAsAsked(deps, event, ask));
  return router;
}
