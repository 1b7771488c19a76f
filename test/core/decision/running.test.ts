/** What ends a journey and what its waits hear: exits and `waitFor`s of open enrolments. */
import { describe, expect, test } from 'vitest';
import {
  bought,
  counted,
  DAY,
  HOUR,
  is,
  journey,
  onEvent,
  release,
  scene,
  START,
  withSales,
  type Scene,
} from './acme.ts';
import type { Exit, PlanStep } from '../../../core/journey/plan.ts';

type WaitFor = Extract<PlanStep, { type: 'wait-for' }>;

function started(parts: {
  readonly exits?: readonly Exit[];
  readonly wait?: Partial<WaitFor>;
  readonly entry?: { readonly [property: string]: string };
}): Scene {
  const wait: WaitFor = {
    type: 'wait-for',
    since: 'entry',
    upToMs: 5 * DAY,
    arms: [{ id: 'report', when: { type: 'event', match: { event: 'Report Created' } } }],
    ...parts.wait,
  };
  const trial = journey('trial', {
    enter: [onEvent('Trial Started')],
    exits: parts.exits ?? [bought, withSales],
    steps: { hello: { type: 'send', template: 'hello' }, first: wait },
  });
  const it = scene(release({ journeys: trial }));
  it.play('Trial Started', parts.entry ?? {});
  return it;
}
function messages(it: Scene) {
  return it.told('tell-journey').map(({ message }) => message);
}
function condition(id: string, holds: Parameters<typeof is>) {
  return { id, when: { type: 'condition', condition: is(...holds) } } as const;
}

describe('exits', () => {
  test('an event closes the enrolment and tells the run, once', () => {
    const it = started({});
    it.wait(HOUR);
    it.play('Deal Won');
    it.play('Deal Won');
    expect(it.of('exit')).toMatchObject([{ exit: 'bought', goal: true, why: 'They bought' }]);
    expect(it.told('close-enrolment')).toHaveLength(1);
    expect(messages(it)).toEqual([{ type: 'exit', seq: 3, exit: 'bought' }]);
    expect(it.lead.enrolments).toMatchObject([{ status: 'closed', closedAt: START + HOUR }]);
  });

  test('a demo request makes an MQL, opens the handoff and ends the trial, in one decision', () => {
    const it = started({});
    const decided = it.play('Demo Requested');
    expect(decided.decisions.map(({ kind }) => kind)).toEqual(['stage', 'handoff', 'exit']);
    expect(it.of('exit')).toMatchObject([{ exit: 'with-sales', goal: false }]);
    expect(it.told('open-handoff')).toMatchObject([
      { handoff: 'inbound', stage: 'marketingqualifiedlead', cause: 'Demo Requested' },
    ]);
  });

  test('a condition ends it by the clock alone', () => {
    const asleep: Exit = {
      ...withSales,
      id: 'asleep',
      when: condition('', ['daysSinceActivity', 7, 'atLeast']).when,
    };
    const it = started({ exits: [asleep] });
    it.wait(7 * DAY - 1);
    expect(it.of('exit')).toEqual([]);
    it.wait(1);
    expect(it.lead.enrolments).toMatchObject([{ closedAt: START + 7 * DAY }]);
  });

  test('the first exit of the file wins', () => {
    const it = started({
      exits: [
        withSales,
        { ...bought, when: { type: 'event', match: { event: 'Demo Requested' } } },
      ],
    });
    it.play('Demo Requested');
    expect(it.of('exit')).toMatchObject([{ exit: 'with-sales' }]);
  });

  test('`same` compares with the entry event', () => {
    const same: Exit = {
      ...bought,
      when: { type: 'event', match: { event: 'Deal Won', same: 'plan' } },
    };
    const it = started({ exits: [same], entry: { plan: 'pro' } });
    it.play('Deal Won', { plan: 'free' });
    it.play('Deal Won');
    expect(it.of('exit')).toEqual([]);
    it.play('Deal Won', { plan: 'pro' });
    expect(it.of('exit')).toHaveLength(1);
  });

  test('conditions read the entry', () => {
    const cancelled: Exit = { ...bought, when: condition('', ['entry.plan', 'pro']).when };
    const it = started({ exits: [cancelled], entry: { plan: 'free' } });
    it.play('Page Viewed');
    expect(it.of('exit')).toEqual([]);
  });

  test('being disqualified ends marketing', () => {
    const it = started({});
    it.identify({}, { account: { id: 'a', tags: ['competitor'], traits: {} } });
    expect(it.of('exit')).toMatchObject([{ exit: 'disqualified', why: 'A competitor' }]);
  });

  test('what is learnt late still ends it: they bought, however old the news', () => {
    const it = started({});
    it.wait(5 * DAY);
    it.play('Deal Won', {}, { occurredAt: START + DAY });
    expect(it.of('exit')).toHaveLength(1);
  });
});

describe('waits', () => {
  test('looking back to the entry, an event is reported once, also before the step is reached', () => {
    const it = started({});
    it.wait(HOUR);
    it.play('Report Created');
    it.wait(HOUR);
    it.play('Report Created');
    expect(messages(it)).toEqual([
      { type: 'satisfied', seq: 3, step: 'first', arm: 'report', at: START + HOUR },
    ]);
    expect(it.of('wait')).toHaveLength(1);
  });

  test('looking back to the step, each event is reported: only the run knows when it got there', () => {
    const it = started({ wait: { since: 'step' } });
    it.play('Report Created');
    it.wait(HOUR);
    it.play('Report Created');
    expect(messages(it)).toMatchObject([{ at: START }, { at: START + HOUR }]);
  });

  test('of several arms the first in the file that matches is reported', () => {
    const arms = [
      {
        id: 'big',
        when: {
          type: 'event',
          match: { event: 'Report Created', where: is('rows', 100, 'atLeast') },
        },
      },
      { id: 'any', when: { type: 'event', match: { event: 'Report Created' } } },
    ] as const;
    const small = started({ wait: { arms } });
    small.play('Report Created', { rows: 3 });
    const big = started({ wait: { arms } });
    big.play('Report Created', { rows: 300 });
    expect([messages(small), messages(big)]).toMatchObject([[{ arm: 'any' }], [{ arm: 'big' }]]);
  });

  test('the entry event itself never counts', () => {
    const arms = [
      { id: 'again', when: { type: 'event', match: { event: 'Trial Started' } } },
    ] as const;
    const it = started({ wait: { arms } });
    expect(messages(it)).toEqual([]);
    it.play('Trial Started');
    expect(messages(it)).toMatchObject([{ arm: 'again' }]);
  });

  test('a condition that holds at the entry is satisfied from the start', () => {
    const it = started({ wait: { arms: [condition('known', ['email', true, 'known'])] } });
    expect(messages(it)).toMatchObject([{ step: 'first', arm: 'known', at: START }]);
    it.play('Page Viewed');
    expect(messages(it)).toHaveLength(1);
  });

  test('a condition that comes to hold later, also by the clock alone', () => {
    const it = started({
      wait: { arms: [condition('quiet', ['daysSinceActivity', 3, 'atLeast'])] },
    });
    it.wait(3 * DAY);
    expect(messages(it)).toMatchObject([{ arm: 'quiet', at: START + 3 * DAY }]);
  });

  test('`same` ties the event to the one that let the lead in', () => {
    const match = { event: 'Report Created', same: 'plan' };
    const it = started({
      wait: { arms: [{ id: 'r', when: { type: 'event', match } }] },
      entry: { plan: 'pro' },
    });
    it.play('Report Created', { plan: 'free' });
    expect(messages(it)).toEqual([]);
    it.play('Report Created', { plan: 'pro' });
    expect(messages(it)).toHaveLength(1);
  });

  test('what happened long before the entry does not count, however late it is heard', () => {
    const it = started({});
    it.wait(DAY);
    it.play('Report Created', {}, { occurredAt: START - 2 * DAY });
    expect(messages(it)).toEqual([]);
    it.play('Report Created', {}, { occurredAt: START + HOUR });
    expect(messages(it)).toMatchObject([{ at: START + HOUR }]);
  });

  test('a closed enrolment hears nothing', () => {
    const it = started({});
    it.play('Deal Won');
    it.play('Report Created');
    expect(it.of('wait')).toEqual([]);
  });

  test('a count in a window is watched for the enrolment as well', () => {
    const gone = {
      type: 'condition',
      condition: { not: counted('Trial Started', '2 days', 1) },
    } as const;
    const it = started({ wait: { arms: [{ id: 'old', when: gone }] } });
    it.wait(2 * DAY);
    expect(messages(it)).toMatchObject([{ arm: 'old', at: START + 2 * DAY }]);
  });
});
