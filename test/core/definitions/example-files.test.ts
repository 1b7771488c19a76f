/** Every example of the file formats parses to the model the engine works with. */
import { describe, expect, test } from 'vitest';
import { compileExample, findingsOf, problemsOf } from './example.ts';

const { release, imports, personas } = compileExample();
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

test('the examples have no problem at all', () => {
  expect(problemsOf({})).toEqual([]);
});

test('the few rules of the examples leave grades out of reach, and the proofs say so', () => {
  expect(findingsOf({})).toEqual([
    'threshold-out-of-reach',
    'threshold-out-of-reach',
    'threshold-out-of-reach',
  ]);
});

describe('a journey', () => {
  const { plan } = release.journeys['trial-nurture'] ?? {};

  test('keeps who enters and what ends it', () => {
    expect(plan?.enter).toEqual([
      {
        on: 'event',
        match: { event: 'Trial Started' },
        existing: 'ignore',
        whileInside: 'ignore',
        again: { type: 'after', ms: 90 * dayMs },
      },
    ]);
    expect(plan?.exits).toEqual([
      {
        id: 'bought',
        goal: true,
        why: 'They bought',
        when: { type: 'event', match: { event: 'Deal Won' } },
      },
      {
        id: 'with-sales',
        goal: false,
        why: 'A rep has taken over',
        when: {
          type: 'condition',
          condition: { fact: 'withSales', operator: 'is', value: true },
        },
      },
    ]);
  });

  test('reads its sending rules', () => {
    expect(plan?.sending).toEqual({
      class: 'marketing',
      topic: 'product-tips',
      priority: 50,
      holdAtMostMs: 4 * dayMs,
      window: { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00', zone: 'lead' },
    });
    expect(plan?.whenPaused).toEqual({
      timers: 'freeze',
      perHour: 200,
      skipIfOlderThanMs: 7 * dayMs,
    });
    expect(plan?.whenEdited).toEqual({
      inFlight: 'move-at-next-step',
      renamed: { intro: 'welcome' },
      removed: { webinar: 'pause-1' },
    });
  });

  test('is flattened: nested lists go on where their parent goes on', () => {
    expect(plan?.flow).toEqual({
      v: 2,
      start: 'welcome',
      steps: {
        welcome: { type: 'act', next: 'pause-1' },
        'pause-1': { type: 'wait', ms: 2 * dayMs, next: 'first-report' },
        'first-report': {
          type: 'wait-for',
          since: 'entry',
          upToMs: 5 * dayMs,
          arms: { happened: 'congrats' },
          timedOut: 'help',
        },
        congrats: { type: 'act', next: 'ready' },
        help: { type: 'act', next: 'ready' },
        ready: { type: 'choose', arms: { 'strong-fit': 'sdr', others: 'proof' } },
        sdr: { type: 'act', next: null },
        proof: { type: 'choose', arms: { story: 's1', numbers: 'n1', control: null } },
        s1: { type: 'act', next: null },
        n1: { type: 'act', next: null },
      },
    });
  });

  test('keeps what each step does', () => {
    expect(plan?.steps['welcome']).toEqual({
      type: 'send',
      template: 'welcome',
      class: 'transactional',
    });
    expect(plan?.steps['sdr']).toEqual({
      type: 'task',
      text: 'Strong fit, not active yet: call once',
      kind: 'call',
      due: '2 business days',
      for: 'owner',
      ifNone: 'route:inbound',
    });
    expect(plan?.steps['ready']).toEqual({
      type: 'branch',
      arms: [
        { id: 'strong-fit', if: { fact: 'fitGrade', operator: 'is', value: 'A' } },
        { id: 'others' },
      ],
    });
    expect(plan?.steps['proof']).toEqual({
      type: 'split',
      arms: [
        { id: 'story', share: 50, holdout: false },
        { id: 'numbers', share: 40, holdout: false },
        { id: 'control', share: 10, holdout: true },
      ],
    });
  });
});

test('events join the built-in ones', () => {
  expect(release.events['Trial Started']).toEqual({
    event: 'Trial Started',
    label: 'Started a trial',
    activity: true,
    properties: { plan: 'text' },
  });
  expect(release.events['Page Viewed']?.activity).toBe(true);
});

test('facts say which trait they read and how they are derived', () => {
  expect(release.facts['painPoint']).toEqual({
    id: 'painPoint',
    type: 'text',
    label: 'Pain point',
    from: 'pain_point',
  });
  expect(release.facts['seniority']).toEqual({
    id: 'seniority',
    type: 'choice',
    label: 'Seniority',
    from: 'seniority',
    values: ['individual', 'manager', 'director', 'vp', 'c-level'],
    derive: {
      from: 'jobTitle',
      words: [
        { value: 'vp', any: ['vp', 'vice president'] },
        { value: 'director', any: ['director', 'head of'] },
      ],
    },
  });
});

test('a scoring model has its grades highest first', () => {
  const [model] = release.models;
  expect(model?.grades['fit']).toEqual([
    { grade: 'A', from: 70 },
    { grade: 'B', from: 45 },
    { grade: 'C', from: 20 },
    { grade: 'D', from: 0 },
  ]);
  expect(model?.scores['engagement']).toEqual({ min: 0, max: 100, halfLifeMs: 14 * dayMs });
  expect(model?.rules.map(({ id, type }) => [id, type])).toEqual([
    ['can-sign', 'when'],
    ['free-mail', 'when'],
    ['pricing', 'for-each'],
    ['job-hunter', 'for-each'],
    ['click', 'for-each'],
  ]);
  expect(model?.rules[3]).toMatchObject({
    points: -15,
    atMost: 30,
    keeps: true,
    match: {
      event: 'Page Viewed',
      where: { fact: 'path', operator: 'startsWith', value: '/jobs' },
    },
  });
});

test('stages keep their order, holds and ways back', () => {
  const [mql, , , sql] = release.qualification.stages;
  expect(mql).toMatchObject({
    stage: 'marketingqualifiedlead',
    label: 'MQL',
    holdForMs: 600_000,
    instantOn: ['Demo Requested'],
    onEnter: { handoff: 'inbound' },
    backTo: { stage: 'lead' },
    again: { notBeforeMs: 30 * dayMs, needs: 'new-activity', except: ['Demo Requested'] },
  });
  expect(sql?.from).toEqual(['sales-accepted']);
  expect(release.qualification.outcome.withinMs).toBe(180 * dayMs);
});

test('routing, team and handoffs are read apart', () => {
  expect(release.routings['inbound']?.sla[0]).toMatchObject({
    id: 'hot',
    acceptWithin: { amount: 5, unit: 'minutes', business: true },
    remindAfter: [{ amount: 3, unit: 'minutes', business: true }],
  });
  expect(release.team.pools['inbound']).toEqual({
    share: 'round-robin',
    whenFull: 'queue:inbound',
    whenClosed: 'assign-now-clock-later',
    afterAbsence: 'no-catch-up',
    members: [
      { rep: 'mia', weight: 1 },
      { rep: 'tom', weight: 1 },
    ],
  });
  expect(release.team.reps['jon']?.away).toEqual([{ from: '2026-12-21', to: '2027-01-04' }]);
  expect(release.handoffs['inbound']?.brief).toEqual({
    facts: ['jobTitle', 'phone', 'employees'],
    historyMs: 30 * dayMs,
    playbook: 'https://wiki.acme.example/inbound',
  });
  expect(release.rejectReasons[0]).toEqual({
    id: 'not-now',
    label: 'Not now: call again later',
    asks: ['date'],
    then: { stage: 'lead', journey: 'recycle', sameRepBack: true },
  });
});

test('the sending policy tells calendar days from rolling days', () => {
  expect(release.sending.caps.map(({ per }) => per)).toEqual([
    { type: 'rolling', ms: 7 * dayMs },
    { type: 'day' },
  ]);
  expect(release.sending.spreadMs).toBe(1_800_000);
});

test('a template keeps its subject, samples and whether it may be sent again', () => {
  expect(release.templates['welcome']?.manifest).toMatchObject({
    from: 'owner',
    ifNoOwner: 'workspace',
    again: { type: 'never' },
    variables: { 'lead.firstName': { sample: 'Ana', optional: true } },
  });
});

test('an import says which column fills which trait', () => {
  expect(imports[0]?.columns).toEqual([
    { column: 'E-Mail', to: 'email', trait: 'email', type: 'text' },
    { column: 'Name', to: 'trait', trait: 'name', type: 'text' },
    {
      column: 'Country',
      to: 'trait',
      trait: 'country',
      type: 'text',
      values: { Germany: 'DE' },
    },
  ]);
});

test('a persona is a script of instants, and labels stand for stages', () => {
  const [persona] = personas;
  const start = Date.parse('2026-03-27T15:30:00Z');
  expect(persona?.script.map(({ at, type }) => [(at - start) / dayMs, type])).toEqual([
    [0, 'event'],
    [3, 'event'],
    [4, 'event'],
    [4, 'accepts'],
  ]);
  expect(persona?.expect.stage).toBe('sales-accepted');
  expect(persona?.traits).toMatchObject({ firstName: 'Ana', employees: 900 });
});
