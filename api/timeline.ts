/**
 * The history of a lead in sentences: what happened, what was decided, and why.
 *
 * Pure: it words the rows that store/ found. Reasons of conditions come from core/explain, names from
 * the release in force; a decision itself is told as it was made and never judged anew.
 */
import { instantInZone } from '../console/time.ts';
import { durationInWords } from '../core/rules/duration.ts';
import { stageLabel, eventLabel, labelOf } from '../core/routing/brief.ts';
import type { Release } from '../core/definitions/release.ts';
import { sentencesOf } from '../core/explain/sentence.ts';
import type { Json, JsonObject } from '../core/rules/condition.ts';
import type { Explanation } from '../core/rules/compile.ts';
import { pauseScopes } from '../store/pauses.ts';
import { clickWords } from './click-words.ts';
import { enrichWords, lookedUpWords } from './verification-words.ts';
import type { TimelineRow } from '../store/read-timeline.ts';
import { nameOf } from './lead-name.ts';
import { mailEventReasons } from './mail-event-words.ts';
import { mergeWhy } from './merge-words.ts';
import { closedBecause, handWords } from './hand-words.ts';
import { suppressionTitle } from '../core/words/standing-words.ts';
import { replyWords } from './reply-words.ts';
import { capital, pausedThing } from './pause-words.ts';
import {
  entryRefusals,
  fieldsInWords,
  handoffRefusals,
  isObject,
  repName,
  sendReasons,
  sendStates,
  text,
  titleOf,
} from './words.ts';

export interface TimelineEntry {
  readonly id: string;
  readonly at: number;
  /** `event`, `score`, `stage`, `entry`, `exit`, `handoff`, `verdict`, `assignment`, `email`, `task` … */
  readonly type: string;
  readonly title: string;
  readonly reasons: readonly string[];
  readonly detail: JsonObject;
}

export function timelineEntry(row: TimelineRow, release: Release): TimelineEntry {
  const { type, title, reasons = [] } = wordsOf(row, release);
  const { id, at, detail } = row;
  return { id, at, type, title, reasons: reasons.filter((reason) => reason !== ''), detail };
}

interface Words {
  readonly type: string;
  readonly title: string;
  readonly reasons?: readonly string[];
}

function wordsOf({ kind, what, detail }: TimelineRow, release: Release): Words {
  switch (kind) {
    case 'event':
      return eventWords(what, detail, release);
    case 'decision':
      return decisionWords(what, detail, release);
    case 'assignment':
      return assignmentWords(what, detail, release);
    case 'send':
      return sendWords(what, detail, release);
    case 'settlement':
      return settlementWords(what, detail);
    case 'merge':
      return mergeWords(what, detail, release);
    case 'pause':
      return pauseWords(what, detail, release);
    case 'task': {
      const for_ = text(detail['rep']) ?? text(detail['queue']);
      const who = for_ === undefined ? '' : `For ${repName(release, for_)}`;
      return { type: 'task', title: `Task: ${text(detail['text']) ?? what}`, reasons: [who] };
    }
  }
}

function mergeWords(what: string, detail: JsonObject, release: Release): Words {
  const { traits, address, by, why } = detail;
  const { name } = nameOf(isObject(traits) ? traits : {}, text(address));
  const who = text(by) === 'perennial' ? '' : `By ${repName(release, text(by) ?? '')}`;
  return {
    type: 'merge',
    title: what === 'separated' ? `Separated from ${name}` : `Merged with ${name}`,
    reasons: [capital(mergeWhy(text(why) ?? '')), who],
  };
}

function eventWords(name: string, detail: JsonObject, release: Release): Words {
  const { properties, traits, source, trust } = detail;
  const known = isObject(properties)
    ? (handWords(name, properties, release) ??
      lookedUpWords(name, properties, release) ??
      clickWords(name, properties, trust, release))
    : undefined;
  if (known !== undefined) return { type: 'event', ...known };
  const ofMail = isObject(properties) ? mailEventReasons(name, properties, release) : undefined;
  const said = isObject(properties) && Object.keys(properties).length > 0 ? properties : traits;
  const robot = trust === 'likely-robot' ? ['Likely a robot: it counts for nothing'] : [];
  const from = typeof source === 'string' && source !== 'api' ? [`From ${source}`] : [];
  return {
    type: 'event',
    title: eventTitles[name] ?? eventLabel(release, name) ?? name,
    reasons: [...(ofMail ?? [...(isObject(said) ? [fieldsInWords(said)] : []), ...from]), ...robot],
  };
}
const eventTitles: { readonly [type: string]: string } = {
  identify: 'Told who they are',
  group: 'Told which company they belong to',
  alias: 'Told by what name they were known before',
  enrol: 'Asked into a journey',
};

function decisionWords(kind: string, detail: JsonObject, release: Release): Words {
  const why = text(detail['why']);
  const journey = titleOf(release, text(detail['journey']) ?? '');
  switch (kind) {
    case 'score':
      return scoreWords(detail);
    case 'stage': {
      const [from = '', to = ''] = [text(detail['from']), text(detail['to'])];
      const title = `Stage: ${stageLabel(release, from)} → ${stageLabel(release, to)}`;
      return {
        type: kind,
        title,
        reasons: [why ?? '', ...explained(detail, release), mismatch(detail)],
      };
    }
    case 'disqualified': {
      const title = detail['holds'] === false ? 'No longer disqualified' : 'Disqualified';
      return { type: kind, title, reasons: [why ?? '', ...explained(detail, release)] };
    }
    case 'entry': {
      if (detail['entered'] === true) return { type: kind, title: `Entered “${journey}”` };
      const because = entryRefusals[text(detail['because']) ?? ''] ?? text(detail['because']) ?? '';
      const more = text(detail['detail']);
      const reasons = [more === undefined ? because : `${because}: ${more}`];
      return { type: kind, title: `Did not enter “${journey}”`, reasons };
    }
    case 'exit':
      return {
        type: kind,
        title: `Left “${journey}”${detail['goal'] === true ? ': goal reached' : ''}`,
        reasons: [why ?? '', ...explained(detail, release), mismatch(detail)],
      };
    case 'wait': {
      const title = `What “${journey}” waited for happened`;
      return {
        type: kind,
        title,
        reasons: [`Step ${text(detail['step']) ?? ''}, arm ${text(detail['arm']) ?? ''}`],
      };
    }
    case 'move': {
      const [stood = '', stands = ''] = [text(detail['stood']), text(detail['stands'])];
      const place = stood === stands ? `At step “${stood}”` : `From step “${stood}” to “${stands}”`;
      const title = `Goes on under another version of “${journey}”`;
      return { type: kind, title, reasons: [stands === '' ? '' : place] };
    }
    case 'handoff':
      return handoffWords(detail, release);
    case 'verdict':
      return verdictWords(detail, release);
    case 'suppression':
      return suppressionWords(detail, release);
    case 'reply':
      return { type: kind, ...replyWords(detail, release) };
    case 'webhook':
      return {
        type: kind,
        title: `Gave up telling “${text(detail['target']) ?? ''}” at “${text(detail['step']) ?? ''}”`,
        reasons: ['It took no webhook for three days; the journey went on'],
      };
    case 'enrich':
      return { type: kind, ...enrichWords(detail, release, journey) };
    case 'branch':
    case 'split':
      return armWords(kind, detail, release, journey);
    default:
      return { type: kind, title: kind };
  }
}

function scoreWords(detail: JsonObject): Words {
  const [before, after] = [detail['before'], detail['after']];
  const scores = isObject(after) && isObject(after['scores']) ? after['scores'] : {};
  const earlier = isObject(before) && isObject(before['scores']) ? before['scores'] : {};
  const moved = Object.keys(scores)
    .filter((score) => scores[score] !== earlier[score])
    .map((score) => `${score} ${number(earlier[score])} → ${number(scores[score])}`);
  const grade = isObject(after) ? (text(after['grade']) ?? '') : '';
  const gradeBefore = isObject(before) ? (text(before['grade']) ?? '') : '';
  const graded = grade === gradeBefore ? '' : `, grade ${gradeBefore} → ${grade}`;
  const points = Array.isArray(detail['points']) ? detail['points'].filter(isObject) : [];
  return {
    type: 'score',
    title: `Score: ${moved.join(', ')}${graded}`,
    reasons: points.map((point) => {
      const given = Number(point['points']);
      return `${given > 0 ? '+' : ''}${Math.round(given * 10) / 10} because ${text(point['why']) ?? ''}`;
    }),
  };
}

function handoffWords(detail: JsonObject, release: Release): Words {
  const key = text(detail['handoff']) ?? '';
  const title = release.handoffs[key]?.title ?? key;
  const because = text(detail['because']) ?? '';
  if (detail['opened'] === true) {
    const cause = eventLabel(release, because) ?? stageLabel(release, because);
    return { type: 'handoff', title: `Handed to sales: ${title}`, reasons: [`Because: ${cause}`] };
  }
  const reason = handoffRefusals[because] ?? because;
  const told =
    because === 'already-open' || because === 'open-for-account'
      ? 'The rep was told more'
      : 'No handoff';
  return { type: 'handoff', title: `${told}: ${title}`, reasons: [reason] };
}

function verdictWords(detail: JsonObject, release: Release): Words {
  const verdict = text(detail['verdict']) ?? '';
  const by = repName(release, text(detail['by']) ?? '');
  const id = text(detail['reason']) ?? '';
  const rejected = release.rejectReasons.find((one) => one.id === id)?.label;
  const reason = rejected ?? closedBecause[id] ?? id;
  const title = verdict === 'closed' ? 'Handoff closed' : `${by} ${verdict} the lead`;
  return { type: 'verdict', title, reasons: [reason] };
}

function suppressionWords(detail: JsonObject, release: Release): Words {
  const { until } = detail;
  const scope = detail['scope'] === 'all' ? 'all' : 'marketing';
  const ends =
    typeof until === 'number'
      ? `Tried again from ${instantInZone(until, release.sending.zoneIfUnknown)}`
      : '';
  const title = suppressionTitle({ scope }, detail['holds'] !== false);
  return { type: 'suppression', title, reasons: [text(detail['why']) ?? '', ends] };
}

function armWords(
  kind: 'branch' | 'split',
  detail: JsonObject,
  release: Release,
  journey: string,
): Words {
  const [arm = '', step = ''] = [text(detail['arm']), text(detail['step'])];
  const asked = Array.isArray(detail['asked']) ? detail['asked'].filter(isObject) : [];
  const chosen = asked.find((one) => one['arm'] === arm);
  const reasons =
    chosen === undefined
      ? [kind === 'split' ? 'Drawn by share' : 'No other arm held']
      : explained({ explanation: chosen['explanation'] ?? null }, release);
  return { type: kind, title: `“${journey}” took “${arm}” at “${step}”`, reasons };
}

function assignmentWords(rep: string, detail: JsonObject, release: Release): Words {
  const attempt = Number(detail['attempt']);
  const queue = rep.startsWith('queue:');
  const title = queue
    ? `Put into the queue ${rep.slice('queue:'.length)}`
    : `Given to ${repName(release, rep)}`;
  const trace = Array.isArray(detail['trace']) ? detail['trace'] : [];
  const said = trace
    .filter(isObject)
    .map(({ at, what }) => `${text(at) ?? ''}: ${text(what) ?? ''}`);
  return { type: 'assignment', title, reasons: [attempt > 1 ? `Attempt ${attempt}` : '', ...said] };
}

function sendWords(state: string, detail: JsonObject, release: Release): Words {
  const what = text(detail['subject']) ?? text(detail['template']) ?? 'email';
  const internal = detail['class'] === 'internal' ? ' (to the rep)' : '';
  return {
    type: 'email',
    title: `Email ${sendStates[state] ?? state}${internal}: ${what}`,
    reasons: sendReasons(state, detail, release),
  };
}

/** How the fate of an email came to be known after all. */
function settlementWords(after: string, detail: JsonObject): Words {
  const what = text(detail['subject']) ?? text(detail['template']) ?? 'email';
  const by = text(detail['by']);
  const [because = '', source = ''] = [text(detail['because']), text(detail['source'])];
  return {
    type: 'email',
    title: `Email ${settledAs[after] ?? after}: ${what}`,
    reasons: by === undefined ? [`Because it was ${because} (${source})`] : [because, `By ${by}`],
  };
}
const settledAs: { readonly [after: string]: string } = {
  sent: 'was sent after all',
  failed: 'was not sent',
  planned: 'goes out once more',
};

function pauseWords(what: string, detail: JsonObject, release: Release): Words {
  const [from, until] = [Number(detail['from']), detail['until']];
  const scope = pauseScopes.find((one) => one === detail['scope']) ?? 'all';
  const thing = capital(pausedThing(release, { scope, key: text(detail['key']) ?? '' }));
  if (what === 'resumed') {
    const by = text(detail['resumedBy']);
    const lasted = `After ${durationInWords(Math.max(1_000, Number(until) - from))}`;
    const title = scope === 'lead' ? 'The pause of this lead ended' : `${thing}: the pause ended`;
    return { type: 'pause', title, reasons: [by === undefined ? lasted : `${lasted}, by ${by}`] };
  }
  const by = text(detail['by']);
  // What was meant when it began: that it ended sooner has a line of its own.
  const meant = detail['plannedUntil'] ?? (text(detail['resumedBy']) === undefined ? until : null);
  const end =
    typeof meant === 'number'
      ? `Until ${instantInZone(meant, release.sending.zoneIfUnknown)}`
      : 'Until somebody resumes it';
  const title = scope === 'lead' ? 'This lead was paused' : `${thing}: paused`;
  const reasons = [text(detail['why']) ?? '', by === undefined ? '' : `By ${by}`, end];
  return { type: 'pause', title, reasons };
}

function explained(detail: JsonObject, release: Release): readonly string[] {
  const { explanation } = detail;
  if (!isObject(explanation) || typeof explanation['type'] !== 'string') return [];
  // Written by core as an Explanation; jsonb gives it back as plain data.
  const verdict = { holds: true, explanation: explanation as unknown as Explanation };
  return sentencesOf(verdict, {
    fact: (id) => labelOf(release, id),
    segment: (id) => release.segments[id]?.why ?? id,
  });
}

function mismatch(detail: JsonObject): string {
  return detail['confirmed'] === false
    ? 'The second opinion of the rule engine differs: a defect'
    : '';
}

function number(value: Json | undefined): string {
  return typeof value === 'number' ? String(Math.round(value)) : 'unknown';
}
