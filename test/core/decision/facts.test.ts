/** What an event does to the facts of a lead, and what it says about being allowed to write. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, release, scene, START } from './acme.ts';
import { enrolmentId, eventId, handoffId, newId } from '../../../core/decision/ids.ts';

describe('facts', () => {
  test('counts and last instants do not depend on the order of arrival', () => {
    const ages = [3 * HOUR, HOUR, 2 * HOUR];
    const forth = scene();
    const back = scene();
    for (const age of ages) forth.play('Page Viewed', {}, { occurredAt: START - age });
    for (const age of ages.toReversed()) back.play('Page Viewed', {}, { occurredAt: START - age });
    expect(forth.lead.counts).toEqual({
      'Page Viewed': { count: 3, firstAt: START - 3 * HOUR, lastAt: START - HOUR },
    });
    expect(back.lead.counts).toEqual(forth.lead.counts);
    expect(back.lead.lastActivityAt).toBe(START - HOUR);
    expect(back.lead.events.map(({ occurredAt }) => occurredAt)).toEqual(
      forth.lead.events.map(({ occurredAt }) => occurredAt),
    );
  });

  test('a list fills only what is unknown, and what arrives late replaces nothing that is newer', () => {
    const it = scene(release(), { country: 'DE', phone: '' });
    it.identify({ country: 'US', phone: '1', region: 'BE' }, { fillOnly: true });
    expect(it.lead.traits).toEqual({ country: 'DE', phone: '1', region: 'BE' });
    it.identify({ country: 'FR', city: 'Lyon' }, { occurredAt: START - 2 * DAY });
    expect(it.lead.traits).toMatchObject({ country: 'DE', city: 'Lyon' });
    it.wait(1);
    it.identify({ country: 'FR' });
    expect(it.lead.traits).toMatchObject({ country: 'FR' });
  });

  test('tags come and go', () => {
    const it = scene();
    it.identify({}, { addTags: ['a', 'b', 'a'] });
    it.identify({}, { addTags: ['c'], removeTags: ['a'] });
    expect(it.lead.tags).toEqual(['b', 'c']);
  });

  test('a tick stores no event and still has its place in the order', () => {
    const it = scene();
    it.play('Demo Requested');
    const { seq, events } = it.lead;
    it.wait(45 * DAY);
    expect(it.lead.seq).toBeGreaterThan(seq);
    expect(it.lead.events).toEqual(events);
  });
});

describe('permission', () => {
  test('consent is only ever added to, by class and topic', () => {
    const it = scene();
    it.play('Consent Given', { topic: 'events', state: 'opt-in', text: 'Yes' });
    it.play('Consent Confirmed', { topic: 'events' });
    it.play('Consent Given', { class: 'outbound' });
    expect(it.lead.consents).toEqual([
      { class: 'marketing', topic: 'events', state: 'opt-in', at: START },
      { class: 'marketing', topic: 'events', state: 'double-opt-in', at: START },
      { class: 'outbound', state: 'opt-in', at: START },
    ]);
    expect(it.told('consent')).toMatchObject([{ text: 'Yes' }, {}, {}]);
    expect(it.told('suppress')).toEqual([]);
  });

  test('withdrawing without a topic is an unsubscribe', () => {
    const it = scene();
    it.play('Consent Withdrawn', { topic: 'events' });
    expect(it.lead.suppressions).toEqual([]);
    it.play('Consent Withdrawn');
    it.play('Consent Withdrawn');
    expect(it.lead.suppressions).toEqual([
      { scope: 'marketing', reason: 'unsubscribe', at: START },
    ]);
    expect(it.told('suppress')).toHaveLength(1);
  });

  test('asking for marketing again after an unsubscribe lifts it, at a later instant only', () => {
    const it = scene();
    it.play('Consent Withdrawn');
    it.play('Consent Given', {}, { occurredAt: START });
    it.play('Consent Given', { state: 'none' }, { occurredAt: START + HOUR });
    it.play('Consent Given', { class: 'outbound' }, { occurredAt: START + HOUR });
    expect(it.lead.suppressions).toMatchObject([{ scope: 'marketing' }]);
    it.wait(HOUR);
    it.play('Consent Confirmed');
    expect(it.lead.suppressions).toEqual([]);
    expect(it.told('lift-suppression')).toEqual([
      { type: 'lift-suppression', scope: 'marketing', at: START + HOUR },
    ]);
  });

  test('of two unsubscribes the later one counts against a consent between them', () => {
    const it = scene();
    it.play('Consent Withdrawn');
    it.wait(2 * HOUR);
    it.play('Consent Withdrawn');
    it.play('Consent Given', {}, { occurredAt: START + HOUR });
    expect(it.lead.suppressions).toMatchObject([{ scope: 'marketing' }]);
  });

  test('a list never speaks over a refusal, of whatever date', () => {
    const it = scene();
    it.play('Consent Withdrawn', { topic: 'events' });
    it.play('Consent Withdrawn');
    const said = it.lead.consents;
    it.play('Consent Given', {}, { historical: true, occurredAt: START - DAY });
    it.play('Consent Given', {}, { historical: true, occurredAt: START + DAY });
    expect(it.lead.consents).toEqual(said);
    expect(it.lead.suppressions).toMatchObject([{ scope: 'marketing' }]);
  });

  test('somebody who was erased comes back by a consent of their own, and not by a list', () => {
    const it = scene();
    it.lead = {
      ...it.lead,
      suppressions: [{ scope: 'marketing', reason: 'erased', at: START }],
    };
    it.wait(HOUR);
    it.play('Consent Given', {}, { historical: true });
    it.play('Consent Given', {}, { occurredAt: START - HOUR });
    expect(it.lead.suppressions).toMatchObject([{ reason: 'erased' }]);
    it.play('Consent Given');
    expect(it.lead.suppressions).toEqual([]);
    // Whatever had refused cold mail was erased with the rest.
    expect(it.lead.consents).toContainEqual(
      expect.objectContaining({ class: 'outbound', state: 'refused' }),
    );
  });

  test('consent lifts neither a bounce nor what an unsubscribe said of cold mail', () => {
    const it = scene();
    it.play('Consent Withdrawn');
    it.play('Email Bounced', { kind: 'hard' });
    it.wait(HOUR);
    it.play('Consent Given');
    expect(it.lead.suppressions).toMatchObject([{ scope: 'all' }]);
    expect(it.lead.consents).toContainEqual({ class: 'outbound', state: 'refused', at: START });
  });

  test('a hard bounce and a complaint stop everything, a soft bounce nothing', () => {
    const it = scene();
    it.play('Email Bounced', { kind: 'soft' });
    expect(it.lead.suppressions).toEqual([]);
    it.play('Email Complained');
    it.play('Email Bounced', { kind: 'hard' });
    expect(it.lead.suppressions).toEqual([{ scope: 'all', reason: 'complaint', at: START }]);
  });
});

describe('ids', () => {
  test('a retry finds the same, another name another, whatever the border between parts', () => {
    expect(eventId('api', 'm1')).toBe(eventId('api', 'm1'));
    expect(eventId('ap', 'im1')).not.toBe(eventId('api', 'm1'));
    expect(enrolmentId('l', 'j', '', 1)).not.toBe(enrolmentId('l', 'j', '', 2));
    expect(handoffId('l', 's', 1)).toMatch(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-/);
  });

  test('a new id carries its instant in front, so ids sort by birth', () => {
    const early = newId(START, new Uint8Array(10).fill(255));
    const late = newId(START + 1, new Uint8Array(10));
    expect(early).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(early < late).toBe(true);
    expect(() => newId(START, new Uint8Array(9))).toThrow('10 random bytes');
  });
});
