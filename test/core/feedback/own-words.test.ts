import { expect, test } from 'vitest';
import { excerptOf, ownWords, replyKind } from '../../../core/feedback/own-words.ts';

const said = 'Yes, Thursday works.';
test.each([
  ['Gmail', `${said}\n\nOn Mon, 21 Dec 2026 at 09:30, Maria <maria@acme.example> wrote:\n> Hello`],
  [
    'Gmail, folded',
    `${said}\n\nOn Mon, 21 Dec 2026 at 09:30, Maria at Acme\n<m@acme.example> wrote:\n\n> Hello`,
  ],
  [
    'Gmail in German',
    `${said}\n\nAm Mo., 21. Dez. 2026 um 09:30 Uhr schrieb Maria <m@acme.example>:\n\n> Hallo`,
  ],
  [
    'Outlook',
    `${said}\n\n________________________________\nFrom: Maria <m@acme.example>\nSent: Monday\nHello`,
  ],
  ['Outlook without a line', `${said}\n\nFrom: Maria <m@acme.example>\nSent: Monday\nHello`],
  ['Outlook in German', `${said}\r\n\r\nVon: Maria <m@acme.example>\r\nGesendet: Montag\r\nHallo`],
  ['an older Outlook', `${said}\n\n-----Ursprüngliche Nachricht-----\nVon: Maria`],
  [
    'a telephone',
    `${said}\n\nSent from my iPhone\n\nOn 21 Dec 2026, at 09:30, Maria <m@acme.example> wrote:`,
  ],
  ['a signature', `${said}\n\n-- \nAna Nord\nHead of Learning`],
  ['quotes in between', `> Does Thursday work?\n${said}\n> Best, Maria`],
])('only the own words count: %s', (_what, text) => {
  expect(ownWords(text)).toBe(said);
});

test('a sentence that merely begins with "On" stays', () => {
  expect(ownWords('On the 4 of us: fine.\nSee you.')).toBe('On the 4 of us: fine.\nSee you.');
});

test.each([
  'stop',
  'STOP!',
  'Please stop emailing me.',
  'Unsubscribe',
  'unsubscribe me please',
  'Hi, please remove me from your list',
  'Take me off this list',
  'No more emails',
  "Don't contact me again",
  'Abmelden',
  'Bitte abmelden.',
  'Keine weiteren E-Mails bitte',
  'Melden Sie mich ab',
  'Désinscrire',
  'Baja',
])('%j asks to be left alone', (own) => {
  expect(replyKind(own, 'Re: News')).toBe('stop');
});

test.each([
  'Stop by our booth next week!',
  'Stopped using it last year, but tell me more.',
  'Thanks! When does it start?\n\nUnsubscribe links are a topic for later.',
  'Can people unsubscribe from the course?',
  'Bitte rufen Sie mich an.',
  '',
])('%j is an answer like any other', (own) => {
  expect(replyKind(own, 'Re: How to stop losing leads')).toBe('reply');
});

test('an empty mail is judged by its subject', () => {
  expect(replyKind('', 'unsubscribe')).toBe('stop');
});

test('an excerpt is one short paragraph', () => {
  expect(excerptOf('One.\n\nTwo.')).toBe('One. Two.');
  expect(excerptOf('x'.repeat(2_000))).toHaveLength(500);
  expect(excerptOf(' \n')).toBeUndefined();
});
