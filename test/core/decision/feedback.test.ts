/**
 * What is heard of emails, and what follows: hard and soft bounces, our own fault, complaints, answers,
 * absence and silence told apart. Each as a small scene on one lead with a virtual clock.
 */
import { describe, expect, test } from 'vitest';
import {
  DAY,
  goodFit,
  HOUR,
  journey,
  onApi,
  onEvent,
  release,
  scene,
  START,
  type Scene,
} from './acme.ts';
import type { Release } from '../../../core/definitions/release.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { SendingPolicy } from '../../../core/sending/model.ts';

const journeys = {
  ...journey('trial', { enter: [onEvent('Trial Started')] }),
  ...journey('guide', { enter: [onEvent('Ebook Downloaded')] }),
  ...journey('receipt', { enter: [onApi, onEvent('Report Created')], class: 'transactional' }),
};
const sending = (over: Partial<SendingPolicy> = {}): Release =>
  release({ journeys, sending: { ...release().sending, ...over } });
const open = (over: Partial<SendingPolicy> = {}): Scene => scene(sending(over), goodFit);

const status = (it: Scene, over: Partial<SendingPolicy> = {}) =>
  factReader(sending(over), it.lead, it.now)('emailStatus');
const soft = (it: Scene) => it.play('Email Bounced', { kind: 'soft' });

describe('a soft bounce', () => {
  test('rests the address when it is the third within 14 days, and only for 90 days', () => {
    const it = open();
    soft(it);
    it.wait(5 * DAY);
    soft(it);
    it.wait(5 * DAY);
    expect(status(it)).toBe('ok');
    soft(it);
    const [resting] = it.lead.suppressions;
    expect(resting).toEqual({
      scope: 'all',
      reason: 'soft-bounce',
      at: it.now,
      until: it.now + 90 * DAY,
    });
    expect(status(it)).toBe('resting');
    expect(it.of('suppression')[0]?.why).toBe(
      '3 mails came back within 14 days, the last on 2026-03-12',
    );
    it.wait(90 * DAY);
    expect(it.lead.suppressions).toEqual([]);
    expect(it.of('suppression').map(({ holds }) => holds)).toEqual([true, false]);
    expect(it.told('lift-suppression')).toMatchObject([{ scope: 'all', reason: 'soft-bounce' }]);
  });

  test('counts anew after any sign that mail arrives', () => {
    const it = open();
    soft(it);
    soft(it);
    it.play('Email Delivered');
    soft(it);
    expect(it.lead.suppressions).toEqual([]);
  });

  test('three spread over more than 14 days rest nothing', () => {
    const it = open();
    for (let times = 0; times < 3; times += 1) {
      soft(it);
      it.wait(8 * DAY);
    }
    expect(it.lead.suppressions).toEqual([]);
  });

  test('is forgotten when the person shows up: a form, an answer, a delivery', () => {
    for (const name of ['Form Submitted', 'Email Replied', 'Email Delivered', 'Email Clicked']) {
      const it = open();
      for (let times = 0; times < 3; times += 1) soft(it);
      expect(status(it)).toBe('resting');
      it.wait(HOUR);
      it.play(name);
      expect(status(it)).toBe('ok');
    }
  });

  test('of another address says nothing about this one', () => {
    const it = open();
    for (let times = 0; times < 4; times += 1) {
      it.play('Email Bounced', { kind: 'soft', address: 'old@nordwind.example' });
    }
    expect(it.lead.suppressions).toEqual([]);
  });

  test('makes room for what lasts, which no sign of life lifts', () => {
    const it = open();
    for (let times = 0; times < 3; times += 1) soft(it);
    it.play('Email Bounced', { kind: 'hard' });
    it.wait(HOUR);
    it.play('Form Submitted');
    expect(it.lead.suppressions.map(({ reason }) => reason)).toEqual(['hard-bounce']);
    expect(status(it)).toBe('bounced');
  });

  test('keeps a lead out of journeys only while it rests', () => {
    const it = open();
    for (let times = 0; times < 3; times += 1) soft(it);
    it.play('Trial Started');
    expect(it.of('entry').at(-1)).toMatchObject({ entered: false, because: 'suppressed' });
    it.wait(91 * DAY);
    it.play('Trial Started');
    expect(it.of('entry').at(-1)).toMatchObject({ entered: true });
  });
});

test("the sender's fault never touches a lead", () => {
  const it = open();
  for (let times = 0; times < 9; times += 1) it.play('Email Bounced', { kind: 'sender' });
  expect(it.lead.suppressions).toEqual([]);
  expect(it.of('suppression')).toEqual([]);
  expect(status(it)).toBe('ok');
});

test('a complaint stops everything at once, for every topic, and consent is withdrawn with it', () => {
  const it = open();
  it.play('Consent Given', { class: 'marketing' });
  it.play('Consent Given', { class: 'marketing', topic: 'guides' });
  it.play('Email Complained', { topic: 'guides' });
  const read = factReader(sending(), it.lead, it.now);
  for (const params of [
    {},
    { topic: 'guides' },
    { class: 'outbound' },
    { class: 'transactional' },
  ]) {
    expect(read('mayEmail', params)).toBe('no');
  }
  expect(read('consentState', { topic: 'guides' })).toBe('refused');
  it.wait(DAY);
  it.play('Consent Given', { class: 'marketing' });
  expect(status(it)).toBe('complained');
});

describe('an answer', () => {
  const replies = { stop: 'journey', tell: 'owner', ifNoOwner: 'queue:inbox' } as const;
  const inBoth = (over: Partial<SendingPolicy>) => {
    const it = open(over);
    it.play('Trial Started');
    it.play('Ebook Downloaded');
    it.wait(HOUR);
    return it;
  };
  const runs = (it: Scene) =>
    it.lead.enrolments.map(({ journey, status }) => `${journey} ${status}`).sort();

  test('ends the journey whose email it answers, and that is recorded', () => {
    const it = inBoth({ replies });
    it.play('Email Replied', { journey: 'trial', reply: 'reply' });
    expect(runs(it)).toEqual(['guide open', 'trial closed']);
    expect(it.of('exit')).toMatchObject([{ journey: 'trial', exit: 'replied', goal: false }]);
    expect(it.told('tell-journey').at(-1)).toMatchObject({ message: { exit: 'replied' } });
    expect(it.of('reply')).toMatchObject([{ stopped: ['trial'], to: 'queue:inbox' }]);
  });

  test('ends every journey of marketing where the file says so, never a transactional one', () => {
    const it = inBoth({ replies: { ...replies, stop: 'all-marketing' } });
    it.play('Report Created');
    it.wait(HOUR);
    it.play('Email Replied', { journey: 'trial', reply: 'reply' });
    expect(runs(it)).toEqual(['guide closed', 'receipt open', 'trial closed']);
  });

  test('is told to the rep of an open handoff before the owner, who comes before everybody else', () => {
    const it = inBoth({ replies });
    it.play('Rep Assigned', { rep: 'ana' });
    it.play('Email Replied', { reply: 'reply' });
    it.play('Demo Requested');
    it.play('Rep Assigned', { rep: 'tom' });
    it.play('Email Replied', { reply: 'reply' });
    expect(it.of('reply').map(({ to, because }) => [to, because])).toEqual([
      ['rep:ana', 'owner'],
      ['rep:tom', 'handoff'],
    ]);
    expect(it.told('tell-rep').map(({ to }) => to)).toEqual(['rep:ana', 'rep:tom']);
  });

  test('leads to nothing by itself without the setting, from a robot, or from the past', () => {
    const without = inBoth({});
    without.play('Email Replied', { journey: 'trial', reply: 'reply' });
    const it = inBoth({ replies });
    it.play('Email Replied', { journey: 'trial', reply: 'reply' }, { trust: 'likely-robot' });
    it.play('Email Replied', { journey: 'trial', reply: 'reply' }, { historical: true });
    for (const one of [without, it]) {
      expect(runs(one)).toEqual(['guide open', 'trial open']);
      expect(one.of('reply')).toEqual([]);
    }
  });

  test('that asks to be left alone is an unsubscribe, and disturbs nobody', () => {
    const it = inBoth({ replies });
    it.play('Email Replied', { journey: 'trial', reply: 'stop' });
    expect(it.lead.suppressions).toMatchObject([{ scope: 'marketing', reason: 'unsubscribe' }]);
    expect(it.told('consent').map((one) => [one.class, one.state])).toEqual([
      ['marketing', 'refused'],
      ['outbound', 'refused'],
    ]);
    expect(it.told('tell-rep')).toEqual([]);
  });
});

describe('an automatic answer', () => {
  const iso = (at: number) => new Date(at).toISOString();
  const away = (it: Scene, days: number) =>
    it.play('Email Auto Replied', { until: iso(START + days * DAY) });

  test('pauses the lead until its date; a later one makes it longer, an earlier one nothing', () => {
    const it = open();
    for (const days of [10, 20, 15]) {
      away(it, days);
      it.wait(DAY);
    }
    expect(it.told('pause-lead').map(({ until }) => until)).toEqual([
      START + 10 * DAY,
      START + 20 * DAY,
    ]);
    expect(it.told('pause-lead')[0]?.why).toBe('Out of office until 2026-03-12');
  });

  test('without a date, with one that is past, or of the past, pauses nothing', () => {
    const it = open();
    it.wait(5 * DAY);
    it.play('Email Auto Replied');
    away(it, 4);
    it.play('Email Auto Replied', { until: 'soon' });
    it.play('Email Auto Replied', { until: iso(START + 9 * DAY) }, { historical: true });
    expect(it.told('pause-lead')).toEqual([]);
  });

  test('is believed for 90 days at most', () => {
    const it = open();
    away(it, 400);
    expect(it.told('pause-lead')).toMatchObject([{ until: START + 90 * DAY }]);
  });
});

describe('silence', () => {
  const sunset = { afterMs: 180 * DAY, emails: 3 };
  const mails = (it: Scene, count: number, journey = 'trial') => {
    for (let sent = 0; sent < count; sent += 1) {
      it.wait(10 * DAY);
      it.play('Email Sent', { journey, step: 'hello', template: 'hello' });
    }
  };

  test('ends marketing after so many emails and so long, by the clock alone', () => {
    const it = open({ sunset });
    mails(it, 3);
    it.wait(179 * DAY - 30 * DAY);
    expect(status(it)).toBe('ok');
    it.wait(DAY);
    expect(it.lead.suppressions).toEqual([
      { scope: 'marketing', reason: 'sunset', at: START + 180 * DAY },
    ]);
    expect(status(it)).toBe('sunset');
    expect(it.of('suppression')[0]?.why).toBe(
      '3 marketing emails, and no sign of life for 180 days',
    );
    const read = factReader(sending({ sunset }), it.lead, it.now);
    expect(read('mayEmail', { class: 'transactional' })).toBe('yes');
    expect(read('emailsSinceActivity')).toBe(3);
  });

  test('ends nothing for those who got few marketing emails, or opened one themselves', () => {
    const few = open({ sunset });
    mails(few, 2);
    mails(few, 5, 'receipt');
    const reader = open({ sunset });
    mails(reader, 3);
    reader.play('Email Opened', {}, { trust: 'human' });
    const proxy = open({ sunset });
    mails(proxy, 3);
    proxy.play('Email Opened', {}, { trust: 'unknown' });
    for (const it of [few, reader, proxy]) it.wait(START + 190 * DAY - it.now);
    expect([few, reader, proxy].map((it) => status(it))).toEqual(['ok', 'ok', 'sunset']);
  });

  test('is over with any sign of life, which never lifts what the person said', () => {
    for (const name of ['Page Viewed', 'Email Clicked', 'Email Replied', 'Consent Given']) {
      const it = open({ sunset });
      mails(it, 3);
      it.wait(200 * DAY);
      expect(status(it)).toBe('sunset');
      it.play(name);
      expect(status(it)).toBe('ok');
    }
    const it = open({ sunset });
    mails(it, 3);
    it.wait(200 * DAY);
    it.play('Consent Withdrawn');
    it.wait(DAY);
    it.play('Page Viewed');
    expect(status(it)).toBe('unsubscribed');
  });
});
