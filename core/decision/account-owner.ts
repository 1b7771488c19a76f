/**
 * The rep of an account: the first who accepts one of its people, or is given one by hand, keeps them
 * all. Who it came from is kept beside it.
 *
 * A rep that `rules/accounts.json` names, or a `group` call brought, is never replaced here; neither is
 * one who is merely asked: an assignment that nobody has accepted makes nobody the owner of a company.
 */
import { accountOwner } from '../accounts/read-account.ts';
import type { Lead } from '../facts/lead.ts';
import type { JsonObject } from '../rules/condition.ts';
import { nothing, type DecisionContext, type Moment } from './context.ts';
import type { Decided, Decision } from './decision.ts';
import { textOf } from './properties.ts';

export function keepRep(
  lead: Lead,
  { event, now }: Moment,
  { release }: DecisionContext,
  before: readonly Decision[],
): Decided {
  const { account } = lead;
  if (account === undefined || accountOwner(release, account) !== undefined) return nothing(lead);
  const accepted = acceptedBy(lead, before);
  const rep =
    accepted ??
    (event.name === 'Rep Assigned' ? assignedByHand(lead, event.properties) : undefined);
  if (rep === undefined) return nothing(lead);
  const by = accepted === undefined ? 'assigned' : 'accepted';
  const ownerSource = { by, leadId: lead.id, at: now } as const;
  return nothing({ ...lead, account: { ...account, owner: rep, ownerSource } });
}

function acceptedBy({ handoff }: Lead, before: readonly Decision[]): string | undefined {
  const isAccepted = before.some(
    (decision) => decision.kind === 'verdict' && decision.verdict === 'accepted',
  );
  return isAccepted ? handoff?.rep : undefined;
}

/** Without an open handoff, `Rep Assigned` says whose the lead is. */
function assignedByHand({ handoff }: Lead, properties: JsonObject): string | undefined {
  return handoff?.status === 'open' ? undefined : textOf(properties['rep']);
}
