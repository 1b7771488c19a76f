/**
 * The emails of a handoff: the brief with its two buttons, reminders, the escalation, and "your lead
 * did something". Each is one ledger row of class `internal`; of a queue, one per watcher.
 *
 * Links are signed and lead to a page with a button, because scanners follow links: opening one
 * changes nothing. What a template cannot say is said in plain words: a rep is never left untold.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import { briefOf, type Brief } from '../core/routing/brief.ts';
import type { HandoffKind, Hours, Rep } from '../core/routing/model.ts';
import { addBusiness } from '../core/sending/business-time.ts';
import type { HandoffTold, NotifyHandoffInput } from '../workflows/contract.ts';
import { failure } from './failures.ts';
import {
  assigneeOf,
  releaseFor,
  type EarlierAssignment,
  type HandoffDependencies,
  type OpenHandoff,
} from './handoff.ts';

export interface InternalMail {
  /** The key of its row in the ledger. */
  readonly commandId: string;
  readonly handoffId: string | null;
  /** What it belongs to, for the relay's own statistics. */
  readonly programme: string;
  readonly leadId: string;
  readonly step: string;
  readonly to: { readonly name: string; readonly email: string };
  readonly template: string;
  readonly variables: { readonly [name: string]: unknown };
  /** For a workspace without the template, or whose template cannot be filled. */
  readonly plain: { readonly subject: string; readonly text: string };
  readonly now: number;
}
export interface HandoffMail {
  readonly publicUrl: string;
  /** Signs `<handoff>/<attempt>/<rep>`. */
  readonly signLink: (payload: string) => string;
  readonly sendInternal: (mail: InternalMail) => Promise<void>;
}

const templates = {
  assigned: 'rep-handoff',
  reminder: 'rep-reminder',
  escalation: 'rep-escalation',
  cause: 'rep-news',
  withdrawn: 'rep-withdrawn',
} as const satisfies Record<NotifyHandoffInput['kind'], string>;

export async function notifyHandoff(
  deps: HandoffDependencies,
  input: NotifyHandoffInput,
): Promise<HandoffTold> {
  const handoff = await deps.handoffs.find(input.handoffId);
  const expected = input.kind === 'withdrawn' ? 'closed' : 'open';
  if (handoff?.status !== expected) return { type: 'told' };
  const assignments = await deps.handoffs.assignments(input.handoffId);
  const made = assignments.find((assignment) => assignment.attempt === input.attempt);
  if (made === undefined) return { type: 'told' };
  const release = await releaseFor(deps, handoff);
  const kind = release.handoffs[handoff.handoff];
  if (kind === undefined) throw failure('routing-missing', handoff.id);
  const readers = readersOf(release, made.rep);
  if (readers.length === 0) return { type: 'nobody' };
  const since = input.now - kind.brief.historyMs;
  // Of a company with one open handoff its rep hears about everybody.
  const lead = await deps.lead(input.about ?? handoff.leadId, release, input.now, since);
  const previous = assignments.find((one) => one.attempt === input.attempt - 1)?.rep;
  const about = input.kind === 'withdrawn' ? handoff : { ...handoff, ...causeOf(input) };
  const brief = briefOf(release, lead, kind, about, input.now);
  for (const rep of readers) {
    const letter = { release, lead, handoff, made, rep, previous, kind, brief, input };
    await deps.sendInternal(letterFor(deps, letter));
  }
  return { type: 'told' };
}

/** The rep, or everyone who watches the queue. */
function readersOf(release: Release, name: string): readonly Rep[] {
  const to = assigneeOf(name);
  const ids = to.type === 'rep' ? [to.rep] : (release.team.queues[to.queue]?.watchedBy ?? []);
  return ids.flatMap((id) => release.team.reps[id] ?? []);
}

function causeOf({ cause }: NotifyHandoffInput): { readonly cause?: string } {
  return cause === undefined ? {} : { cause };
}

interface HandoffLetter {
  readonly release: Release;
  readonly lead: Lead;
  readonly handoff: OpenHandoff;
  readonly made: EarlierAssignment;
  readonly rep: Rep;
  readonly previous: string | undefined;
  readonly kind: HandoffKind;
  readonly brief: Brief;
  readonly input: NotifyHandoffInput;
}

function letterFor(deps: HandoffDependencies, letter: HandoffLetter): InternalMail {
  const { lead, handoff, rep, input } = letter;
  const token = deps.signLink(`${handoff.id}/${input.attempt}/${rep.id}`);
  const link = `${deps.publicUrl}/h/${token}`;
  const step = `${input.kind}-${input.attempt}-${rep.id}`;
  return {
    commandId: `${handoff.id}/${step}/${input.visit}`,
    handoffId: handoff.id,
    programme: 'handoff',
    leadId: lead.id,
    step,
    to: { name: rep.name, email: rep.email },
    template: templates[input.kind],
    variables: {
      ...variablesOf(deps, letter),
      accept_url: link,
      reject_url: `${link}?verdict=reject`,
    },
    plain: plainWords(letter, link),
    now: input.now,
  };
}

function variablesOf(deps: HandoffDependencies, letter: HandoffLetter) {
  const { release, lead, handoff, rep, brief, input } = letter;
  const zone = zoneOf(release, rep);
  const isEscalated = handoff.escalatedAt !== null;
  return {
    lead: leadVariables(letter),
    owner: {
      name: rep.name,
      email: rep.email,
      ...(rep.meetingLink !== undefined && { meetingLink: rep.meetingLink }),
    },
    sender: release.sending.from,
    workspace: { postalAddress: release.sending.postalAddress },
    handoff: {
      ...brief,
      history: brief.history.map(({ at, what }) => ({ at: instantText(at, zone), what })),
      route: whyHere(letter),
      attempt: isEscalated ? input.attempt - 1 : input.attempt,
      ...deadlines(letter, zone),
      ...(letter.previous !== undefined && { previousRep: nameOf(release, letter.previous) }),
    },
    lead_url: `${deps.publicUrl}/console/leads/${lead.id}`,
  };
}

/** What the template names, read like every fact, whichever of its names a trait came under. */
function leadVariables({ release, lead, input }: HandoffLetter): Record<string, unknown> {
  const read = factReader(release, lead, input.now);
  const declared = release.templates[templates[input.kind]]?.manifest.variables ?? {};
  const facts = Object.keys(declared).filter((path) => path.startsWith('lead.'));
  return Object.fromEntries(facts.map((path) => [path.slice(5), read(path.slice(5))]));
}

/** In the hours of the rep who reads, as the clock of the handoff runs. */
function deadlines({ release, handoff, made, rep }: HandoffLetter, zone: string) {
  const { acceptBy } = handoff;
  if (acceptBy === null) return {};
  const hours = release.team.hours[rep.hours];
  const firstTouchBy = hours === undefined ? undefined : touchBy(release, handoff, made.at, hours);
  return {
    acceptBy: instantText(acceptBy, zone),
    ...(firstTouchBy !== undefined && { firstTouchBy: instantText(firstTouchBy, zone) }),
  };
}

function touchBy(
  release: Release,
  { routing, sla: id }: OpenHandoff,
  from: number,
  hours: Hours,
): number | undefined {
  const sla = release.routings[routing]?.sla.find((one) => one.id === id);
  return sla === undefined ? undefined : addBusiness(hours, from, sla.firstTouchWithin);
}

/** Why it is with them: the `why` of the match, or what was done instead of one. */
function whyHere({ release, handoff }: HandoffLetter): string {
  if (handoff.match === 'same-rep') return 'You know this lead from before';
  if (handoff.match === 'escalation') return 'Nobody else could take it';
  const match = release.routings[handoff.routing]?.match.find(({ id }) => id === handoff.match);
  return match?.why ?? '';
}

function nameOf(release: Release, name: string): string {
  const to = assigneeOf(name);
  return to.type === 'queue'
    ? `the queue ${to.queue}`
    : (release.team.reps[to.rep]?.name ?? to.rep);
}

function plainWords({ release, lead, kind, brief, rep, input }: HandoffLetter, link: string) {
  const read = factReader(release, lead, input.now);
  const names = [read('firstName'), read('lastName'), read('company'), read('email')];
  const said = names.filter((part) => typeof part === 'string').join(' ');
  const points = brief.reasons.map(({ why, points: sum }) => `${sum > 0 ? '+' : ''}${sum} ${why}`);
  const start = {
    assigned: '',
    reminder: 'Reminder: ',
    escalation: 'Escalated: ',
    cause: 'News: ',
    withdrawn: 'Taken back: ',
  };
  const about = `${rep.name}, ${kind.title}: ${said}`;
  const lines =
    input.kind === 'withdrawn'
      ? [
          about,
          `${withdrawnBecause[input.cause ?? ''] ?? 'It lost its point'}. Nobody has to call.`,
        ]
      : [about, ...points, `Accept or reject: ${link}`];
  return {
    subject: `${start[input.kind]}${brief.cause}: ${said === '' ? 'a lead' : said}`,
    text: lines.join('\n'),
  };
}

const withdrawnBecause: { readonly [reason: string]: string } = {
  robot: 'What it rested on was a robot, as somebody has found out',
  'by-hand': 'Somebody has set the stage of the lead back',
};

function zoneOf(release: Release, rep: Rep): string {
  return release.team.hours[rep.hours]?.zone ?? 'UTC';
}

/** "Mon 23 Nov, 09:05" in the reader's zone. */
function instantText(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}
