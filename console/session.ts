/**
 * Who may see the console: signing in and out, the cookie that remembers it, and which posts are taken.
 * It shows nothing of any lead.
 */
import { urlencoded, type RequestHandler, type Response, type Router } from 'express';
import { Problem } from '../api/problems.ts';
import { sessionLivesMs, type Sessions } from '../api/sessions.ts';
import { signInPage } from './pages/sign-in.ts';

export interface SignIn {
  readonly sessions: Sessions;
  readonly publicUrl: string;
}
type Fields = { readonly [name: string]: string | undefined };

const cookieName = 'perennial_session';

export function signInRoutes(router: Router, deps: SignIn): void {
  const form = urlencoded({ extended: false, limit: '5kb' });
  router.get('/sign-in', (request, response) => {
    const { token, next } = request.query as Fields;
    const view = { next: placeOf(next), ...(token === undefined ? {} : { token }) };
    response.set('Cache-Control', 'no-store').type('html').send(signInPage(view));
  });
  router.post('/sign-in', fromOurPages, form, async (request, response) => {
    const { token, key, next } = (request.body ?? {}) as Fields;
    const by = token !== undefined ? { token } : key !== undefined ? { key } : undefined;
    const cookie = by === undefined ? null : await deps.sessions.open(by);
    if (cookie === null) {
      const problem =
        token === undefined
          ? 'This API key is not known, or was revoked.'
          : 'This link was used before, or is too old. A new start prints a new one.';
      response
        .status(401)
        .type('html')
        .send(signInPage({ problem, next: placeOf(next) }));
      return;
    }
    setCookie(response, deps, cookie, sessionLivesMs);
    response.redirect(303, placeOf(next));
  });
  router.post('/sign-out', fromOurPages, async (request, response) => {
    const cookie = cookieOf(request.headers.cookie);
    if (cookie !== undefined) await deps.sessions.close(cookie);
    setCookie(response, deps, '', 0);
    response.redirect(303, '/console/sign-in');
  });
}

function setCookie(response: Response, { publicUrl }: SignIn, value: string, maxAge: number): void {
  response.cookie(cookieName, value, {
    httpOnly: true,
    sameSite: 'lax',
    secure: publicUrl.startsWith('https:'),
    path: '/console',
    maxAge,
  });
}

/** Another site can make a browser post here; it cannot make it say that it came from us. */
export const fromOurPages: RequestHandler = (request, _response, next) => {
  const site = request.headers['sec-fetch-site'];
  const { origin, host } = request.headers;
  const isOurs =
    site === undefined
      ? origin !== undefined && URL.canParse(origin) && new URL(origin).host === host
      : site === 'same-origin';
  if (!isOurs) throw new Problem('forbidden', 'This form was not sent from a page of ours.');
  next();
};

export function requireSession(sessions: Sessions): RequestHandler {
  return async (request, response, next) => {
    const cookie = cookieOf(request.headers.cookie);
    if (cookie !== undefined && (await sessions.isOpen(cookie))) {
      next();
      return;
    }
    const asked = placeOf(request.originalUrl);
    const back = asked === home ? '' : `?next=${encodeURIComponent(asked)}`;
    response.set('Cache-Control', 'no-store').redirect(303, `/console/sign-in${back}`);
  };
}

/** Where to go after signing in: a page of the console, never another site. */
export function placeOf(next: string | undefined): string {
  return next !== undefined && /^\/console\/[\w/?=&.%-]*$/.test(next) ? next : home;
}
const home = '/console';

function cookieOf(header: string | undefined): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const cut = part.indexOf('=');
    if (part.slice(0, cut).trim() === cookieName) return part.slice(cut + 1).trim();
  }
  return undefined;
}
