import { expect, test } from 'vitest';
import type { Consent, Lead } from '../../../core/facts/lead.ts';
import { compiledRelease } from '../../../core/facts/compiled-release.ts';
import { nextChange } from '../../../core/facts/next-change.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { MessageClass } from '../../../core/journey/plan.ts';
import { compileCondition } from '../../../core/rules/compile.ts';
import type { ConsentState } from '../../../core/sending/model.ts';
import { mayEmail, type MayEmail } from '../../../core/sending/consent.ts';
import { lead, now, release } from '../facts/example-release.ts';

function asked(changes: Partial<Lead>, messageClass: MessageClass, topic?: string): MayEmail {
  const one = lead(changes);
  const read = factReader(release, one, now);
  return mayEmail(compiledRelease(release).consent, one, read, now, { class: messageClass, topic });
}
function given(state: ConsentState, at: number, topic?: string): Consent {
  return { class: 'marketing', state, at, ...(topic === undefined ? {} : { topic }) };
}
function verdict(country: string, consents: readonly Consent[], topic?: string): string {
  return asked({ traits: { country }, consents }, 'marketing', topic).verdict;
}

test('a country with opt-out asks only for no refusal', () => {
  expect(verdict('US', [])).toBe('yes');
  expect(verdict('US', [given('refused', 1)])).toBe('no');
});

test('everyone else, and everyone whose country is unknown, has to opt in', () => {
  expect(asked({}, 'marketing')).toMatchObject({
    verdict: 'no',
    rule: 'rest',
    reason: 'no-consent',
  });
  expect(verdict('FR', [given('opt-in', 1)])).toBe('yes');
  expect(verdict('FR', [given('double-opt-in', 1)])).toBe('yes');
});

test('where a double opt-in is asked for, a single one leads to a confirmation', () => {
  expect(verdict('DE', [])).toBe('no');
  expect(verdict('DE', [given('opt-in', 1)])).toBe('after-confirmation');
  expect(verdict('DE', [given('opt-in', 1), given('double-opt-in', 2)])).toBe('yes');
  expect(verdict('DE', [given('double-opt-in', 1), given('opt-in', 2)])).toBe('yes');
});

test('a refusal undoes what came before it, and a later consent undoes the refusal', () => {
  expect(verdict('FR', [given('opt-in', 1), given('refused', 2)])).toBe('no');
  expect(verdict('FR', [given('refused', 2), given('opt-in', 1)])).toBe('no');
  expect(verdict('FR', [given('refused', 2), given('opt-in', 2)])).toBe('no');
  expect(verdict('FR', [given('refused', 1), given('opt-in', 2)])).toBe('yes');
});

test('topics: what is said of one topic does not speak for another', () => {
  expect(verdict('FR', [given('opt-in', 1, 'events')], 'events')).toBe('yes');
  expect(verdict('FR', [given('opt-in', 1, 'events')], 'tips')).toBe('no');
  expect(verdict('FR', [given('opt-in', 1), given('refused', 2, 'events')], 'events')).toBe('no');
  expect(verdict('FR', [given('opt-in', 1), given('refused', 2, 'events')], 'tips')).toBe('yes');
});

test('outbound needs its own consent and is never sent where the file says so', () => {
  expect(asked({ consents: [given('double-opt-in', 1)] }, 'outbound').verdict).toBe('no');
});

test('transactional mail is stopped by a suppression of everything only', () => {
  expect(asked({}, 'transactional').verdict).toBe('yes');
  const unsubscribed = {
    suppressions: [{ scope: 'marketing' as const, reason: 'unsubscribe', at: 1 }],
  };
  expect(asked(unsubscribed, 'transactional').verdict).toBe('yes');
  expect(asked(unsubscribed, 'marketing')).toMatchObject({ verdict: 'no', reason: 'suppressed' });
  expect(asked(unsubscribed, 'outbound').reason).toBe('suppressed');
  const bounced = { suppressions: [{ scope: 'all' as const, reason: 'hard-bounce', at: 1 }] };
  expect(asked(bounced, 'transactional').reason).toBe('suppressed');
});

const day = 86_400_000;
const aging = {
  ...release,
  sending: {
    ...release.sending,
    consent: release.sending.consent.map((rule) => ({ ...rule, expiresAfterMs: 730 * day })),
  },
};
function later(days: number, consents: readonly Consent[], country = 'FR'): MayEmail {
  const at = now + days * day;
  const one = lead({ traits: { country }, consents });
  const read = factReader(aging, one, at);
  return mayEmail(compiledRelease(aging).consent, one, read, at, { class: 'marketing' });
}

test('a consent runs out to the millisecond, and says so', () => {
  const consents = [given('opt-in', now)];
  expect(later(730 - 1 / day, consents)).toMatchObject({ verdict: 'yes', until: now + 730 * day });
  expect(later(730, consents)).toMatchObject({
    verdict: 'no',
    reason: 'no-consent',
    expiredAt: now + 730 * day,
    why: expect.stringContaining(
      'needs opt-in, has none; what was given expired on 2028-03-26',
    ) as string,
  });
});

test('a new consent renews it, and a weaker one only as far as it goes', () => {
  const renewed = [given('opt-in', now), given('opt-in', now + 300 * day)];
  expect(later(800, renewed)).toMatchObject({ verdict: 'yes', until: now + 1_030 * day });
  expect(later(1_030, renewed).verdict).toBe('no');
  const confirmed = [given('double-opt-in', now), given('opt-in', now + 300 * day)];
  expect(later(700, confirmed, 'DE').verdict).toBe('yes');
  expect(later(730, confirmed, 'DE').verdict).toBe('after-confirmation');
});

test('a refusal never runs out, and comes back when the consent after it has', () => {
  expect(later(9_000, [given('refused', now)], 'US').verdict).toBe('no');
  const both = [given('refused', now), given('opt-in', now + day)];
  expect(later(2, both, 'US').verdict).toBe('yes');
  expect(later(731, both, 'US').verdict).toBe('no');
});

test('without an age consent lasts, however old', () => {
  expect(asked({ traits: { country: 'FR' }, consents: [given('opt-in', 1)] }, 'marketing')).toEqual(
    {
      ...{ verdict: 'yes', rule: 'rest', why: expect.any(String) as string },
      ...{ needs: 'opt-in', has: 'opt-in' },
    },
  );
});

test('the clock alone ends a permission: the instant is known ahead', () => {
  const mayWrite = { fact: 'mayEmail', operator: 'is', value: 'yes' } as const;
  const condition = compileCondition(mayWrite, aging.segments);
  const consents = [given('opt-in', now - 100 * day), given('refused', now - 200 * day)];
  const one = lead({ traits: { country: 'FR' }, consents });
  expect(nextChange(aging, one, [condition], now)).toBe(now + 630 * day);
  expect(nextChange(release, one, [condition], now)).toBeNull();
});
