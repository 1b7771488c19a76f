/**
 * Whether requests to the links of one email came from a person: `human`, `likely-robot` or `unknown`,
 * with the reasons.
 *
 * A robot is known by what it is called and by what it does, alone or with others of its kind, so all
 * requests are looked at together and in no order. Every reason is of the form "there is a request that
 * …": one more request can only add reasons. What once was a robot never becomes a person by it, and a
 * person may turn out to have been a robot.
 *
 * Nobody is a person for certain. `human` means a browser that did nothing a machine would do.
 */
import { PIXEL, TRAP, type Hit, type Reason, type Verdict } from './hit.ts';

export interface Mail {
  /** When the relay took the email; null while that is not known. */
  readonly acceptedAt: number | null;
}

/**
 * Relays take seconds to deliver, and a person some more to find, open and read an email. Scanners sit
 * on the way: they ask before the receiver's server has answered ours. 10 s is what link tracking
 * commonly uses.
 */
const soonMs = 10_000;
/** Three links in two seconds: a page has not been painted by then. Two may be a double tab. */
const burstMs = 2_000;
const burstLinks = 3;
/** Three people behind one address may click within two seconds of each other; four hardly. */
const burstEmails = 4;
/** Scanners work from many addresses at once, and are done with an email within this time. */
const besideMs = 30_000;

/** What makes a client a robot in everything it does with this email. */
const telling: ReadonlySet<Reason> = new Set<Reason>([
  ...(['trap', 'many-links', 'many-emails', 'scanner', 'tool', 'head'] as const),
]);
/** What makes others a robot that come with it, whatever they are called. */
const catching: ReadonlySet<Reason> = new Set<Reason>(['trap', 'many-links']);

/** `others`: requests of the same clients to links of other emails. */
export function classify(
  mail: Mail,
  hits: readonly Hit[],
  others: readonly Hit[] = [],
): ReadonlyMap<string, Verdict> {
  const own = new Map(hits.map((hit) => [hit, alone(mail, hit, hits, others)]));
  const told = hits.filter((hit) => own.get(hit)?.some((reason) => telling.has(reason)));
  const clients = new Set(told.flatMap(({ client }) => (client === null ? [] : [client])));
  const caught = hits
    .filter((hit) => own.get(hit)?.some((reason) => catching.has(reason)))
    .map(({ at }) => at);
  return new Map(
    hits.map((hit) => {
      const reasons = own.get(hit) ?? [];
      const isBeside = caught.some((at) => Math.abs(at - hit.at) <= besideMs);
      const company: readonly Reason[] = [
        ...(hit.client !== null && clients.has(hit.client) ? (['same-client'] as const) : []),
        ...(isBeside ? (['beside-a-robot'] as const) : []),
      ];
      return [hit.id, verdictOf(hit, reasons.length > 0 ? reasons : company)];
    }),
  );
}

function verdictOf(hit: Hit, robot: readonly Reason[]): Verdict {
  if (robot.length > 0) return { trust: 'likely-robot', because: robot };
  const doubt = doubtOf(hit);
  return doubt === undefined
    ? { trust: 'human', because: [] }
    : { trust: 'unknown', because: [doubt] };
}

/** What speaks against a request by itself, or by what was asked for at the same moment. */
function alone(
  mail: Mail,
  hit: Hit,
  hits: readonly Hit[],
  others: readonly Hit[],
): readonly Reason[] {
  const isOpen = hit.link === PIXEL;
  const { acceptedAt } = mail;
  const found: readonly (readonly [Reason, boolean])[] = [
    ['trap', hit.link === TRAP],
    ['many-links', !isOpen && inBurst(hit, hits)],
    ['scanner', hit.agent.startsWith('scanner:')],
    ['tool', hit.agent.startsWith('tool:') || (hit.agent === 'bare' && !isOpen)],
    ['head', hit.method === 'HEAD'],
    ['prefetch', hit.isPrefetch],
    ['privacy-proxy', hit.agent === 'bare' && isOpen],
    ['too-soon', acceptedAt !== null && hit.at - acceptedAt < soonMs],
    ['many-emails', inMailBurst(hit, others)],
  ];
  return found.flatMap(([reason, holds]) => (holds ? [reason] : []));
}

/** Some two seconds around it hold requests for several links, whoever asked: it is one email. */
function inBurst(hit: Hit, hits: readonly Hit[]): boolean {
  const near = hits.filter(({ link, at }) => link !== PIXEL && Math.abs(at - hit.at) <= burstMs);
  return near.some((first) => {
    const span = near.filter(({ at }) => at >= first.at && at - first.at <= burstMs);
    return span.includes(hit) && new Set(span.map(({ link }) => link)).size >= burstLinks;
  });
}

function inMailBurst(hit: Hit, others: readonly Hit[]): boolean {
  if (hit.client === null) return false;
  const near = others.filter(
    ({ client, at }) => client === hit.client && Math.abs(at - hit.at) <= burstMs,
  );
  return new Set([hit.send, ...near.map(({ send }) => send)]).size >= burstEmails;
}

function doubtOf({ link, agent }: Hit): Reason | undefined {
  if (agent === 'image-proxy') return 'image-proxy';
  if (link === PIXEL) return 'opened-by-itself';
  return agent === 'browser' ? undefined : 'unknown-agent';
}
