/**
 * The rules of accounts ready to be asked: conditions compiled, named accounts by key.
 *
 * Made once per release object and kept as long as it lives; it holds nothing of any account.
 */
import type { Release } from '../definitions/release.ts';
import type { Condition } from '../rules/condition.ts';
import { compileCondition, type CompiledCondition } from '../rules/compile.ts';
import { defaultAccountRules, type AccountRules, type NamedAccount } from './model.ts';

export interface CompiledAccounts {
  readonly rules: AccountRules;
  readonly named: ReadonlyMap<string, NamedAccount>;
  readonly roles: readonly { readonly role: string; readonly condition: CompiledCondition }[];
  readonly engaged: CompiledCondition;
}

const compiled = new WeakMap<Release, CompiledAccounts>();

export function compiledAccounts(release: Release): CompiledAccounts {
  const known = compiled.get(release);
  if (known !== undefined) return known;
  const { segments, accounts: rules = defaultAccountRules } = release;
  const made = {
    rules,
    named: new Map(rules.named.map((one) => [one.account, one])),
    roles: rules.roles.map(({ role, when }) => ({
      role,
      condition: compileCondition(when, segments),
    })),
    engaged: compileCondition(rules.engaged.when, segments),
  };
  compiled.set(release, made);
  return made;
}

/** What is asked of each member by itself. */
export function conditionsOfAccounts(release: Release): readonly Condition[] {
  const { roles, engaged } = accountRulesOf(release);
  return [...roles.map(({ when }) => when), engaged.when];
}

export function accountRulesOf({ accounts = defaultAccountRules }: Release): AccountRules {
  return accounts;
}
