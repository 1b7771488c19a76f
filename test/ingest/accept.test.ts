import { describe, expect, test } from 'vitest';
import { accept } from '../../ingest/accept.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');

function taken(body: unknown) {
  return accept(body, { source: 'test', now: NOW, newMessageId: () => 'fresh' });
}
function event(body: object) {
  const accepted = taken({ type: 'track', userId: 'u', event: 'E', ...body });
  if (!accepted.ok) throw new Error(JSON.stringify(accepted.problems));
  return accepted.request.event;
}
function problems(body: unknown) {
  const accepted = taken(body);
  return accepted.ok ? [] : accepted.problems.map(({ path }) => path);
}
const said = (properties: unknown) => ({ type: 'track', userId: 'u', event: 'E', properties });
function deep(levels: number): unknown {
  return levels === 0 ? 1 : { a: deep(levels - 1) };
}

describe('a call', () => {
  test('of each type becomes the event it stands for', () => {
    const kind = (body: object) => {
      const { type, name } = event(body);
      return [type, name];
    };
    expect(kind({ type: 'identify', traits: {} })).toEqual(['identify', '']);
    expect(kind({ type: 'page', properties: { path: '/' } })).toEqual(['page', 'Page Viewed']);
    expect(kind({ type: 'screen' })).toEqual(['screen', 'Screen Viewed']);
    expect(kind({ type: 'enrol', journey: 'trial' })).toEqual(['enrol', '']);
    expect(kind({ type: 'track', event: 'Trial Started' })).toEqual(['track', 'Trial Started']);
  });

  test('of a group brings the account, the same one for the same groupId', () => {
    const group = (traits: object) => event({ type: 'group', groupId: 'acme', traits }).account;
    expect(group({ name: 'Acme', domain: 'ACME.example' })).toMatchObject({
      name: 'Acme',
      domain: 'acme.example',
    });
    expect(group({})?.id).toBe(group({ name: 'Acme' })?.id);
  });

  test('has the same event id for the same source and messageId', () => {
    expect(event({ messageId: 'm' }).id).toBe(event({ messageId: 'm' }).id);
    expect(event({ messageId: 'm' }).id).not.toBe(event({ messageId: 'n' }).id);
  });

  test('is dated by its own clock, corrected by when it was sent', () => {
    const at = (body: object) => new Date(event(body).occurredAt).toISOString();
    expect(at({})).toBe('2026-03-02T09:00:00.000Z');
    expect(at({ timestamp: '2026-03-01T09:00:00+01:00' })).toBe('2026-03-01T08:00:00.000Z');
    const slow = { timestamp: '2020-01-01T00:00:00Z', sentAt: '2020-01-01T00:00:30Z' };
    expect(at(slow)).toBe('2026-03-02T08:59:30.000Z');
    expect(at({ timestamp: '2026-03-02T12:00:00Z' })).toBe('2026-03-02T09:00:00.000Z');
  });

  test('of a crawler is likely a robot', () => {
    expect(event({ context: { userAgent: 'Googlebot/2.1' } }).trust).toBe('likely-robot');
    expect(event({ context: { userAgent: 'Mozilla/5.0' } }).trust).toBe('human');
  });

  test('normalises the address and keeps the traits as they were sent', () => {
    const body = { type: 'identify', traits: { email: ' Ana@X.example ', company: { name: 'X' } } };
    expect(event(body)).toMatchObject({
      address: 'ana@x.example',
      traits: { email: ' Ana@X.example ', company: { name: 'X' } },
    });
  });
});

describe('poison is refused at the door, with the path of the field', () => {
  const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['no object', 'text', ['']],
    ['an unknown type', { type: 'merge', userId: 'u' }, ['type']],
    ['an alias of nothing', { type: 'alias', userId: 'u' }, ['previousId']],
    ['an alias of nobody', { type: 'alias', previousId: 'p' }, ['userId']],
    ['nobody', { type: 'track', event: 'E' }, ['userId']],
    ['an empty id', { type: 'track', event: 'E', userId: ' ' }, ['userId']],
    ['a very long id', { type: 'track', event: 'E', userId: 'x'.repeat(257) }, ['userId']],
    ['no event name', { type: 'track', userId: 'u' }, ['event']],
    ['a group without an id', { type: 'group', userId: 'u' }, ['groupId']],
    ['a NUL', said({ a: { b: 'x\u0000y' } }), ['properties.a.b']],
    ['a NUL in a key', said({ 'a\u0000': 1 }), ['properties.a?']],
    ['half a surrogate pair', said({ a: ['ok', 'x\ud800'] }), ['properties.a[1]']],
    [
      '__proto__',
      JSON.parse('{"type":"track","traits":{"__proto__":{"x":1}}}'),
      ['traits.__proto__'],
    ],
    ['constructor', said({ a: { constructor: 1 } }), ['properties.a.constructor']],
    ['NaN', said({ a: NaN }), ['properties.a']],
    ['Infinity', said({ a: -Infinity }), ['properties.a']],
    ['a function', said({ a: () => 1 }), ['properties.a']],
    ['more than 100 KB', said({ a: 'x'.repeat(102_401) }), ['properties.a']],
    [
      'more than 256 fields',
      said(Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`f${n}`, n]))),
      ['properties'],
    ],
    [
      'more than 2,000 values',
      said({ a: Array.from({ length: 2_001 }, () => 1) }),
      ['properties.a[1994]'],
    ],
    ['a bad date', { ...said({}), timestamp: 'yesterday' }, ['timestamp']],
    ['a date before all', { ...said({}), timestamp: '0001-01-01T00:00:00Z' }, ['timestamp']],
    [
      'two addresses in one',
      { type: 'identify', userId: 'u', traits: { email: 'a@x.example, b@x.example' } },
      ['traits.email'],
    ],
    ['traits that are a list', { type: 'identify', userId: 'u', traits: [] }, ['traits']],
  ];
  test.each(cases)('%s', (_name, body, paths) => {
    expect(problems(body)).toEqual(paths);
  });

  test('deeper than 32 levels', () => {
    expect(problems(said(deep(30)))).toEqual([]);
    expect(problems(said(deep(40)))).toHaveLength(1);
    expect(({} as { readonly x?: number }).x).toBeUndefined();
  });

  test('all problems of the fields at once', () => {
    expect(problems({ type: 'track', userId: 7, timestamp: 5, traits: {} })).toEqual([
      'event',
      'timestamp',
    ]);
  });
});
