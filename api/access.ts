/**
 * Who may call: API keys (Basic with the key as user name, as Segment's libraries send it, or
 * Bearer) and the hosts this server answers to.
 *
 * Keys are stored as SHA-256 only; a lookup by hash compares nothing secret in variable time. The
 * Host check stops DNS rebinding: a page on the internet cannot make a browser talk to a local server.
 */
import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Problem } from './problems.ts';

export interface KeyStore {
  /** The scopes of a live key, or null. */
  scopesOf(keyHash: string): Promise<readonly string[] | null>;
}
export type Scope = 'write' | 'read';

/** A revoked key is dead within this time on every process. */
const rememberedForMs = 1_000;

export function requireKey(keys: KeyStore, clock: () => number): (scope: Scope) => RequestHandler {
  const remembered = new Map<
    string,
    { readonly scopes: readonly string[] | null; readonly until: number }
  >();
  const scopesOf = async (hash: string): Promise<readonly string[] | null> => {
    const known = remembered.get(hash);
    if (known !== undefined && known.until > clock()) return known.scopes;
    const scopes = await keys.scopesOf(hash);
    // Bounded: guesses must not fill the memory.
    if (remembered.size > 1_000) remembered.clear();
    remembered.set(hash, { scopes, until: clock() + rememberedForMs });
    return scopes;
  };
  const scopesOfKey = async (authorization: string | undefined): Promise<readonly string[]> => {
    const key = keyOf(authorization);
    if (key === null) throw unauthorized('The request carries no API key.');
    const scopes = await scopesOf(hashKey(key));
    if (scopes === null) throw unauthorized('The API key is not known, or was revoked.');
    return scopes;
  };
  // A request is asked at the door and again by its route.
  const asked = new WeakMap<object, readonly string[]>();
  return (scope) => async (request, _response, next) => {
    const scopes = asked.get(request) ?? (await scopesOfKey(request.headers.authorization));
    asked.set(request, scopes);
    if (!scopes.includes(scope)) {
      throw new Problem('forbidden', `The API key has no scope "${scope}".`);
    }
    next();
  };
}

export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

export function allowHosts(allowed: readonly string[]): RequestHandler {
  const names = new Set([
    ...allowed.map((name) => name.toLowerCase()),
    'localhost',
    '127.0.0.1',
    '[::1]',
  ]);
  return (request, _response, next) => {
    const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    if (!names.has(host)) {
      throw new Problem(
        'wrong-host',
        `This server does not answer to the host ${JSON.stringify(host)}; name it in ALLOWED_HOSTS.`,
      );
    }
    next();
  };
}

function keyOf(header: string | undefined): string | null {
  const [scheme = '', credentials = ''] = (header ?? '').split(' ', 2);
  if (credentials === '') return null;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return null;
  const user = Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? '';
  return user === '' ? null : user;
}

function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', `${detail} Send it as Basic user name or as Bearer token.`, {
    headers: { 'WWW-Authenticate': 'Basic realm="perennial"' },
  });
}
