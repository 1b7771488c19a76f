/** Accounts in sentences: which leads belong together, whom a purchase needs, how a score adds up. */
import type { AccountsFile } from '../definitions/accounts.ts';
import { conditionWords } from './conditions.ts';
import { repWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import { count, listed, quoted, sentence, valueWords } from './values.ts';

export type NamedSource = AccountsFile['named'][number];
export type RoleSource = AccountsFile['roles'][number];

export function readAccounts(file: AccountsFile, lexicon: Lexicon): Reading {
  const { named, roles, committee, engaged, score } = file;
  const numbered = roles.map((one, index) => ({
    ...line(roleWords(one, lexicon), one.role),
    number: index + 1,
  }));
  return {
    title: 'Accounts',
    about: `${count(named.length, 'named account')}, ${count(roles.length, 'role')}.`,
    sections: sections(
      ['Who belongs to an account', linkLines(file.link)],
      ['Named accounts', named.map((one) => line(namedWords(one, lexicon), one.account))],
      ['Roles in a purchase: the first that holds', numbered],
      ['The committee', committeeLines(committee)],
      ['Who is engaged', engaged === undefined ? [] : [line(engagedWords(engaged, lexicon))]],
      ['The score of an account', score === undefined ? [] : [line(scoreWords(score))]],
    ),
  };
}

function linkLines(link: AccountsFile['link']): readonly Line[] {
  if (link === undefined) return [];
  const { byDomain, aliases, never } = link;
  return [
    line(
      byDomain
        ? 'A lead with a company address belongs to the account of its domain.'
        : 'Only a “group” call puts a lead into an account.',
    ),
    ...Object.entries(aliases).map(([main, others]) =>
      line(`${listed(others.map(valueWords))} ${others.length === 1 ? 'is' : 'are'} ${main}.`),
    ),
    ...(never.length === 0 ? [] : [line(`Never an account: ${listed(never)}.`)]),
  ];
}

export function namedWords(named: NamedSource, lexicon: Lexicon): string {
  const { tier, why, owner, tags } = named;
  return [
    `Tier ${valueWords(tier)}`,
    ...(owner === undefined ? [] : [`, owned by ${repWords(owner, lexicon)}`]),
    ...(tags.length === 0 ? [] : [`, tagged ${listed(tags.map(valueWords))}`]),
    ` (${quoted(why)}).`,
  ].join('');
}

export function roleWords(role: RoleSource, lexicon: Lexicon): string {
  return sentence(`When ${conditionWords(role.when, lexicon)} (${quoted(role.why)})`);
}

function committeeLines(committee: readonly string[]): readonly Line[] {
  return committee.length === 0 ? [] : [line(`A purchase needs ${listed(committee)}.`)];
}

function engagedWords(engaged: NonNullable<AccountsFile['engaged']>, lexicon: Lexicon): string {
  const when = conditionWords(engaged.when, lexicon);
  return sentence(`Whoever did something, when ${when} (${quoted(engaged.why)})`);
}

function scoreWords(score: NonNullable<AccountsFile['score']>): string {
  const { max, members, fromEach, why } = score;
  const { score: name, model, atMost } = fromEach;
  const who = members === 1 ? 'the one' : `the ${members} people`;
  const reason = why === undefined ? '' : ` (${quoted(why)})`;
  return `The ${name} score of the model ${quoted(model)}, ${atMost} at most from each of ${who} with the most points, ${max} in all${reason}.`;
}
