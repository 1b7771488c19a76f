/**
 * UTM parameters as defaults: a link that says itself where it comes from is left exactly as it is.
 *
 * Addresses are taken as text. Taking them apart and putting them together again would change what
 * their author wrote, and some servers compare signatures letter by letter.
 */
import type { UtmDefaults } from '../sending/model.ts';

/** Where in which journey the email stands. */
export interface UtmPlace {
  readonly campaign: string;
  readonly content: string;
}

export function withUtm(target: string, defaults: UtmDefaults, place: UtmPlace): string {
  if (!mayCarry(target, defaults.domains)) return target;
  const { source, medium } = defaults;
  const { campaign, content } = place;
  const added = Object.entries({ source, medium, campaign, content })
    .map(([name, value]) => `utm_${name}=${encodeURIComponent(value)}`)
    .join('&');
  const [address = '', ...fragment] = target.split('#');
  const end = fragment.length === 0 ? '' : `#${fragment.join('#')}`;
  return `${address}${joint(address)}${added}${end}`;
}

function mayCarry(target: string, domains: UtmDefaults['domains']): boolean {
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return false;
  const { hostname, searchParams } = new URL(target);
  if ([...searchParams.keys()].some((name) => /^utm_/i.test(name))) return false;
  return (
    domains === undefined ||
    domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))
  );
}

function joint(address: string): string {
  if (!address.includes('?')) return '?';
  return /[?&]$/.test(address) ? '' : '&';
}
