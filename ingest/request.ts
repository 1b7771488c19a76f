/**
 * What enters ingest: an event, and whom it is about. Everything that was said by the outside world
 * has passed `accept.ts` before it is one of these; our own parts (mail, steps, operators, the clock)
 * build theirs with `eventAbout` and `tickOf`.
 */
import type { IncomingEvent } from '../core/decision/decision.ts';
import type { Answer } from '../core/decision/summarise.ts';
import { eventId } from '../core/decision/ids.ts';
import type { SaidBy, Trust } from '../core/facts/lead.ts';
import type { JsonObject } from '../core/rules/condition.ts';

/** By its id, when we know the lead; else by keys, in the order userId, email, anonymousId. */
export type Who =
  | { readonly leadId: string }
  | { readonly userId?: string; readonly email?: string; readonly anonymousId?: string };

export interface IngestRequest {
  readonly who: Who;
  readonly event: IncomingEvent;
  /** The caller's `groupId`; set together with `event.account`. */
  readonly accountKey?: string;
  /** `alias`: what the person was called by before. */
  readonly alias?: string;
  /** By hand: this lead is the one of `who`, which survives. */
  readonly merge?: { readonly from: string; readonly by: string; readonly why: string };
}

/** What the caller is told; stored with the event, so that a repeat is told the same. */
export interface IngestAnswer extends Answer {
  readonly eventId: string;
  readonly messageId: string;
  readonly leadId: string;
}

export interface OwnEvent {
  /** Which part of the product speaks: `mail`, `journey`, `operator`, `rep` … */
  readonly source: string;
  /** The command id, wherever there is one: a retry then changes nothing. */
  readonly messageId: string;
  readonly type?: IncomingEvent['type'];
  readonly name: string;
  readonly now: number;
  readonly occurredAt?: number;
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
  /** Normalised; makes it the lead's address. */
  readonly address?: string;
  /** The address it is about, where that may be one that the lead has no more. */
  readonly concerns?: string;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  readonly trust?: Trust;
  readonly journey?: string;
  readonly existing?: string;
  readonly startsAt?: number;
  readonly historical?: boolean;
  /** Default: a person. */
  readonly by?: SaidBy;
  readonly confidence?: number;
  readonly rules?: NonNullable<IncomingEvent['rules']>;
}

export function eventAbout(who: Who, own: OwnEvent): IngestRequest {
  const { now, occurredAt = now, type = 'track', ...said } = own;
  return {
    who,
    event: {
      properties: {},
      traits: {},
      trust: 'human',
      ...said,
      type,
      id: eventId(own.source, own.messageId),
      occurredAt,
      receivedAt: now,
    },
  };
}

/** The clock as an input: at this instant the answer of some rule may change by itself. */
export function tickOf(leadId: string, at: number): IngestRequest {
  return eventAbout(
    { leadId },
    { source: 'clock', messageId: `${leadId}/${at}`, type: 'tick', name: '', now: at },
  );
}

/** Other rules as an input: what they change about a lead that did nothing. */
export function rulesChangedFor(
  leadId: string,
  at: number,
  rules: NonNullable<IncomingEvent['rules']>,
): IngestRequest {
  const messageId = `${leadId}/${at}`;
  return eventAbout(
    { leadId },
    { source: 'rules', messageId, type: 'rules', name: '', now: at, rules },
  );
}
