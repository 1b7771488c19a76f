/**
 * Roles named in conditions against those that `rules/accounts.json` declares.
 *
 * `has` compares with any text, so a role spelled wrong would silently never be there. Without a
 * declared role any text may have been entered for a lead, and nothing is said.
 */
import type { Json, Leaf } from '../rules/condition.ts';
import type { Path } from './problems.ts';
import { refer } from './scope.ts';
import type { Scope } from './scope.ts';

const ofRoles = new Set([
  'buyingRole',
  'account.roles',
  'account.engagedRoles',
  'account.rolesMissing',
]);

export function checkRoles(scope: Scope, { fact, value }: Leaf, path: Path): void {
  if (!ofRoles.has(fact) || scope.names.of.role.size === 0) return;
  if (typeof value === 'string') refer(scope, 'role', value, path);
  if (!Array.isArray(value)) return;
  value.forEach((one: Json, index) => {
    if (typeof one === 'string') refer(scope, 'role', one, [...path, index]);
  });
}
