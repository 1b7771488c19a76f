/** What the pages about "why" and "what would it take" ask of the functions behind the API. */
import { explain, instantAsked, stageAsked } from '../api/explanation.ts';
import type { ThenReads } from '../api/lead-as-of.ts';
import { Problem } from '../api/problems.ts';
import { isUuid } from '../api/named-lead.ts';
import type { Release } from '../core/definitions/release.ts';
import { towards, type Towards } from '../core/explain/towards.ts';
import type { Lead } from '../core/facts/lead.ts';
import { findLead } from '../store/read-leads.ts';
import type { Frame } from './layout.ts';
import { explanationPage } from './pages/explanation.ts';

type Query = { readonly [name: string]: string | undefined };

export async function explanation(
  deps: ThenReads,
  frame: Omit<Frame, 'title'>,
  query: Query,
  params: Query,
): Promise<string> {
  const named = params['id'] ?? '';
  const leadId = isUuid(named) ? await findLead(deps.sql, { id: named }) : null;
  if (leadId === null) throw new Problem('not-found', 'There is no such lead.');
  const release = await deps.releases.current();
  const asked = { at: query['at'] ?? '', towards: query['towards'] ?? '' };
  const at = asked.at === '' ? {} : { at: instantAsked(asked.at, deps.clock(), release) };
  const stage = asked.towards === '' ? {} : { towards: stageAsked(asked.towards, release) };
  const explained = await explain(deps, leadId, { ...at, ...stage });
  const found = explained.towards ?? towardsNext(explained.lead, explained.release, explained.at);
  return explanationPage({
    ...{ frame, leadId, asked },
    explained: { ...explained, ...(found === undefined ? {} : { towards: found }) },
  });
}

/** Towards the nearest stage ahead that a rule leads to; undefined in the last one. */
export function towardsNext(lead: Lead, release: Release, now: number): Towards | undefined {
  const { order, stages } = release.qualification;
  const isAhead = (stage: string) => order.indexOf(stage) > order.indexOf(lead.stage.stage);
  const next = stages.find(({ stage }) => isAhead(stage));
  return next && towards(next.stage, lead, now, { release, plans: new Map() });
}
