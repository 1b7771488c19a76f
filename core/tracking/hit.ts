/**
 * One request to a link or to the image of an email, as it is kept: what is needed to tell people from
 * machines, and nothing that says who or where somebody is. Types only.
 */
import type { Trust } from '../facts/lead.ts';

export interface Hit {
  readonly id: string;
  readonly send: string;
  /** Which link of the email, such as "en.3"; `TRAP` and `PIXEL` are no links of its author. */
  readonly link: string;
  readonly at: number;
  readonly method: 'GET' | 'HEAD';
  /** A browser that fetches ahead of its user says so. */
  readonly isPrefetch: boolean;
  /** Address and browser, hashed with a key of that day; null where they cannot be told apart. */
  readonly client: string | null;
  readonly agent: Agent;
}

/** What calls itself what. `tool` and `scanner` say which one. */
export type Agent =
  | 'browser'
  /** "Mozilla/5.0" and nothing else: the privacy protection of Apple Mail. */
  | 'bare'
  | 'image-proxy'
  | 'none'
  | 'other'
  | `scanner:${string}`
  | `tool:${string}`;

/** A link that no person can see. */
export const TRAP = 'trap';
/** The invisible image. */
export const PIXEL = 'open';

export interface Verdict {
  readonly trust: Trust;
  /** Strongest first; empty for a person. */
  readonly because: readonly Reason[];
}
export type Reason =
  | 'trap'
  | 'many-links'
  | 'scanner'
  | 'tool'
  | 'head'
  | 'prefetch'
  | 'too-soon'
  | 'many-emails'
  | 'same-client'
  | 'beside-a-robot'
  | 'privacy-proxy'
  | 'image-proxy'
  | 'opened-by-itself'
  | 'unknown-agent';

export const reasonWords: { readonly [Each in Reason]: string } = {
  trap: 'it followed a link that no person can see',
  'many-links': 'it followed several links of the email within two seconds',
  scanner: 'it calls itself a scanner or a preview',
  tool: 'it is a program, not a browser',
  head: 'it asked for the head of the page only',
  prefetch: 'the browser fetched it ahead of its user',
  'too-soon': 'it came within seconds of the delivery',
  'many-emails': 'it followed links of several emails within two seconds',
  'same-client': 'the same client did what only machines do with this email',
  'beside-a-robot': 'it came with a machine that followed links of this email',
  'privacy-proxy': 'Apple Mail loads every image, read or not',
  'image-proxy': 'a proxy of the mail provider loaded the image',
  'opened-by-itself': 'images are loaded by machines as often as by people',
  'unknown-agent': 'it does not call itself a browser',
};
