/**
 * Who may see the console: a one-time link or an API key is exchanged for a session.
 *
 * Links and sessions are 256 random bits, kept as hashes only. Showing the link changes nothing (mail
 * scanners and link previews follow links); pressing its button uses it up.
 */
import { randomBytes } from 'node:crypto';
import type { Sql } from '../store/client.ts';
import {
  deleteSession,
  findSession,
  redeemSignIn,
  saveSession,
} from '../store/console-sessions.ts';
import { findScopes } from '../store/api-keys.ts';
import { hashKey } from './access.ts';

export const sessionLivesMs = 30 * 86_400_000;

export interface Sessions {
  isOpen(cookie: string): Promise<boolean>;
  /** The cookie of the new session, or null when the link or the key is not good. */
  open(by: { readonly token: string } | { readonly key: string }): Promise<string | null>;
  close(cookie: string): Promise<void>;
}

export function createSessions(sql: Sql, clock: () => number): Sessions {
  return {
    isOpen: (cookie) => findSession(sql, hashKey(cookie), clock()),
    async open(by) {
      const cookie = newSecret();
      const session = { hash: hashKey(cookie), expiresAt: clock() + sessionLivesMs };
      if ('token' in by) {
        const link = { hash: hashKey(by.token), now: clock() };
        return (await redeemSignIn(sql, link, session)) ? cookie : null;
      }
      const scopes = await findScopes(sql, hashKey(by.key));
      if (scopes === null || !scopes.includes('read')) return null;
      await saveSession(sql, session.hash, session.expiresAt);
      return cookie;
    },
    close: (cookie) => deleteSession(sql, hashKey(cookie), clock()),
  };
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
