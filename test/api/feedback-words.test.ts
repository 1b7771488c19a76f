import { expect, test } from 'vitest';
import { timelineEntry } from '../../api/timeline.ts';
import { suppressionReason, suppressionTitle } from '../../core/words/standing-words.ts';
import { journey, onApi, release } from '../core/decision/acme.ts';

const team = {
  reps: {
    ana: { id: 'ana', name: 'Ana Berg', email: 'a@acme.example', hours: 'o', speaks: [], away: [] },
  },
  ...{ hours: {}, pools: {}, queues: {} },
};
const workspace = release({ team, journeys: journey('trial', { enter: [onApi] }) });
const ours = 'Because of us: nothing is held against the address';
const told = (what: string, detail: object) => {
  const row = { kind: 'decision', id: '1', at: 0, rank: 1, what, detail: { ...detail } } as const;
  const { title, reasons } = timelineEntry(row, workspace);
  return [title, ...reasons];
};

test('what stops mail to an address, and what lifts it, is told in sentences', () => {
  const why = '3 mails came back within 14 days, the last on 2026-03-12';
  const until = Date.parse('2026-06-10T09:00:00Z');
  expect(told('suppression', { holds: true, scope: 'all', why, until })).toEqual([
    'Nothing is sent to the address',
    why,
    'Tried again from Wed 10 Jun, 11:00',
  ]);
  expect(told('suppression', { holds: false, scope: 'marketing', why: 'A sign of life' })).toEqual([
    'Marketing goes on',
    'A sign of life',
  ]);
  const sunset = { scope: 'marketing', reason: 'sunset' } as const;
  expect(`${suppressionTitle(sunset)}: ${suppressionReason(sunset)}`).toBe(
    'No more marketing: nobody reacted for very long; any sign of life ends this',
  );
});

test('an answer is told with what it ended and who heard of it', () => {
  const stopped = ['trial'];
  expect(told('reply', { stopped, to: 'rep:ana', because: 'owner' })).toEqual([
    'Ana Berg was told',
    'It ended “trial”',
    'Owns the lead',
  ]);
  expect(told('reply', { stopped: [], because: 'no-owner' })).toEqual([
    'Answered, and nobody was told',
    'Nobody owns the lead',
  ]);
});

test.each([
  [
    'Email Replied',
    { reply: 'stop', excerpt: 'Please stop.' },
    ['“Please stop.”', 'Asks for no more emails'],
  ],
  [
    'Email Bounced',
    { kind: 'hard', status: '5.1.1', detail: '550 5.1.1 No such mailbox', address: 'a@b.example' },
    ['The address takes no mail', '550 5.1.1 No such mailbox'],
  ],
  ['Email Bounced', { kind: 'sender', status: '5.7.1' }, [ours, '5.7.1']],
  ['Email Auto Replied', { until: '2026-12-24T08:00:00.000Z' }, ['Until Thu 24 Dec, 09:00']],
  ['Email Complained', {}, []],
])('what was heard of an email is told in words: %s %o', (name, said, expected) => {
  const send = '535a7ac6-3df7-5fe5-b50d-fc19721ce87a';
  const properties = { ...said, send, journey: 'trial', step: 'welcome', template: 'hello' };
  const detail = { name, properties, source: 'mail', trust: 'unknown' };
  const row = { kind: 'event', id: '1', at: 0, rank: 1, what: name, detail } as const;
  const { reasons } = timelineEntry(row, workspace);
  expect(reasons).toEqual([...expected, 'In welcome of “trial”']);
});
