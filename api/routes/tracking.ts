/**
 * The links and the image of emails. GET sends a person on to where the link leads; HEAD answers the same
 * and goes nowhere. Both keep the request as evidence and change nothing else, so a scanner that follows
 * every link finds consent, scores and stages as they were.
 */
import { Router, type Request, type Response } from 'express';
import { badLink } from '../problems.ts';
import type { Asked, createTracking } from '../tracking.ts';

/** A transparent GIF of one pixel. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

export function trackingRoutes(
  tracking: ReturnType<typeof createTracking>,
  onDefect: (error: unknown) => void,
): Router {
  const router = Router();
  router.get('/c/:token', async (request, response) => {
    const followed = await tracking.follow(String(request.params['token']), askedBy(request));
    if (followed.type === 'unknown') throw badLink();
    notKept(response);
    if (followed.type === 'nowhere') response.status(204).end();
    // Not `redirect`: it answers with a page of its own, and encodes what an author wrote.
    else response.status(302).set('Location', header(followed.url)).end();
  });
  router.get('/o/:token', async (request, response) => {
    // The image of an email is shown whatever became of its story.
    await tracking.opened(String(request.params['token']), askedBy(request)).catch(onDefect);
    notKept(response);
    response.set('Cross-Origin-Resource-Policy', 'cross-origin').type('gif').send(pixel);
  });
  return router;
}

function notKept(response: Response): void {
  response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  response.set('X-Robots-Tag', 'noindex, nofollow');
}

/** Nothing that could end the header; Node refuses what is not Latin. */
function header(url: string): string {
  return url.replace(/[^\x21-\x7e]+/g, (text) =>
    Buffer.from(text).toString('hex').replace(/../g, '%$&'),
  );
}

function askedBy(request: Request): Asked {
  const purpose = ['purpose', 'sec-purpose', 'x-purpose', 'x-moz']
    .map((name) => request.get(name) ?? '')
    .join(' ');
  return {
    method: request.method,
    peer: request.socket.remoteAddress ?? '',
    userAgent: request.get('user-agent'),
    forwardedFor: request.get('x-forwarded-for'),
    purpose,
  };
}
