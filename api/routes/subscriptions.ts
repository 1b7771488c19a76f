/**
 * The pages behind the links of an email to a lead: `/u` unsubscribe, `/p` preferences, `/k` confirm.
 *
 * GET (and HEAD, which Express answers with it) shows a page and changes nothing, because scanners follow
 * links. POST acts, and acting twice is acting once. The token is the authority: no login, no cookie. One
 * that does not fit gets the same page whatever is wrong with it.
 */
import { Router, urlencoded, type ErrorRequestHandler, type Request, type Response } from 'express';
import { asNotice, type Notice } from '../../console/outside.ts';
import { Problem } from '../problems.ts';

/** What became of a press. Without `redirect` the page itself is the answer (RFC 8058 follows none). */
export interface Pressed {
  readonly notice?: Notice;
  readonly redirect: boolean;
  /** Where to; by default the page that was pressed on. */
  readonly to?: string;
}
export interface Pages {
  readonly page: (token: string, notice: Notice | undefined) => Promise<string>;
  readonly press: (token: string, body: { readonly [field: string]: unknown }) => Promise<Pressed>;
}
export interface SubscriptionRoutes {
  readonly unsubscribe: Pages;
  readonly preferences: Pages;
  readonly confirm: Pages;
  /** For a link that is none, or none any more. */
  readonly lostPage: () => Promise<string>;
}

export function subscriptionRoutes(deps: SubscriptionRoutes): Router {
  const router = Router();
  // RFC 8058 posts urlencoded or multipart; of a form that is not ours the token alone decides.
  const form = urlencoded({ extended: false, limit: '20kb' });
  const paths = { u: deps.unsubscribe, p: deps.preferences, k: deps.confirm } as const;
  for (const [letter, pages] of Object.entries(paths)) {
    const path = `/${letter}/:token`;
    router.get(path, async (request, response) => {
      const notice = asNotice(request.query['done']);
      show(response, await pages.page(tokenOf(request), notice));
    });
    router.post(path, form, async (request, response) => {
      const token = tokenOf(request);
      const {
        notice,
        redirect,
        to = `/${letter}/${token}`,
      } = await pages.press(token, fieldsOf(request.body));
      const done = notice === undefined ? '' : `?done=${notice}`;
      if (redirect) response.redirect(303, `${to}${done}`);
      else show(response, await pages.page(token, notice));
    });
    router.use(`/${letter}`, lost(deps));
  }
  return router;
}

function tokenOf(request: Request): string {
  return String(request.params['token']);
}

/** Whoever has the link is meant, nobody else: no cache keeps the page, no search engine lists it. */
function show(response: Response, page: string): void {
  response.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' });
  response.type('html').send(page);
}

/** A link of an email that is none, or none any more: a page of the sender, not of the product. */
export function lost(deps: Pick<SubscriptionRoutes, 'lostPage'>): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    const wanted = request.accepts(['application/problem+json', 'text/html']);
    if (!(error instanceof Problem) || error.code !== 'bad-link' || wanted !== 'text/html') {
      next(error);
      return;
    }
    response.status(404);
    show(response, await deps.lostPage());
  };
}

function fieldsOf(body: unknown): { readonly [field: string]: unknown } {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
