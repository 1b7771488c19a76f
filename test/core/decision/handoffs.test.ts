/** Handing a lead to sales: opening, telling, accepting, rejecting. */
import { describe, expect, test } from 'vitest';
import { goodFit, HOUR, MINUTE, release, scene, START, type Scene } from './acme.ts';
import { summarise } from '../../../core/decision/summarise.ts';

function asked(): Scene {
  const it = scene(release(), goodFit);
  it.play('Demo Requested');
  it.play('Rep Assigned', { handoffId: it.lead.handoff?.id ?? '', rep: 'mia', to: 'pool:inbound' });
  it.wait(HOUR);
  return it;
}

describe('opening', () => {
  test('the cause is the event, or the stage when a hold came to its end', () => {
    const it = scene(release(), goodFit);
    for (let views = 0; views < 5; views += 1) it.play('Pricing Viewed');
    it.wait(10 * MINUTE);
    expect(it.told('open-handoff')).toMatchObject([
      { cause: 'marketingqualifiedlead', openedAt: START + 10 * MINUTE },
    ]);
  });

  test('the rep is known once assigned, owns the lead, and the id names lead, stage and change', () => {
    const it = asked();
    expect(it.lead).toMatchObject({ owner: 'mia', handoff: { rep: 'mia', to: 'pool:inbound' } });
    expect(asked().lead.handoff?.id).toBe(it.lead.handoff?.id);
  });

  test('a further cause while it is open is told to the owner; nobody gets a second one', () => {
    const it = asked();
    it.play('Demo Requested');
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    expect(it.told('open-handoff')).toHaveLength(1);
    expect(it.told('tell-handoff').map(({ cause }) => cause)).toEqual([
      'Demo Requested',
      'Report Created',
    ]);
  });

  test('an assignment of another handoff is not this one', () => {
    const it = asked();
    it.play('Rep Assigned', { handoffId: 'another', rep: 'tom' });
    expect(it.lead.owner).toBe('mia');
  });
});

describe('verdicts', () => {
  test('accepting makes it SAL in the same decision', () => {
    const it = asked();
    it.play('Handoff Accepted', { handoffId: it.lead.handoff?.id ?? '', by: 'mia' });
    expect(it.lead.handoff?.status).toBe('accepted');
    expect(it.lead.stage.stage).toBe('sales-accepted');
    expect(it.told('settle-handoff')).toMatchObject([{ status: 'accepted', by: 'mia' }]);
  });

  test('only an open handoff can be settled: the second button does nothing and says so', () => {
    const it = asked();
    const handoffId = it.lead.handoff?.id ?? '';
    it.play('Handoff Accepted', { handoffId, by: 'mia' });
    const late = it.play('Handoff Rejected', { handoffId, by: 'mia', reason: 'not-now' });
    expect(late.effects).toEqual([]);
    expect(summarise(late).handoff).toMatchObject({ status: 'not-opened', because: 'not-open' });
    expect(it.lead.stage.stage).toBe('sales-accepted');
  });

  test('a verdict on another handoff does nothing', () => {
    const it = asked();
    it.play('Handoff Accepted', { handoffId: 'another', by: 'mia' });
    expect(it.lead.handoff?.status).toBe('open');
  });

  test('`stage` sends the lead back, with who and why', () => {
    const it = asked();
    it.play('Handoff Rejected', { by: 'mia', reason: 'not-now', callAgainAt: '2026-09-01' });
    expect(it.lead.stage.stage).toBe('lead');
    expect(it.of('stage').at(-1)).toMatchObject({
      rule: 'rejected:not-now',
      cause: 'Handoff Rejected',
    });
    expect(it.told('settle-handoff')).toMatchObject([
      { status: 'rejected', reason: 'not-now', detail: { callAgainAt: '2026-09-01' } },
    ]);
  });

  test('`sameRepBack`: the next handoff prefers the rep who said not now', () => {
    const it = asked();
    it.play('Handoff Rejected', { by: 'mia', reason: 'not-now' });
    it.wait(HOUR);
    it.play('Demo Requested');
    expect(it.told('open-handoff').at(-1)).toMatchObject({ preferRep: 'mia' });
  });

  test('`reroute` opens a new handoff for the same cause that avoids the rep', () => {
    const it = asked();
    it.play('Handoff Rejected', { by: 'mia', reason: 'wrong-territory' });
    const [first, second] = it.told('open-handoff');
    expect(second).toMatchObject({ handoff: 'inbound', cause: 'Demo Requested', avoidRep: 'mia' });
    expect(second?.handoffId).not.toBe(first?.handoffId);
    expect(it.lead.handoff).toMatchObject({ id: second?.handoffId, status: 'open' });
    expect(it.lead.stage.stage).toBe('marketingqualifiedlead');
  });

  test('`merge: ask` only records what the rep said', () => {
    const it = asked();
    it.play('Handoff Rejected', { by: 'mia', reason: 'duplicate', lead: 'ben@nordwind.example' });
    expect(it.told('settle-handoff')).toMatchObject([{ detail: { lead: 'ben@nordwind.example' } }]);
    expect(it.lead.stage.stage).toBe('marketingqualifiedlead');
  });

  test('`disqualify` flags the lead', () => {
    const it = asked();
    it.play('Handoff Rejected', { by: 'mia', reason: 'not-a-fit' });
    expect(it.lead.disqualified).toMatchObject({ why: 'Because: not-a-fit' });
  });
});

test('the caller is told what happened', () => {
  const it = scene(release(), goodFit);
  const answer = summarise(it.play('Demo Requested'));
  expect(answer).toMatchObject({
    stage: 'marketingqualifiedlead',
    moves: [{ from: 'subscriber', to: 'marketingqualifiedlead' }],
    handoff: { handoff: 'inbound', status: 'opened', because: 'Demo Requested' },
  });
  const scored = summarise(it.play('Pricing Viewed')).scores;
  expect(scored).toMatchObject([
    { model: 'core', before: { grade: 'A4' }, after: { scores: { fit: 80, engagement: 8 } } },
  ]);
});
