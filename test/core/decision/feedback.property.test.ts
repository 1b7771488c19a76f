/**
 * What holds for whatever comes back of emails, in any order: soft bounces rest an address and never
 * end it, our own fault leaves no trace, and a complaint is the end of all marketing at once.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, release, scene, START, type Scene } from './acme.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { JsonObject } from '../../../core/rules/condition.ts';

const workspace = release({
  sending: {
    ...release().sending,
    sunset: { afterMs: 60 * DAY, emails: 4 },
    replies: { stop: 'journey', tell: 'owner' },
  },
});

interface Heard {
  readonly name: string;
  readonly properties: JsonObject;
  readonly gap: number;
}
const bounce = (kind: string) => ({ name: 'Email Bounced', properties: { kind } });
const plain = (name: string) => ({ name, properties: {} });
const gap = fc.constantFrom(0, HOUR, DAY, 5 * DAY, 12 * DAY, 40 * DAY);
const soft = bounce('soft');
const others = [
  ...['Email Sent', 'Email Delivered', 'Email Opened', 'Email Clicked', 'Page Viewed'].map(plain),
  ...['Consent Given', 'Form Submitted'].map(plain),
  { name: 'Email Replied', properties: { reply: 'reply' } },
];
const scriptOf = (...known: readonly Omit<Heard, 'gap'>[]) =>
  fc.array(
    fc.tuple(fc.constantFrom(...known), gap).map(([what, after]) => ({ ...what, gap: after })),
    { minLength: 1, maxLength: 30 },
  );

function play(heard: readonly Heard[], each: (it: Scene, one: Heard) => void = () => undefined) {
  const it = scene(workspace);
  for (const one of heard) {
    it.wait(one.gap);
    it.play(one.name, one.properties);
    each(it, one);
  }
  return it;
}

test('soft bounces alone never stop mail for good', () => {
  fc.assert(
    fc.property(scriptOf(soft, soft, soft, bounce('sender'), ...others), (heard) => {
      const it = play(heard, ({ lead, now }) => {
        for (const { scope, until = Infinity } of lead.suppressions) {
          if (scope === 'all') expect(until).toBeLessThanOrEqual(now + 90 * DAY);
        }
      });
      it.wait(91 * DAY);
      expect(it.lead.suppressions.filter(({ scope }) => scope === 'all')).toEqual([]);
      it.play('Page Viewed');
      expect(it.lead.suppressions).toEqual([]);
    }),
    { seed: 6, numRuns: 150 },
  );
});

test("whatever the sender's fault, the lead's standing is as if nothing had come back", () => {
  const ours = bounce('sender');
  fc.assert(
    fc.property(scriptOf(ours, ours, soft, bounce('hard'), ...others), (heard) => {
      const without = heard.map((one) =>
        one.properties === ours.properties ? plainGap(one) : one,
      );
      const [it, other] = [play(heard), play(without)];
      expect(it.lead.suppressions).toEqual(other.lead.suppressions);
      expect(it.lead.consents).toEqual(other.lead.consents);
      expect(it.of('suppression')).toEqual(other.of('suppression'));
    }),
    { seed: 7, numRuns: 100 },
  );
});
/** The same time passes, with something nobody listens to. */
function plainGap({ gap: after }: Heard): Heard {
  return { name: 'Email Deferred', properties: {}, gap: after };
}

test('from a complaint on nothing of marketing is allowed, whatever came before or comes after', () => {
  const complaint = plain('Email Complained');
  fc.assert(
    fc.property(
      scriptOf(soft, soft, bounce('hard'), ...others),
      scriptOf(soft, plain('Consent Withdrawn'), ...others),
      (before, after) => {
        const it = play([...before, { ...complaint, gap: 0 }]);
        for (const one of [{ ...plain('Email Deferred'), gap: 0 }, ...after]) {
          it.wait(one.gap);
          it.play(one.name, one.properties);
          const read = factReader(workspace, it.lead, it.now);
          for (const of of ['marketing', 'outbound']) {
            expect(read('mayEmail', { class: of })).toBe('no');
          }
        }
      },
    ),
    { seed: 8, numRuns: 100 },
  );
});

test('the same bounces and deliveries rest an address in whatever order they arrive', () => {
  const at = fc.integer({ min: 0, max: 30 }).map((days) => START + days * DAY);
  const event = fc.record({
    what: fc.constantFrom(soft, soft, soft, plain('Email Delivered')),
    at,
  });
  const orders = fc
    .array(event, { minLength: 3, maxLength: 12 })
    .chain((told) =>
      fc.tuple(
        fc.constant(told),
        fc.shuffledSubarray(told, { minLength: told.length, maxLength: told.length }),
      ),
    );
  fc.assert(
    fc.property(orders, ([told, shuffled]) => {
      const standings = [told, shuffled].map((events) => {
        const it = scene(workspace);
        it.wait(31 * DAY);
        for (const { what, at: occurredAt } of events) {
          it.play(what.name, what.properties, { occurredAt });
        }
        return it.lead.suppressions;
      });
      expect(standings[0]).toEqual(standings[1]);
    }),
    { seed: 9, numRuns: 150 },
  );
});
