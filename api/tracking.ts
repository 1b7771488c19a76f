/**
 * What happens behind the links of emails: the request is kept and the person goes on, at once. Nothing
 * of a lead changes here; what the request says is judged when it has settled (`ingest/judge-hits.ts`).
 *
 * Where a link leads is looked up by what its token names. Nothing of the request decides it, so no link
 * of ours leads to a place that no author wrote.
 */
import type { Release } from '../core/definitions/release.ts';
import type { TrackingPolicy } from '../core/sending/model.ts';
import { agentOf } from '../core/tracking/agent.ts';
import { addressOf, clientOf } from '../core/tracking/client.ts';
import { PIXEL, TRAP, type Hit } from '../core/tracking/hit.ts';
import { withUtm } from '../core/tracking/utm.ts';
import { freshId } from '../ingest/fresh-id.ts';
import { findLink, targetOf } from '../mail/tracking/find-link.ts';
import { readLink, readOpen } from '../mail/tracking/link-token.ts';
import type { CompiledTemplate } from '../mail/templates/compile.ts';
import type { Sql } from '../store/client.ts';
import { recordHit, type LinkedMail } from '../store/link-hits.ts';

export interface TrackingDeps {
  readonly sql: Sql;
  readonly releases: TrackingReleases;
  readonly clock: () => number;
  readonly secret: string;
  readonly trustedProxies?: number;
}
export interface TrackingReleases {
  readonly current: () => Promise<Release>;
  readonly release: (id: string) => Promise<Release>;
  /** Absent: only links that were kept with their mail lead anywhere. */
  readonly template?: (
    name: string,
    hash: string,
  ) => Promise<
    { readonly languages: { readonly [language: string]: CompiledTemplate } } | undefined
  >;
}
/** What is read of a request. */
export interface Asked {
  readonly method: string;
  readonly peer: string;
  readonly userAgent: string | undefined;
  readonly forwardedFor: string | undefined;
  /** `Purpose`, `Sec-Purpose`, `X-Purpose` and `X-Moz`, together. */
  readonly purpose: string;
}
export type Followed =
  | { readonly type: 'to'; readonly url: string }
  /** No person sees this link. */
  | { readonly type: 'nowhere' }
  | { readonly type: 'unknown' };

export function createTracking(deps: TrackingDeps) {
  return {
    follow: (token: string, asked: Asked) => follow(deps, token, asked),
    opened: (token: string, asked: Asked) => opened(deps, token, asked),
  };
}

async function follow(deps: TrackingDeps, token: string, asked: Asked): Promise<Followed> {
  const read = readLink(deps.secret, token);
  if (read === null) return { type: 'unknown' };
  const mail = await keep(deps, read.send, read.link, asked, ({ clicks }) => clicks);
  if (mail === null) return { type: 'unknown' };
  if (read.link === TRAP) return { type: 'nowhere' };
  const target = await targetIn(deps, mail, read.link);
  if (target === undefined || !/^https?:\/\//i.test(target)) return { type: 'unknown' };
  const { tracking } = (await deps.releases.release(mail.releaseId)).sending;
  const place = { campaign: mail.journey ?? '', content: mail.step };
  const { utm } = tracking ?? {};
  return { type: 'to', url: utm === undefined ? target : withUtm(target, utm, place) };
}

/** Where a link leads, without following it: nothing is kept. */
export async function lookUp(deps: TrackingDeps, token: string): Promise<string | undefined> {
  const read = readLink(deps.secret, token);
  if (read === null) return undefined;
  const nobody = { method: 'HEAD', peer: '', userAgent: undefined, forwardedFor: undefined };
  const hit = hitOf(deps, read.send, read.link, { ...nobody, purpose: '' });
  const mail = await recordHit(deps.sql, hit, false);
  return mail === null ? undefined : targetIn(deps, mail, read.link);
}

async function targetIn(
  { releases }: TrackingDeps,
  { template, templateHash, target }: LinkedMail,
  link: string,
): Promise<string | undefined> {
  if (target !== null) return target;
  const stored = await releases.template?.(template, templateHash);
  return stored === undefined ? undefined : targetOf(findLink(stored.languages, link), null);
}

async function opened(deps: TrackingDeps, token: string, asked: Asked): Promise<void> {
  const send = readOpen(deps.secret, token);
  if (send !== null) await keep(deps, send, PIXEL, asked, ({ opens }) => opens);
}

/** Wanted by the file of today, whatever it said when the mail went out. */
async function keep(
  deps: TrackingDeps,
  send: string,
  link: string,
  asked: Asked,
  isWanted: (policy: TrackingPolicy) => boolean,
): Promise<LinkedMail | null> {
  const { tracking } = (await deps.releases.current()).sending;
  const isKept = tracking !== undefined && isWanted(tracking);
  return recordHit(deps.sql, hitOf(deps, send, link, asked), isKept);
}

function hitOf(deps: TrackingDeps, send: string, link: string, asked: Asked): Hit {
  const { peer, forwardedFor, userAgent = '', purpose } = asked;
  const { secret, trustedProxies = 0 } = deps;
  const at = deps.clock();
  const isHidden = trustedProxies === 0 && forwardedFor !== undefined;
  const address = addressOf(peer, forwardedFor, trustedProxies);
  return {
    ...{ id: freshId(), send, link, at },
    method: asked.method === 'HEAD' ? 'HEAD' : 'GET',
    isPrefetch: /prefetch|preview|prerender/i.test(purpose),
    client: clientOf(secret, at, { address, userAgent, within: isHidden ? send : '' }),
    agent: agentOf(userAgent),
  };
}
