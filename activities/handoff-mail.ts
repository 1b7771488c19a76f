/**
 * The emails of a handoff: the brief with its two buttons, reminders, the escalation, and "your lead
 * did something". Each is one ledger row of class `internal`; of a queue, one per watcher.
 *
 * Links are signed and lead to a page with a button, because scanners follow links: opening one
 * changes nothing.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { briefOf, type Brief } from '../core/routing/brief.ts';
import type { HandoffKind, Rep } from '../core/routing/model.ts';
import type { NotifyHandoffInput } from '../workflows/contract.ts';
import { destinationOf, type HandoffDependencies, type OpenHandoff } from './handoff.ts';

export interface InternalMail {
  readonly handoffId: string;
  readonly leadId: string;
  readonly releaseId: string;
  readonly step: string;
  readonly visit: number;
  readonly to: { readonly name: string; readonly email: string };
  readonly template: string;
  readonly variables: { readonly [name: string]: unknown };
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
  cause: 'rep-reminder',
} as const satisfies Record<NotifyHandoffInput['kind'], string>;

export function createNotifyHandoff(
  deps: HandoffDependencies,
): (input: NotifyHandoffInput) => Promise<void> {
  return async (input) => {
    const handoff = await deps.handoffs.find(input.handoffId);
    if (handoff === null || handoff.status !== 'open') return;
    const assignments = await deps.handoffs.assignments(input.handoffId);
    const made = assignments.find((assignment) => assignment.attempt === input.attempt);
    if (made === undefined) return;
    const release = await deps.release(handoff.releaseId);
    const lead = await deps.lead(handoff.leadId);
    const previous = assignments.find((one) => one.attempt === input.attempt - 1)?.rep;
    for (const rep of readersOf(release, made.rep)) {
      await deps.sendInternal({
        handoffId: handoff.id,
        leadId: lead.id,
        releaseId: handoff.releaseId,
        step: `${input.kind}-${input.attempt}-${rep.id}`,
        visit: input.visit,
        to: { name: rep.name, email: rep.email },
        template: templates[input.kind],
        variables: variablesFor(deps, { release, lead, handoff, rep, previous, input }),
        now: input.now,
      });
    }
  };
}

/** The rep, or everyone who watches the queue. */
function readersOf(release: Release, name: string): readonly Rep[] {
  const to = destinationOf(name);
  const ids = to.type === 'rep' ? [to.rep] : (release.team.queues[to.queue]?.watchedBy ?? []);
  return ids.flatMap((id) => release.team.reps[id] ?? []);
}

interface Letter {
  readonly release: Release;
  readonly lead: Lead;
  readonly handoff: OpenHandoff;
  readonly rep: Rep;
  readonly previous: string | undefined;
  readonly input: NotifyHandoffInput;
}

function variablesFor(deps: HandoffDependencies, letter: Letter): InternalMail['variables'] {
  const { release, lead, handoff, rep, previous, input } = letter;
  const kind = kindOf(release, handoff.handoff);
  const zone = release.team.hours[rep.hours]?.zone ?? 'UTC';
  const brief = briefOf(release, lead, kind, handoff, input.now);
  const token = deps.signLink(`${handoff.id}/${input.attempt}/${rep.id}`);
  const link = `${deps.publicUrl}/h/${token}`;
  return {
    lead: leadVariables(release, lead),
    owner: {
      name: rep.name,
      email: rep.email,
      ...(rep.meetingLink !== undefined && { meetingLink: rep.meetingLink }),
    },
    sender: release.sending.from,
    workspace: { postalAddress: release.sending.postalAddress },
    handoff: {
      ...spoken(brief, zone),
      route: kind.routing,
      acceptBy:
        handoff.acceptBy === null ? 'as soon as you can' : instantText(handoff.acceptBy, zone),
      attempt: input.attempt,
      ...(previous !== undefined && { previousRep: release.team.reps[previous]?.name ?? previous }),
    },
    accept_url: link,
    reject_url: `${link}?verdict=reject`,
    lead_url: `${deps.publicUrl}/console/leads/${lead.id}`,
  };
}

function leadVariables(release: Release, lead: Lead): Record<string, unknown> {
  const variables: Record<string, unknown> = { ...lead.traits, email: lead.address };
  for (const { id, from } of Object.values(release.facts)) variables[id] ??= lead.traits[from];
  return variables;
}

function spoken(brief: Brief, zone: string): Record<string, unknown> {
  return {
    ...brief,
    history: brief.history.map(({ at, what }) => ({ at: instantText(at, zone), what })),
  };
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

function kindOf(release: Release, handoff: string): HandoffKind {
  const kind = release.handoffs[handoff];
  if (kind === undefined) throw new Error(`Release ${release.id} has no handoff ${handoff}.`);
  return kind;
}
