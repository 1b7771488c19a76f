/**
 * `rules/accounts.json`, parsed: which leads belong to one company, whom a purchase needs there, and
 * how the interest of a whole company adds up.
 *
 * A workspace without the file works by `defaultAccountRules`; nothing else may hold defaults. No
 * account is looked at here.
 */
import type { Condition } from '../rules/condition.ts';

export interface AccountRules {
  readonly link: AccountLinks;
  readonly named: readonly NamedAccount[];
  /** The first that holds is the role of a lead. */
  readonly roles: readonly BuyingRole[];
  /** Roles that a purchase needs. */
  readonly committee: readonly string[];
  readonly engaged: { readonly why: string; readonly when: Condition };
  readonly score: AccountScore;
}
export interface AccountLinks {
  readonly byDomain: boolean;
  /** Alias → main domain. */
  readonly aliases: { readonly [domain: string]: string };
  /** Domains whose addresses say nothing about a company. */
  readonly never: readonly string[];
}
export interface NamedAccount {
  /** Its domain, or the key of its `group` call. */
  readonly account: string;
  readonly tier: string;
  readonly why: string;
  /** A rep id. */
  readonly owner?: string;
  readonly tags: readonly string[];
}
export interface BuyingRole {
  readonly role: string;
  readonly why: string;
  readonly when: Condition;
}
export interface AccountScore {
  readonly why: string;
  readonly max: number;
  /** So many members count: those with the most points. */
  readonly members: number;
  readonly fromEach: {
    readonly model: string;
    readonly score: 'fit' | 'engagement';
    readonly atMost: number;
  };
}

export const defaultAccountRules: AccountRules = {
  link: { byDomain: true, aliases: {}, never: [] },
  named: [],
  roles: [],
  committee: [],
  engaged: {
    why: 'Did something in the last 30 days',
    when: { fact: 'daysSinceActivity', operator: 'atMost', value: 30 },
  },
  score: {
    why: 'The five most active people, 40 points at most each',
    max: 100,
    members: 5,
    fromEach: { model: 'core', score: 'engagement', atMost: 40 },
  },
};
