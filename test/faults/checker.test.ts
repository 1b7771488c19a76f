/**
 * The judge is judged: a run as it should be passes, and each lie of a witness is found by the invariant
 * that is there for it.
 */
import { describe, expect, test } from 'vitest';
import { leadJourneyId } from '../../workflows/contract.ts';
import { check, expectedHere, invariants } from './support/checker.ts';
import type { SinkMail } from './support/sink.ts';
import type { SendRow, Witnesses } from './support/witnesses.ts';

const address = 'ana@lead.example';
const enrolmentId = 'e-1';
const workflowId = leadJourneyId('nurture', enrolmentId);
const steps = ['first', 'second', 'third'];

const mails: readonly SinkMail[] = steps.map((step, n) => ({
  at: 10_000 + n * 2_100,
  to: [address],
  messageId: `<${step}@acme.example>`,
  key: `send-${step}`,
  subject: `The ${step} email`,
  raw: '',
}));
const sends: readonly SendRow[] = steps.map((step) => ({
  ...{ id: `send-${step}`, enrolmentId, step, class: 'marketing', state: 'sent', reason: null },
  ...{ address, messageId: `<${step}@acme.example>`, attempts: 1 },
}));
const told = (event: string, messageId: string) => ({
  ...{ messageId, event, address, sentAt: 9_000, answeredAt: 9_050, answers: ['{"stage":"lead"}'] },
});
const honest: Witnesses = {
  calls: [told('Trial Started', 'm-1'), told('Report Created', 'm-2')],
  unsubscribes: [],
  mails,
  recipients: mails.map(({ at }) => ({ at, address })),
  unanswered: new Set(),
  events: [
    { messageId: 'm-1', name: 'Trial Started', leadId: 'l-1' },
    { messageId: 'm-2', name: 'Report Created', leadId: 'l-1' },
  ],
  enrolments: [
    { id: enrolmentId, journey: 'nurture', address, status: 'closed', outcome: 'completed' },
  ],
  sends,
  scores: [{ address, engagement: 3 }],
  outboxRows: 0,
  runs: [{ workflowId, status: 'COMPLETED', history: null }],
  deaths: [],
  shown: [{ journey: 'nurture', open: 0, closed: 1 }],
  faultsEndedAt: 10_000,
  restedAt: 15_000,
};

interface Lie {
  readonly invariant: string;
  readonly lie: string;
  readonly change: Partial<Witnesses>;
}
const [first, second, third] = mails as [SinkMail, SinkMail, SinkMail];
const sendIs = (step: string, change: Partial<SendRow>): readonly SendRow[] =>
  sends.map((row) => (row.step === step ? { ...row, ...change } : row));
const lies: readonly Lie[] = [
  {
    invariant: 'I1',
    lie: 'an acknowledged event is not stored',
    change: { events: honest.events.slice(0, 1) },
  },
  {
    invariant: 'I1',
    lie: 'an event is stored twice',
    change: { events: [...honest.events, ...honest.events.slice(1)] },
  },
  {
    invariant: 'I1',
    lie: 'a repeat is answered differently',
    change: { calls: honest.calls.map((call) => ({ ...call, answers: ['{"a":1}', '{"a":2}'] })) },
  },
  {
    invariant: 'I2',
    lie: 'a closed enrolment still runs',
    change: { runs: [{ workflowId, status: 'RUNNING', history: null }] },
  },
  { invariant: 'I2', lie: 'an enrolment has no run', change: { runs: [] } },
  { invariant: 'I2', lie: 'an acknowledged entry never entered', change: { enrolments: [] } },
  {
    invariant: 'I2',
    lie: 'one event entered twice',
    change: { enrolments: honest.enrolments.flatMap((row) => [row, { ...row, id: 'e-2' }]) },
  },
  {
    invariant: 'I3',
    lie: 'a marketing mail is accepted twice',
    change: { mails: [...mails, { ...third, at: third.at + 50 }] },
  },
  {
    invariant: 'I3',
    lie: 'a mail names two recipients',
    change: { mails: [{ ...first, to: [address, 'b@lead.example'] }, second, third] },
  },
  {
    invariant: 'I3',
    lie: 'one key has two Message-IDs',
    change: { mails: [...mails, { ...third, messageId: '<x@acme.example>' }] },
  },
  {
    invariant: 'I3',
    lie: 'the same email goes out under two keys',
    change: { mails: [...mails, { ...third, key: 'send-x' }] },
  },
  {
    invariant: 'I4',
    lie: 'a sent mail never reached the sink',
    change: { mails: [first, second] },
  },
  {
    invariant: 'I4',
    lie: 'a mail at the sink failed in the ledger',
    change: { sends: sendIs('third', { state: 'failed' }) },
  },
  { invariant: 'I4', lie: 'a mail at the sink has no row', change: { sends: sends.slice(0, 2) } },
  {
    invariant: 'I4',
    lie: 'an expected email is missing, and its row only planned',
    change: { mails: [first, second], sends: sendIs('third', { state: 'planned' }) },
  },
  {
    invariant: 'I5',
    lie: 'somebody is written to after leaving',
    change: { unsubscribes: [{ address, answeredAt: second.at }] },
  },
  {
    invariant: 'I6',
    lie: 'a step comes before its wait is over',
    change: { mails: [first, { ...second, at: first.at + 500 }, third] },
  },
  {
    invariant: 'I6',
    lie: 'a lead gets more than the cap',
    change: {
      mails: [
        ...mails,
        ...Array.from({ length: 20 }, (_, n) => ({
          ...third,
          key: `k-${n}`,
          subject: `More ${n}`,
        })),
      ],
    },
  },
  {
    invariant: 'I7',
    lie: 'a repeat counted twice',
    change: { scores: [{ address, engagement: 6 }] },
  },
  { invariant: 'I9', lie: 'a message was never delivered', change: { outboxRows: 1 } },
  {
    invariant: 'I10',
    lie: 'people are shown another count',
    change: { shown: [{ journey: 'nurture', open: 1, closed: 1 }] },
  },
  {
    invariant: 'I12',
    lie: 'rest comes too late',
    change: { restedAt: 10_000 + expectedHere.restWithinMs + 1 },
  },
  {
    invariant: 'U',
    lie: 'a send is unknown without a reason',
    change: { sends: sendIs('third', { state: 'unknown' }) },
  },
];

test('a run as it should be has no violations', () => {
  expect(check(honest)).toEqual([]);
});

test('what was in transmission at a death, or lost its answer, may be unknown', () => {
  const doubtful = { ...honest, sends: sendIs('third', { state: 'unknown' }) };
  const death = { part: 'worker-0', at: 'random', diedAt: 14_000, running: 1 };
  const met = { ...death, transmitting: ['send-third'] };
  expect(check({ ...doubtful, deaths: [met] })).toEqual([]);
  expect(check({ ...doubtful, unanswered: new Set(['send-third']) })).toEqual([]);
});

test('a call without an answer may have been stored or not', () => {
  const calls = honest.calls.map((call) => ({ ...call, answeredAt: null, answers: [] }));
  expect(check({ ...honest, calls })).toEqual([]);
  const nothing = { events: [], enrolments: [], sends: [], mails: [], runs: [], shown: [] };
  expect(check({ ...honest, ...nothing, calls, scores: [] })).toEqual([]);
});

describe('each lie is found', () => {
  test.each(lies)('$invariant: $lie', ({ invariant, change }) => {
    const found = check({ ...honest, ...change });
    expect(found.map((one) => one.invariant)).toContain(invariant);
  });

  test('there is a lie for every invariant', () => {
    const known = new Set(Object.keys(invariants).map((name) => name.split(' ')[0]));
    expect(new Set(lies.map(({ invariant }) => invariant))).toEqual(known);
  });
});
