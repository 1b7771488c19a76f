import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DomainAnswer } from '../../core/verification/judge.ts';
import { createAskDomain, type DnsQuestions, type DomainCache } from '../../verify/mail-domains.ts';
import { createDnsVerifier } from '../../verify/verifier.ts';
import { startNameServer, type NameServer, type Zone } from './name-server.ts';

const zone: Zone = {
  com: { NS: ['a.gtld-servers.net'] },
  'mail.de': { MX: [[10, 'mx.mail.de']] },
  'null.de': { MX: [[0, '']], A: ['192.0.2.7'] },
  'web.nordwind.de': { A: ['192.0.2.8'] },
  'empty.de': {},
  'failing.de': 'servfail',
  'silent.de': 'silent',
};
const signal = new AbortController().signal;
let server: NameServer;
beforeAll(async () => {
  server = await startNameServer(zone);
});
afterAll(() => server.close());

function memory(): DomainCache & { readonly kept: Map<string, DomainAnswer> } {
  const kept = new Map<string, DomainAnswer>();
  return {
    kept,
    find: (domain) => Promise.resolve(kept.get(domain)),
    save: (domain, answer) => Promise.resolve(void kept.set(domain, answer)),
  };
}
function questions(address = server.address): DnsQuestions {
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([address]);
  return resolver;
}

describe('what a real name server says of a domain', () => {
  const check = (domain: string, expected: DomainAnswer | 'away') =>
    test(`${domain}: ${expected}`, async () => {
      const cache = memory();
      expect(await createAskDomain(questions(), cache)(domain, signal)).toBe(expected);
      expect(cache.kept.get(domain)).toBe(expected === 'away' ? undefined : expected);
    });
  check('mail.de', 'takes-mail');
  check('null.de', 'refuses-mail');
  check('web.nordwind.de', 'address-only');
  check('empty.de', 'no-address');
  check('nordwimd.de', 'no-such-domain');
  check('failing.de', 'away');
  check('silent.de', 'away');
});

test('a resolver that denies everything is away: no domain is condemned by it', async () => {
  const denying = await startNameServer({});
  try {
    const cache = memory();
    const ask = createAskDomain(questions(denying.address), cache);
    expect(await ask('mail.de', signal)).toBe('away');
    expect(cache.kept.size).toBe(0);
  } finally {
    denying.close();
  }
});

test('nobody listens: away', async () => {
  const gone = await startNameServer({});
  gone.close();
  expect(await createAskDomain(questions(gone.address), memory())('mail.de', signal)).toBe('away');
});

test('a domain is asked once however many wait for it, and not again while its answer is kept', async () => {
  const ask = createAskDomain(questions(), memory());
  const before = server.asked.length;
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask('mail.de', signal)));
  expect(new Set(answers)).toEqual(new Set(['takes-mail']));
  await ask('mail.de', signal);
  expect(server.asked.slice(before)).toEqual(['mail.de MX']);
});

test('addresses that need no answer ask no question', async () => {
  const verifier = createDnsVerifier(createAskDomain(questions(), memory()));
  const before = server.asked.length;
  const found = await Promise.all(
    ['ana@nordwind.example', 'a@b.test', 'nobody', 'a@b.de, c@d.de'].map((address) =>
      verifier.verify(address, signal),
    ),
  );
  expect(found.map(({ status }) => status)).toEqual(['unknown', 'unknown', 'invalid', 'invalid']);
  expect(server.asked.length).toBe(before);
  expect(await verifier.verify('ana@mail.de', signal)).toMatchObject({ status: 'valid' });
});
