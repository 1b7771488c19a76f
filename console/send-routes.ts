/** What a person found out about an email of unknown fate, told by a form of the console. */
import { Router, urlencoded, type RequestHandler } from 'express';
import { settleAsAsked, type Sending } from '../api/sends.ts';
import { orShown } from './refusals.ts';

export interface SendPages extends Sending {
  readonly fromOurPages: RequestHandler;
  /** The list that the form came from, with what was wrong. */
  readonly unknownPage: (problem: string) => Promise<string>;
}

type Fields = Readonly<Record<string, string | undefined>>;

export function sendPages(deps: SendPages): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '5kb' });
  router.post('/:id/settle', deps.fromOurPages, form, async (request, response) => {
    const { verdict, why } = (request.body ?? {}) as Fields;
    await orShown(response, deps.unknownPage, async () => {
      const ask = {
        sent: verdict === 'sent',
        ...(verdict === 'again' ? { sendAgain: true } : {}),
        ...{ why, by: 'the console' },
      };
      await settleAsAsked(deps, String(request.params['id']), ask);
      response.redirect(303, '/console/emails?state=unknown');
    });
  });
  return router;
}
