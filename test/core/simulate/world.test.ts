/** Invented lives in the shipped workspace: time, sales and permission as a lead meets them. */
import { expect, test } from 'vitest';
import type { Persona, ScriptEntry } from '../../../core/definitions/compile-persona.ts';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
import { runPersona, type PersonaRun } from '../../../core/simulate/persona.ts';
import { readWorkspace } from '../../../workspace/read-workspace.ts';

const compiled = compileRelease(await readWorkspace('.'), '00000000-0000-7000-8000-000000000000');
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
const { release } = compiled.workspace;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday, ten o'clock in Berlin. */
const MONDAY = Date.parse('2026-03-02T10:00:00+01:00');

function live(over: Partial<Persona> & { readonly script: readonly ScriptEntry[] }): PersonaRun {
  return runPersona(release, {
    persona: 'somebody',
    traits: {
      email: 'ben@nordwind.example',
      firstName: 'Ben',
      company: 'Nordwind AG',
      seniority: 'vp',
      country: 'DE',
      employees: 900,
      timezone: 'Europe/Berlin',
    },
    tags: [],
    consent: 'opt-in',
    startsAt: MONDAY,
    expect: {},
    ...over,
  });
}
function event(at: number, name: string): ScriptEntry {
  return { at, type: 'event', event: name, properties: {}, times: 1, trust: 'human' };
}
function texts({ timeline }: PersonaRun): readonly string[] {
  return timeline.map(({ text }) => text);
}

test('a mail that falls on a Saturday waits for Monday, nine in the lead’s zone', () => {
  const saturday = Date.parse('2026-02-28T10:00:00+01:00');
  const { emails } = live({ startsAt: saturday, script: [event(saturday, 'Trial Started')] });
  const help = emails.find(({ template }) => template === 'need-a-hand');
  const nine = Date.parse('2026-03-09T09:00:00+01:00');
  expect(help?.at).toBeGreaterThanOrEqual(nine);
  expect(help?.at).toBeLessThanOrEqual(nine + HOUR);
});

test('who said "not now" hears from us before the date, and the rep is reminded on it', () => {
  const callAgainAt = MONDAY + 60 * DAY;
  const run = live({
    script: [
      event(MONDAY, 'Demo Requested'),
      { at: MONDAY + HOUR, type: 'rejects', reason: 'not-now', callAgainAt },
    ],
  });
  expect(run.stage).toBe('lead');
  expect(run.journeys.map(({ journey }) => journey)).toEqual(['demo-request', 'recycle']);
  const news = run.emails.find(({ template }) => template === 'recycle-whats-new');
  expect(news?.at).toBeGreaterThanOrEqual(callAgainAt - 14 * DAY);
  expect(news?.at).toBeLessThan(callAgainAt - 10 * DAY);
  const call = run.timeline.find(({ text }) => text.includes('They asked for a call'));
  expect(call?.at).toBe(callAgainAt);
});

test('who unsubscribes gets no marketing mail any more, and the journey goes on', () => {
  const run = live({
    script: [
      event(MONDAY, 'Trial Started'),
      {
        at: MONDAY + DAY,
        type: 'email',
        template: 'welcome',
        does: 'unsubscribes',
        properties: {},
        trust: 'human',
      },
    ],
  });
  expect(run.emails.map(({ template }) => template)).toEqual(['welcome']);
  expect(run.skipped.length).toBeGreaterThan(0);
  expect(new Set(run.skipped.map(({ reason }) => reason))).toEqual(new Set(['suppressed']));
  expect(run.exits).toMatchObject([{ journey: 'trial-nurture', exit: 'completed' }]);
});

test('a rep who does not answer loses the lead to the next, and it ends with who escalations go to', () => {
  const run = live({ script: [event(MONDAY, 'Demo Requested')], runsForMs: 3 * DAY });
  const assigned = texts(run).filter((text) => text.startsWith('Goes to'));
  expect(assigned.length).toBeGreaterThan(2);
  expect(assigned.at(-1)).toContain('lena');
  expect(run.rep).toBe('lena');
});

test('entries of one instant play in order, each after all that the one before caused', () => {
  const run = live({
    script: [
      event(MONDAY, 'Trial Started'),
      event(MONDAY, 'Demo Requested'),
      { at: MONDAY, type: 'accepts' },
      {
        at: MONDAY,
        type: 'email',
        template: 'welcome',
        does: 'clicks',
        properties: {},
        trust: 'human',
      },
    ],
  });
  expect(run.expectations).toEqual([]);
  expect(run.stages.map(({ stage }) => stage)).toEqual([
    'lead',
    'marketingqualifiedlead',
    'sales-accepted',
  ]);
  expect(run.exits[0]).toEqual({ journey: 'trial-nurture', exit: 'with-sales', at: MONDAY });
  expect(run.emails.map(({ template }) => template)).toEqual(['welcome', 'demo-confirm-with-rep']);
});

test('what a script cannot play is an expectation that was not met', () => {
  const { expectations } = live({
    script: [
      { at: MONDAY, type: 'accepts' },
      {
        at: MONDAY,
        type: 'email',
        template: 'welcome',
        does: 'opens',
        properties: {},
        trust: 'human',
      },
    ],
  });
  expect(expectations).toMatchObject([
    { ok: false, found: 'none' },
    { ok: false, found: 'no' },
  ]);
});

test('expectations that are not met say what was found', () => {
  const { expectations } = live({
    script: [event(MONDAY, 'Trial Started'), event(MONDAY + DAY, 'Demo Requested')],
    expect: {
      emails: ['welcome'],
      exit: 'bought',
      stage: 'lead',
      never: ['welcome'],
      notSent: [{ email: 'need-a-hand', reason: 'no-consent' }],
      maxPerWeek: 1,
    },
  });
  expect(expectations.map(({ ok, found }) => `${ok} ${found}`)).toEqual([
    'false welcome, demo-confirm-with-rep',
    'false with-sales',
    'false marketingqualifiedlead',
    'false sent',
    'false not reached',
    'false 2',
  ]);
});

test('an anonymous or unreachable lead is scored and enters nothing that sends', () => {
  const run = live({
    traits: { employees: 900, seniority: 'vp' },
    script: [event(MONDAY, 'Trial Started')],
  });
  expect(run.refused).toMatchObject([{ journey: 'trial-nurture', because: 'no-address' }]);
  expect(run.emails).toEqual([]);
  expect(run.stage).toBe('lead');
});
