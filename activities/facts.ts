/**
 * The facts an activity reads, loaded as cheaply as they can be. A lead's own row answers most of
 * them; only those that look at its history (scores, counts, handoffs) need the whole lead, which
 * costs seven statements more.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { memberFactNames } from '../core/accounts/catalogue.ts';
import { compiledRelease } from '../core/facts/compiled-release.ts';
import { eventFacts } from '../core/facts/event-facts.ts';
import { interestFacts } from '../core/facts/interest-facts.ts';
import { qualificationFacts } from '../core/facts/qualification-facts.ts';
import { factReader, type FactReader } from '../core/facts/read.ts';
import { scoreFacts } from '../core/facts/score-facts.ts';
import type { DateReference } from '../core/journey/plan.ts';
import type { ReadFact } from '../core/rules/condition.ts';
import { instantOf } from '../core/rules/instant.ts';
import { tickOf } from '../ingest/request.ts';
import type { ActivityDependencies, StoredTemplate } from './dependencies.ts';
import type { StepTask } from './step.ts';

const answeredByRow = new Set(['stage', 'lastSeen', 'daysSinceActivity']);
const ofHistory: ReadonlySet<string> = new Set(
  [
    ...[eventFacts, interestFacts, qualificationFacts, scoreFacts].flatMap(Object.keys),
    ...memberFactNames,
    'buyingRole',
  ].filter((fact) => !answeredByRow.has(fact)),
);

/** Whether writing this email, or being allowed to, asks for more than the lead's row. */
export function needsHistory(release: Release, template: StoredTemplate, dates: readonly string[]) {
  const named = Object.keys(template.manifest.variables).map((path) => path.split('.')[1] ?? '');
  return (
    [...named, ...dates].some((fact) => ofHistory.has(fact)) ||
    compiledRelease(release).consent.some(({ condition }) =>
      condition?.factsNeeded.some(({ fact }) => ofHistory.has(fact)),
    )
  );
}

/** The whole lead at this instant: ticked first when the clock alone may have changed it. */
export async function wholeLead(deps: ActivityDependencies, task: StepTask): Promise<Lead> {
  const load = () => deps.leads.load(task.run.leadId, task.release, task.plan, task.now);
  const lead = await load();
  if (!(await tickIfDue(deps, lead, task.now))) return lead;
  return load();
}

export async function tickIfDue(
  deps: ActivityDependencies,
  lead: Pick<Lead, 'id' | 'dueAt'>,
  now: number,
): Promise<boolean> {
  if (lead.dueAt === undefined || lead.dueAt > now) return false;
  await deps.ingest(tickOf(lead.id, lead.dueAt));
  return true;
}

export function readerOf(task: StepTask, lead: Lead): FactReader {
  return factReader(task.release, lead, task.now, { entry: task.run.entry });
}

export function dateOf(reference: DateReference, read: ReadFact): number | null {
  const at = instantOf(read(reference.date));
  return at === undefined ? null : at + reference.offsetMs;
}
