/** Which requests to the links of an email were a person's, and that evidence only ever adds up. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentOf } from '../../../core/tracking/agent.ts';
import { judge, settleMs, type JudgedHit } from '../../../core/tracking/changes.ts';
import { classify } from '../../../core/tracking/classify.ts';
import { PIXEL, TRAP, type Hit } from '../../../core/tracking/hit.ts';

const minute = 60_000;
let count = 0;
function hit(at: number, over: Partial<Hit> = {}): Hit {
  count += 1;
  return {
    ...{ id: `hit-${count}`, send: 'mail', link: 'en.1', at, method: 'GET', isPrefetch: false },
    ...{ client: 'phone', agent: 'browser' as const, ...over },
  };
}
/** Accepted at 0; the verdicts in the order of the requests. */
function check(hits: readonly Hit[], expected: readonly string[], others: readonly Hit[] = []) {
  const verdicts = classify({ acceptedAt: 0 }, hits, others);
  const said = hits.map(({ id }) => {
    const { trust, because } = verdicts.get(id) ?? { trust: 'none', because: [] };
    return [trust, ...because].join(' ');
  });
  expect(said).toEqual(expected);
}

describe('what a user agent calls itself', () => {
  const chrome =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
  test.each([
    [chrome, 'browser'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0',
      'browser',
    ],
    ['Mozilla/5.0', 'bare'],
    [undefined, 'none'],
    ['', 'none'],
    [
      'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
      'image-proxy',
    ],
    [`${chrome.replace('Chrome', 'HeadlessChrome')}`, 'tool:a browser without a screen'],
    ['curl/8.5.0', 'tool:curl'],
    ['python-requests/2.32', 'tool:Python'],
    ['Mozilla/5.0 (compatible; bingbot/2.0) BingPreview/1.0b', 'scanner:Microsoft'],
    ['BarracudaCentral/1.0', 'scanner:Barracuda'],
    ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'scanner:a link preview'],
    ['Something of its own', 'other'],
  ])('%s', (userAgent, expected) => {
    expect(agentOf(userAgent)).toBe(expected);
  });
});

describe('a request by itself', () => {
  test('a browser, minutes after the delivery, is a person', () => {
    check([hit(5 * minute)], ['human']);
  });
  test('HEAD is no person', () => {
    check([hit(5 * minute, { method: 'HEAD' })], ['likely-robot head']);
  });
  test('nobody reads an email within ten seconds of its delivery', () => {
    check([hit(9_999), hit(10_000)], ['likely-robot too-soon', 'human']);
  });
  test('a link that cannot be seen is followed by machines', () => {
    check([hit(5 * minute, { link: TRAP })], ['likely-robot trap']);
  });
  test('scanners, programs and prefetching say so', () => {
    check([hit(minute, { agent: 'scanner:Mimecast' })], ['likely-robot scanner']);
    check([hit(minute, { agent: 'tool:curl' })], ['likely-robot tool']);
    check([hit(minute, { isPrefetch: true })], ['likely-robot prefetch']);
  });
  test('what calls itself nothing known is not known', () => {
    check([hit(minute, { agent: 'other' })], ['unknown unknown-agent']);
    check([hit(minute, { agent: 'none' })], ['unknown unknown-agent']);
  });
  test('an open is never a person for certain', () => {
    check([hit(minute, { link: PIXEL })], ['unknown opened-by-itself']);
    check([hit(minute, { link: PIXEL, agent: 'image-proxy' })], ['unknown image-proxy']);
    check([hit(minute, { link: PIXEL, agent: 'bare' })], ['likely-robot privacy-proxy']);
  });
});

describe('requests together', () => {
  const links = ['en.1', 'en.2', 'en.3'];
  test('three links in two seconds, from however many addresses', () => {
    const burst = links.map((link, index) => hit(minute + index * 900, { link, client: link }));
    check(
      burst,
      links.map(() => 'likely-robot many-links'),
    );
  });
  test('two links in two seconds may be a person with two tabs', () => {
    check([hit(minute), hit(minute + 500, { link: 'en.2' })], ['human', 'human']);
  });
  test('the same link three times is a person in a hurry', () => {
    check([hit(minute), hit(minute + 300), hit(minute + 600)], ['human', 'human', 'human']);
  });
  test('a client that falls into the trap was a machine before', () => {
    check(
      [hit(minute), hit(9 * minute, { link: TRAP })],
      ['likely-robot same-client', 'likely-robot trap'],
    );
  });
  test('a person beside a scanner is not taken for it, once it is done', () => {
    const scanner = { client: 'scanner', link: TRAP };
    check(
      [hit(minute, scanner), hit(minute + 20_000), hit(minute + 31_000)],
      ['likely-robot trap', 'likely-robot beside-a-robot', 'human'],
    );
  });
  test('a client that follows four emails at once is the scanner of a company', () => {
    const others = ['b', 'c', 'd'].map((send, index) => hit(minute + index * 500, { send }));
    check([hit(minute)], ['likely-robot many-emails'], others);
    check([hit(minute)], ['human'], others.slice(1));
    check([hit(minute, { client: null })], ['human'], others);
  });
});

const anyHit = fc
  .record({
    at: fc.integer({ min: 0, max: 120_000 }),
    link: fc.constantFrom('en.1', 'en.2', 'en.3', 'en.4', TRAP, PIXEL),
    method: fc.constantFrom('GET' as const, 'HEAD' as const),
    isPrefetch: fc.constantFrom(false, false, false, true),
    client: fc.constantFrom('a', 'b', null),
    agent: fc.constantFrom(
      'browser' as const,
      'browser' as const,
      'other' as const,
      'bare' as const,
    ),
  })
  .map(({ at, ...over }) => hit(at, over));
const rank = { 'likely-robot': 0, unknown: 1, human: 2 };

test('one more request never makes a person of a robot', () => {
  fc.assert(
    fc.property(fc.array(anyHit, { maxLength: 8 }), anyHit, (hits, more) => {
      const before = classify({ acceptedAt: 0 }, hits);
      const after = classify({ acceptedAt: 0 }, [...hits, more]);
      for (const { id } of hits) {
        const [was, is] = [before.get(id)?.trust ?? 'human', after.get(id)?.trust ?? 'human'];
        expect(rank[is]).toBeLessThanOrEqual(rank[was]);
      }
    }),
  );
});

test('the order in which requests are known does not matter', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
      fc.array(anyHit, { minLength: 8, maxLength: 8 }),
      (order, hits) => {
        const shuffled = order.flatMap((index) => hits[index] ?? []);
        const inOrder = classify({ acceptedAt: 0 }, hits);
        for (const [id, verdict] of classify({ acceptedAt: 0 }, shuffled)) {
          expect(verdict).toEqual(inOrder.get(id));
        }
      },
    ),
  );
});

describe('what is told of an email', () => {
  const day = 86_400_000;
  const told = (hits: readonly JudgedHit[], until: number) =>
    judge({ acceptedAt: 0 }, hits, [], until).changes.map(({ key, trust }) => `${key} ${trust}`);
  const fresh = (one: Hit): JudgedHit => ({ ...one, judged: null });

  test('a click is told once it has settled, and once', () => {
    const click = fresh(hit(minute));
    expect(told([click], minute + settleMs - 16_000)).toEqual([]);
    expect(told([click], minute)).toEqual(['en.1/1970-01-01 human']);
    expect(told([{ ...click, judged: 'human' }, fresh(hit(2 * minute))], 3 * minute)).toEqual([]);
  });
  test('another link, and another day, are clicks of their own', () => {
    const known: JudgedHit = { ...hit(minute), judged: 'human' };
    const more = [fresh(hit(5 * minute, { link: 'en.2' })), fresh(hit(day + minute))];
    expect(told([known, ...more], 2 * day)).toEqual([
      'en.2/1970-01-01 human',
      'en.1/1970-01-02 human',
    ]);
  });
  test('twelve links at once are one robot', () => {
    const links = Array.from({ length: 12 }, (_, index) =>
      fresh(hit(minute + index, { link: `en.${index}` })),
    );
    expect(told(links, 2 * minute)).toEqual(['robot/1970-01-01 likely-robot']);
  });
  test('what was a person is judged anew, and what never was is not', () => {
    const click: JudgedHit = { ...hit(minute), judged: 'human' };
    const trap = fresh(hit(9 * minute, { link: TRAP }));
    expect(told([click, trap], day)).toEqual([
      'en.1/1970-01-01 likely-robot',
      'robot/1970-01-01 likely-robot',
    ]);
    const after = [click, trap].map((one): JudgedHit => ({ ...one, judged: 'likely-robot' }));
    expect(told(after, day)).toEqual([]);
  });
  test('a person who follows a link after a robot did is one', () => {
    const scanned: JudgedHit = { ...hit(5_000, { client: 'x' }), judged: 'likely-robot' };
    expect(told([scanned, fresh(hit(9 * minute))], day)).toEqual(['en.1/1970-01-01 human']);
  });
});
