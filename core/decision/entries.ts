/**
 * Who enters which journey, or why not.
 *
 * An occasion is what an `enter` of a plan names: an event, a segment that starts to match, a stage
 * that is entered, or being asked for (API, a rejection, `onEnter`, an `enter` step). Each occasion is
 * answered with exactly one recorded decision; refusals are looked for from the cheapest to the one
 * that reads facts. With `oncePer` one run is open per value, and a value that was seen is not run
 * again; `again` then speaks only of events without that property.
 */
import type { PlanWithHash } from '../definitions/release.ts';
import type { EnrolmentState, Lead } from '../facts/lead.ts';
import { expectedAt } from '../journey/expected.ts';
import type { Entry, JourneyPlan } from '../journey/plan.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import { stoppedBy } from '../sending/suppression.ts';
import { judgeOf, type DecisionContext, type Moment } from './context.ts';
import type { Decided, Decision, Effect } from './decision.ts';
import { entryKey } from './existing.ts';
import { holdingExit } from './exits.ts';
import { enrolmentId } from './ids.ts';
import { isEvent } from './matching.ts';
import type { Asked, Occasions } from './occasions.ts';
import { satisfiedAtEntry } from './waits.ts';

interface Candidate extends PlanWithHash {
  readonly journey: string;
  readonly entry: Entry;
  readonly properties: JsonObject;
  readonly onceKey: string;
}
interface Refusal {
  readonly because: string;
  readonly detail?: string;
}

export function enterJourneys(
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  occasions: Occasions,
): Decided {
  let current = lead;
  const decisions: Decision[] = unknownJourneys(occasions, moment, context);
  const effects: Effect[] = [];
  for (const [journey, published] of Object.entries(context.release.journeys)) {
    const candidate = candidateFor(journey, published, current, moment, context, occasions);
    if (candidate === undefined) continue;
    const refusal = refusalOf(candidate, current, moment, context);
    const entered =
      refusal === null
        ? enrol(candidate, current, moment, context)
        : { lead: current, decisions: [refused(candidate, refusal, moment.now)], effects: [] };
    current = entered.lead;
    decisions.push(...entered.decisions);
    effects.push(...entered.effects);
  }
  return { lead: current, decisions, effects };
}

function unknownJourneys(
  occasions: Occasions,
  { now: at }: Moment,
  { release }: DecisionContext,
): Decision[] {
  return occasions.asked
    .filter((asked) => !mayBeAskedFor(release.journeys[asked.journey], asked))
    .map(({ journey }) => ({
      kind: 'entry',
      at,
      journey,
      entered: false,
      planHash: '',
      because: 'unknown-journey',
    }));
}

function mayBeAskedFor(published: PlanWithHash | undefined, asked: Asked): boolean {
  return published?.plan.enter.some((entry) => isAskedFor(entry, asked)) === true;
}

/** Over the API only where the file says `on: api`; at publishing where it says "existing": "enrol". */
function isAskedFor(entry: Entry, { existing }: Asked): boolean {
  if (existing === undefined) return entry.on === 'api';
  return entry.existing === 'enrol' && entryKey(entry) === existing;
}

/** The first `enter` of the plan that this moment is an occasion for. */
function candidateFor(
  journey: string,
  published: PlanWithHash,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  occasions: Occasions,
): Candidate | undefined {
  for (const entry of published.plan.enter) {
    const properties = occasionOf(entry, journey, moment, context, occasions);
    if (properties === undefined) continue;
    const condition = entry.if;
    if (condition !== undefined) {
      if (!judgeOf(context, lead, moment.now, properties).holds(condition)) continue;
    }
    const onceKey = entry.oncePer === undefined ? '' : keyOf(properties[entry.oncePer]);
    return { ...published, journey, entry, properties, onceKey };
  }
  return undefined;
}

/** What the journey will read as `entry.<property>`, or undefined when nothing calls for it. */
function occasionOf(
  entry: Entry,
  journey: string,
  moment: Moment,
  context: DecisionContext,
  occasions: Occasions,
): JsonObject | undefined {
  const asked = occasions.asked.find((one) => one.journey === journey && isAskedFor(entry, one));
  if (asked !== undefined) return asked.properties;
  switch (entry.on) {
    case 'event':
      return isEvent(entry.match, moment, context) ? moment.event.properties : undefined;
    case 'segment':
      return occasions.segments.includes(entry.segment) ? { segment: entry.segment } : undefined;
    case 'stage':
      return occasions.stages.includes(entry.stage) ? { stage: entry.stage } : undefined;
    case 'api':
      return undefined;
  }
}

function keyOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function refusalOf(
  candidate: Candidate,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
): Refusal | null {
  if (moment.age !== 'fresh') return { because: moment.age };
  return (
    refusalByPast(candidate, lead, moment.now) ??
    refusalByPerson(candidate.plan, lead, moment.now) ??
    refusalByExit(candidate, lead, moment, context)
  );
}

function refusalByPast(candidate: Candidate, lead: Lead, now: number): Refusal | null {
  const { journey, onceKey, entry } = candidate;
  const runs = lead.enrolments.filter((run) => run.journey === journey);
  if (runs.some((run) => run.status === 'open' && run.onceKey === onceKey)) {
    return { because: 'inside' };
  }
  if (onceKey !== '') {
    return runs.some((run) => run.onceKey === onceKey)
      ? { because: 'once-per', detail: onceKey }
      : null;
  }
  const ended = runs.map((run) => run.closedAt ?? run.enteredAt);
  if (ended.length === 0 || entry.again.type === 'always') return null;
  if (entry.again.type === 'never') return { because: 'again', detail: 'never' };
  const again = Math.max(...ended) + entry.again.ms;
  return now >= again ? null : { because: 'again', detail: new Date(again).toISOString() };
}

function refusalByPerson(plan: JourneyPlan, lead: Lead, now: number): Refusal | null {
  if (lead.disqualified !== undefined && plan.sending.class !== 'transactional') {
    return { because: 'disqualified', detail: lead.disqualified.id };
  }
  if (!Object.values(plan.steps).some((step) => step.type === 'send')) return null;
  if (lead.address === undefined) return { because: 'no-address' };
  const stopped = stoppedBy(lead.suppressions, 'transactional', now);
  return stopped === undefined ? null : { because: 'suppressed', detail: stopped.reason };
}

function refusalByExit(
  { plan, properties }: Candidate,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
): Refusal | null {
  const exit = holdingExit(plan, lead, moment, context, properties);
  return exit === undefined ? null : { because: 'exit-holds', detail: exit.id };
}

function refused({ journey, hash: planHash }: Candidate, refusal: Refusal, at: number): Decision {
  return { kind: 'entry', at, journey, entered: false, planHash, ...refusal };
}

function enrol(
  { journey, hash: planHash, plan, onceKey, properties: entry }: Candidate,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
): Decided {
  const enteredAt = moment.now;
  const isSame = (run: EnrolmentState) => run.journey === journey && run.onceKey === onceKey;
  const entryNumber = Math.max(0, ...lead.enrolments.filter(isSame).map((r) => r.entryNumber)) + 1;
  const id = enrolmentId(lead.id, journey, onceKey, entryNumber);
  const names = { journey, planHash, onceKey, entryNumber, entry, enteredAt };
  const { start } = plan.flow;
  const expectedBy = expectedAt(plan.flow, start, moment.event.startsAt ?? enteredAt);
  const fresh: EnrolmentState = { id, ...names, status: 'open', satisfied: [] };
  const told = satisfiedAtEntry(fresh, plan, lead, moment, context);
  const enrolment = { ...fresh, satisfied: told.satisfied };
  return {
    lead: { ...lead, enrolments: [...lead.enrolments.filter((r) => !isSame(r)), enrolment] },
    decisions: [
      { kind: 'entry', at: enteredAt, journey, entered: true, enrolmentId: id, planHash },
      ...told.decisions,
    ],
    effects: [{ type: 'enrol', enrolmentId: id, ...names, expectedBy }, ...told.effects],
  };
}
