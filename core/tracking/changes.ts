/**
 * What is to be said of an email after its requests were judged: clicks and opens that are new, and those
 * that turn out to have been something else.
 *
 * Requests to one link on one day are one click: a second look the same day says no more than the first,
 * one of next week does. A click is told once it has settled; a robot's are told together, once a day,
 * because a scanner that follows twelve links did one thing. Whether an event was told before is for the
 * caller to look up; nothing here is told twice for the same requests.
 */
import type { Trust } from '../facts/lead.ts';
import { classify, type Mail } from './classify.ts';
import { PIXEL, reasonWords, TRAP, type Hit, type Verdict } from './hit.ts';

/** Null: not judged yet. */
export type JudgedHit = Hit & { readonly judged: Trust | null };

export interface Change {
  readonly type: 'clicked' | 'opened';
  /** Unique within the email: "en.3/2026-11-22", "robot/2026-11-22", "opened". */
  readonly key: string;
  /** The request that is told of. */
  readonly hit: Hit;
  readonly trust: Trust;
  /** In words; absent for a person. */
  readonly because?: string;
}
export interface Judgement {
  /** Of what has settled, by id. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly changes: readonly Change[];
}

/**
 * How long a request is left alone: by then whoever follows every link has done so. A person's click
 * counts when it is over; they are at the page long before.
 */
export const settleMs = 15_000;

/** `until`: requests up to then have settled. Younger ones are evidence, and are told of later. */
export function judge(
  mail: Mail,
  hits: readonly JudgedHit[],
  others: readonly Hit[],
  until: number,
): Judgement {
  const all = classify(mail, hits, others);
  const settled: readonly Settled[] = [...hits]
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .flatMap((hit) => {
      const verdict = all.get(hit.id);
      return hit.at > until || verdict === undefined
        ? []
        : [{ ...hit, verdict: notBetter(verdict, hit.judged) }];
    });
  const groups = new Map<string, Settled[]>();
  for (const hit of settled) {
    for (const key of keysOf(hit)) groups.set(key, [...(groups.get(key) ?? []), hit]);
  }
  return {
    verdicts: new Map(settled.map(({ id, verdict }) => [id, verdict])),
    changes: [...groups].flatMap(([key, group]) => changeOf(key, group)),
  };
}

type Settled = JudgedHit & { readonly verdict: Verdict };

/** What spoke against it then may be forgotten by now. */
function notBetter(verdict: Verdict, judged: Trust | null): Verdict {
  const isBetter = judged === 'likely-robot' && verdict.trust !== 'likely-robot';
  return isBetter ? { trust: 'likely-robot', because: [] } : verdict;
}

/** What a request counts towards. A robot's is one of the robots', and may be what a click was. */
function keysOf({ link, at, verdict, judged }: Settled): readonly string[] {
  if (link === PIXEL) return ['opened'];
  const day = new Date(at).toISOString().slice(0, 10);
  const isRobot = verdict.trust === 'likely-robot' || judged === 'likely-robot';
  return [...(link === TRAP ? [] : [`${link}/${day}`]), ...(isRobot ? [`${robots}/${day}`] : [])];
}
const robots = 'robot';

function changeOf(key: string, group: readonly Settled[]): readonly Change[] {
  const before = bestOf(group.flatMap(({ judged }) => (judged === null ? [] : [judged])));
  const type = key === 'opened' ? 'opened' : 'clicked';
  const isRobots = key.startsWith(`${robots}/`);
  const trust = isRobots ? 'likely-robot' : bestOf(group.map(({ verdict }) => verdict.trust));
  const hit = group.find(({ verdict }) => verdict.trust === trust);
  if (trust === undefined || hit === undefined) return [];
  const isTold = isRobots
    ? group.some(({ judged }) => judged === 'likely-robot')
    : before === trust || (before === undefined && trust === 'likely-robot' && type === 'clicked');
  if (isTold) return [];
  const words = hit.verdict.because.map((reason) => reasonWords[reason]).join('; ');
  return [{ type, key, hit, trust, ...(words === '' ? {} : { because: words }) }];
}

/** Of several requests to one link the one that was a person's counts. */
function bestOf(trusts: readonly Trust[]): Trust | undefined {
  const order: readonly Trust[] = ['human', 'unknown', 'likely-robot'];
  return order.find((trust) => trusts.includes(trust));
}
