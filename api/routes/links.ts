/**
 * The pages behind links in emails to reps: accept and reject. Those for leads are in `subscriptions.ts`.
 *
 * GET (and HEAD, which Express answers with it) shows a page and changes nothing, because scanners
 * follow links. POST acts, and acting twice is acting once. A token is the authority: no login, no
 * cookie; a token that does not fit gets the same answer whatever is wrong with it.
 */
import { Router, urlencoded, type Request } from 'express';
import { badLink } from '../problems.ts';
import { objectOf } from './events.ts';

export type HandoffLink = {
  readonly handoffId: string;
  readonly attempt: number;
  readonly rep: string;
};
export type Verdict =
  | { readonly type: 'accept' }
  | {
      readonly type: 'reject';
      readonly reason: string;
      readonly detail: { readonly [key: string]: string };
    };

/** What each page shows is console/'s; what each act does is ingest's. */
export interface LinkRoutes {
  readonly readHandoff: (token: string) => HandoffLink | null;
  readonly answer: (link: HandoffLink, verdict: Verdict) => Promise<void>;
  readonly handoffPage: (
    link: HandoffLink,
    view: {
      readonly open: 'accept' | 'reject';
      readonly problem?: string;
      /** Of the form that was not understood. */
      readonly body?: { readonly [key: string]: unknown };
    },
  ) => Promise<string>;
  /** When the words do not make a verdict: the sentence to show. */
  readonly parseVerdict: (body: { readonly [key: string]: unknown }) => Promise<Verdict | string>;
}

export function linkRoutes(deps: LinkRoutes): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '20kb' });

  const linkOf = (request: Request): HandoffLink => {
    const link = deps.readHandoff(String(request.params['token']));
    if (link === null) throw badLink();
    return link;
  };
  router.get('/h/:token', async (request, response) => {
    const open = request.query['verdict'] === 'reject' ? 'reject' : 'accept';
    response.type('html').send(await deps.handoffPage(linkOf(request), { open }));
  });
  router.post('/h/:token', form, async (request, response) => {
    const link = linkOf(request);
    const body = objectOf(request.body, '#');
    const verdict = await deps.parseVerdict(body);
    if (typeof verdict === 'string') {
      const view = { open: 'reject', problem: verdict, body } as const;
      response
        .status(422)
        .type('html')
        .send(await deps.handoffPage(link, view));
      return;
    }
    await deps.answer(link, verdict);
    response.redirect(303, request.originalUrl.split('?', 1)[0] ?? '/');
  });
  return router;
}
