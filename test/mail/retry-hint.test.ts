import { expect, test } from 'vitest';
import { retryHintMs } from '../../mail/retry-hint.ts';

test.each([
  ['450 4.7.1 Greylisted, try again in 300 seconds', 300_000],
  ['451 4.7.1 Please try again in 5 minutes', 300_000],
  ['451 Greylisted for 300 seconds (see https://example.org)', 300_000],
  ['450 4.2.0 Greylisting in action, please come back in 00:04:58', 298_000],
  ['421 4.7.0 retry after 300', 300_000],
  ['451 4.3.2 Try again later in 1 hour', 3_600_000],
  ['450 please wait 30s', 30_000],
  ['451 4.7.1 Greylisted, try again later', undefined],
  ['451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited', undefined],
  ['421 4.7.0 Too many connections in 2026', undefined],
  ['452 4.2.2 mailbox over quota by 300 messages', undefined],
])('%s: %s', (response, expected) => {
  expect(retryHintMs(response)).toBe(expected);
});
