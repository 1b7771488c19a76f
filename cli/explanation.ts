/**
 * A lead explained as lines for a terminal: a summary, then each question a person asks next, in the
 * order in which they ask it. Decides and reads nothing; `--all` adds what most readers skip.
 */
import { suppressionReason, suppressionTitle } from '../core/words/standing-words.ts';
import { summaryOf, type Explained } from '../api/explanation.ts';
import { nameOf } from '../api/lead-name.ts';
import type { TimelineEntry } from '../api/timeline.ts';
import { verdictWords } from '../api/verification-words.ts';
import type { ConditionLine } from '../core/explain/condition-lines.ts';
import type {
  PointExplained,
  ScoreExplained,
  StageAhead,
} from '../core/explain/lead-explanation.ts';
import { answerInWords, blockInWords, wayInWords, waysOf } from '../core/explain/say.ts';
import { signedPoints } from '../core/explain/sentence.ts';
import { stageLabel } from '../core/routing/brief.ts';
import { durationInWords } from '../core/rules/duration.ts';
import { minuteInUtc } from '../core/rules/instant.ts';
import type { EnrolmentListing } from '../store/read-leads.ts';
import type { TimelineRow } from '../store/read-timeline.ts';

export interface HistoryEntry {
  readonly row: TimelineRow;
  readonly entry: TimelineEntry;
}

/** What fits on a screen; `--all` shows the rest. */
const shownAtFirst = { events: 1, changes: 3, sends: 5, pauses: 5 };
const everything = { events: 1_000, changes: 1_000, sends: 1_000, pauses: 1_000 };
type Limits = typeof shownAtFirst;

export function explanationOf(
  explained: Explained,
  history: readonly HistoryEntry[],
  all = false,
): readonly string[] {
  const whole = linesOf(explained, history, everything);
  if (all) return whole;
  if (explained.towards !== undefined) {
    return [
      ...person(explained),
      '',
      ...towardsStage(explained),
      '',
      'The whole explanation with --all.',
    ];
  }
  const short = linesOf(explained, history, shownAtFirst);
  return short.length < whole.length ? [...short, '', 'More of it with --all.'] : short;
}

function linesOf(
  explained: Explained,
  history: readonly HistoryEntry[],
  limits: Limits,
): readonly string[] {
  return [
    ...person(explained),
    ...(explained.towards === undefined ? [] : ['', ...towardsStage(explained)]),
    ...explained.explanation.models.flatMap(({ model, grade, scores }) => [
      '',
      `Score (model "${model}"): grade ${grade}`,
      ...scores.flatMap((score) => scoreLines(score, limits)),
    ]),
    '',
    ...stage(explained, limits),
    ...ahead(explained),
    ...bant(explained),
    '',
    ...journeys(explained),
    ...pauses(history, limits),
    '',
    ...sends(history, limits),
  ];
}

function person(explained: Explained): readonly string[] {
  const { lead, release, at, tense, asToday, explanation } = explained;
  const { owner, disqualified, handoff, emailCheck } = lead;
  const { name, company } = nameOf(lead.traits, lead.address);
  const told = [name === lead.address ? undefined : name, lead.account?.name ?? company];
  const rep = owner === undefined ? undefined : (release.team.reps[owner]?.name ?? owner);
  const who = told.filter((word) => word !== undefined).join(', ');
  return [
    `${lead.address ?? 'no address'}${who === '' ? '' : ` (${who})`}`,
    `  id ${lead.id}, known since ${day(lead.bornAt)}${rep === undefined ? '' : `, owned by ${rep}`}`,
    `  ${summaryOf(explained)}`,
    ...(tense === 'present' ? [] : [`  ${tenses[tense]} ${minuteInUtc(at)}`]),
    ...asToday.map((what) => `  As of today, because no history of it is kept: ${what}`),
    ...(disqualified === undefined
      ? []
      : [`  Disqualified since ${minuteInUtc(disqualified.at)}: ${disqualified.why}`]),
    ...(handoff === undefined
      ? []
      : [`  Handoff "${handoff.handoff}" of ${minuteInUtc(handoff.openedAt)}: ${handoff.status}`]),
    ...(emailCheck === undefined
      ? []
      : [`  Address ${verdictWords(emailCheck)}, on ${day(emailCheck.at)}`]),
    ...lead.suppressions.map(
      ({ at: since, until, ...one }) =>
        `  ${suppressionTitle(one)} since ${day(since)}${until === undefined ? '' : `, until ${day(until)}`}: ${suppressionReason(one)}`,
    ),
    ...(explanation.dueAt === undefined
      ? []
      : [`  By the clock alone nothing changes before ${minuteInUtc(explanation.dueAt)}`]),
  ];
}

const tenses = {
  past: 'As it was known, by the files in force on',
  forecast: 'A forecast, if nothing happens until',
} as const;

function scoreLines(
  { score, value, most, points, unknown }: ScoreExplained,
  limits: Limits,
): readonly string[] {
  const said = value === null ? 'unknown' : `${value} of ${most}`;
  const lacks =
    unknown === undefined
      ? ''
      : `: ${unknown.lacks} more of ${unknown.of.join(', ')} must be known`;
  return [
    `  ${score} ${said}${lacks}`,
    ...points.flatMap((point) => [
      `    ${signedPoints(point.points).padStart(5)}  ${point.why}${howItFaded(point)}  [${point.rule}]`,
      ...eventLines(point, limits),
    ]),
  ];
}

function howItFaded({ points, raw, uncut, atMost, events }: PointExplained): string {
  if (events.length === 0) return '';
  const total = events.reduce((sum, event) => sum + event.points, 0);
  const faded = Math.abs(raw) - Math.abs(total) >= 0.05;
  const parts = [
    ...(faded ? [`${signedPoints(raw)} faded to ${signedPoints(total)}`] : []),
    ...(uncut === undefined
      ? []
      : [`${faded ? '' : `${signedPoints(uncut)} `}cut to ${atMost ?? points} at most`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function eventLines({ events }: PointExplained, limits: Limits): readonly string[] {
  const latest = events.toReversed();
  const shown = latest.slice(0, limits.events);
  const more = latest.length - shown.length;
  return shown.map(({ label, occurredAt, raw, points }, index) => {
    const worth =
      Math.abs(raw - points) < 0.05
        ? signedPoints(raw)
        : `${signedPoints(raw)} → ${signedPoints(points)}`;
    const rest = more > 0 && index === shown.length - 1 ? `, and ${more} earlier` : '';
    return `           ${minuteInUtc(occurredAt)}  ${label}: ${worth}${rest}`;
  });
}

function stage({ lead, release, at, changes, explanation }: Explained, limits: Limits) {
  const { stage: name, since, byHand } = lead.stage;
  const shown = changes.slice(0, limits.changes);
  const earlier = changes.length - shown.length;
  const until =
    byHand?.until === undefined
      ? 'until somebody takes it back'
      : `until ${minuteInUtc(byHand.until)}`;
  return [
    `Stage: ${stageLabel(release, name)}, since ${minuteInUtc(since)} (${durationInWords(Math.max(1_000, at - since))})`,
    ...(byHand === undefined
      ? []
      : [`  Set by hand by ${byHand.by}: ${byHand.why}. Rules leave it alone ${until}`]),
    ...shown.flatMap((change) => [
      `  ${minuteInUtc(change.at)}  ${stageLabel(release, change.from)} → ${stageLabel(release, change.to)}: ${change.why}`,
      `      because of: ${change.cause}${change.by === undefined ? '' : `, by ${change.by}`}`,
      ...conditions(change.lines, '      '),
    ]),
    ...(earlier > 0 ? [`  and ${earlier} earlier ${earlier === 1 ? 'change' : 'changes'}`] : []),
    ...(changes.length === 0 ? ['  It was born with it and has not moved.'] : []),
    ...(explanation.back === undefined
      ? []
      : [
          `  Back to ${stageLabel(release, explanation.back.stage)} when:`,
          ...conditions(explanation.back.lines, '      '),
        ]),
  ];
}

function ahead({ explanation, release }: Explained): readonly string[] {
  if (explanation.ahead.length === 0) return [];
  return ['', 'Stages ahead', ...explanation.ahead.flatMap((one) => stageAhead(one, release))];
}

function stageAhead(one: StageAhead, release: Explained['release']): readonly string[] {
  const { label, why, holds, lines, blocks, hold } = one;
  const verdict =
    hold !== undefined && blocks.length === 0
      ? `holds, and it enters on ${minuteInUtc(hold.until)} if it stays so`
      : holds
        ? 'holds'
        : 'not reached';
  return [
    `  ${label} (${why}): ${verdict}`,
    ...conditions(lines, '      '),
    ...blocks.map(
      (block) => `      In the way: ${blockInWords(block, { release, when: minuteInUtc })}.`,
    ),
  ];
}

function bant({ explanation }: Explained): readonly string[] {
  if (explanation.bant.length === 0) return [];
  const yes = explanation.bant.filter(({ answer }) => answer === 'yes').length;
  return [
    '',
    `BANT: ${yes} of ${explanation.bant.length} answered yes`,
    ...explanation.bant.map(({ question, ask, answer, lines }) => {
      const [only] = lines;
      const told = only?.actual === undefined ? '' : ` (${only.text})`;
      const known = lines.length > 1 ? '' : told;
      return `  ${question}: ${answer}. ${ask}${known}`;
    }),
  ];
}

const choicesShown = 5;

function towardsStage({ towards, release }: Explained): readonly string[] {
  if (towards === undefined) return [];
  const { blocks, against } = towards;
  return [
    `Towards ${stageLabel(release, towards.stage)}: ${answerInWords(towards, release)}`,
    ...waysOf(towards, release).flatMap((way, index) => [
      `  ${index + 1}. ${wayInWords(way)}`,
      ...way.choices.slice(0, choicesShown).map((choice) => `       ${choice}`),
      ...(way.choices.length > choicesShown
        ? [`       or ${way.choices.length - choicesShown} more`]
        : []),
      ...way.asks.map((ask) => `     to ask: ${ask}`),
    ]),
    ...blocks.map(
      (block) => `  In the way: ${blockInWords(block, { release, when: minuteInUtc })}.`,
    ),
    ...against.map(({ why, points }) => `  Against it: ${why} (${signedPoints(points)})`),
  ];
}

function conditions(lines: readonly ConditionLine[], indent: string): readonly string[] {
  return lines.map(({ depth, text }) => `${indent}${'  '.repeat(depth)}${text}`);
}

function journeys({ enrolments, plans }: Explained): readonly string[] {
  if (enrolments.length === 0) return ['Journeys: none entered'];
  const title = (run: EnrolmentListing): string => plans.get(run.planHash)?.title ?? run.journey;
  return [
    'Journeys',
    ...enrolments.map(
      (run) => `  ${title(run)}: entered ${minuteInUtc(run.enteredAt)}, ${standing(run)}`,
    ),
  ];
}

/** Only where there were any: most leads never meet one. */
function pauses(history: readonly HistoryEntry[], limits: Limits): readonly string[] {
  const rows = history.filter(({ row }) => row.kind === 'pause').slice(0, limits.pauses);
  if (rows.length === 0) return [];
  const lines = rows.map(({ entry }) => {
    const why = entry.reasons.length === 0 ? '' : ` (${entry.reasons.join('; ')})`;
    return `  ${minuteInUtc(entry.at)}  ${entry.title}${why}`;
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
    const end = closedAt === null ? '' : ` on ${minuteInUtc(closedAt)}`;
    return `ended${end}: ${outcome ?? 'unknown'}${goal ? ' (goal reached)' : ''}`;
  }
  if (parked !== null) {
    const turn = parked.resumeAt ?? null;
    const until =
      turn === null ? 'until it is resumed' : `and has its turn at ${minuteInUtc(turn)}`;
    return `${step === null ? 'has not acted yet' : `stands at "${step}"`}, kept waiting by a pause ${until}`;
  }
  const going = expectedBy === null ? '' : `, goes on by ${minuteInUtc(expectedBy)}`;
  const next = frozen ? ', its clock stopped by a pause' : going;
  if (step === null) return `has not acted yet${frozen ? next : ''}`;
  return `stands at "${step}"${since === null ? '' : ` since ${minuteInUtc(since)}`}${next}`;
}

function sends(history: readonly HistoryEntry[], limits: Limits): readonly string[] {
  const all = history.filter(({ row }) => row.kind === 'send');
  const rows = all.slice(0, limits.sends);
  if (rows.length === 0) return ['Emails: none'];
  return [
    'Emails, the latest first',
    ...rows.map(({ entry }) => {
      const why = entry.reasons.length === 0 ? '' : ` (${entry.reasons.join('; ')})`;
      return `  ${minuteInUtc(entry.at)}  ${entry.title}${why}`;
    }),
    ...(all.length > rows.length ? [`  and ${all.length - rows.length} earlier`] : []),
  ];
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
