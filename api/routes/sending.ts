/** How sending goes: the last day by sender and receiver, with what is paused and why. */
import { Router, type RequestHandler } from 'express';
import type { Releases } from '../../ingest/batch.ts';
import type { Sql } from '../../store/client.ts';
import { instant } from '../lead-view.ts';
import { viewSending, type SendingView } from '../sending.ts';

export interface SendingRoutes {
  readonly sql: Sql;
  readonly releases: Pick<Releases, 'current'>;
  readonly clock: () => number;
  readonly read: RequestHandler;
}

export function sendingRoutes(deps: SendingRoutes): Router {
  const router = Router();
  router.get('/sending', deps.read, async (_request, response) => {
    response.json(sendingJson(await viewSending(deps)));
  });
  return router;
}

export function sendingJson({ since, mailServer, senders }: SendingView): object {
  return {
    since: instant(since),
    mailServer: mailServer === undefined ? { state: 'ok' } : serverJson(mailServer),
    senders: senders.map(({ pause, warmUp, ways, ...sender }) => ({
      ...sender,
      state: pause === undefined ? 'ok' : 'paused',
      pause: pauseJson(pause),
      warmUp: warmUp === undefined ? null : warmUpJson(warmUp),
      receivers: ways.map(({ pause: own, refusing, ...way }) => ({
        ...way,
        state: own !== undefined ? 'paused' : refusing === undefined ? 'ok' : 'refuses-for-now',
        pause: pauseJson(own),
        refusals: refusing?.refusals ?? 0,
        askedAgainAt: instant(refusing?.blockedUntil ?? undefined),
      })),
    })),
  };
}

function serverJson({ since, waiting, response }: NonNullable<SendingView['mailServer']>): object {
  return { state: 'unanswered', since: instant(since), waiting, response };
}

function pauseJson(pause: SendingView['senders'][number]['pause']): object | null {
  if (pause === undefined) return null;
  const { id, from, until, why, by } = pause;
  return { id, from: instant(from), until: instant(until ?? undefined), why, by };
}

function warmUpJson({
  day,
  number,
  of,
  max,
  used,
}: NonNullable<SendingView['senders'][number]['warmUp']>): object {
  return { date: day, day: number, of, max, sent: used };
}
