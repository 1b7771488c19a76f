import { describe, expect, test } from 'vitest';
import type { FactDeclaration, Release } from '../../../core/definitions/release.ts';
import { countryCode } from '../../../core/facts/country.ts';
import type { Lead } from '../../../core/facts/lead.ts';
import { phoneNumber } from '../../../core/facts/phone.ts';
import { factReader } from '../../../core/facts/read.ts';
import { seniorityOf, type Seniority } from '../../../core/facts/seniority.ts';
import { lead, now, release } from './example-release.ts';

const titles: { readonly [title: string]: Seniority | undefined } = {
  CEO: 'c-level',
  'Chief Executive Officer': 'c-level',
  'Chief Human Resources Officer': 'c-level',
  'CTO & Co-Founder': 'c-level',
  'Founder and CEO': 'c-level',
  President: 'c-level',
  'Managing Director EMEA': 'c-level',
  Owner: 'c-level',
  Geschäftsführer: 'c-level',
  Geschaeftsfuehrerin: 'c-level',
  'Geschäftsführender Gesellschafter': 'c-level',
  'Mitglied des Vorstands / Vorstandsmitglied': 'c-level',
  Inhaberin: 'c-level',
  PDG: 'c-level',
  'Directrice générale': 'c-level',
  Gérant: 'c-level',
  'Director General': 'c-level',
  'Consejera delegada': 'c-level',
  'Vice President': 'vp',
  'Vice-President Sales': 'vp',
  'SVP Engineering': 'vp',
  'VP of Marketing': 'vp',
  'Assistant Vice President': 'vp',
  Vizepräsidentin: 'vp',
  'Vice-président ventes': 'vp',
  'Vicepresidenta de Finanzas': 'vp',
  'Head of Sales': 'director',
  'Global Head Marketing': 'director',
  'Director of Operations': 'director',
  'Directeur commercial': 'director',
  'Directora de Recursos Humanos': 'director',
  'Leiterin Controlling': 'director',
  Vertriebsleiter: 'director',
  'Leitung IT': 'director',
  Prokurist: 'director',
  'Chief of Staff': 'director',
  'Editor-in-Chief': 'director',
  'Marketing Manager': 'manager',
  'Team Lead Support': 'manager',
  Teamleiterin: 'manager',
  'Projektleiter Bau': 'manager',
  'Responsable marketing': 'manager',
  'Chef de projet': 'manager',
  'Jefa de ventas': 'manager',
  'Gerente de compras': 'manager',
  'Assistant Manager': 'manager',
  'Assistant to the CEO': 'individual',
  'Executive Assistant to the Vice President': 'individual',
  'Assistenz der Geschäftsführung': 'individual',
  Vorstandssekretärin: 'individual',
  'Referent der Geschäftsführung': 'individual',
  'Assistante de direction': 'individual',
  "Founder's Associate": 'individual',
  'Product Owner': 'individual',
  'Art Director': 'individual',
  'Key Account Manager': 'individual',
  'Lead Generation Specialist': 'individual',
  'Account Executive': 'individual',
  'Data Protection Officer': 'individual',
  'Senior Software Engineer': 'individual',
  'Sachbearbeiter Einkauf': 'individual',
  'Ingénieure logiciel': 'individual',
  'Chargé de clientèle': 'individual',
  'Técnica de laboratorio': 'individual',
  Werkstudentin: 'individual',
  'Former CEO': undefined,
  'Ehemaliger Geschäftsführer': undefined,
  Ninja: undefined,
  '': undefined,
};

test.each(Object.entries(titles))('the title %j is %s', (title, expected) => {
  expect(seniorityOf(title)).toBe(expected);
});

test.each<[string, string | undefined]>([
  ['de', 'DE'],
  [' Germany ', 'DE'],
  ['DEUTSCHLAND', 'DE'],
  ['Allemagne', 'DE'],
  ['Alemania', 'DE'],
  ['DEU', 'DE'],
  ['USA', 'US'],
  ['U.S.A.', 'US'],
  ['United States of America', 'US'],
  ['UK', 'GB'],
  ['England', 'GB'],
  ['Österreich', 'AT'],
  ['Oesterreich', 'AT'],
  ['Osterreich', 'AT'],
  ['Schweiz', 'CH'],
  ['Suisse', 'CH'],
  ['Italia', 'IT'],
  ['日本', 'JP'],
  ['Polska', 'PL'],
  ['España', 'ES'],
  ['The Netherlands', 'NL'],
  ['Côte d’Ivoire', 'CI'],
  ['Turkey', 'TR'],
  ['Türkiye', 'TR'],
  ['Czech Republic', 'CZ'],
  ['South Korea', 'KR'],
  ['XX', undefined],
  ['Germania Inc', undefined],
  ['Narnia', undefined],
  ['', undefined],
  ['constructor', undefined],
])('the country %j is %s', (written, code) => {
  expect(countryCode(written)).toBe(code);
});

test.each<[string, string | undefined, string | undefined]>([
  ['030 / 1234-567', 'DE', '+49301234567'],
  ['+49 (0)30 1234567', undefined, '+49301234567'],
  ['0041 44 668 18 00', 'DE', '+41446681800'],
  ['(415) 555-2671', 'US', '+14155552671'],
  ['030 1234567', undefined, undefined],
  ['030 1234567', 'ZZ', undefined],
  ['12', 'DE', undefined],
  ['call me', 'DE', undefined],
  ['+1 555 0100', 'US', undefined],
  ['1'.repeat(5_000), 'DE', undefined],
])('the phone %j of %s is %s', (text, country, number) => {
  expect(phoneNumber(text, country)).toBe(number);
});

describe('a lead reads cleaned', () => {
  const derived = (id: string, from: string, as: 'seniority' | 'country' | 'phone' | 'domain') =>
    ({ id, type: 'text', label: id, from: id, derive: { from, words: [], as } }) as const;
  const facts: readonly FactDeclaration[] = [
    derived('level', 'jobTitle', 'seniority'),
    derived('billedIn', 'billing', 'country'),
    derived('desk', 'deskPhone', 'phone'),
    derived('mailDomain', 'email', 'domain'),
    {
      ...derived('tool', 'sentTool', 'domain'),
      derive: { from: 'sentTool', words: [], as: 'lower-case' },
    },
    { id: 'billing', type: 'text', label: 'Billing', from: 'invoice.address.country' },
    { id: 'deskPhone', type: 'text', label: 'Desk', from: 'deskPhone' },
    { id: 'sentTool', type: 'text', label: 'Tool', from: 'sentTool' },
    { id: 'months', type: 'number', label: 'Months', from: 'months', range: [0, 36] },
    { id: 'since', type: 'date', label: 'Since', from: 'since' },
    { id: 'products', type: 'list', label: 'Products', from: 'products' },
  ];
  const known: Release = {
    ...release,
    facts: Object.fromEntries(facts.map((one) => [one.id, one])),
  };
  const read = (traits: Lead['traits'], fact: string) =>
    factReader(known, lead({ traits }), now)(fact);

  test('whatever country was written, rules compare with its code', () => {
    expect(read({ country: 'Germany' }, 'country')).toBe('DE');
    expect(read({ address: { country: 'Schweiz' } }, 'country')).toBe('CH');
    expect(read({ country: 'Narnia', country_code: 'fr' }, 'country')).toBe('FR');
    expect(read({ country: 'Narnia' }, 'country')).toBeUndefined();
  });

  test('a phone is a number that can be dialled from anywhere, else what was sent', () => {
    expect(read({ phone: '030 1234567', country: 'Deutschland' }, 'phone')).toBe('+49301234567');
    expect(read({ phone: 'ask for Ana', country: 'DE' }, 'phone')).toBe('ask for Ana');
    expect(read({ phone: '030 1234567' }, 'phone')).toBe('030 1234567');
  });

  test('a fact may be derived from another, and is missing rather than guessed', () => {
    expect(read({ title: 'Head of Sales' }, 'level')).toBe('director');
    expect(read({ title: 'Ninja' }, 'level')).toBeUndefined();
    expect(read({ title: 'Ninja', level: 'vp' }, 'level')).toBe('vp');
    expect(read({ invoice: { address: { country: 'Autriche' } } }, 'billedIn')).toBe('AT');
    expect(read({ deskPhone: '044 668 18 00', country: 'CH' }, 'desk')).toBe('+41446681800');
    expect(read({ deskPhone: 'none', country: 'CH' }, 'desk')).toBeUndefined();
    expect(read({}, 'mailDomain')).toBe('nordwind.example');
    expect(read({ sentTool: ' Excel ' }, 'tool')).toBe('excel');
  });

  test('types and ranges are kept: what does not fit is missing', () => {
    expect(read({ months: '12' }, 'months')).toBe(12);
    expect(read({ months: 37 }, 'months')).toBeUndefined();
    expect(read({ months: -1 }, 'months')).toBeUndefined();
    expect(read({ since: '2026-03-01' }, 'since')).toBe('2026-03-01');
    expect(read({ since: 'spring' }, 'since')).toBeUndefined();
    expect(read({ products: 'one' }, 'products')).toEqual(['one']);
    expect(read({ products: ['a', 'b'] }, 'products')).toEqual(['a', 'b']);
    expect(read({ products: { a: 1 } }, 'products')).toBeUndefined();
  });
});
