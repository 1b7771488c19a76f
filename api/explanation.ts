/**
 * Why a lead stands where it stands, now, then or if nothing happens, and what would take it further: the
 * one answer behind `GET /v1/leads/:id/explanation`, `perennial explain` and the console.
 *
 * Reads only. What cannot be answered is a `Problem` with a sentence.
 */
import { stageNamed } from '../core/decision/by-hand.ts';
import { suggest } from '../core/definitions/suggest.ts';
import type { Release } from '../core/definitions/release.ts';
import { explainLead, namesIn, type LeadExplanation } from '../core/explain/lead-explanation.ts';
import { conditionLines, type ConditionLine } from '../core/explain/condition-lines.ts';
import { towards, type Towards } from '../core/explain/towards.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import { eventLabel } from '../core/routing/brief.ts';
import type { Explanation } from '../core/rules/compile.ts';
import { parseDuration } from '../core/rules/duration.ts';
import { minuteInUtc } from '../core/rules/instant.ts';
import { momentExpected, parseMoment } from '../core/sending/moment.ts';
import { findGroupThen, readStageDecisions } from '../store/lead-history.ts';
import { listEnrolments, type EnrolmentListing } from '../store/read-leads.ts';
import { leadThen, type LeadThen, type ThenReads } from './lead-as-of.ts';
import { plansOf } from './lead-view.ts';
import { Problem } from './problems.ts';
import { isObject, text } from './words.ts';

type Known = Extract<LeadThen, { type: 'known' }>;

export interface Explained extends Pick<Known, 'lead' | 'release' | 'at' | 'tense' | 'asToday'> {
  readonly explanation: LeadExplanation;
  /** The latest first. */
  readonly changes: readonly StageChange[];
  readonly enrolments: readonly EnrolmentListing[];
  readonly plans: ReadonlyMap<string, JourneyPlan>;
  readonly towards?: Towards;
}
export interface StageChange {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  /** The event, or what else brought it about. */
  readonly cause: string;
  readonly by?: string;
  readonly lines: readonly ConditionLine[];
}

export interface ExplanationAsked {
  readonly at?: number;
  /** A stage, as `stageAsked` found it. */
  readonly towards?: string;
}

export async function explain(
  deps: ThenReads,
  leadId: string,
  asked: ExplanationAsked,
): Promise<Explained> {
  const found = await leadThen(deps, leadId, asked.at);
  if (found.type !== 'known') throw notKnown(found, asked.at ?? deps.clock());
  const { lead, release, at, tense, asToday } = found;
  const enrolments = await listEnrolments(deps.sql, leadId, Math.min(at, deps.clock()));
  const changes = await stageChanges(deps, leadId, found);
  const context = { release, plans: new Map<string, JourneyPlan>() };
  const stage = asked.towards;
  return {
    ...{ lead, release, at, tense, asToday, changes },
    explanation: explainLead(lead, release, at),
    enrolments: enrolments.flatMap((run) => (tense === 'past' ? runThen(run, at) : [run])),
    plans: await plansOf(deps.releases, release, enrolments),
    ...(stage === undefined ? {} : { towards: towards(stage, lead, at, context) }),
  };
}

/** A stage by its value or label, in any case. */
export function stageAsked(name: string, { qualification }: Release): string {
  const { order, stages } = qualification;
  const labels = new Map(stages.map(({ stage, label }) => [stage, label]));
  const shown = order.map((stage) => labels.get(stage) ?? stage);
  const names = [...shown, ...order];
  const spelled = names.find((known) => known.toLowerCase() === name.trim().toLowerCase());
  const stage = stageNamed(qualification, spelled);
  if (stage !== undefined) return stage;
  const near = suggest(name, names);
  const hint = near === undefined ? `one of ${shown.join(', ')}` : `did you mean ${near}?`;
  throw new Problem('bad-request', `There is no stage ${JSON.stringify(name)}: ${hint}`);
}

/** "2026-03-27", "2026-03-27T16:30", an instant with its zone, "2 days" ahead, "2 days ago", "yesterday" (this time). */
export function instantAsked(written: string, now: number, { sending }: Release): number {
  const said = written.trim().replace(/^yesterday$/i, '1 day ago');
  const ago = /^(.*\S)\s+ago$/.exec(said)?.[1];
  const span = ago === undefined ? undefined : parseDuration(ago);
  const at = span === undefined ? parseMoment(written, now, sending.zoneIfUnknown) : now - span;
  if (at !== undefined) return at;
  throw new Problem(
    'bad-request',
    `${JSON.stringify(written)} is no instant: expected "yesterday", "2 days ago", ${momentExpected}.`,
  );
}

function notKnown(found: Exclude<LeadThen, Known>, at: number): Problem {
  const then = minuteInUtc(at);
  if (found.type === 'nothing-published') {
    return new Problem(
      'not-found',
      `Nothing was published yet on ${then}: no rules were in force.`,
    );
  }
  const since =
    found.since === undefined
      ? 'nothing was ever heard of it.'
      : `it was first heard of on ${minuteInUtc(found.since)}.`;
  return new Problem('not-found', `The lead was not known on ${then}: ${since}`);
}

async function stageChanges(
  { sql, clock }: ThenReads,
  leadId: string,
  { release, at, tense }: Known,
): Promise<readonly StageChange[]> {
  const until = tense === 'past' ? at : clock();
  const group = await findGroupThen(sql, leadId, until);
  const names = namesIn(release);
  return (await readStageDecisions(sql, group.ids, until)).map(({ at: changedAt, detail }) => {
    const { explanation } = detail;
    const by = text(detail['by']);
    const cause = text(detail['cause']) ?? '';
    return {
      at: changedAt,
      from: text(detail['from']) ?? '',
      to: text(detail['to']) ?? '',
      why: text(detail['why']) ?? '',
      cause: eventLabel(release, cause) ?? causes[cause] ?? cause,
      ...(by === undefined ? {} : { by }),
      // Written by core as an Explanation; jsonb gives it back as plain data.
      lines: isObject(explanation)
        ? conditionLines(explanation as unknown as Explanation, names)
        : [],
    };
  });
}
const causes: { readonly [cause: string]: string } = {
  tick: 'Time passed',
  identify: 'Told who they are',
  group: 'Told which company they belong to',
  alias: 'Told by what name they were known before',
  merge: 'Turned out to be a lead that was known already',
  enrol: 'Asked into a journey',
  rules: 'The rules changed',
};

/** As it was then, as far as that is kept: where it stood is not. */
function runThen(run: EnrolmentListing, at: number): readonly EnrolmentListing[] {
  if (run.enteredAt > at) return [];
  const stands = { step: null, since: null, expectedBy: null, parked: null, frozen: false };
  if (run.closedAt !== null && run.closedAt <= at) return [{ ...run, ...stands }];
  return [{ ...run, ...stands, status: 'open', closedAt: null, outcome: null, goal: false }];
}

/** In one sentence: who stands where, with which grade. */
export function summaryOf({ explanation }: Explained): string {
  const grades = explanation.models.map(({ grade, scores }) => {
    const told = scores.map(({ score, value, most }) =>
      value === null ? `${score} unknown` : `${score} ${value} of ${most}`,
    );
    return `grade ${grade} (${told.join(', ')})`;
  });
  return [explanation.stage.label, ...grades].join(', ');
}
