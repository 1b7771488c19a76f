/** Routing and handoffs in sentences: who gets a lead, how fast, with what, and how a rep says no. */
import type { HandoffsFile } from '../definitions/handoffs.ts';
import type { RoutingFile } from '../definitions/routing.ts';
import { conditionWords } from './conditions.ts';
import { assigneeWords, factWords, repWords, stageWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { deeper, line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import {
  businessSpan,
  count,
  dayWords,
  listed,
  quoted,
  sentence,
  span,
  times,
  windowWords,
} from './values.ts';

export type RouteSource = NonNullable<RoutingFile['match']>[number];
export type SlaSource = NonNullable<RoutingFile['sla']>[number];
type PoolSource = RoutingFile['pools'][string];
type RepSource = RoutingFile['reps'][string];
export type HandoffSource = HandoffsFile['handoffs'][number];
export type RejectReasonSource = HandoffsFile['rejectReasons'][number];

export function readRouting(file: RoutingFile, lexicon: Lexicon): Reading {
  const lines = <Entry>(
    record: { readonly [key: string]: Entry },
    words: (entry: Entry, lexicon: Lexicon) => string,
  ): readonly Line[] =>
    Object.entries(record).map(([id, entry]) => line(words(entry, lexicon), id));
  const routes = (file.match ?? []).map((one, index) => ({
    ...line(routeWords(one, lexicon), one.id),
    number: index + 1,
  }));
  const slas = (file.sla ?? []).map((one, index) => ({
    ...line(slaWords(one, lexicon), one.id),
    number: index + 1,
  }));
  return {
    title: file.routing === undefined ? 'The sales team' : `Routing ${quoted(file.routing)}`,
    about: `${count(routes.length, 'route')}, ${count(Object.keys(file.reps).length, 'rep')}.`,
    sections: sections(
      ['Who gets a lead: the first that holds', routes],
      ['How fast: the first that holds', slas],
      ['Pools', lines(file.pools, poolWords)],
      ['Queues', lines(file.queues, queueWords)],
      ['Reps', lines(file.reps, repLineWords)],
      ['Office hours', lines(file.hours, hoursWords)],
    ),
  };
}

export function routeWords(route: RouteSource, lexicon: Lexicon): string {
  const cause =
    route.if === undefined ? 'Everyone else' : `If ${conditionWords(route.if, lexicon)}`;
  const away = route.ifAway === undefined ? '' : `; ${awayWords[route.ifAway]}`;
  return sentence(`${cause}: to ${assigneeWords(route.to, lexicon)}${away} (${quoted(route.why)})`);
}
const awayWords = {
  'next-match': 'if away, the next route',
  'assign-anyway': 'even if away',
} as const;

export function slaWords(sla: SlaSource, lexicon: Lexicon): string {
  const cause = sla.if === undefined ? 'Everything else' : `If ${conditionWords(sla.if, lexicon)}`;
  const { acceptWithin, remindAfter, reassignAtMost, escalateTo, firstTouchWithin, why } = sla;
  const reminders = remindAfter.map(businessSpan);
  return [
    `${cause}: accepted within ${businessSpan(acceptWithin)}`,
    reminders.length === 0 ? ', without a reminder' : `, reminded after ${listed(reminders)}`,
    reassignAtMost === 0
      ? ', never given to another rep'
      : `, given to another rep at most ${times(reassignAtMost)}`,
    `, then to ${assigneeWords(escalateTo, lexicon)}; first touch within ${businessSpan(firstTouchWithin)}`,
    ` (${quoted(why)}).`,
  ].join('');
}

function poolWords(pool: PoolSource, lexicon: Lexicon): string {
  const isWeighted = pool.share === 'weighted';
  const members = pool.members.map(({ rep, weight }) =>
    isWeighted || weight !== 1
      ? `${repWords(rep, lexicon)} (weight ${weight})`
      : repWords(rep, lexicon),
  );
  const closed =
    pool.whenClosed === 'assign-now-clock-later'
      ? 'Out of hours it assigns at once and the clock starts later.'
      : `Out of hours it goes to ${assigneeWords(pool.whenClosed, lexicon)}.`;
  return [
    `${listed(members)}, ${isWeighted ? 'by weight' : 'in turn'}.`,
    ...(pool.whenFull === undefined
      ? []
      : [`When full: to ${assigneeWords(pool.whenFull, lexicon)}.`]),
    closed,
    pool.afterAbsence === 'catch-up'
      ? 'Whoever was away catches up.'
      : 'Whoever was away does not catch up.',
  ].join(' ');
}

function queueWords(queue: RoutingFile['queues'][string], lexicon: Lexicon): string {
  const watchers = queue.watchedBy.map((rep) => repWords(rep, lexicon));
  const title = queue.title === undefined ? '' : `${quoted(queue.title)}, `;
  return sentence(
    `${title}watched by ${listed(watchers)}; taken within ${businessSpan(queue.takeWithin)}`,
  );
}

function repLineWords(rep: RepSource): string {
  const { name, email, phone, meetingLink, hours, speaks, perDay, away } = rep;
  const absences = away.map(({ from, to }) =>
    from === to ? dayWords(from) : `${dayWords(from)} to ${dayWords(to)}`,
  );
  return [
    `${name}, ${[email, phone, meetingLink].filter((one) => one !== undefined).join(', ')}.`,
    `Works the hours ${quoted(hours)}${speaks.length === 0 ? '' : ` and speaks ${listed(speaks)}`}.`,
    ...(perDay === undefined ? [] : [`At most ${count(perDay, 'lead')} a day.`]),
    ...(absences.length === 0 ? [] : [`Away ${listed(absences)}.`]),
  ].join(' ');
}

function hoursWords(hours: RoutingFile['hours'][string]): string {
  const free =
    hours.holidays.length === 0 ? '' : `; closed on ${listed(hours.holidays.map(dayWords))}`;
  return sentence(`${windowWords(hours)}${free}`);
}

export function readHandoffs(file: HandoffsFile, lexicon: Lexicon): Reading {
  return {
    title: 'Handoffs',
    about: `${count(file.handoffs.length, 'kind')} of handoff, ${count(file.rejectReasons.length, 'reason')} to say no.`,
    sections: sections(
      ['What a rep is handed', file.handoffs.flatMap((one) => handoffLines(one, lexicon))],
      [
        'How a rep may say no',
        file.rejectReasons.map((one) => line(rejectWords(one, lexicon), one.id)),
      ],
    ),
  };
}

function handoffLines(handoff: HandoffSource, lexicon: Lexicon): readonly Line[] {
  const [first = '', ...rest] = handoffSentences(handoff, lexicon);
  return [line(first, handoff.handoff), ...deeper(rest.map((text) => line(text)))];
}

export function handoffSentences(handoff: HandoffSource, lexicon: Lexicon): readonly string[] {
  const { title, routing, required, brief } = handoff;
  const name = (facts: readonly string[]): string =>
    listed(facts.map((fact) => factWords(fact, lexicon)));
  return [
    `${title === undefined ? 'It' : quoted(title)} goes where the routing ${quoted(routing)} says.`,
    ...(required.length === 0
      ? []
      : [`A rep needs ${name(required)}; what is missing is shown as a gap.`]),
    sentence(
      `The brief shows ${name(brief.facts) || 'no facts'}, and what happened in the last ${span(brief.history)}`,
    ),
    ...(brief.playbook === undefined ? [] : [`Playbook: ${brief.playbook}`]),
    'If one is open already, its owner is told.',
  ];
}

export function rejectWords(reason: RejectReasonSource, lexicon: Lexicon): string {
  const { label, askDate, askText, askLead, then } = reason;
  const asked = [
    ...(askDate ? ['when to call again'] : []),
    ...(askText ? ['a reason in words'] : []),
    ...(askLead ? ['which other lead it is'] : []),
  ];
  const outcome = thenWords(then, lexicon);
  return [
    `${quoted(label)}${asked.length === 0 ? '' : `, asking ${listed(asked)}`}:`,
    outcome.length === 0
      ? 'nothing follows.'
      : sentence(listed(outcome)).replace(/^./, (letter) => letter.toLowerCase()),
  ].join(' ');
}

function thenWords(then: RejectReasonSource['then'], lexicon: Lexicon): readonly string[] {
  const { stage, journey, sameRepBack, reroute, merge, disqualify } = then;
  return [
    ...(stage === undefined ? [] : [`the lead goes back to ${stageWords(stage, lexicon)}`]),
    ...(journey === undefined ? [] : [`it enters the journey ${quoted(journey)}`]),
    ...(sameRepBack === undefined
      ? []
      : [sameRepBack ? 'the same rep gets it back later' : 'any rep may get it later']),
    ...(reroute === undefined ? [] : [reroute ? 'another rep gets it' : 'no other rep gets it']),
    ...(merge === undefined ? [] : ['somebody is asked to merge the two']),
    ...(disqualify === undefined
      ? []
      : [disqualify ? 'the lead is out for good' : 'the lead is not disqualified']),
  ];
}
