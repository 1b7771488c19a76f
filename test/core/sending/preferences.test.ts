import { describe, expect, test } from 'vitest';
import type { Consent } from '../../../core/facts/lead.ts';
import { requestIn, requestStanding } from '../../../core/sending/confirmation.ts';
import { consentState } from '../../../core/sending/consent.ts';
import { saidByForm, stayed, type Standing } from '../../../core/sending/preferences.ts';

const titles = { tips: 'Product tips', events: 'Events', guides: 'Guides' } as const;
type Topic = keyof typeof titles;
const topics = (Object.keys(titles) as Topic[]).map((id) => ({ id, title: titles[id] }));

function standing(on: readonly Topic[], over: Partial<Standing> = {}): Standing {
  const states = topics.map(
    (one) => ({ ...one, state: on.includes(one.id) ? 'on' : 'off' }) as const,
  );
  return { topics: states, fewer: false, tracking: true, ...over };
}
const said = (state: Consent['state'], at: number, topic?: Topic): Consent => ({
  ...{ class: 'marketing', state, at },
  ...(topic === undefined ? {} : { topic }),
});
const asked = (ticked: readonly Topic[], over = {}) => ({
  topics: ticked,
  fewer: false,
  tracking: true,
  ...over,
});
const short = (events: ReturnType<typeof saidByForm>) =>
  events.map(({ name, properties: { topic, state, fewer, tracking } }) =>
    [name, topic, state, fewer, tracking]
      .filter((part) => part !== undefined)
      .map((part) => JSON.stringify(part).replaceAll('"', ''))
      .join(' '),
  );

describe('what a saved form says', () => {
  const yes = [said('opt-in', 1)];
  const check = (
    before: Standing,
    form: ReturnType<typeof asked>,
    expected: readonly string[],
    consents = yes,
  ) => expect(short(saidByForm(before, consents, form))).toEqual(expected);

  test('nothing where nothing was changed: twice is once', () => {
    check(standing(['tips', 'events']), asked(['tips', 'events']), []);
    check(standing([]), asked([]), []);
  });
  test('one topic off is that topic only', () =>
    check(standing(['tips', 'events']), asked(['tips']), ['Consent Withdrawn events']));
  test('the last topic off is leaving: mail without a topic would come otherwise', () =>
    check(standing(['tips', 'events']), asked([]), ['Consent Withdrawn']));
  test('a topic on is a consent, and never a confirmed one that was not there', () =>
    check(standing(['tips']), asked(['tips', 'events']), ['Consent Given events opt-in']));
  test('a topic that was switched off comes back as confirmed as it was', () =>
    check(
      standing(['tips']),
      asked(['tips', 'events']),
      ['Consent Given events double-opt-in'],
      [said('double-opt-in', 1), said('refused', 2, 'events')],
    ));
  test('what was refused as a whole does not come back confirmed', () =>
    check(
      standing([]),
      asked(['events']),
      ['Consent Given events opt-in'],
      [said('double-opt-in', 1), said('refused', 2)],
    ));
  test('fewer emails and no tracking are one word', () =>
    check(standing(['tips']), asked(['tips'], { fewer: true, tracking: false }), [
      'Preferences Changed true false',
    ]));
  test('after silence, saving with a topic on is a sign of life', () =>
    check(
      standing(['tips'], { quiet: { scope: 'marketing', reason: 'sunset', at: 5 } }),
      asked(['tips']),
      ['Consent Given opt-in'],
    ));
});

describe('undoing an unsubscribe gives what was there, and no more', () => {
  /** All that is in force afterwards, per topic. */
  function check(before: readonly Consent[], expected: { readonly [topic in Topic]: string }) {
    const all = [...before, said('refused', 10)];
    const again = stayed(all, 10, topics).map(({ name, properties }): Consent => ({
      class: 'marketing',
      ...(typeof properties['topic'] === 'string' ? { topic: properties['topic'] } : {}),
      state: name === 'Consent Given' ? (properties['state'] as Consent['state']) : 'refused',
      at: 11,
    }));
    const now = topics.map(({ id }) => [id, consentState([...all, ...again], 'marketing', id)]);
    expect(Object.fromEntries(now)).toEqual(expected);
  }
  test('a confirmed consent for everything', () =>
    check([said('double-opt-in', 1)], {
      tips: 'double-opt-in',
      events: 'double-opt-in',
      guides: 'double-opt-in',
    }));
  test('topics that were off stay off', () =>
    check([said('opt-in', 1), said('refused', 2, 'events')], {
      tips: 'opt-in',
      events: 'refused',
      guides: 'opt-in',
    }));
  test('consent for one topic is not widened', () =>
    check([said('opt-in', 1, 'tips')], { tips: 'opt-in', events: 'refused', guides: 'refused' }));
  test('a confirmation before an earlier refusal is not revived', () =>
    check([said('double-opt-in', 1), said('refused', 2), said('opt-in', 3)], {
      ...{ tips: 'opt-in', events: 'opt-in', guides: 'opt-in' },
    }));
});

describe('a request for a subscription', () => {
  const day = 86_400_000;
  const standingAt = (
    now: number,
    consents: readonly Consent[] = [],
    scope?: 'all' | 'marketing',
  ) =>
    requestStanding(
      { class: 'marketing', topic: 'events', askedAt: day },
      { consents, suppressions: scope === undefined ? [] : [{ scope, reason: 'x', at: 1 }] },
      now,
    );
  test('is open for 14 days, also while unsubscribed', () => {
    expect(standingAt(15 * day)).toBe('open');
    expect(standingAt(15 * day, [said('refused', day - 1)], 'marketing')).toBe('open');
    expect(standingAt(15 * day + 1)).toBe('expired');
  });
  test('is taken back by a later unsubscribe, of all or of its topic, not of another topic', () => {
    expect(standingAt(2 * day, [said('refused', day + 1)])).toBe('taken-back');
    expect(standingAt(2 * day, [said('refused', day + 1, 'events')])).toBe('taken-back');
    expect(standingAt(2 * day, [said('refused', day + 1, 'tips')])).toBe('open');
  });
  test('is confirmed once and for all', () =>
    expect(standingAt(90 * day, [said('double-opt-in', 2 * day, 'events')])).toBe('confirmed'));
  test('can do nothing for a dead address', () =>
    expect(standingAt(2 * day, [], 'all')).toBe('stopped'));

  test('keeps the topic it names, known or not, and takes no topic from other events', () => {
    const of = (event: string, topic: string) =>
      requestIn({ event, entry: { topic }, askedAt: 0 }, topics).topic;
    expect(of('Subscription Requested', 'gone')).toBe('gone');
    expect(of('Ebook Downloaded', 'Payroll')).toBeUndefined();
    expect(of('Ebook Downloaded', 'events')).toBe('events');
  });
});
