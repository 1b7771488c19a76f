import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SendingPolicy } from '../../../core/sending/model.ts';
import {
  decideSend,
  sendsStill,
  type SendFacts,
  type SendHistory,
  type SendRequest,
} from '../../../core/sending/policy.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Tuesday, 11:00 in Berlin. */
const now = Date.parse('2026-11-24T10:00:00Z');
const berlin = (text: string): number => Date.parse(`${text}+01:00`);

const policy: SendingPolicy = {
  from: { name: 'Maria', email: 'maria@acme.example' },
  postalAddress: 'Acme',
  zoneIfUnknown: 'Europe/Berlin',
  topics: [],
  caps: [
    { id: 'week', class: 'marketing', max: 2, per: { type: 'rolling', ms: 7 * day } },
    { id: 'day', class: 'marketing', max: 1, per: { type: 'day' } },
  ],
  quiet: { from: '20:00', to: '08:00', zone: 'lead' },
  holidays: { DE: ['2026-12-25'] },
  spreadMs: 0,
  consent: [],
  uncertainSend: 'park',
};
const request: SendRequest = {
  key: 'lead/step',
  class: 'marketing',
  priority: 50,
  template: 'news',
  again: { type: 'never' },
  window: { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00', zone: 'lead' },
  holdAtMostMs: 4 * day,
};
const facts: SendFacts = {
  enrolmentOpen: true,
  address: 'ana@nordwind.example',
  suppressions: [],
  mayEmail: 'yes',
  country: 'DE',
};
const history: SendHistory = { dueAt: now, counted: [], rivals: [], pauses: [] };

interface Case {
  readonly now?: number;
  readonly request?: Partial<SendRequest>;
  readonly facts?: Partial<SendFacts> & { readonly address?: string };
  readonly history?: Partial<SendHistory>;
  readonly policy?: Partial<SendingPolicy>;
  readonly without?: 'address';
}
function decide(given: Case) {
  const { address, ...rest } = { ...facts, ...given.facts };
  const known = given.without === 'address' || address === undefined ? rest : { ...rest, address };
  const at = given.now ?? now;
  return decideSend(
    at,
    { ...request, ...given.request },
    known,
    { ...history, dueAt: at, ...given.history },
    { ...policy, ...given.policy },
  );
}
/** `send`, `<skip reason>` or `<hold reason> until <instant>`. */
function check(given: Case, expected: string): void {
  const decision = decide(given);
  const said =
    decision.type === 'send'
      ? 'send'
      : decision.type === 'skip'
        ? decision.reason
        : until(decision.reason, decision.until);
  expect(said).toBe(expected);
}
const until = (reason: string, instant: number | null): string =>
  `${reason} until ${instant === null ? 'it is resumed' : new Date(instant).toISOString()}`;
const transactional = { class: 'transactional' } as const;
const marketingAt = (...instants: readonly number[]) =>
  instants.map((countedAt) => ({ class: 'marketing', countedAt }));

test('sends when nothing speaks against it', () => {
  check({}, 'send');
});

test('ends a send for what the lead is, each with its one reason', () => {
  check({ facts: { enrolmentOpen: false } }, 'exited');
  check({ facts: { disqualified: { id: 'competitor' } } }, 'disqualified');
  check({ without: 'address' }, 'no-address');
  check({ facts: { address: 'a@b.example, c@d.example' } }, 'invalid-email');
  check(
    { facts: { suppressions: [{ scope: 'marketing', reason: 'unsubscribed', at: 1 }] } },
    'suppressed',
  );
  check({ facts: { suppressions: [{ scope: 'all', reason: 'bounced', at: 1 }] } }, 'suppressed');
  check({ facts: { mayEmail: 'no' } }, 'no-consent');
  check({ facts: { mayEmail: 'after-confirmation' } }, 'no-consent');
});

test('an address that verification calls invalid gets no mail of any class, and says why', () => {
  const invalid = { status: 'invalid', reason: 'no-such-domain', at: 7 } as const;
  for (const messageClass of ['marketing', 'outbound', 'transactional'] as const) {
    const given = { request: { class: messageClass }, facts: { emailCheck: invalid } };
    expect(decide(given)).toEqual({
      type: 'skip',
      reason: 'invalid-email',
      evidence: { rule: 'verification', because: 'no-such-domain', at: 7 },
    });
  }
  check({ facts: { emailCheck: { ...invalid, status: 'risky', reason: 'role' } } }, 'send');
  check({ facts: { emailCheck: { ...invalid, status: 'valid', reason: 'takes-mail' } } }, 'send');
});

test('lets transactional mail pass consent, caps, windows and marketing suppressions', () => {
  const night = berlin('2026-11-24T23:00:00');
  const suppressions = [{ scope: 'marketing', reason: 'unsubscribed', at: 1 }] as const;
  check({ request: transactional, now: night }, 'send');
  check({ request: transactional, facts: { mayEmail: 'no', suppressions } }, 'send');
  check(
    { request: transactional, history: { counted: marketingAt(now - 1, now - 2, now - 3) } },
    'send',
  );
  check({ request: transactional, facts: { disqualified: { id: 'competitor' } } }, 'send');
});

test('stops transactional mail by address, exit, scope all and pause', () => {
  check(
    {
      request: transactional,
      facts: { suppressions: [{ scope: 'all', reason: 'complaint', at: 1 }] },
    },
    'suppressed',
  );
  check({ request: transactional, facts: { enrolmentOpen: false } }, 'exited');
  check({ request: transactional, without: 'address' }, 'no-address');
  check(
    { request: transactional, history: { pauses: [{ scope: 'sender', until: now + hour }] } },
    until('sender-paused', null),
  );
});

test('sends a follow-up only after the mail it follows was sent', () => {
  const follows = { onlyIfSent: 'intro' };
  check({ request: follows }, 'earlier-not-sent');
  for (const earlier of ['skipped', 'unknown', 'failed', 'held'])
    check({ request: follows, history: { earlier } }, 'earlier-not-sent');
  check({ request: follows, history: { earlier: 'sent' } }, 'send');
});

test('ends as too late after its deadline, and wakes for it when held', () => {
  check({ request: { sendBy: now - 1 } }, 'too-late');
  check({ request: { sendBy: now } }, 'send');
  const evening = berlin('2026-11-24T18:00:00');
  check(
    { now: evening, request: { sendBy: evening + hour } },
    until('outside-window', evening + hour + 1),
  );
});

test('writes the same template again only as its manifest allows', () => {
  const templateAt = now - 10 * day;
  check({ history: { templateAt } }, 'duplicate');
  check({ history: { templateAt }, request: { again: { type: 'always' } } }, 'send');
  check(
    { history: { templateAt }, request: { again: { type: 'after', ms: 11 * day } } },
    'duplicate',
  );
  check({ history: { templateAt }, request: { again: { type: 'after', ms: 10 * day } } }, 'send');
});

test('holds for windows, quiet hours and holidays', () => {
  check(
    { now: berlin('2026-11-24T18:00:00') },
    until('outside-window', berlin('2026-11-25T09:00:00')),
  );
  check(
    { now: berlin('2026-12-25T10:00:00') },
    until('outside-window', berlin('2026-12-28T09:00:00')),
  );
  const { window: _, ...always } = request;
  expect(decideSend(berlin('2026-11-24T21:00:00'), always, facts, history, policy)).toMatchObject({
    type: 'hold',
    reason: 'quiet-hours',
    until: berlin('2026-11-25T08:00:00'),
  });
  check({ now: berlin('2026-11-24T18:00:00'), facts: { timezone: 'America/New_York' } }, 'send');
});

test('scatters those who wake at the same opening, inside the window', () => {
  const evening = berlin('2026-11-24T18:00:00');
  const opening = berlin('2026-11-25T09:00:00');
  const wakes = Array.from({ length: 200 }, (_, index) => {
    const decision = decide({
      now: evening,
      request: { key: `lead-${index}/step` },
      policy: { spreadMs: 30 * minute },
    });
    return decision.type === 'hold' ? (decision.until ?? 0) - opening : -1;
  });
  expect(Math.min(...wakes)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...wakes)).toBeLessThan(30 * minute);
  expect(new Set(wakes).size).toBeGreaterThan(190);
});

test('holds a capped mail until the cap has room and the window is open', () => {
  check(
    { history: { counted: marketingAt(now - hour) } },
    until('capped', berlin('2026-11-25T09:00:00')),
  );
  check(
    { history: { counted: marketingAt(now - 6 * day, now - 2 * day) } },
    until('capped', now + day),
  );
  check({ history: { counted: marketingAt(now - 7 * day, now - 2 * day) } }, 'send');
  check({ history: { counted: [{ class: 'transactional', countedAt: now - 1 }] } }, 'send');
});

test("counts a day in the lead's zone", () => {
  const yesterdayThere = Date.parse('2026-11-24T04:30:00Z');
  check(
    {
      now: Date.parse('2026-11-24T15:00:00Z'),
      facts: { timezone: 'America/New_York' },
      history: { counted: marketingAt(yesterdayThere) },
    },
    'send',
  );
});

test('gives up after holdAtMost, with the reason that held it', () => {
  const held = { dueAt: now - 4 * day, plannedAt: now - 4 * day };
  check({ history: { ...held, counted: marketingAt(now - hour) } }, 'capped');
  check({ now: berlin('2026-11-24T18:00:00'), history: held }, 'outside-window');
  check({ history: held }, 'send');
});

test('yields the last room under a cap to a rival of higher priority due soon', () => {
  const rival = (priority: number, dueIn: number) => ({
    rivals: [{ priority, dueAt: now + dueIn, journey: 'trial', step: 'congrats' }],
  });
  check({ history: rival(60, 10 * minute) }, until('capped', now + 11 * minute));
  expect(decide({ history: rival(60, 10 * minute) })).toMatchObject({
    evidence: {
      ...{ rule: 'priority', cap: 'day', max: 1, counted: 0, zone: 'Europe/Berlin' },
      rivals: [{ priority: 60, dueAt: now + 10 * minute, journey: 'trial', step: 'congrats' }],
    },
  });
  check({ history: rival(60, 31 * minute) }, 'send');
  check({ history: rival(60, -31 * minute) }, 'send');
  check({ history: rival(50, 10 * minute) }, 'send');
  const roomy = {
    caps: [{ id: 'week', class: 'marketing', max: 3, per: { type: 'rolling', ms: 7 * day } }],
  } as const;
  check({ history: rival(60, 10 * minute), policy: roomy }, 'send');
  check({ history: rival(60, 10 * minute), policy: { caps: [] } }, 'send');
});

test('waits for the end of a pause, whenever that is', () => {
  check(
    { history: { pauses: [{ scope: 'journey', until: now + day }] } },
    until('journey-paused', null),
  );
  check({ history: { pauses: [{ scope: 'all', until: null }] } }, until('sender-paused', null));
});

test('drops what a pause has delayed for too long, with the pause as its reason', () => {
  const request = { pausedAtMostMs: 7 * day };
  const delay = (days: number) =>
    ({ delay: { ms: days * day, reason: 'journey-paused' } }) as const;
  check({ request, history: delay(7) }, 'journey-paused');
  check({ request, history: delay(6.9) }, 'send');
  check({ history: delay(400) }, 'send');
  // Windows and caps have a limit of their own.
  check({ request, history: { dueAt: now - 8 * day } }, 'send');
});

test('mail that is about something else than what they are interested in is not sent', () => {
  const gate = { noInterestKnown: 'send', otherInterest: 'block' } as const;
  const about = { about: ['hr'], gate };
  const finance = [{ id: 'finance', strength: 3 }];
  const known = { interests: finance };
  check({ request: about, facts: known }, 'off-interest');
  expect(decide({ request: about, facts: known })).toMatchObject({
    evidence: { rule: 'gate:otherInterest', about: ['hr'], known: finance },
  });
  check({ request: about, facts: { interests: [...finance, { id: 'hr', strength: 1 }] } }, 'send');
  check({ request: about, facts: { interests: [] } }, 'send');
  check({ request: { gate }, facts: known }, 'send');
  check({ request: { about: ['hr'] }, facts: known }, 'send');
  const strict = {
    about: ['hr'],
    gate: { noInterestKnown: 'block', otherInterest: 'send' },
  } as const;
  check({ request: strict, facts: { interests: [] } }, 'off-interest');
  check({ request: strict, facts: known }, 'send');
});

test('who asked for fewer emails gets no more than that, whatever the class', () => {
  const fewer = {
    title: 'At most one a month',
    max: 1,
    per: { type: 'rolling', ms: 30 * day },
  } as const;
  const last = now - 28 * day;
  const counted = [{ class: 'outbound', countedAt: last }];
  const given = { policy: { fewer }, history: { counted } };
  check({ ...given, facts: { fewer: true } }, until('capped', last + 30 * day));
  expect(decide({ ...given, facts: { fewer: true } })).toMatchObject({
    evidence: { rule: 'cap:fewer', max: 1, per: 30 * day, counted: 1 },
  });
  check({ ...given, facts: { fewer: false } }, 'send');
  check({ history: { counted }, facts: { fewer: true } }, 'send');
  check({ ...given, facts: { fewer: true }, request: transactional }, 'send');
});

test('a mail that waited for its connection is asked about again', () => {
  const asked = (at: number, given: Case = {}) =>
    sendsStill(
      at - minute,
      at,
      { ...request, ...given.request },
      { ...facts, ...given.facts },
      { ...history, dueAt: at - minute, ...given.history },
      policy,
    );
  expect(asked(now)).toBe(true);
  expect(asked(berlin('2026-11-24T17:00:00'))).toBe(false);
  expect(asked(now, { request: { sendBy: now - 1 } })).toBe(false);
  expect(asked(now, { facts: { mayEmail: 'no' } })).toBe(false);
  // It would count on a day that is over.
  const midnight = berlin('2026-11-25T00:00:00');
  const always = { ...request, window: { ...officeHours, from: '00:00', to: '24:00' } };
  const still = (at: number) =>
    sendsStill(midnight - 1, at, always, facts, history, { ...policy, ...{ quiet: awake } });
  expect(still(midnight - 1)).toBe(true);
  expect(still(midnight)).toBe(false);
});
const officeHours = { days: [1, 2, 3, 4, 5, 6, 7], zone: 'lead' };
const awake = { from: '12:00', to: '12:00', zone: 'lead' };

test('names the numbers that decided', () => {
  const decision = decide({ history: { counted: marketingAt(now - 6 * day, now - 2 * day) } });
  expect(decision).toMatchObject({
    evidence: { rule: 'cap:week', max: 2, counted: 2, until: now + day },
  });
});

test('a held mail always wakes later, and repeated wake-ups come to an end', () => {
  const instants = fc.integer({ min: now, max: now + 60 * day });
  fc.assert(
    fc.property(
      instants,
      fc.array(fc.integer({ min: 0, max: 10 * day }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 6 }),
      (start, ages, holdDays) => {
        let at = start;
        const counted = marketingAt(...ages.map((age) => start - age));
        for (let wakes = 0; ; wakes += 1) {
          const decision = decide({
            now: at,
            request: { holdAtMostMs: holdDays * day },
            history: { dueAt: start, counted },
          });
          if (decision.type !== 'hold') {
            expect(at).toBeLessThanOrEqual(start + holdDays * day);
            return;
          }
          expect(decision.until).toBeGreaterThan(at);
          expect(wakes).toBeLessThan(20);
          at = decision.until ?? Infinity;
        }
      },
    ),
    { numRuns: 300, seed: 11 },
  );
});
