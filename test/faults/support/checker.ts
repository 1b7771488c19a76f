/**
 * Judges a run by its witnesses. Each invariant says what must hold, and names every place where it
 * does not, with the evidence. It trusts the driver and the sink first; our own rows only where they
 * are what is being judged.
 *
 * I8 (histories replay) is in `replay.ts`: it needs the SDK. I11 (the audit chain is whole) does not
 * apply yet: there is no audit log.
 */
import { leadJourneyId } from '../../../workflows/contract.ts';
import type { EnrolmentRow, SendRow, Witnesses } from './witnesses.ts';

export interface Violation {
  readonly invariant: string;
  readonly what: string;
}
export interface Expected {
  /** Event → the journey it starts. */
  readonly journeys: { readonly [event: string]: string };
  /** Journey → its emails in order, with the wait before each. */
  readonly emails: { readonly [journey: string]: readonly ExpectedEmail[] };
  /** Points of each such event. */
  readonly points: { readonly [event: string]: number };
  /** Emails of class marketing that one lead may get in the whole run. */
  readonly capMax: number;
  readonly restWithinMs: number;
}
export interface ExpectedEmail {
  readonly step: string;
  readonly subject: string;
  readonly waitMs: number;
  /** Goes out again when its fate is unknown: duplicates carry the same Message-ID. */
  readonly mayRepeat: boolean;
}

/** Of the workspace beside these tests. */
export const expectedHere: Expected = {
  journeys: { 'Trial Started': 'nurture', 'Receipt Wanted': 'receipt' },
  emails: {
    nurture: [
      { step: 'first', subject: 'The first email', waitMs: 0, mayRepeat: false },
      { step: 'second', subject: 'The second email', waitMs: 2_000, mayRepeat: false },
      { step: 'third', subject: 'The third email', waitMs: 2_000, mayRepeat: false },
    ],
    receipt: [{ step: 'receipt', subject: 'The receipt email', waitMs: 0, mayRepeat: true }],
  },
  points: { 'Report Created': 3 },
  capMax: 20,
  restWithinMs: 60_000,
};

/** A mail that was already in the socket when the unsubscribe was answered may still name itself. */
const inSocketMs = 1_000;
/** Clocks of two processes on one machine, and whole seconds of timers. */
const earlyMs = 1_000;

type Check = (seen: Witnesses, expected: Expected) => readonly string[];

export const invariants: { readonly [id: string]: Check } = {
  'I1 each acknowledged event is stored once, and repeats are answered alike': storedOnce,
  'I2 each enrolment ended, or its run goes on': endsOrGoesOn,
  'I3 at most one accepted mail per key, to one recipient': acceptedOnce,
  'I4 the ledger and the sink agree, and no expected email is missing': ledgerAgrees,
  'I5 nobody is written to after an unsubscribe was answered': silentAfterUnsubscribe,
  'I6 no step comes early, and no cap is exceeded': inOrder,
  'I7 the score is the fold of the acknowledged events': scoreIsFold,
  'I9 the outbox is empty at rest': ({ outboxRows }) =>
    outboxRows === 0 ? [] : [`${outboxRows} rows are left`],
  'I10 people are shown the counts of the database': shownAsStored,
  'U `unknown` is only what was in transmission at a death, or lost its answer': doubtIsHonest,
  'I12 all rests in time after the last fault': restsInTime,
};

export function check(seen: Witnesses, expected: Expected = expectedHere): readonly Violation[] {
  return Object.entries(invariants).flatMap(([invariant, find]) =>
    find(seen, expected).map((what) => ({ invariant: invariant.split(' ')[0] ?? '', what })),
  );
}

function storedOnce(seen: Witnesses): readonly string[] {
  const stored = countBy(seen.events, ({ messageId }) => messageId);
  return seen.calls.flatMap(({ messageId, event, answeredAt, answers }) => {
    const times = stored.get(messageId) ?? 0;
    const problems: string[] = [];
    if (times > 1) problems.push(`${event} ${messageId} is stored ${times} times`);
    if (answeredAt !== null && times === 0) {
      problems.push(`${event} ${messageId} was acknowledged and is not stored`);
    }
    if (new Set(answers).size > 1) {
      problems.push(
        `${event} ${messageId} got different answers: ${[...new Set(answers)].join(' | ')}`,
      );
    }
    return problems;
  });
}

function endsOrGoesOn(seen: Witnesses, expected: Expected): readonly string[] {
  const runs = new Map(seen.runs.map((run) => [run.workflowId, run.status]));
  const own = seen.enrolments.flatMap(({ id, journey, status }) => {
    const run = runs.get(leadJourneyId(journey, id)) ?? 'MISSING';
    const fits = status === 'open' ? run === 'RUNNING' : run === 'COMPLETED';
    return fits ? [] : [`enrolment ${id} is ${status}, its run ${run}`];
  });
  const entered = countBy(seen.enrolments, (row) => `${row.journey} ${row.address}`);
  const asked = seen.calls.filter(({ event }) => expected.journeys[event] !== undefined);
  const people = new Map<string, boolean>();
  for (const { event, address, answeredAt } of asked) {
    const key = `${expected.journeys[event]} ${address}`;
    people.set(key, (people.get(key) ?? false) || answeredAt !== null);
  }
  const perLead = [...people].flatMap(([key, acknowledged]) => {
    const times = entered.get(key) ?? 0;
    if (times > 1) return [`${key}: entered ${times} times`];
    return acknowledged && times === 0 ? [`${key}: was acknowledged and never entered`] : [];
  });
  return [...own, ...perLead];
}

function acceptedOnce(seen: Witnesses, expected: Expected): readonly string[] {
  const several = seen.mails
    .filter(({ to }) => to.length !== 1)
    .map(({ messageId, to }) => `${messageId} has ${to.length} recipients`);
  const repeatable = new Set(
    emailsOf(expected).flatMap((one) => (one.mayRepeat ? [one.subject] : [])),
  );
  const doubled = [...groupBy(seen.mails, ({ key }) => key)].flatMap(([key, mails]) => {
    const messageIds = new Set(mails.map(({ messageId }) => messageId));
    if (messageIds.size > 1) return [`${key} went out under ${messageIds.size} Message-IDs`];
    const mayRepeat = mails.every(({ subject }) => repeatable.has(subject));
    return mails.length > 1 && !mayRepeat ? [`${key} was accepted ${mails.length} times`] : [];
  });
  const twice = [...groupBy(seen.mails, ({ to, subject }) => `${to.join()} "${subject}"`)].flatMap(
    ([what, mails]) => {
      const keys = new Set(mails.map(({ key }) => key));
      return keys.size > 1 ? [`${what} was sent under ${keys.size} keys`] : [];
    },
  );
  return [...several, ...doubled, ...twice];
}

function ledgerAgrees(seen: Witnesses, expected: Expected): readonly string[] {
  const accepted = countBy(seen.mails, ({ key }) => key);
  const rows = seen.sends.flatMap(({ id, step, state }) => {
    const isThere = accepted.has(id);
    if (state === 'sent' && !isThere) return [`${step} ${id} is sent and never reached the sink`];
    if (isThere && state !== 'sent' && state !== 'unknown') {
      return [`${step} ${id} is at the sink and ${state} in the ledger`];
    }
    return [];
  });
  const known = new Set(seen.sends.map(({ id }) => id));
  const strangers = seen.mails.flatMap(({ key, subject }) =>
    known.has(key) ? [] : [`"${subject}" ${key} is at the sink and not in the ledger`],
  );
  return [...rows, ...strangers, ...missingEmails(seen, expected)];
}

/** Of a journey that ran to its end every email is at the sink, or its row says why not. */
export function missingEmails(seen: Witnesses, expected: Expected): readonly string[] {
  const rows = new Map(seen.sends.map((row) => [`${row.enrolmentId} ${row.step}`, row]));
  const got = new Set(seen.mails.map(({ to, subject }) => `${to.join()} "${subject}"`));
  // Whose person was erased is nobody's by now: what it got has no address to be found by.
  const remembered = seen.enrolments.filter(({ outcome }) => outcome !== 'erased');
  return remembered.flatMap((enrolment) =>
    (expected.emails[enrolment.journey] ?? []).flatMap(({ step, subject }) => {
      const row = rows.get(`${enrolment.id} ${step}`);
      if (got.has(`${enrolment.address} "${subject}"`) || isExplained(enrolment, row)) return [];
      return [`${subject} to ${enrolment.address} is missing (${row?.state ?? 'no row'})`];
    }),
  );
}

function isExplained(enrolment: EnrolmentRow, row: SendRow | undefined): boolean {
  if (row === undefined) return enrolment.outcome !== 'completed';
  return row.state === 'unknown' || row.state === 'skipped' || row.state === 'failed';
}

function silentAfterUnsubscribe(seen: Witnesses): readonly string[] {
  return seen.unsubscribes.flatMap(({ address, answeredAt }) =>
    seen.recipients
      .filter((named) => named.address === address && named.at > answeredAt + inSocketMs)
      .map(({ at }) => `${address} was named ${at - answeredAt} ms after the unsubscribe`),
  );
}

function inOrder(seen: Witnesses, expected: Expected): readonly string[] {
  const mails = groupBy(seen.mails, ({ to }) => to.join());
  return [...mails].flatMap(([address, own]) => {
    const firstAt = new Map<string, number>();
    for (const { subject, at } of own)
      firstAt.set(subject, Math.min(at, firstAt.get(subject) ?? at));
    const early = Object.values(expected.emails).flatMap((emails) =>
      emails.flatMap(({ subject, waitMs }, n) => {
        const before = firstAt.get(emails[n - 1]?.subject ?? '');
        const at = firstAt.get(subject);
        if (before === undefined || at === undefined) return [];
        const gap = at - before;
        return gap >= waitMs - earlyMs ? [] : [`"${subject}" to ${address} came after ${gap} ms`];
      }),
    );
    const over =
      own.length > expected.capMax
        ? [`${address} got ${own.length} emails, cap ${expected.capMax}`]
        : [];
    return [...early, ...over];
  });
}

function scoreIsFold(seen: Witnesses, expected: Expected): readonly string[] {
  const least = new Map<string, number>();
  const most = new Map<string, number>();
  const told = new Set<string>();
  for (const { messageId, event, address, answeredAt } of seen.calls) {
    const points = expected.points[event] ?? 0;
    if (points === 0 || told.has(messageId)) continue;
    told.add(messageId);
    most.set(address, (most.get(address) ?? 0) + points);
    if (answeredAt !== null) least.set(address, (least.get(address) ?? 0) + points);
  }
  return seen.scores.flatMap(({ address, engagement }) => {
    const [from, to] = [least.get(address) ?? 0, most.get(address) ?? 0];
    if (engagement >= from && engagement <= to) return [];
    return [`${address} has ${engagement} points, its events give ${from} to ${to}`];
  });
}

function shownAsStored(seen: Witnesses): readonly string[] {
  return seen.shown.flatMap(({ journey, open, closed }) => {
    const own = seen.enrolments.filter((row) => row.journey === journey);
    const isOpen = own.filter(({ status }) => status === 'open').length;
    const fits = open === isOpen && closed === own.length - isOpen;
    const stored = `${isOpen} open and ${own.length - isOpen} closed`;
    return fits
      ? []
      : [`${journey} is shown with ${open} open and ${closed} closed, stored are ${stored}`];
  });
}

function restsInTime(seen: Witnesses, expected: Expected): readonly string[] {
  const took = seen.restedAt - seen.faultsEndedAt;
  const open = seen.enrolments.filter(({ status }) => status === 'open').length;
  const late = took > expected.restWithinMs ? [`rest came ${took} ms after the last fault`] : [];
  return open > 0 ? [...late, `${open} enrolments are still open`] : late;
}

/** Not an `I` of its own: the promise that doubt is never wider than the stretch that causes it. */
function doubtIsHonest(seen: Witnesses): readonly string[] {
  const atDeaths = new Set(seen.deaths.flatMap(({ transmitting }) => transmitting));
  return seen.sends
    .filter(({ id, state }) => state === 'unknown' && !atDeaths.has(id) && !seen.unanswered.has(id))
    .map(({ id, step }) => `${step} ${id}: no death met it in transmission and no answer was lost`);
}

function emailsOf(expected: Expected): readonly ExpectedEmail[] {
  return Object.values(expected.emails).flat();
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, number> {
  return new Map([...groupBy(items, keyOf)].map(([key, own]) => [key, own.length]));
}

function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
