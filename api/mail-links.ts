/**
 * What the links of an email are, for the mailbox of developers: where a tracked one leads, which ones
 * act, which one is the trap. Asking changes nothing: no request is kept.
 */
import { TRAP } from '../core/tracking/hit.ts';
import { readLink } from '../mail/tracking/link-token.ts';
import { lookUp, type TrackingDeps } from './tracking.ts';

export interface MailLink {
  readonly href: string;
  readonly words: string;
  readonly kind: MailLinkKind;
  /** Where a tracked link leads; absent where that is not known any more. */
  readonly target?: string;
}
export type MailLinkKind =
  | 'tracked'
  | 'trap'
  | 'unsubscribe'
  | 'preferences'
  | 'confirm'
  | 'handoff'
  | 'console'
  | 'elsewhere'
  | 'other';

/** The others lead elsewhere: a request of theirs tells us nothing. */
export function isOurs({ kind }: MailLink): boolean {
  return kind !== 'elsewhere' && kind !== 'other';
}

export async function describeLinks(
  deps: TrackingDeps & { readonly publicUrl: string },
  anchors: readonly { readonly href: string; readonly words: string }[],
): Promise<readonly MailLink[]> {
  return Promise.all(
    anchors.map(async ({ href, words }) => {
      const [kind, token] = kindOf(deps.publicUrl, href);
      if (kind !== 'tracked') return { href, words, kind };
      if (readLink(deps.secret, token)?.link === TRAP) return { href, words, kind: 'trap' };
      const target = await lookUp(deps, token);
      return { href, words, kind, ...(target === undefined ? {} : { target }) };
    }),
  );
}

const ownPaths: { readonly [letter: string]: MailLinkKind } = {
  c: 'tracked',
  u: 'unsubscribe',
  p: 'preferences',
  k: 'confirm',
  h: 'handoff',
};

function kindOf(publicUrl: string, href: string): readonly [MailLinkKind, string] {
  if (!/^https?:/i.test(href) || !URL.canParse(href)) return ['other', ''];
  if (!href.startsWith(`${publicUrl}/`)) return ['elsewhere', ''];
  const [letter = '', token = ''] = href.slice(publicUrl.length + 1).split(/[/?#]/);
  if (letter === 'console') return ['console', ''];
  return [ownPaths[letter] ?? 'elsewhere', token];
}
