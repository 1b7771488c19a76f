/** `rules/accounts.json`: companies, their people and what all of them together say. */
import { z } from 'zod';
import { parseDomain } from '../accounts/domain.ts';
import { condition } from './condition.ts';
import {
  about,
  choice,
  key,
  nameOf,
  parsedText,
  schemaKey,
  shape,
  someText,
  why,
} from './shape.ts';

const domain = parsedText((text) => {
  const parsed = parseDomain(text);
  return parsed === undefined
    ? { ok: false, expected: 'a domain such as "nordwind.example"' }
    : { ok: true, value: parsed };
});
const aDomain = (description: string, ...examples: readonly string[]) =>
  about(domain, description, ...examples);

const link = shape({
  byDomain: about(
    z.boolean().default(true),
    'Whether a lead with a company address belongs to the account of its domain. A "group" call always wins. Default true.',
  ),
  aliases: about(
    z
      .record(
        aDomain('Main domain of a company.', 'nordwind.example'),
        about(
          z.array(aDomain('Another domain of it; subdomains come along.', 'nordwind.de')).min(1),
          'Its other domains.',
          ['nordwind.de'],
        ),
      )
      .default({}),
    'Main domain → other domains of the same company. Default: none.',
    { 'nordwind.example': ['nordwind.de', 'nordwind-group.example'] },
  ),
  never: about(
    z.array(aDomain('A domain, with its subdomains.', 'partner-portal.example')).default([]),
    'Domains whose addresses say nothing about a company: portals, agencies, forwarding. Default: none.',
  ),
});

const named = about(
  shape({
    account: about(
      someText,
      'Its main domain, or the id that "group" calls give it.',
      'nordwind.example',
    ),
    tier: about(key, 'Its tier, read as account.tier.', '1', 'strategic'),
    why,
    owner: nameOf(
      'rep',
      'The rep who owns it: handoffs to "account-owner" go there. Without it, whoever accepts the first handoff.',
    ).optional(),
    tags: about(
      z.array(about(someText, 'A tag.', 'target-2026')).default([]),
      'Tags it has beside those of "group" calls, read as account.tags. Default: none.',
      ['target-2026'],
    ),
  }),
  'A company that is chosen by name.',
);

const role = about(
  shape({
    role: about(key, 'Its name, read as buyingRole and in account.roles.', 'buyer'),
    why,
    when: about(condition, 'Who has it. What was entered as "buyingRole" for a lead wins.'),
  }),
  'What somebody is in a purchase.',
);

const score = shape({
  why: about(someText.optional(), 'The reason in plain words.', 'Five people at most count'),
  max: about(z.number().positive().default(100), 'account.score never rises above. Default 100.'),
  members: about(
    z.number().int().min(1).max(50).default(5),
    'So many people count: those with the most points. Default 5.',
  ),
  fromEach: about(
    shape({
      model: nameOf('model', 'Which scoring model is read. Default "core".').default('core'),
      score: about(
        choice(['engagement', 'fit']).default('engagement'),
        'Which of its scores. Default "engagement".',
      ),
      atMost: about(
        z.number().positive().default(40),
        'One person gives no more than this: a single busy visitor is no buying centre. Default 40.',
      ),
    }),
    'What each person gives. Default: engagement of the model "core", 40 points at most.',
  ).default({ model: 'core', score: 'engagement', atMost: 40 }),
});

export const accountsFile = shape({
  $schema: schemaKey,
  link: about(link.optional(), 'How leads find their account. Without it, by domain.'),
  named: about(z.array(named).default([]), 'Companies chosen by name. Default: none.'),
  roles: about(
    z.array(role).default([]),
    'Roles in a purchase: the first that holds is the role of the lead. Default: none.',
  ),
  committee: about(
    z.array(nameOf('role', 'One of "roles".')).default([]),
    'Which roles a purchase needs: what is not there stands in account.rolesMissing. Default: none.',
    ['buyer', 'champion', 'user'],
  ),
  engaged: about(
    shape({ why, when: about(condition, 'Who is engaged, of those who ever did something.') }),
    'Who counts in account.engagedMembers and account.engagedRoles. Without it, whoever did something in the last 30 days.',
  ).optional(),
  score: about(
    score.optional(),
    'How account.score adds up. Without it, the five most engaged people with 40 points at most each, 100 in all.',
  ),
}).meta({
  title: 'Accounts',
  description: 'Companies, the people in them, and what all of them together say.',
});
export type AccountsFile = z.output<typeof accountsFile>;
