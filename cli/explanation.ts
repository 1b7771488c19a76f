/** A lead, its scores, stage, journeys and emails as lines for a terminal. Decides and reads nothing. */
import type { LeadView } from '../api/lead-view.ts';
import type { TimelineEntry } from '../api/timeline.ts';
import { sentenceOfPoint } from '../core/explain/sentence.ts';
import { stageLabel } from '../core/routing/brief.ts';
import { durationInWords } from '../core/rules/duration.ts';
import type { Scored } from '../core/scoring/score.ts';
import type { EnrolmentListing } from '../store/read-leads.ts';
import type { TimelineRow } from '../store/read-timeline.ts';

export interface HistoryEntry {
  readonly row: TimelineRow;
  readonly entry: TimelineEntry;
}

const sendsShown = 10;
const pausesShown = 10;

export function explanationOf(view: LeadView, history: readonly HistoryEntry[]): readonly string[] {
  return [
    ...person(view),
    ...view.scored.flatMap((scored) => ['', ...score(scored, view)]),
    '',
    ...stage(view, history),
    '',
    ...journeys(view),
    ...pauses(history),
    '',
    ...sends(history),
  ];
}

function person({ lead, release }: LeadView): readonly string[] {
  const { traits, account, owner, disqualified, handoff } = lead;
  const name = [traits['firstName'], traits['lastName']].filter((part) => typeof part === 'string');
  const company = account?.name ?? traits['company'];
  const who = [...name, lead.address ?? 'no address'].join(' ');
  const rep = owner === undefined ? undefined : (release.team.reps[owner]?.name ?? owner);
  return [
    `${who}${typeof company === 'string' ? `, ${company}` : ''}`,
    `  id ${lead.id}, known since ${day(lead.bornAt)}${rep === undefined ? '' : `, owned by ${rep}`}`,
    ...(disqualified === undefined ? [] : [`  Disqualified: ${disqualified.why}`]),
    ...(handoff === undefined
      ? []
      : [`  Handoff "${handoff.handoff}" of ${moment(handoff.openedAt)}: ${handoff.status}`]),
    ...lead.suppressions.map(
      ({ scope, reason, at }) => `  Suppressed (${scope}) since ${day(at)}: ${reason}`,
    ),
  ];
}

function score({ model, grade, scores, points }: Scored, { now }: LeadView): readonly string[] {
  const lines = Object.entries(scores).flatMap(([name, value]) => {
    const own = points.filter((point) => point.score === name);
    const said = value === null ? 'unknown: too little is known' : String(value);
    return [`  ${name} ${said}`, ...own.map((point) => `    ${sentenceOfPoint(point, now)}`)];
  });
  return [`Score (model "${model}"): grade ${grade}`, ...lines];
}

function stage(
  { lead, release, now }: LeadView,
  history: readonly HistoryEntry[],
): readonly string[] {
  const { stage: name, since } = lead.stage;
  const changes = history.filter(({ row }) => row.kind === 'decision' && row.what === 'stage');
  const label = stageLabel(release, name);
  return [
    `Stage: ${label}, since ${moment(since)} (${durationInWords(Math.max(1_000, now - since))})`,
    ...changes.flatMap(({ entry }) => {
      const reasons = entry.reasons.map((reason) => `      ${reason}`);
      return [`  ${moment(entry.at)}  ${entry.title.replace(/^Stage: /, '')}`, ...reasons];
    }),
    ...(changes.length === 0 ? ['  It was born with it and has not moved.'] : []),
  ];
}

function journeys({ enrolments, plans }: LeadView): readonly string[] {
  if (enrolments.length === 0) return ['Journeys: none entered'];
  const title = (run: EnrolmentListing): string => plans.get(run.planHash)?.title ?? run.journey;
  return [
    'Journeys',
    ...enrolments.map(
      (run) => `  ${title(run)}: entered ${moment(run.enteredAt)}, ${standing(run)}`,
    ),
  ];
}

/** Only where there were any: most leads never meet one. */
function pauses(history: readonly HistoryEntry[]): readonly string[] {
  const rows = history.filter(({ row }) => row.kind === 'pause').slice(0, pausesShown);
  if (rows.length === 0) return [];
  const lines = rows.map(({ entry }) => {
    const why = entry.reasons.length === 0 ? '' : ` (${entry.reasons.join('; ')})`;
    return `  ${moment(entry.at)}  ${entry.title}${why}`;
  });
  return ['', 'Pauses that touched it, the latest first', ...lines];
}

function standing({
  status,
  step,
  since,
  expectedBy,
  outcome,
  goal,
  closedAt,
  parked,
  frozen,
}: EnrolmentListing): string {
  if (status === 'closed') {
    const end = closedAt === null ? '' : ` on ${moment(closedAt)}`;
    return `ended${end}: ${outcome ?? 'unknown'}${goal ? ' (goal reached)' : ''}`;
  }
  if (parked !== null) {
    const turn = parked.resumeAt ?? null;
    const until = turn === null ? 'until it is resumed' : `and has its turn at ${moment(turn)}`;
    return `${step === null ? 'has not acted yet' : `stands at "${step}"`}, kept waiting by a pause ${until}`;
  }
  const going = expectedBy === null ? '' : `, goes on by ${moment(expectedBy)}`;
  const next = frozen ? ', its clock stopped by a pause' : going;
  if (step === null) return `has not acted yet${frozen ? next : ''}`;
  return `stands at "${step}"${since === null ? '' : ` since ${moment(since)}`}${next}`;
}

function sends(history: readonly HistoryEntry[]): readonly string[] {
  const rows = history.filter(({ row }) => row.kind === 'send').slice(0, sendsShown);
  if (rows.length === 0) return ['Emails: none'];
  return [
    'Emails, the latest first',
    ...rows.map(({ entry }) => {
      const why = entry.reasons.length === 0 ? '' : ` (${entry.reasons.join('; ')})`;
      return `  ${moment(entry.at)}  ${entry.title}${why}`;
    }),
  ];
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** In UTC, as the API says it. */
function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
