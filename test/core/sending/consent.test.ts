import { expect, test } from 'vitest';
import type { Consent, Lead } from '../../../core/facts/lead.ts';
import { compiledRelease } from '../../../core/facts/compiled-release.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { MessageClass } from '../../../core/journey/plan.ts';
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
