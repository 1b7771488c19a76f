/** A stage set by a person: rules leave it alone as long as was said, and what people decide moves it on. */
import { describe, expect, test } from 'vitest';
import {
  counted,
  DAY,
  goodFit,
  HOUR,
  journey,
  MINUTE,
  onApi,
  onStage,
  qualification,
  release,
  scene,
  START,
  type Scene,
} from '../decision/acme.ts';
import { joinStages } from '../../../core/qualification/join-stages.ts';

const MQL = 'marketingqualifiedlead';
const iso = (at: number) => new Date(at).toISOString();

function setTo(it: Scene, stage: string, over: object = {}) {
  return it.play('Stage Set', {
    ...{ stage, reason: 'Met at the fair', by: 'anna', until: iso(it.now + 30 * DAY) },
    ...over,
  });
}

describe('while it lasts', () => {
  test('no rule moves the lead forward, however good the evidence', () => {
    const it = scene(release(), goodFit);
    setTo(it, 'lead');
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    it.play('Demo Requested');
    it.wait(29 * DAY);
    expect(it.lead.stage).toMatchObject({
      stage: 'lead',
      byHand: { why: 'Met at the fair', by: 'anna', at: START, until: START + 30 * DAY },
    });
    expect(it.told('open-handoff')).toEqual([]);
  });

  test('nor back', () => {
    const it = scene();
    it.play('Page Viewed');
    setTo(it, MQL, { until: iso(START + 60 * DAY) });
    it.wait(60 * DAY - 1);
    expect(it.lead.stage.stage).toBe(MQL);
  });

  test('the stage is known by its value or its label, in any case', () => {
    for (const written of [MQL, 'MQL', 'mql', 'MarketingQualifiedLead']) {
      const it = scene();
      setTo(it, written);
      expect(it.lead.stage.stage).toBe(MQL);
    }
  });

  test('at its end rules decide again, at that instant', () => {
    const it = scene();
    it.play('Page Viewed');
    setTo(it, MQL, { until: iso(START + 60 * DAY) });
    expect(it.lead.dueAt).toBeLessThanOrEqual(START + 60 * DAY);
    it.wait(60 * DAY);
    expect(it.lead.stage).toMatchObject({ stage: 'lead', since: START + 60 * DAY });
    expect(it.of('stage').at(-1)).toMatchObject({ rule: `${MQL}.backTo`, cause: 'tick' });
    expect(it.lead.stage.byHand).toBeUndefined();
  });

  test('what has held meanwhile counts when it ends', () => {
    const always = { ...counted('Page Viewed', '90 days', 1) };
    const rules = qualification();
    const stages = rules.stages.map((rule) =>
      rule.stage === MQL ? { ...rule, when: always, holdForMs: 5 * DAY } : rule,
    );
    const it = scene(release({ qualification: { ...rules, stages } }));
    setTo(it, 'subscriber', { until: iso(START + 10 * DAY) });
    it.play('Page Viewed');
    it.wait(10 * DAY - 1);
    expect(it.lead.stage.stage).toBe('subscriber');
    it.wait(1);
    expect(it.lead.stage.stage).toBe(MQL);
  });

  test('without an end it holds for ever', () => {
    const it = scene();
    it.play('Stage Set', { stage: MQL, reason: 'Ours', by: 'anna' });
    it.wait(400 * DAY);
    expect(it.lead.stage).toMatchObject({ stage: MQL, byHand: { by: 'anna' } });
  });

  test('a deal is a fact of the business and moves it on', () => {
    const it = scene();
    setTo(it, 'lead');
    it.play('Deal Created');
    expect(it.lead.stage.stage).toBe('opportunity');
    expect(it.lead.stage.byHand).toBeUndefined();
    it.play('Deal Won');
    expect(it.lead.stage.stage).toBe('customer');
  });

  test('what a rep answers is a later word: accepted it goes on, rejected it goes back', () => {
    const taken = scene();
    setTo(taken, MQL);
    taken.play('Handoff Accepted', { by: 'mia' });
    expect(taken.lead.stage.stage).toBe('sales-accepted');
    const refused = scene();
    setTo(refused, MQL);
    refused.play('Handoff Rejected', { by: 'mia', reason: 'not-now' });
    expect(refused.lead.stage.stage).toBe('lead');
    expect(refused.lead.stage.byHand).toBeUndefined();
  });
});

describe('entering by hand', () => {
  test('says who, why and until when, and hands over like any other way in', () => {
    const it = scene();
    setTo(it, MQL);
    expect(it.of('stage').at(-1)).toMatchObject({
      ...{ from: 'subscriber', to: MQL, rule: 'by-hand', why: 'Met at the fair' },
      ...{ by: 'anna', until: START + 30 * DAY, cause: 'Stage Set' },
    });
    expect(it.told('open-handoff')).toMatchObject([{ handoff: 'inbound', cause: 'Stage Set' }]);
  });

  test('quietly it hands nobody over and begins no journey', () => {
    const greeting = {
      ...journey('greeting', { enter: [onApi] }),
      ...journey('on-mql', { enter: [onStage(MQL)] }),
    };
    const rules = qualification();
    const stages = rules.stages.map((rule) =>
      rule.stage === MQL ? { ...rule, onEnter: { handoff: 'inbound', journey: 'greeting' } } : rule,
    );
    const workspace = release({ qualification: { ...rules, stages }, journeys: greeting });
    const quiet = scene(workspace);
    setTo(quiet, MQL, { quiet: true });
    expect(quiet.lead.stage.stage).toBe(MQL);
    expect([...quiet.told('open-handoff'), ...quiet.told('enrol')]).toEqual([]);
    const loud = scene(workspace);
    setTo(loud, MQL);
    expect(loud.told('enrol').map((one) => one.journey)).toEqual(['greeting', 'on-mql']);
  });

  test('a label names a stage; what names none changes nothing', () => {
    const it = scene();
    setTo(it, 'MQL');
    expect(it.lead.stage.stage).toBe(MQL);
    setTo(it, 'Hot');
    expect(it.lead.stage.stage).toBe(MQL);
  });

  test('setting a lead back closes the handoff that hangs on it, and its rep is told', () => {
    const it = scene();
    it.play('Demo Requested');
    it.wait(HOUR);
    setTo(it, 'lead', { reason: 'A student' });
    expect(it.told('settle-handoff')).toMatchObject([
      { status: 'closed', reason: 'by-hand', by: 'anna', tell: true },
    ]);
    it.wait(40 * DAY);
    expect(it.told('open-handoff')).toHaveLength(1);
  });

  test('setting it to a stage of the same handoff leaves the rep alone', () => {
    const it = scene();
    it.play('Demo Requested');
    it.wait(HOUR);
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    expect(it.lead.stage.stage).toBe('product-qualified');
    setTo(it, MQL);
    expect(it.lead.handoff?.status).toBe('open');
  });

  test('the stage it has is kept: no move is told, and rules leave it alone', () => {
    const it = scene();
    it.play('Demo Requested');
    const before = it.of('stage').length;
    setTo(it, MQL);
    it.wait(29 * DAY);
    expect(it.of('stage')).toHaveLength(before);
    expect(it.lead.stage).toMatchObject({ stage: MQL, since: START, byHand: { by: 'anna' } });
  });

  test('what was said earlier and arrives later changes nothing', () => {
    const it = scene();
    it.wait(HOUR);
    setTo(it, MQL);
    it.play('Stage Set', { stage: 'lead', by: 'tom' }, { occurredAt: START + MINUTE });
    expect(it.lead.stage).toMatchObject({ stage: MQL, byHand: { by: 'anna' } });
  });
});

describe('two leads that turn out to be one', () => {
  const rules = qualification();
  const joined = (into: Scene, from: Scene) => joinStages(into.lead, from.lead, rules, into.now);

  test('stand where a person set either of them, else at the further stage', () => {
    const [set, further] = [scene(), scene()];
    setTo(set, 'lead');
    further.play('Demo Requested');
    expect(joined(further, set)).toMatchObject({ stage: 'lead', byHand: { by: 'anna' } });
    const plain = scene();
    expect(joined(plain, further).stage).toBe(MQL);
    // When its time is up the further stage counts again.
    expect(joinStages(set.lead, further.lead, rules, START + 31 * DAY).stage).toBe(MQL);
  });

  test('have left what either has left: old evidence hands nobody over anew', () => {
    const [rejected, other] = [scene(), scene()];
    rejected.play('Demo Requested');
    rejected.play('Handoff Rejected', { reason: 'not-now', by: 'mia' });
    other.play('Page Viewed');
    expect(joined(other, rejected)).toMatchObject({ stage: 'lead', left: { [MQL]: START } });
  });
});
