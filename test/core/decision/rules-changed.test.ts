/** A lead that did nothing, decided anew because its rules changed. */
import { expect, test } from 'vitest';
import { decide } from '../../../core/decision/decide.ts';
import { rulesEffect, scoresAt } from '../../../core/decision/recompute.ts';
import type { Release } from '../../../core/definitions/release.ts';
import type { Lead } from '../../../core/facts/lead.ts';
import {
  goodFit,
  incoming,
  is,
  journey,
  MINUTE,
  onEvent,
  onSegment,
  onStage,
  release,
  scene,
  tick,
  withSales,
  type Scene,
} from './acme.ts';

/** The same company, with A3 enough for an MQL. */
const easier = easierThan(release());

function easierThan(before: Release): Release {
  const stages = before.qualification.stages.map((rule) =>
    rule.label === 'MQL'
      ? { ...rule, when: is('grade', ['A1', 'A2', 'A3', 'B1'], 'isOneOf') }
      : rule,
  );
  return { ...before, qualification: { ...before.qualification, stages } };
}

function changed(lead: Lead, now: number, after: Release, handOver = false) {
  const rules = { cause: 'Rules changed: release 2', handOver };
  const event = { ...incoming('rules', now), type: 'rules' as const, rules };
  return decide(lead, event, { release: after, plans: new Map() });
}

/** Two looks at the prices: A3. */
function interested(before: Release = release()): Scene {
  const it = scene(before, goodFit);
  it.play('Pricing Viewed');
  it.play('Pricing Viewed');
  return it;
}

test('the stage moves at once and says why; nobody is handed over, and that is recorded', () => {
  const it = interested();
  const { lead, decisions, effects } = changed(it.lead, it.now, easier);
  expect(lead.stage.stage).toBe('marketingqualifiedlead');
  expect(decisions).toMatchObject([
    { kind: 'stage', from: 'lead', cause: 'Rules changed: release 2' },
    { kind: 'handoff', opened: false, because: 'rules-changed' },
  ]);
  expect(effects).toEqual([]);
  expect(rulesEffect(decisions)).toEqual({
    ...{ from: 'lead', to: 'marketingqualifiedlead', untold: true },
  });
});

test('no journey is entered by it, neither for the stage nor for a segment that looks at stages', () => {
  const before: Release = {
    ...release(),
    segments: { hot: { id: 'hot', why: 'Hot', when: is('withSales', true) } },
    journeys: {
      ...journey('welcome-mql', { enter: [onStage('marketingqualifiedlead')] }),
      ...journey('for-hot', { enter: [onSegment('hot')] }),
    },
  };
  const it = interested(before);
  const now = changed(it.lead, it.now, easierThan(before));
  expect(now.lead.segments).toEqual(['hot']);
  expect(now.lead.enrolments).toEqual([]);
  expect(now.decisions.filter(({ kind }) => kind === 'entry')).toMatchObject([
    { journey: 'welcome-mql', entered: false, because: 'rules-changed' },
    { journey: 'for-hot', entered: false, because: 'rules-changed' },
  ]);
});

test('a journey that sales replaces ends, as at any other moment', () => {
  const before: Release = {
    ...release(),
    journeys: journey('trial', { enter: [onEvent('Pricing Viewed')], exits: [withSales] }),
  };
  const it = interested(before);
  const { effects } = changed(it.lead, it.now, easierThan(before));
  expect(effects.map(({ type }) => type)).toEqual(['close-enrolment', 'tell-journey']);
});

test('a hold that was under way lasts to its end and is handed over then', () => {
  const it = interested();
  for (let views = 0; views < 3; views += 1) it.play('Pricing Viewed');
  it.wait(4 * MINUTE);
  const quiet = changed(it.lead, it.now, easier);
  expect(quiet.lead.stage.stage).toBe('lead');
  expect(quiet.lead.dueAt).toBe(it.now + 6 * MINUTE);
  const due = quiet.lead.dueAt ?? 0;
  const { effects } = decide(quiet.lead, tick(due), { release: easier, plans: new Map() });
  expect(effects).toMatchObject([{ type: 'open-handoff', stage: 'marketingqualifiedlead' }]);
});

test('who was moved quietly is handed over when somebody asks for it, and once', () => {
  const it = interested();
  const quiet = changed(it.lead, it.now, easier);
  const told = changed(quiet.lead, it.now + MINUTE, easier, true);
  expect(told.effects).toMatchObject([
    { type: 'open-handoff', handoff: 'inbound', cause: 'marketingqualifiedlead' },
  ]);
  const again = changed(told.lead, it.now + 2 * MINUTE, easier, true);
  expect(again).toMatchObject({ decisions: [], effects: [] });
});

test('under rules that change nothing for it a lead stays as it is', () => {
  const it = interested();
  const same = changed(it.lead, it.now, release());
  expect(same).toMatchObject({ decisions: [], effects: [] });
  expect({ ...same.lead, seq: it.lead.seq, dueAt: it.lead.dueAt }).toEqual(it.lead);
  expect(scoresAt(release(), same.lead, it.now)).toEqual({
    core: { scores: { fit: 80, engagement: 16 }, grade: 'A3' },
  });
});
