/** UTM parameters are defaults: added where there are none, and nothing else of a link changes. */
import { expect, test } from 'vitest';
import { withUtm } from '../../../core/tracking/utm.ts';

const place = { campaign: 'trial-nurture', content: 'welcome' };
const all = 'utm_source=acme&utm_medium=email&utm_campaign=trial-nurture&utm_content=welcome';

test.each([
  ['https://acme.example', `https://acme.example?${all}`],
  ['https://acme.example/a?b=1', `https://acme.example/a?b=1&${all}`],
  ['https://acme.example/a?', `https://acme.example/a?${all}`],
  ['https://acme.example/a#part', `https://acme.example/a?${all}#part`],
  ['http://acme.example/%7Eann?q=a+b#x#y', `http://acme.example/%7Eann?q=a+b&${all}#x#y`],
  ['https://acme.example/?utm_campaign=own', 'https://acme.example/?utm_campaign=own'],
  ['https://acme.example/?UTM_Source=own', 'https://acme.example/?UTM_Source=own'],
  ['mailto:ann@acme.example', 'mailto:ann@acme.example'],
  ['tel:+49301234567', 'tel:+49301234567'],
  ['https://', 'https://'],
  ['#top', '#top'],
])('%s', (target, expected) => {
  expect(withUtm(target, { source: 'acme', medium: 'email' }, place)).toBe(expected);
});

test('only to the domains that are named, and below them', () => {
  const own = { source: 'acme', medium: 'email', domains: ['acme.example'] };
  const isChanged = (target: string) => withUtm(target, own, place) !== target;
  const targets = [
    'https://acme.example/',
    'https://www.acme.example/',
    'https://notacme.example/',
  ];
  expect([...targets, 'https://acme.example.evil/'].map(isChanged)).toEqual([
    ...[true, true, false, false],
  ]);
});

test('values are encoded', () => {
  const target = withUtm('https://a.example/', { source: 'A & B', medium: 'email' }, place);
  expect(new URL(target).searchParams.get('utm_source')).toBe('A & B');
});
