import { expect, test } from 'vitest';
import { until } from './until.ts';

test('returns the first truthy answer', async () => {
  const answers = [undefined, 0, 'there'];
  const seen = await until(() => answers.shift(), { what: 'an answer', everyMs: 1 });
  expect(seen).toBe('there');
});

test('says what it waited for and what it saw last', async () => {
  const waiting = until(() => 0, { what: 'three mails', timeoutMs: 20, everyMs: 1 });
  await expect(waiting).rejects.toThrow('Waited 20 ms for three mails; last seen: 0.');
});

test('asks again after an error and keeps the last one as the cause', async () => {
  const cause = new Error('not yet');
  const waiting = until(() => Promise.reject(cause), { what: 'it', timeoutMs: 20, everyMs: 1 });
  await expect(waiting).rejects.toMatchObject({ cause });
});
