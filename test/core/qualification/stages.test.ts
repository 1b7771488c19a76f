/** Every sentence of the documentation on stages, played on one lead. */
import { describe, expect, test } from 'vitest';
import {
  counted,
  DAY,
  goodFit,
  HOUR,
  is,
  journey,
  MINUTE,
  onApi,
  qualification,
  release,
  scene,
  START,
  type Scene,
} from '../decision/acme.ts';
import type { Release } from '../../../core/definitions/release.ts';
import type { StageRule } from '../../../core/qualification/model.ts';

const MQL = 'marketingqualifiedlead';

function active(): Scene {
  const it = scene(release(), goodFit);
  for (let views = 0; views < 5; views += 1) it.play('Pricing Viewed');
  return it;
}
function withRule(stage: string, over: Partial<StageRule>) {
  const rules = qualification();
  const stages = rules.stages.map((rule) => (rule.stage === stage ? { ...rule, ...over } : rule));
  return release({ qualification: { ...rules, stages } });
}

describe('forward', () => {
  test('a lead is born as subscriber and is a lead from its first activity', () => {
    const it = scene();
    expect(it.lead.stage.stage).toBe('subscriber');
    it.play('Email Delivered');
    expect(it.lead.stage.stage).toBe('subscriber');
    it.play('Page Viewed');
    expect(it.lead.stage.stage).toBe('lead');
  });

  test('what a robot does is no activity, nor is a click that is not known to be human', () => {
    const it = scene();
    it.play('Page Viewed', {}, { trust: 'likely-robot' });
    it.play('Email Clicked', {}, { trust: 'unknown' });
    expect(it.lead.stage.stage).toBe('subscriber');
    it.play('Email Clicked', {}, { trust: 'human' });
    expect(it.lead.stage.stage).toBe('lead');
  });

  test('the highest stage is entered and those passed over run no onEnter', () => {
    const it = scene(release(), goodFit);
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    expect(it.stages()).toEqual(['lead', 'product-qualified']);
    expect(it.told('open-handoff').map(({ handoff }) => handoff)).toEqual(['sales-assist']);
  });

  test('`from` narrows: SQL is reached from SAL only, and then in the same decision', () => {
    const it = scene(release(), { ...goodFit, pain_point: 'slow', months: 3 });
    expect(it.lead.stage.stage).toBe('subscriber');
    it.play('Demo Requested');
    expect(it.lead.stage.stage).toBe(MQL);
    const accepted = it.play('Handoff Accepted', { by: 'mia' });
    const moves = accepted.decisions.filter(({ kind }) => kind === 'stage');
    expect(moves.map((move) => (move.kind === 'stage' ? move.to : ''))).toEqual([
      'sales-accepted',
      'salesqualifiedlead',
    ]);
  });

  test('a deal makes an opportunity and a deal won a customer, from any earlier stage', () => {
    const it = scene();
    it.play('Deal Created');
    expect(it.lead.stage.stage).toBe('opportunity');
    it.play('Deal Won');
    expect(it.lead.stage.stage).toBe('customer');
    it.play('Deal Created');
    expect(it.lead.stage.stage).toBe('customer');
  });

  test('500 page views without fit never make an MQL', () => {
    const it = scene(release(), { seniority: 'intern', employees: 3 });
    for (let views = 0; views < 500; views += 1) {
      it.play('Page Viewed');
      it.wait(MINUTE);
    }
    it.wait(60 * DAY);
    expect(it.stages()).toEqual(['lead']);
    expect(it.told('open-handoff')).toEqual([]);
  });

  test('every move says which rule, why and from which facts', () => {
    const it = active();
    it.play('Demo Requested');
    expect(it.of('stage').at(-1)).toMatchObject({
      from: 'lead',
      to: MQL,
      rule: MQL,
      why: 'Good fit and active, or asked for a demo',
      cause: 'Demo Requested',
      explanation: { type: 'any', result: true },
    });
  });
});

describe('holdFor', () => {
  test('a stage is entered when its condition has held long enough, by the clock alone', () => {
    const it = active();
    expect(it.lead.stage.stage).toBe('lead');
    it.wait(10 * MINUTE - 1);
    expect(it.lead.stage.stage).toBe('lead');
    it.wait(1);
    expect(it.lead.stage).toMatchObject({ stage: MQL, since: START + 10 * MINUTE });
  });

  test('a burst that is over before the hold ends changes nothing', () => {
    const it = active();
    it.wait(9 * MINUTE);
    it.identify({ seniority: 'intern', employees: 3 });
    it.wait(DAY);
    expect(it.lead.stage.stage).toBe('lead');
  });

  test('a break starts the hold anew', () => {
    const it = active();
    it.wait(9 * MINUTE);
    it.identify({ employees: 3 });
    it.wait(MINUTE);
    it.identify({ employees: 900 });
    it.wait(9 * MINUTE);
    expect(it.lead.stage.stage).toBe('lead');
    it.wait(MINUTE);
    expect(it.lead.stage.stage).toBe(MQL);
  });

  test('an event of `instantOn` skips it, a robot does not', () => {
    const robot = scene();
    robot.play('Demo Requested', {}, { trust: 'likely-robot' });
    expect(robot.lead.stage.stage).toBe('subscriber');
    const human = scene();
    human.play('Demo Requested');
    expect(human.lead.stage.stage).toBe(MQL);
  });
});

describe('back and again', () => {
  test('45 days without activity lead back, at that instant', () => {
    const it = scene();
    it.play('Demo Requested');
    it.wait(45 * DAY - 1);
    expect(it.lead.stage.stage).toBe(MQL);
    it.wait(1);
    expect(it.lead.stage).toMatchObject({ stage: 'lead', since: START + 45 * DAY });
  });

  test('a stage that was left is not entered again on the old evidence', () => {
    const it = active();
    it.wait(HOUR);
    it.play('Handoff Rejected', { reason: 'not-now', by: 'mia' });
    it.wait(60 * DAY);
    expect(it.stages()).toEqual(['lead', MQL, 'lead']);
  });

  test('new activity brings it back, not before 30 days', () => {
    const it = active();
    it.wait(HOUR);
    it.play('Handoff Rejected', { reason: 'not-now', by: 'mia' });
    it.wait(29 * DAY);
    for (let views = 0; views < 5; views += 1) it.play('Pricing Viewed');
    it.wait(DAY - MINUTE);
    expect(it.lead.stage.stage).toBe('lead');
    it.wait(MINUTE);
    expect(it.lead.stage.stage).toBe(MQL);
    expect(it.told('open-handoff')).toHaveLength(2);
  });

  test('asking for a demo brings it back at once', () => {
    const it = active();
    it.wait(HOUR);
    it.play('Handoff Rejected', { reason: 'not-now', by: 'mia' });
    it.wait(MINUTE);
    it.play('Demo Requested');
    expect(it.lead.stage.stage).toBe(MQL);
    expect(it.told('open-handoff').map(({ cause }) => cause)).toEqual([MQL, 'Demo Requested']);
  });

  test('a rejection never drops a lead onto a lower stage that hands it over on the same evidence', () => {
    const it = active();
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    expect(it.lead.stage.stage).toBe('product-qualified');
    it.play('Handoff Rejected', { reason: 'not-now', by: 'mia' });
    it.wait(HOUR);
    expect(it.lead.stage.stage).toBe('lead');
    expect(it.told('open-handoff')).toHaveLength(1);
  });

  test('without `again` a stage is entered anew only when its condition began to hold anew', () => {
    const it = scene();
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    it.play('Handoff Rejected', { reason: 'not-now', by: 'mia' });
    it.wait(HOUR);
    it.play('Page Viewed');
    it.play('Report Created');
    expect(it.lead.stage.stage).toBe('lead');
    it.wait(14 * DAY);
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    expect(it.lead.stage.stage).toBe('product-qualified');
    expect(it.told('open-handoff')).toHaveLength(2);
  });

  test('a stage whose way back already holds is not entered, so nothing flaps', () => {
    const always = is('stage', 'nowhere', 'isNot');
    const flapping = withRule(MQL, {
      when: always,
      holdForMs: 0,
      backTo: { stage: 'lead', if: always },
    });
    const it = scene(flapping);
    it.play('Page Viewed');
    it.wait(DAY);
    expect(it.stages()).toEqual(['lead']);
  });

  test('it is entered at the instant at which what sends back from it ends', () => {
    const calm = withRule(MQL, {
      when: counted('Page Viewed', '90 days', 1),
      holdForMs: 0,
      backTo: { stage: 'lead', if: counted('Pricing Viewed', '10 days', 1) },
    });
    const it = scene(calm);
    it.play('Pricing Viewed');
    it.play('Page Viewed');
    it.wait(10 * DAY - 1);
    expect(it.lead.stage.stage).toBe('lead');
    it.wait(1);
    expect(it.lead.stage.stage).toBe(MQL);
  });
});

describe('onEnter', () => {
  const greeting = journey('greeting', { enter: [onApi] });
  const rules = withRule(MQL, { onEnter: { journey: 'greeting', handoff: 'inbound' } });

  test('enters a journey beside the handoff', () => {
    const it = scene({ ...rules, journeys: greeting });
    it.play('Demo Requested');
    expect(it.told('enrol')).toMatchObject([{ journey: 'greeting', entry: { stage: MQL } }]);
    expect(it.told('open-handoff')).toHaveLength(1);
  });

  test('a move back runs none', () => {
    const reasons = [
      { id: 'again', label: 'Again', asks: [], then: { stage: MQL } },
    ] satisfies Release['rejectReasons'];
    const it = scene({ ...rules, journeys: greeting, rejectReasons: reasons });
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    it.play('Handoff Rejected', { reason: 'again', by: 'mia' });
    expect(it.lead.stage.stage).toBe(MQL);
    expect(it.told('enrol')).toEqual([]);
    expect(it.told('open-handoff').map(({ handoff }) => handoff)).toEqual(['sales-assist']);
  });
});

describe('disqualified', () => {
  const competitor = { id: 'acc', name: 'Rival', tags: ['competitor'], traits: {} };
  const friend = { ...competitor, tags: [] };

  test('is a flag, not a stage: it blocks moves forward and is released', () => {
    const it = scene();
    it.identify({}, { type: 'group', account: competitor });
    it.play('Demo Requested');
    expect(it.lead.stage.stage).toBe('subscriber');
    expect(it.lead.disqualified).toMatchObject({ id: 'competitor', why: 'A competitor' });
    it.identify({}, { type: 'group', account: friend });
    expect(it.lead.disqualified).toBeUndefined();
    expect(it.of('disqualified').map(({ holds }) => holds)).toEqual([true, false]);
    it.wait(10 * MINUTE);
    expect(it.lead.stage.stage).toBe(MQL);
  });

  test('closes the open handoff', () => {
    const it = scene();
    it.play('Demo Requested');
    it.identify({}, { type: 'group', account: competitor });
    expect(it.lead.handoff?.status).toBe('closed');
    expect(it.told('settle-handoff')).toMatchObject([{ status: 'closed', reason: 'disqualified' }]);
  });

  test('a rep says so for good', () => {
    const it = scene();
    it.play('Demo Requested');
    it.play('Handoff Rejected', { reason: 'not-a-fit', by: 'mia' });
    expect(it.lead.disqualified?.id).toBe('rejected:not-a-fit');
    it.wait(400 * DAY);
    it.play('Demo Requested');
    expect(it.told('open-handoff')).toHaveLength(1);
    expect(it.lead.disqualified?.id).toBe('rejected:not-a-fit');
  });
});

describe('facts of the past', () => {
  test('move the stage at once and hand nobody over, also not later by the clock', () => {
    const it = scene(release(), goodFit);
    const past = { historical: true, occurredAt: START - 3 * DAY };
    for (let views = 0; views < 5; views += 1) it.play('Pricing Viewed', {}, past);
    expect(it.lead.stage.stage).toBe(MQL);
    it.wait(DAY);
    expect(it.told('open-handoff')).toEqual([]);
    expect(it.of('handoff')).toMatchObject([{ opened: false, because: 'historical' }]);
  });

  test('the first fresh demo request in that stage is handed over', () => {
    const it = scene();
    it.play('Demo Requested', {}, { historical: true, occurredAt: START - 3 * DAY });
    expect(it.lead.stage.stage).toBe(MQL);
    it.play('Demo Requested');
    it.play('Demo Requested');
    expect(it.told('open-handoff')).toHaveLength(1);
    expect(it.told('tell-handoff')).toHaveLength(1);
  });

  test('an event older than a day changes facts and stage, and opens no handoff', () => {
    const it = scene();
    it.play('Demo Requested', {}, { occurredAt: START - DAY - 1 });
    expect(it.lead.stage.stage).toBe(MQL);
    expect(it.lead.counts['Demo Requested']).toMatchObject({ count: 1 });
    expect(it.of('handoff')).toMatchObject([{ opened: false, because: 'too-old' }]);
  });
});

test('a condition on a window stops holding at its end, and a hold is broken there', () => {
  const rules = withRule(MQL, { when: counted('Report Created', '1 days', 1), holdForMs: 2 * DAY });
  const it = scene(rules);
  it.play('Report Created');
  expect(it.lead.stage.holding).toEqual({ [MQL]: START });
  it.wait(DAY);
  expect(it.lead.stage.holding).toEqual({});
  it.wait(5 * DAY);
  expect(it.lead.stage.stage).toBe('lead');
});
