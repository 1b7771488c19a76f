/** What all members of an account say together: the same for each of them, whatever came last. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultAccountRules, type AccountRules } from '../../../core/accounts/model.ts';
import { accountNeeds } from '../../../core/accounts/needs.ts';
import type { Release } from '../../../core/definitions/release.ts';
import type { Account, Lead } from '../../../core/facts/lead.ts';
import { nextChange } from '../../../core/facts/next-change.ts';
import { factReader } from '../../../core/facts/read.ts';
import { compileCondition } from '../../../core/rules/compile.ts';
import type { Condition, JsonObject } from '../../../core/rules/condition.ts';
import { day, event, lead, now, release } from '../facts/example-release.ts';

const rules: AccountRules = {
  ...defaultAccountRules,
  named: [
    { account: 'nordwind.example', tier: '1', why: 'Target', owner: 'anna', tags: ['target'] },
  ],
  roles: [
    { role: 'buyer', why: 'Signs', when: { fact: 'jobTitle', operator: 'is', value: 'CFO' } },
    {
      role: 'user',
      why: 'Works with it',
      when: { fact: 'jobTitle', operator: 'known', value: true },
    },
  ],
  committee: ['buyer', 'champion', 'user'],
  score: { ...defaultAccountRules.score, members: 2 },
};
const files: Release = { ...release, accounts: rules };
const account: Account = {
  id: 'acc',
  key: 'k',
  domain: 'nordwind.example',
  tags: ['old'],
  traits: {},
};

const demo = (ago: number, id?: string) => ({
  ...event('Demo Requested', now - ago),
  ...(id === undefined ? {} : { id }),
});
const cfo = lead({
  id: 'a',
  traits: { title: 'CFO' },
  events: [demo(2 * day)],
  counts: { 'Demo Requested': { count: 1, firstAt: now - 2 * day, lastAt: now - 2 * day } },
  lastActivityAt: now - 2 * day,
});
const clerk = lead({ id: 'b', traits: { title: 'Clerk' } });
const champion = lead({ id: 'c', traits: { buyingRole: 'Buyer' }, lastActivityAt: now - 40 * day });

function seenBy(one: Lead, ...others: readonly Lead[]): Lead {
  const bare = others.map((other) => ({ ...other, account }));
  return { ...one, account: { ...account, others: bare } };
}
function read(fact: string, one: Lead, params?: JsonObject, at = now) {
  return factReader(files, one, at)(fact, params);
}

test('the company is what the file names, what was sent, and who it has', () => {
  const seen = seenBy(cfo, clerk);
  expect(read('account.tier', seen)).toBe('1');
  expect(read('account.owner', seen)).toBe('anna');
  expect(read('account.tags', seen)).toEqual(['old', 'target']);
  expect(read('account.members', seen)).toBe(2);
});

test('a role is what was entered, else the first rule that holds; nobody has one that is not declared', () => {
  expect(read('buyingRole', cfo)).toBe('buyer');
  expect(read('buyingRole', clerk)).toBe('user');
  expect(read('buyingRole', champion)).toBe('buyer');
  expect(read('buyingRole', lead({ traits: { buyingRole: 'boss' } }))).toBeUndefined();
});

test('roles are covered by people, engaged ones by people who did something', () => {
  const seen = seenBy(clerk, cfo, champion);
  expect(read('account.roles', seen)).toEqual(['buyer', 'user']);
  expect(read('account.engagedRoles', seen)).toEqual(['buyer']);
  expect(read('account.rolesMissing', seen)).toEqual(['champion']);
  expect(read('account.engagedMembers', seen)).toBe(1);
});

test('the score takes so much from each, and only from the best', () => {
  const busy = (id: string, times: number) =>
    lead({ id, events: Array.from({ length: times }, (_, at) => demo(0, `${id}${at}`)) });
  const one = Number(read('engagementScore', busy('x', 1)));
  expect(one).toBeGreaterThan(0);
  expect(read('account.score', seenBy(busy('x', 1)))).toBe(Math.min(40, one));
  expect(read('account.score', seenBy(busy('x', 9), busy('y', 9), busy('z', 9)))).toBe(80);
});

test('who scores below nothing takes nothing from the others', () => {
  const { score } = rules;
  const [model] = release.models;
  if (model === undefined) throw new Error('the example has no model');
  const fit = { ...model.scores, fit: { min: -50, max: 100 } };
  const belowNothing: Release = {
    ...files,
    models: [{ ...model, scores: fit }],
    accounts: { ...rules, score: { ...score, fromEach: { ...score.fromEach, score: 'fit' } } },
  };
  const good = lead({ id: 'a', traits: { employees: 900 } });
  const poor = lead({ id: 'b', address: 'kai@gmail.com' });
  const reader = factReader(belowNothing, seenBy(good, poor), now);
  expect(factReader(belowNothing, poor, now)('fitScore')).toBe(-20);
  expect(reader('account.score')).toBe(score.fromEach.atMost);
});

test('events are counted over all members, with the same words as for one', () => {
  const params = { event: 'Demo Requested', within: '7 days' };
  const late = lead({ id: 'd', events: [demo(8 * day, 'e8'), demo(6 * day, 'e6')] });
  expect(read('account.eventCount', seenBy(cfo, late), params)).toBe(2);
});

test('without the other members nothing is said of them', () => {
  const alone = { ...cfo, account };
  expect(read('account.score', alone)).toBeUndefined();
  expect(read('account.roles', alone)).toBeUndefined();
  expect(read('account.owner', alone)).toBe('anna');
  expect(read('account.score', cfo)).toBeUndefined();
});

const facts: readonly (readonly [string, JsonObject?])[] = [
  ['account.score'],
  ['account.roles'],
  ['account.engagedRoles'],
  ['account.rolesMissing'],
  ['account.members'],
  ['account.engagedMembers'],
  ['account.eventCount', { event: 'Demo Requested' }],
];
const someone = fc.record({
  title: fc.constantFrom('CFO', 'Clerk', ''),
  ages: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
});

test('every member finds the same, in whatever order the others come', () => {
  fc.assert(
    fc.property(
      fc.array(someone, { minLength: 2, maxLength: 5 }),
      fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
      (people, order) => {
        const leads = people.map(({ title, ages }, at) => {
          const id = `m${at}`;
          const events = ages.map((age, index) => demo(age * day, `${id}-${index}`));
          const last = ages.length === 0 ? {} : { lastActivityAt: now - Math.min(...ages) * day };
          return lead({ id, traits: title === '' ? {} : { title }, events, ...last });
        });
        const answers = leads.map((one) => {
          const others = leads.filter(({ id }) => id !== one.id);
          const mixed = others
            .map((other, index) => ({ other, at: order[index] ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ other }) => other);
          return facts.map(([fact, params]) => read(fact, seenBy(one, ...mixed), params));
        });
        for (const answer of answers) expect(answer).toEqual(answers[0]);
      },
    ),
    { numRuns: 60, seed: 20261122 },
  );
});

function changeOf(condition: Condition, one: Lead): number {
  const compiled = compileCondition(condition, files.segments);
  let at = now;
  // Early is allowed: ask again until the answer is another one.
  for (let asked = 0; asked < 50; asked += 1) {
    const next = nextChange(files, one, [compiled], at);
    if (next === null) return Infinity;
    at = next;
    const holds = (then: number) => compiled.holds(factReader(files, one, then), then);
    if (holds(at) !== holds(now)) return at;
  }
  return NaN;
}

test('the clock takes a member out of the engaged, for everybody at the same instant', () => {
  const condition: Condition = { fact: 'account.engagedRoles', operator: 'has', value: 'buyer' };
  const expected = now + 29 * day;
  expect(changeOf(condition, seenBy(clerk, cfo))).toBe(expected);
  expect(changeOf(condition, seenBy({ ...cfo, account }, clerk))).toBe(expected);
});

test('a score that fades is found at the point where it crosses, and not late', () => {
  const seen = seenBy(clerk, cfo, lead({ id: 'd', events: [demo(0, 'now')] }));
  const score = Number(read('account.score', seen));
  const condition: Condition = { fact: 'account.score', operator: 'atLeast', value: score - 10 };
  const at = changeOf(condition, seen);
  expect(read('account.score', seen, {}, at - 1)).toBeGreaterThanOrEqual(score - 10);
  expect(read('account.score', seen, {}, at)).toBeLessThan(score - 10);
});

test('an event that leaves the window of the account is a change', () => {
  const params = { event: 'Demo Requested', within: '7 days' };
  const condition: Condition = {
    ...{ fact: 'account.eventCount', params, operator: 'atLeast', value: 1 },
  };
  expect(changeOf(condition, seenBy(clerk, cfo))).toBe(now + 5 * day);
});

test('so is the age of a property that the account is asked for', () => {
  const startsAt = new Date(now - 2 * day).toISOString();
  const meeting = { ...event('Demo Requested', now - 9 * day), properties: { startsAt } };
  const where = { fact: 'startsAt', operator: 'olderThan', value: '3 days' } as const;
  const params = { event: 'Demo Requested', where };
  const condition: Condition = {
    ...{ fact: 'account.eventCount', params, operator: 'atLeast', value: 1 },
  };
  expect(changeOf(condition, seenBy(clerk, { ...cfo, events: [meeting] }))).toBe(now + day);
});

test('members are asked for only where a rule names what they say together', () => {
  const named = (fact: string): Release => ({
    ...files,
    segments: {
      ...files.segments,
      s: { id: 's', why: 'x', when: { fact, operator: 'known', value: true } },
    },
  });
  expect(accountNeeds(named('account.owner')).ofMembers).toBe(false);
  expect(accountNeeds(named('account.score')).ofMembers).toBe(true);
  expect(accountNeeds(named('account.score')).watched).toContainEqual({ fact: 'account.score' });
});
