import fc from 'fast-check';
import { expect, test } from 'vitest';
import { skipReasons, type SendingPolicy } from '../../../core/sending/model.ts';
import {
  decideSend,
  type SendDecision,
  type SendFacts,
  type SendHistory,
  type SendRequest,
} from '../../../core/sending/policy.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.parse('2026-11-24T10:00:00Z');
const seed = 20261123;

const classes = fc.constantFrom('marketing' as const, 'outbound' as const);
const anyClass = fc.constantFrom(
  'marketing' as const,
  'outbound' as const,
  'transactional' as const,
);
const instant = fc.integer({ min: start - 40 * day, max: start + 40 * day });
const time = fc.constantFrom('00:00', '08:00', '09:00', '13:30', '17:00', '20:00', '23:59');
const per = fc.oneof(
  fc.constant({ type: 'day' as const }),
  fc.integer({ min: 1, max: 30 }).map((days) => ({ type: 'rolling' as const, ms: days * day })),
);
const interest = fc.constantFrom('hr', 'finance', 'buying');
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const policies: fc.Arbitrary<SendingPolicy> = fc
  .record({
    caps: fc.array(
      fc.record({
        id: fc.constantFrom('week', 'day'),
        class: classes,
        max: fc.integer({ min: 0, max: 3 }),
        per,
      }),
      { maxLength: 2 },
    ),
    fewer: optional(
      fc.record({ title: fc.constant('fewer'), max: fc.integer({ min: 1, max: 2 }), per }),
    ),
    quiet: optional(fc.record({ from: time, to: time, zone: fc.constant('lead') })),
    holidays: fc.constantFrom({}, { DE: ['2026-11-24', '2026-11-25'] }),
    spreadMs: fc.constantFrom(0, 30 * minute),
  })
  .map((chosen) =>
    withoutUndefined({
      from: { name: 'Maria', email: 'maria@acme.example' },
      postalAddress: 'Acme',
      zoneIfUnknown: 'Europe/Berlin',
      topics: [],
      consent: [],
      uncertainSend: 'park' as const,
      ...chosen,
    }),
  );
const requests: fc.Arbitrary<SendRequest> = fc
  .record({
    key: fc.constantFrom('a/b', 'c/d'),
    class: anyClass,
    priority: fc.integer({ min: 0, max: 100 }),
    template: fc.constant('news'),
    again: fc.oneof(
      fc.constantFrom({ type: 'always' as const }, { type: 'never' as const }),
      fc.integer({ min: 1, max: 60 }).map((days) => ({ type: 'after' as const, ms: days * day })),
    ),
    window: optional(
      fc.record({
        days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        from: time,
        to: time,
        zone: fc.constantFrom('lead', 'Asia/Tokyo'),
      }),
    ),
    holdAtMostMs: fc.integer({ min: 0, max: 6 * 24 }).map((hours) => hours * hour),
    pausedAtMostMs: optional(fc.constant(7 * day)),
    sendBy: optional(instant),
    onlyIfSent: optional(fc.constant('intro')),
    about: optional(fc.uniqueArray(interest, { minLength: 1 })),
    gate: optional(
      fc.record({
        noInterestKnown: fc.constantFrom('send' as const, 'block' as const),
        otherInterest: fc.constantFrom('send' as const, 'block' as const),
      }),
    ),
  })
  .map(withoutUndefined);
/** Mostly somebody who may be written to, so that what comes later is reached as well. */
const mostly = <Value>(usual: Value, ...others: readonly Value[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(usual, ...others) },
  );
const facts: fc.Arbitrary<SendFacts> = fc
  .record({
    enrolmentOpen: mostly(true, false),
    disqualified: mostly<{ id: string } | undefined>(undefined, { id: 'competitor' }),
    address: mostly<string | undefined>(
      'ana@nordwind.example',
      undefined,
      'a@b.example, c@d.example',
    ),
    suppressions: mostly<SendFacts['suppressions']>(
      [],
      [{ scope: 'marketing', reason: 'unsubscribed', at: 1 }],
      [{ scope: 'all', reason: 'bounced', at: 1 }],
    ),
    emailCheck: mostly<SendFacts['emailCheck']>(undefined, {
      ...{ status: 'invalid', reason: 'no-such-domain', at: 1 },
    }),
    mayEmail: mostly('yes', 'no', 'after-confirmation'),
    interests: optional(
      fc.uniqueArray(
        interest.map((id) => ({ id, strength: 2 })),
        { selector: ({ id }) => id },
      ),
    ),
    fewer: optional(fc.boolean()),
    timezone: fc.constantFrom(undefined, 'America/New_York', 'Asia/Kathmandu', 'nonsense'),
    country: fc.constantFrom(undefined, 'DE', 'us'),
  })
  .map(withoutUndefined);
const histories: fc.Arbitrary<SendHistory> = fc
  .record({
    dueAt: fc.integer({ min: start - 3 * day, max: start }),
    counted: fc.array(fc.record({ class: anyClass, countedAt: instant }), { maxLength: 5 }),
    templateAt: mostly<number | undefined>(undefined, start - 30 * day),
    earlier: mostly<string | undefined>('sent', undefined, 'skipped', 'unknown'),
    rivals: fc.array(
      fc.record({
        priority: fc.integer({ min: 0, max: 100 }),
        dueAt: fc.integer({ min: start - hour, max: start + hour }),
        journey: fc.constant('trial'),
        step: fc.constant('congrats'),
      }),
      { maxLength: 4 },
    ),
    pauses: mostly<SendHistory['pauses']>([], [{ scope: 'journey', until: null }]),
    delay: mostly<SendHistory['delay']>(undefined, { ms: 8 * day, reason: 'sender-paused' }),
  })
  .map(withoutUndefined);
const asked = fc.tuple(requests, facts, histories, policies);
const holdReasons = ['capped', 'quiet-hours', 'outside-window', 'journey-paused', 'sender-paused'];

test('every answer is to send, to hold until later, or to end with one reason of the closed list', () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(asked, ([request, of, history, policy]) => {
      const decision = decideSend(start, request, of, history, policy);
      met.add(`${decision.type}${decision.type === 'send' ? '' : ` ${decision.reason}`}`);
      expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
      if (decision.type === 'send') return;
      expect(decision.evidence['rule']).toBeTypeOf('string');
      if (decision.type === 'skip') expect(skipReasons).toContain(decision.reason);
      else {
        expect(holdReasons).toContain(decision.reason);
        if (decision.until === null) expect(decision.reason).toMatch(/paused$/);
        else expect(decision.until).toBeGreaterThan(start);
      }
    }),
    { numRuns: 2_000, seed },
  );
  // All of them but the one that rendering finds, so that nothing is proven of what never came up.
  const ends = skipReasons.filter(
    (reason) => reason !== 'missing-variable' && reason !== 'journey-paused',
  );
  for (const reason of ends) expect(met).toContain(`skip ${reason}`);
  expect(met).toContain('send');
});

test('asked again whenever it says, it has ended when holdAtMost is over', () => {
  fc.assert(
    fc.property(asked, ([request, of, history, policy]) => {
      fc.pre(history.pauses.length === 0);
      let at = start;
      for (let wakes = 0; ; wakes += 1) {
        const decision = decideSend(at, request, of, history, policy);
        if (decision.type !== 'hold') return;
        expect(wakes).toBeLessThan(60);
        expect(decision.until).toBeGreaterThan(at);
        at = decision.until ?? Infinity;
        const deadline = Math.max(history.dueAt + request.holdAtMostMs, start + 1);
        expect(at).toBeLessThanOrEqual(deadline);
      }
    }),
    { numRuns: 1_500, seed },
  );
});

test('what is sent finds room under every rolling cap of its class', () => {
  fc.assert(
    fc.property(asked, ([request, of, history, policy]) => {
      const decision = decideSend(start, request, of, history, policy);
      if (decision.type !== 'send' || request.class === 'transactional') return;
      const counted = history.counted.filter(({ countedAt }) => countedAt <= start);
      for (const cap of policy.caps.filter((one) => one.class === request.class)) {
        if (cap.per.type === 'day') continue;
        const since = start - cap.per.ms;
        const rows = counted.filter((row) => row.class === cap.class && row.countedAt > since);
        expect(rows.length).toBeLessThan(cap.max);
      }
    }),
    { numRuns: 1_000, seed },
  );
});

/** A lead with several journeys at once, each with one mail to send, played by the clock. */
interface Contender {
  readonly id: string;
  readonly priority: number;
  readonly plannedAt: number;
  readonly holdAtMostMs: number;
  /** Held for reasons of its own, time and again, until it gives up. */
  readonly stuck: boolean;
}

test('whatever its rivals do, a mail goes or ends as capped within holdAtMost, and no cap is passed', () => {
  const contenders = fc.array(
    fc.record({
      priority: fc.integer({ min: 0, max: 5 }),
      offsetMs: fc.integer({ min: 0, max: 90 }).map((minutes) => minutes * minute),
      holdHours: fc.integer({ min: 1, max: 36 }),
      stuck: fc.boolean(),
    }),
    { minLength: 2, maxLength: 8 },
  );
  const max = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(contenders, max, (chosen, most) => {
      const all = chosen.map(({ priority, offsetMs, holdHours, stuck }, index) => ({
        ...{ id: String(index), priority, stuck },
        plannedAt: start + offsetMs,
        holdAtMostMs: holdHours * hour,
      }));
      const { ends, sent } = play(all, most);
      for (const one of all.filter(({ stuck }) => !stuck)) {
        const end = ends.get(one.id);
        expect(end?.said === 'send' || end?.said === 'capped', JSON.stringify(end)).toBe(true);
        expect(end?.at ?? Infinity).toBeLessThanOrEqual(one.plannedAt + one.holdAtMostMs);
      }
      for (const at of sent) {
        expect(sent.filter((other) => other <= at && other > at - day).length).toBeLessThanOrEqual(
          most,
        );
      }
    }),
    { numRuns: 80, seed },
  );
});

test('where there is room for one, the higher priority has it although the lower is asked first', () => {
  const lower = { id: 'lower', priority: 1, plannedAt: start, holdAtMostMs: 2 * day, stuck: false };
  const higher = { ...lower, id: 'higher', priority: 9 };
  const { ends } = play([lower, higher], 1, [start - 23 * hour]);
  expect(ends.get('higher')?.said).toBe('send');
  expect((ends.get('lower')?.at ?? 0) - (ends.get('higher')?.at ?? 0)).toBeGreaterThanOrEqual(day);
});

function play(contenders: readonly Contender[], max: number, before: readonly number[] = []) {
  const policy: SendingPolicy = {
    from: { name: 'Maria', email: 'maria@acme.example' },
    postalAddress: 'Acme',
    zoneIfUnknown: 'UTC',
    topics: [],
    caps: [{ id: 'cap', class: 'marketing', max, per: { type: 'rolling', ms: day } }],
    holidays: {},
    spreadMs: 0,
    consent: [],
    uncertainSend: 'park',
  };
  const wakes = new Map(contenders.map(({ id, plannedAt }) => [id, plannedAt]));
  const held = new Set<string>();
  const ends = new Map<string, { readonly at: number; readonly said: string }>();
  const sent = [...before];
  for (let turns = 0; wakes.size > 0; turns += 1) {
    expect(turns).toBeLessThan(5_000);
    const [id = '', at = 0] = [...wakes].sort((a, b) => a[1] - b[1])[0] ?? [];
    const one = contenders.find((other) => other.id === id);
    if (one === undefined) throw new Error('nobody wakes');
    const decision = one.stuck
      ? stuckUntil(one, at)
      : decideSend(at, requestOf(one), fine, historyOf(one, contenders, wakes, held, sent), policy);
    if (decision.type === 'hold' && decision.until !== null) {
      held.add(id);
      wakes.set(id, decision.until);
      continue;
    }
    wakes.delete(id);
    if (decision.type === 'send') sent.push(at);
    ends.set(id, { at, said: decision.type === 'skip' ? decision.reason : decision.type });
  }
  return { ends, sent };
}

const fine: SendFacts = {
  enrolmentOpen: true,
  address: 'ana@nordwind.example',
  suppressions: [],
  mayEmail: 'yes',
};

function stuckUntil(one: Contender, at: number): SendDecision {
  const evidence = { rule: 'breaker' };
  return at - one.plannedAt >= one.holdAtMostMs
    ? { type: 'skip', reason: 'quiet-hours', evidence }
    : { type: 'hold', until: at + 10 * minute, reason: 'quiet-hours', evidence };
}

function requestOf({ id, priority, holdAtMostMs }: Contender): SendRequest {
  return {
    ...{ key: id, class: 'marketing', priority, template: id, again: { type: 'always' } },
    holdAtMostMs,
  };
}

/** As the ledger has it: rows appear when they are first held. */
function historyOf(
  one: Contender,
  all: readonly Contender[],
  wakes: ReadonlyMap<string, number>,
  held: ReadonlySet<string>,
  sent: readonly number[],
): SendHistory {
  const rivals = all
    .filter(({ id }) => id !== one.id && held.has(id) && wakes.has(id))
    .map(({ id, priority }) => ({
      priority,
      dueAt: wakes.get(id) ?? 0,
      journey: id,
      step: 'mail',
    }));
  const counted = sent.map((countedAt) => ({ class: 'marketing', countedAt }));
  return { dueAt: one.plannedAt, counted, rivals, pauses: [] };
}

function withoutUndefined<Source extends object>(source: Source) {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Source]: Exclude<Source[Key], undefined>;
  };
}
