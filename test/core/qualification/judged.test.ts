/** "That click was a robot": what it gave is taken back, and what rested on it with it. */
import { describe, expect, test } from 'vitest';
import {
  counted,
  DAY,
  goodFit,
  HOUR,
  MINUTE,
  qualification,
  release,
  scene,
  START,
  type Scene,
} from '../decision/acme.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { Trust } from '../../../core/facts/lead.ts';

const MQL = 'marketingqualifiedlead';
const workspace = release();

function latest(it: Scene, name: string): string {
  return it.lead.events.findLast((event) => event.name === name)?.id ?? '';
}
function judge(it: Scene, event: string, trust: Trust = 'likely-robot', over: object = {}) {
  return it.play('Event Judged', { event, trust, because: 'A link scanner', by: 'anna' }, over);
}
function engagement(it: Scene): number | null | undefined {
  return factReader(workspace, it.lead, it.now).scored('core')?.scores['engagement'];
}

describe('facts', () => {
  test('points, counts and activity are as if the event had never counted', () => {
    const it = scene(workspace);
    it.play('Pricing Viewed');
    it.wait(DAY);
    it.play('Pricing Viewed');
    judge(it, latest(it, 'Pricing Viewed'));
    expect(it.lead.counts['Pricing Viewed']).toEqual({ count: 1, firstAt: START, lastAt: START });
    expect(it.lead.lastActivityAt).toBe(START);
    expect(it.of('score').at(-1)).toMatchObject({
      before: { scores: { engagement: 16 } },
      after: { scores: { engagement: 8 } },
    });
    judge(it, latest(it, 'Pricing Viewed'), 'human');
    expect(it.lead.counts['Pricing Viewed']).toMatchObject({ count: 2, lastAt: START + DAY });
    expect(it.lead.lastActivityAt).toBe(START + DAY);
    expect(engagement(it)).toBe(16);
  });

  test('the same verdict again changes nothing, nor one on an event nobody knows', () => {
    const it = scene(workspace);
    it.play('Pricing Viewed');
    const [first, again] = [1, 2].map(() => judge(it, latest(it, 'Pricing Viewed')));
    expect(first?.effects).toMatchObject([{ type: 'judge-event', trust: 'likely-robot' }]);
    expect(again).toMatchObject({ decisions: [], effects: [] });
    expect(judge(it, 'no-such-event')).toMatchObject({ decisions: [], effects: [] });
  });

  test('of two verdicts the later one counts, whichever arrives first', () => {
    const it = scene(workspace);
    it.play('Pricing Viewed');
    it.wait(HOUR);
    const click = latest(it, 'Pricing Viewed');
    judge(it, click);
    judge(it, click, 'human', { occurredAt: it.now - MINUTE });
    expect(engagement(it)).toBe(0);
  });
});

describe('the stage', () => {
  test('goes back when it rested on the robot, and says so', () => {
    const it = scene(workspace);
    it.play('Page Viewed');
    it.play('Demo Requested');
    it.wait(HOUR);
    judge(it, latest(it, 'Demo Requested'));
    expect(it.lead.stage).toMatchObject({ stage: 'lead', since: START + HOUR });
    expect(it.of('stage').at(-1)).toMatchObject({
      ...{ from: MQL, to: 'lead', rule: `${MQL}.takenBack`, cause: 'Event Judged' },
      why: 'No longer MQL: what it rested on was a robot',
    });
  });

  test('goes all the way back when nothing else was there', () => {
    const it = scene(workspace);
    it.play('Demo Requested');
    judge(it, latest(it, 'Demo Requested'));
    expect(it.lead.stage.stage).toBe('subscriber');
  });

  test('stays where it stands on more than that, then or since', () => {
    const then = scene(workspace, goodFit);
    for (let views = 0; views < 6; views += 1) then.play('Pricing Viewed');
    then.wait(HOUR);
    judge(then, latest(then, 'Pricing Viewed'));
    expect(then.lead.stage.stage).toBe(MQL);
    const since = scene(workspace);
    since.play('Demo Requested');
    const robot = latest(since, 'Demo Requested');
    since.wait(DAY);
    since.play('Demo Requested');
    since.wait(31 * DAY);
    judge(since, robot);
    expect(since.lead.stage.stage).toBe(MQL);
  });

  test('goes back long after its points had faded: it never was one', () => {
    const it = scene(workspace, goodFit);
    for (let views = 0; views < 5; views += 1) it.play('Pricing Viewed');
    it.wait(40 * DAY);
    expect(it.lead.stage.stage).toBe(MQL);
    judge(it, latest(it, 'Pricing Viewed'));
    expect(it.lead.stage.stage).toBe(MQL);
    for (const { id, name } of it.lead.events) if (name === 'Pricing Viewed') judge(it, id);
    expect(it.lead.stage.stage).toBe('subscriber');
  });

  test('that people or deals decided stays', () => {
    const it = scene(workspace);
    it.play('Demo Requested');
    it.play('Handoff Accepted', { by: 'mia' });
    judge(it, latest(it, 'Demo Requested'));
    expect(it.lead.stage.stage).toBe('sales-accepted');
    const set = scene(workspace);
    set.play('Demo Requested');
    set.play('Stage Set', { stage: 'MQL', reason: 'Ours', by: 'anna' });
    judge(set, latest(set, 'Demo Requested'));
    expect(set.lead.stage.stage).toBe(MQL);
  });

  test('comes back at once when the verdict is taken back, without waiting for `again`', () => {
    const it = scene(workspace);
    it.play('Page Viewed');
    it.play('Demo Requested');
    const demo = latest(it, 'Demo Requested');
    it.wait(HOUR);
    judge(it, demo);
    it.wait(HOUR);
    judge(it, demo, 'human');
    expect(it.lead.stage.stage).toBe(MQL);
    expect(it.told('open-handoff').map(({ cause }) => cause)).toEqual([
      'Demo Requested',
      'Event Judged',
    ]);
  });

  test('two stages that rest on the same robots go back in one move', () => {
    const rules = qualification();
    const stages = rules.stages.map((rule) =>
      rule.stage === MQL
        ? { ...rule, when: counted('Report Created', '14 days', 1), holdForMs: 0 }
        : rule,
    );
    const it = scene(release({ qualification: { ...rules, stages } }));
    it.play('Page Viewed');
    for (let reports = 0; reports < 3; reports += 1) {
      it.play('Report Created');
      it.wait(MINUTE);
    }
    expect(it.stages()).toEqual(['lead', MQL, 'product-qualified']);
    const reports = it.lead.events.filter(({ name }) => name === 'Report Created');
    judge(it, reports[2]?.id ?? '');
    expect(it.lead.stage.stage).toBe(MQL);
    judge(it, reports[1]?.id ?? '');
    expect(it.lead.stage.stage).toBe(MQL);
    judge(it, reports[0]?.id ?? '');
    expect(it.lead.stage.stage).toBe('lead');
  });
});

describe('the handoff', () => {
  test('that rested on it is closed and its rep told; a new one needs new evidence', () => {
    const it = scene(workspace);
    it.play('Page Viewed');
    it.play('Demo Requested');
    it.wait(MINUTE);
    judge(it, latest(it, 'Demo Requested'));
    expect(it.lead.handoff).toMatchObject({ status: 'closed', reason: 'robot' });
    expect(it.told('settle-handoff')).toMatchObject([{ reason: 'robot', tell: true }]);
    it.wait(5 * DAY);
    expect(it.told('open-handoff')).toHaveLength(1);
    it.play('Demo Requested');
    expect(it.told('open-handoff')).toHaveLength(2);
  });

  test('of an earlier stage stands, and its rep hears the news', () => {
    const it = scene(workspace);
    it.play('Demo Requested');
    it.wait(HOUR);
    for (let reports = 0; reports < 3; reports += 1) it.play('Report Created');
    expect(it.lead.stage.stage).toBe('product-qualified');
    judge(it, latest(it, 'Report Created'));
    expect(it.lead.stage.stage).toBe(MQL);
    expect(it.lead.handoff?.status).toBe('open');
    expect(it.told('tell-handoff').at(-1)).toMatchObject({ cause: 'Event Judged' });
  });
});
