/** Which company an address speaks of, and which it does not. */
import { expect, test } from 'vitest';
import { companyDomain, parseDomain } from '../../../core/accounts/domain.ts';
import { defaultAccountRules, type AccountRules } from '../../../core/accounts/model.ts';

const rules: AccountRules = {
  ...defaultAccountRules,
  link: {
    byDomain: true,
    aliases: { 'nordwind.de': 'nordwind.example', 'old.nordwind.com': 'nordwind.example' },
    never: ['portal.example'],
  },
  named: [{ account: 'kestrel.example', tier: '1', why: 'Target', tags: [] }],
};

test.each([
  ['ann@acme.example', 'acme.example'],
  ['Ann@ACME.Example', 'acme.example'],
  ['info@acme.example', 'acme.example'],
  ['ann@gmail.com', undefined],
  ['ann@mailinator.com', undefined],
  ['ann@box.mailinator.com', undefined],
  ['ann@example.com', undefined],
  // Whether mail.acme.example is acme.example nobody here can know.
  ['ann@mail.acme.example', 'mail.acme.example'],
  ['ann@nordwind.de', 'nordwind.example'],
  ['ann@mail.berlin.nordwind.de', 'nordwind.example'],
  ['ann@old.nordwind.com', 'nordwind.example'],
  ['ann@nordwind.com', 'nordwind.com'],
  ['ann@eu.kestrel.example', 'kestrel.example'],
  ['ann@portal.example', undefined],
  ['ann@team.portal.example', undefined],
])('%s belongs to %s', (address, domain) => {
  expect(companyDomain(address, rules)).toBe(domain);
});

test('without linking nobody belongs to anybody', () => {
  const off = { ...rules, link: { ...rules.link, byDomain: false } };
  expect(companyDomain('ann@acme.example', off)).toBeUndefined();
});

test.each([
  ['https://www.Nordwind.de/en?x=1', 'nordwind.de'],
  ['nordwind.de:8080', 'nordwind.de'],
  ['müller.example.', 'müller.example'],
  ['xn--mller-kva.example', 'xn--mller-kva.example'],
  ['localhost', undefined],
  ['10.0.0.1', undefined],
  ['acme gmbh', undefined],
  ['', undefined],
])('%s is written as the domain %s', (text, domain) => {
  expect(parseDomain(text)).toBe(domain);
});
