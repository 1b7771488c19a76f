/**
 * The facts of accounts as files name them: what the company said of itself, and what all its people
 * say together.
 *
 * `memberFactNames` are those that need the other members of the account; they are loaded only where a
 * release names one. No value is computed in this file.
 */
import type { BuiltInFact } from '../facts/catalogue.ts';

const aboutMembers = {
  'account.score': number(
    'Score of the account',
    'What its most engaged people give together, as rules/accounts.json says.',
  ),
  'account.members': number('Known people', 'How many leads belong to the account.'),
  'account.engagedMembers': number('Engaged people', 'How many of them are engaged.'),
  'account.roles': list('Roles that are known', 'Which roles somebody of the account has.'),
  'account.engagedRoles': list('Engaged roles', 'Which roles somebody engaged has.'),
  'account.rolesMissing': list('Missing roles', 'Which roles of the committee nobody has.'),
  'account.eventCount': {
    ...number('Events of the account', 'How often an event happened, over all its people.'),
    params: ['event', 'within', 'where'],
    needs: ['event'],
    example: {
      operator: 'atLeast',
      value: 20,
      params: { event: 'Report Created', within: '30 days' },
    },
  },
  'account.intent': {
    ...number(
      'Strength of an interest of the account',
      'As `intent`, over what all its people did.',
    ),
    params: ['interest'],
    needs: ['interest'],
    example: { operator: 'atLeast', value: 5, params: { interest: 'hr' } },
  },
  'account.intentSurge': {
    ...number(
      'Surge of an interest of the account',
      'As `intentSurge`, over what all its people did.',
    ),
    params: ['interest'],
    needs: ['interest'],
    example: { operator: 'atLeast', value: 2, params: { interest: 'hr' } },
  },
} as const satisfies { readonly [fact: string]: BuiltInFact };

export const accountFacts: { readonly [fact: string]: BuiltInFact } = {
  'account.name': text('Name of the account', 'As a "group" call gave it.'),
  'account.domain': text('Domain of the account', 'Such as nordwind.example.'),
  'account.owner': text(
    'Owner of the account',
    'The rep who owns the company: named in rules/accounts.json, sent, or the first who accepted.',
  ),
  'account.tags': list('Tags of the account', 'Tags of the company.'),
  'account.tier': text(
    'Tier of the account',
    'As rules/accounts.json names it, else the "tier" of a "group" call.',
  ),
  ...aboutMembers,
};

export const buyingRole: BuiltInFact = {
  type: 'text',
  label: 'Role in the purchase',
  description: 'What was entered, else the first role of rules/accounts.json that holds.',
  isTrait: true,
};

export const memberFactNames: ReadonlySet<string> = new Set(Object.keys(aboutMembers));

function text(label: string, description: string): BuiltInFact {
  return { type: 'text', label, description };
}
function number(label: string, description: string): BuiltInFact {
  return { type: 'number', label, description };
}
function list(label: string, description: string): BuiltInFact {
  return { type: 'list', label, description };
}
