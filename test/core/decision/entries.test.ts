/** Who enters a journey, and why not: every sentence of the documentation on `enter`. */
import { describe, expect, test } from 'vitest';
import {
  bought,
  DAY,
  goodFit,
  HOUR,
  is,
  journey,
  MINUTE,
  onApi,
  onEvent,
  onSegment,
  onStage,
  release,
  scene,
  START,
  withSales,
  type Scene,
} from './acme.ts';
import type { Entry } from '../../../core/journey/plan.ts';

function trial(over: Partial<Entry> = {}, known = {}): Scene {
  return scene(release({ journeys: trialPlan(over) }), known);
}
function trialPlan(over: Partial<Entry> = {}) {
  return journey('trial', { enter: [onEvent('Trial Started', over)], exits: [bought, withSales] });
}
/** `entered`, or why not, for each occasion. */
function answers(it: Scene): readonly string[] {
  return it.of('entry').map(({ entered, because }) => (entered ? 'entered' : (because ?? '')));
}

describe('occasions', () => {
  test('an event, with its properties kept for the journey', () => {
    const it = trial();
    it.play('Trial Started', { plan: 'pro' });
    expect(it.told('enrol')).toMatchObject([
      { journey: 'trial', planHash: 'hash-of-trial', entryNumber: 1, entry: { plan: 'pro' } },
    ]);
    expect(it.lead.enrolments).toMatchObject([{ status: 'open', enteredAt: START }]);
  });

  test('only where `where` and `if` hold', () => {
    const match = { event: 'Trial Started', where: is('plan', 'pro') };
    const it = trial({ on: 'event', match, if: is('employees', 500, 'atLeast') });
    it.play('Trial Started', { plan: 'free' });
    it.play('Trial Started', { plan: 'pro' });
    expect(answers(it)).toEqual([]);
    it.identify({ employees: 900 });
    it.play('Trial Started', { plan: 'pro' });
    expect(answers(it)).toEqual(['entered']);
  });

  test('a segment that starts to match, not one that goes on matching', () => {
    const it = scene(
      release({ journeys: journey('large', { enter: [onSegment('large')] }) }),
      goodFit,
    );
    expect(answers(it)).toEqual(['entered']);
    it.play('Page Viewed');
    it.wait(MINUTE);
    it.identify({ employees: 3 });
    it.wait(MINUTE);
    it.identify({ employees: 900 });
    expect(answers(it)).toEqual(['entered', 'inside']);
  });

  test('a segment that starts to match by the clock alone', () => {
    const it = scene(release({ journeys: journey('wake', { enter: [onSegment('sleepy')] }) }));
    it.play('Page Viewed');
    it.wait(30 * DAY - 1);
    expect(answers(it)).toEqual([]);
    it.wait(1);
    expect(it.lead.enrolments).toMatchObject([{ enteredAt: START + 30 * DAY }]);
  });

  test('a stage that is entered', () => {
    const it = scene(release({ journeys: journey('new', { enter: [onStage('lead')] }) }));
    it.play('Page Viewed');
    it.play('Page Viewed');
    expect(answers(it)).toEqual(['entered']);
  });

  test('being asked for, if the journey may be asked for', () => {
    const journeys = { ...journey('recycle', { enter: [onApi] }), ...trialPlan() };
    const it = scene(release({ journeys }));
    for (const name of ['recycle', 'trial', 'nowhere']) {
      it.identify({}, { type: 'enrol', journey: name, properties: { reason: 'fair' } });
    }
    expect(answers(it)).toEqual(['entered', 'unknown-journey', 'unknown-journey']);
    expect(it.told('enrol')).toMatchObject([{ entry: { reason: 'fair' } }]);
  });
});

describe('refusals', () => {
  test('a second entry while inside', () => {
    const it = trial();
    it.play('Trial Started');
    it.play('Trial Started');
    expect(answers(it)).toEqual(['entered', 'inside']);
  });

  test('`again`: never', () => {
    const it = trial({ again: { type: 'never' } });
    it.play('Trial Started');
    it.play('Deal Won');
    it.wait(900 * DAY);
    it.play('Trial Started');
    expect(answers(it)).toEqual(['entered', 'again']);
  });

  test('`again`: after 90 days since the run ended', () => {
    const withGoal = journey('trial', {
      enter: [onEvent('Trial Started', { again: { type: 'after', ms: 90 * DAY } })],
      exits: [{ ...bought, when: { type: 'event', match: { event: 'Report Created' } } }],
    });
    const it = scene(release({ journeys: withGoal }));
    it.play('Trial Started');
    it.wait(DAY);
    it.play('Report Created');
    it.wait(90 * DAY - 1);
    it.play('Trial Started');
    it.wait(1);
    it.play('Trial Started');
    expect(answers(it)).toEqual(['entered', 'again', 'entered']);
    expect(it.told('enrol').map(({ entryNumber }) => entryNumber)).toEqual([1, 2]);
  });

  test('`oncePer`: one run per value, several values at once', () => {
    const ebook = journey('ebook', {
      enter: [onEvent('Ebook Downloaded', { oncePer: 'title', again: { type: 'never' } })],
      exits: [
        {
          ...bought,
          when: { type: 'event', match: { event: 'Deal Won', same: 'title' } },
        },
      ],
    });
    const it = scene(release({ journeys: ebook }));
    it.play('Ebook Downloaded', { title: 'A' });
    it.play('Ebook Downloaded', { title: 'A' });
    it.play('Ebook Downloaded', { title: 'B' });
    it.play('Deal Won', { title: 'A' });
    it.play('Ebook Downloaded', { title: 'A' });
    expect(answers(it)).toEqual(['entered', 'inside', 'entered', 'once-per']);
    expect(it.lead.enrolments.map(({ onceKey, status }) => `${onceKey} ${status}`)).toEqual([
      'A closed',
      'B open',
    ]);
  });

  test('an exit that already holds keeps the lead out', () => {
    const it = trial();
    it.play('Demo Requested');
    it.play('Trial Started');
    expect(it.of('entry')).toMatchObject([{ because: 'exit-holds', detail: 'with-sales' }]);
  });

  test('no address: an anonymous visitor enters nothing that sends', () => {
    const quiet = journey('quiet', {
      enter: [onEvent('Trial Started')],
      steps: { call: { type: 'notify', who: 'owner', text: 'Call' } },
    });
    const it = scene(release({ journeys: { ...trialPlan(), ...quiet } }));
    it.lead = { ...it.lead };
    const { address: _gone, ...anonymous } = it.lead;
    it.lead = anonymous;
    it.play('Trial Started');
    expect(answers(it)).toEqual(['no-address', 'entered']);
  });

  test('older than a day, or of the past', () => {
    const it = trial();
    it.play('Trial Started', {}, { occurredAt: START - DAY - 1 });
    it.play('Trial Started', {}, { historical: true });
    it.play('Trial Started', {}, { occurredAt: START - DAY });
    expect(answers(it)).toEqual(['too-old', 'historical', 'entered']);
  });

  test('disqualified, for marketing; what answers the lead still runs', () => {
    const service = journey('service', {
      enter: [onEvent('Trial Started')],
      class: 'transactional',
    });
    const it = scene(release({ journeys: { ...trialPlan(), ...service } }));
    it.identify({}, { account: { id: 'a', tags: ['competitor'], traits: {} } });
    it.play('Trial Started');
    expect(answers(it)).toEqual(['disqualified', 'entered']);
  });

  test('an address that came back', () => {
    const it = trial();
    it.play('Email Bounced', { kind: 'hard' });
    it.play('Trial Started');
    expect(it.of('entry')).toMatchObject([{ because: 'suppressed', detail: 'hard-bounce' }]);
  });
});

test('a rejection enters its journey with the reason and the date', () => {
  const it = scene(
    release({ journeys: journey('recycle', { enter: [onApi], exits: [withSales] }) }),
  );
  it.play('Demo Requested');
  it.wait(HOUR);
  it.play('Handoff Rejected', { reason: 'not-now', by: 'mia', callAgainAt: '2026-09-01' });
  expect(it.told('enrol')).toMatchObject([
    { journey: 'recycle', entry: { reason: 'not-now', callAgainAt: '2026-09-01' } },
  ]);
});
