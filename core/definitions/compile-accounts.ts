/** `rules/accounts.json` parsed → the rules of accounts, names and domains checked. */
import { memberFactNames } from '../accounts/catalogue.ts';
import { parseDomain } from '../accounts/domain.ts';
import { defaultAccountRules, type AccountRules } from '../accounts/model.ts';
import type { Condition } from '../rules/condition.ts';
import { compileCondition, ConditionError } from '../rules/compile.ts';
import type { AccountsFile } from './accounts.ts';
import { checkCondition, leadWorld } from './check-condition.ts';
import { present } from './present.ts';
import type { Path } from './problems.ts';
import type { SegmentDeclaration } from './release.ts';
import { check, checkUnique, refer } from './scope.ts';
import type { Scope } from './scope.ts';

type Segments = { readonly [id: string]: SegmentDeclaration };

export function compileAccounts(
  scope: Scope,
  file: AccountsFile,
  segments: Segments = {},
): AccountRules {
  const { engaged, score } = defaultAccountRules;
  return {
    link: compileLink(scope, file),
    named: compileNamed(scope, file),
    roles: compileRoles(scope, file, segments),
    committee: compileCommittee(scope, file),
    engaged:
      file.engaged === undefined
        ? engaged
        : {
            why: file.engaged.why,
            when: ofOneMember(scope, file.engaged.when, ['engaged', 'when'], segments),
          },
    score: file.score === undefined ? score : compileScore(scope, file.score),
  };
}

function compileLink(scope: Scope, { link }: AccountsFile): AccountRules['link'] {
  if (link === undefined) return defaultAccountRules.link;
  const aliases: { [alias: string]: string } = {};
  const mains = new Set(Object.keys(link.aliases));
  for (const [main, others] of Object.entries(link.aliases)) {
    others.forEach((alias, index) => {
      const path = ['link', 'aliases', main, index];
      const found = JSON.stringify(alias);
      const before = aliases[alias];
      if (mains.has(alias)) {
        const message = `${found} is a main domain, so it cannot be an alias of ${JSON.stringify(main)}`;
        scope.report(path, { message, found, fix: 'list its aliases under one main domain' });
      } else if (before !== undefined) {
        const message = `${found} is an alias of ${JSON.stringify(before)} already`;
        scope.report(path, { message, found, fix: 'name it once' });
      }
      aliases[alias] = main;
    });
  }
  link.never.forEach((domain, index) => {
    if (!mains.has(domain) && aliases[domain] === undefined) return;
    const found = JSON.stringify(domain);
    const message = `${found} is linked under "aliases" and never linked here`;
    scope.report(['link', 'never', index], { message, found, fix: 'take it out of one of them' });
  });
  return { byDomain: link.byDomain, aliases, never: link.never };
}

function compileNamed(scope: Scope, file: AccountsFile): AccountRules['named'] {
  const ids = file.named.map(({ account }, index) => ({
    id: canonical(account),
    path: ['named', index, 'account'],
  }));
  checkUnique(scope, 'account', ids);
  const aliases = new Map(
    Object.entries(file.link?.aliases ?? {}).flatMap(([main, others]) =>
      others.map((alias) => [alias, main] as const),
    ),
  );
  return file.named.map(({ account, tier, why, owner, tags }, index) => {
    const path: Path = ['named', index];
    if (owner !== undefined) refer(scope, 'rep', owner, [...path, 'owner']);
    const main = aliases.get(canonical(account));
    if (main !== undefined) {
      const found = JSON.stringify(account);
      const fix = `name its main domain ${JSON.stringify(main)}`;
      scope.report([...path, 'account'], { message: `${found} is an alias`, found, fix });
    }
    return present({ account: canonical(account), tier, why, owner, tags });
  });
}

/** A domain as domains are compared; the id of a `group` call as it is written. */
function canonical(account: string): string {
  return parseDomain(account) ?? account;
}

function compileRoles(scope: Scope, file: AccountsFile, segments: Segments): AccountRules['roles'] {
  return file.roles.map(({ role, why, when }, index) => ({
    role,
    why,
    when: ofOneMember(scope, when, ['roles', index, 'when'], segments, 'buyingRole'),
  }));
}

function compileCommittee(scope: Scope, file: AccountsFile): readonly string[] {
  const known = new Set(file.roles.map(({ role }) => role));
  file.committee.forEach((role, index) => check(scope, 'role', role, ['committee', index], known));
  checkUnique(
    scope,
    'role',
    file.committee.map((id, index) => ({ id, path: ['committee', index] })),
  );
  return file.committee;
}

function compileScore(
  scope: Scope,
  { why, max, members, fromEach }: NonNullable<AccountsFile['score']>,
): AccountRules['score'] {
  if (fromEach.model !== 'core')
    refer(scope, 'model', fromEach.model, ['score', 'fromEach', 'model']);
  if (fromEach.atMost > max) {
    const message = `one person may give ${fromEach.atMost}, more than all of them together (${max})`;
    scope.report(['score', 'fromEach', 'atMost'], { message, fix: `at most ${max}` });
  }
  return { why: why ?? defaultAccountRules.score.why, max, members, fromEach };
}

/** What all members say together is made of what each says: a circle would have no answer. */
function ofOneMember(
  scope: Scope,
  when: Condition,
  path: Path,
  segments: Segments,
  own?: string,
): Condition {
  const checked = checkCondition(scope, when, path, leadWorld);
  for (const fact of factsIn(checked, segments)) {
    if (!memberFactNames.has(fact) && fact !== own) continue;
    const found = JSON.stringify(fact);
    const message = `${found} is made of this condition, so it cannot stand in it`;
    scope.report(path, { message, found, fix: 'ask for what one person is or did' });
  }
  return checked;
}

function factsIn(condition: Condition, segments: Segments): readonly string[] {
  try {
    return compileCondition(condition, segments).factsNeeded.map(({ fact }) => fact);
  } catch (error) {
    // An unknown operator or segment has been reported at its place.
    if (error instanceof ConditionError) return [];
    throw error;
  }
}
