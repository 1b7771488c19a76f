/**
 * Tells a rep that a lead has answered an email: what they wrote, to which mail, what that stopped, and
 * what to do now. One row of the ledger per answer and reader, so said twice it is sent once.
 *
 * Whom to tell was decided with the answer. A rep who is gone by now is no reason to fail: the answer
 * stands on the page of the lead.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import type { ReadFact } from '../core/rules/condition.ts';
import type { Rep } from '../core/routing/model.ts';
import type { ReplyVariables } from '../mail/templates/variables.ts';
import type { InternalMail } from './handoff-mail.ts';

export interface Reply {
  readonly eventId: string;
  readonly leadId: string;
  readonly at: number;
  readonly excerpt: string | null;
  readonly subject: string | null;
  readonly sentAt: number | null;
}
export interface ReplyTask {
  readonly eventId: string;
  /** `rep:ana`, `queue:inbox` or `pool:dach`. */
  readonly to: string;
  readonly stopped: readonly string[];
  readonly at: number;
}
export interface ReplyDependencies {
  readonly find: (eventId: string) => Promise<Reply | undefined>;
  readonly release: () => Promise<Release>;
  readonly lead: (id: string, release: Release, now: number) => Promise<Lead>;
  readonly sendInternal: (mail: InternalMail) => Promise<void>;
  readonly publicUrl: string;
}

const TEMPLATE = 'rep-reply';

/** Resolves when every reader's email is settled; rejects when it may be tried again later. */
export async function tellOfReply(deps: ReplyDependencies, task: ReplyTask): Promise<void> {
  const reply = await deps.find(task.eventId);
  if (reply === undefined) return;
  const release = await deps.release();
  const lead = await deps.lead(reply.leadId, release, task.at);
  for (const rep of readersOf(release, task.to)) {
    await deps.sendInternal(mailOf(deps, { task, reply, release, lead, rep }));
  }
}

/** Everybody who watches a queue; of a pool the first, since nobody has been assigned. */
function readersOf({ team }: Release, to: string): readonly Rep[] {
  const [kind, ...rest] = to.split(':');
  const name = rest.join(':');
  const ids =
    kind === 'queue'
      ? (team.queues[name]?.watchedBy ?? [])
      : kind === 'pool'
        ? (team.pools[name]?.members ?? []).slice(0, 1).map(({ rep }) => rep)
        : [name];
  return ids.flatMap((id) => team.reps[id] ?? []);
}

interface Letter {
  readonly task: ReplyTask;
  readonly reply: Reply;
  readonly release: Release;
  readonly lead: Lead;
  readonly rep: Rep;
}

function mailOf(deps: ReplyDependencies, letter: Letter): InternalMail {
  const { task, reply, release, lead, rep } = letter;
  const step = `reply-${rep.id}`;
  const leadUrl = `${deps.publicUrl}/console/leads/${lead.id}`;
  const variables = replyVariables(letter);
  return {
    commandId: `reply/${reply.eventId}/${rep.id}`,
    ...{ handoffId: null, programme: 'reply', leadId: lead.id, step },
    to: { name: rep.name, email: rep.email },
    template: TEMPLATE,
    variables: {
      lead: leadVariables(letter),
      owner: { name: rep.name, email: rep.email },
      sender: release.sending.from,
      workspace: { postalAddress: release.sending.postalAddress },
      reply: variables,
      lead_url: leadUrl,
    },
    plain: plainWords(letter, variables, leadUrl),
    now: task.at,
  };
}

function leadVariables({ release, lead, task }: Letter): Record<string, unknown> {
  const read = factReader(release, lead, task.at);
  const declared = Object.keys(release.templates[TEMPLATE]?.manifest.variables ?? {});
  const facts = declared.flatMap((path) => (path.startsWith('lead.') ? [path.slice(5)] : []));
  return Object.fromEntries(facts.map((fact) => [fact, read(fact)]));
}

function replyVariables({ reply, release, lead, rep, task }: Letter): ReplyVariables {
  const { excerpt, subject, sentAt, at } = reply;
  const zone = release.team.hours[rep.hours]?.zone ?? 'UTC';
  return {
    at: instantText(at, zone),
    outcome: outcomeOf(release, task.stopped),
    ...(excerpt === null ? {} : { excerpt }),
    ...(subject === null ? {} : { subject }),
    ...(sentAt === null ? {} : { sentAt: instantText(sentAt, zone) }),
    ...(lead.address === undefined ? {} : { url: answerTo(lead.address, subject) }),
  };
}

function outcomeOf({ journeys }: Release, stopped: readonly string[]): string {
  const titles = stopped.map((key) => `“${journeys[key]?.plan.title ?? key}”`);
  if (titles.length === 0) return 'Their journeys go on as they are.';
  const which = titles.length === 1 ? 'The journey' : 'The journeys';
  return `${which} ${titles.join(' and ')} ended with the answer; none of its emails follows.`;
}

function answerTo(address: string, subject: string | null): string {
  const about = subject === null ? '' : `?subject=${encodeURIComponent(`Re: ${subject}`)}`;
  return `mailto:${encodeURIComponent(address).replace('%40', '@')}${about}`;
}

function plainWords({ release, lead, task }: Letter, reply: ReplyVariables, leadUrl: string) {
  const name = nameOf(factReader(release, lead, task.at));
  const { excerpt, subject, outcome } = reply;
  const lines = [
    `${name} has answered${subject === undefined ? ' an email' : ` “${subject}”`}.`,
    ...(excerpt === undefined ? [] : [`> ${excerpt}`]),
    outcome,
    'Answer them yourself, soon.',
    `Everything we know: ${leadUrl}`,
  ];
  return { subject: `${name} has answered`, text: lines.join('\n\n') };
}

function nameOf(read: ReadFact): string {
  const names = [read('firstName'), read('lastName')].filter((part) => typeof part === 'string');
  const email = read('email');
  return names.join(' ') || (typeof email === 'string' ? email : 'A lead');
}

/** "Mon 23 Nov, 09:05" in the reader's zone. */
function instantText(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, weekday: 'short', day: 'numeric', month: 'short' },
    ...{ hour: '2-digit', minute: '2-digit' },
  }).format(at);
}
