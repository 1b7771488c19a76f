/**
 * The page that asks before a person is erased, and the button on it. It acts through the function behind
 * the API; opening the page erases nobody.
 */
import { Router, urlencoded, type RequestHandler } from 'express';
import { eraseAsAsked, erasurePreview, type Erasing } from '../api/erasure.ts';
import { nameOf } from '../api/lead-name.ts';
import { viewLead, type LeadReads } from '../api/lead-view.ts';
import type { Erasure } from '../store/erase.ts';
import type { Frame } from './layout.ts';
import { askPage, erasedPage } from './pages/erase.ts';
import { orShown, sendPage } from './refusals.ts';

export interface ErasePages extends Erasing {
  readonly frame: () => Promise<Omit<Frame, 'title'>>;
  readonly fromOurPages: RequestHandler;
  readonly releases: LeadReads['releases'];
}

type Fields = Readonly<Record<string, string | undefined>>;

export function erasePages(deps: ErasePages): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '5kb' });
  router.get('/:id/erase', async (request, response) => {
    sendPage(response, 200, await ask(deps, request.params.id));
  });
  router.post('/:id/erase', deps.fromOurPages, form, async (request, response) => {
    const id = String(request.params['id']);
    const { why } = (request.body ?? {}) as Fields;
    await orShown(
      response,
      (problem) => ask(deps, id, problem),
      async () => {
        // Sessions carry no names.
        const erasure: Erasure = await eraseAsAsked(deps, id, { why, by: 'the console' });
        sendPage(response, 200, erasedPage(await deps.frame(), erasure));
      },
    );
  });
  return router;
}

async function ask(deps: ErasePages, id: string, problem?: string): Promise<string> {
  const { leadId, counts } = await erasurePreview(deps, id);
  const said = problem === undefined ? {} : { problem };
  const lead = (await viewLead(deps, leadId))?.lead;
  const { name } = nameOf(lead?.traits ?? {}, lead?.address);
  return askPage({ frame: await deps.frame(), leadId, name, counts, ...said });
}
