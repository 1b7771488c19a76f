/**
 * What an event says about being allowed to write: consent given and withdrawn, bounces, complaints;
 * and whether mail can reach the address at all (`apply-verification.ts`).
 *
 * Consent and suppression belong to the address, so without one there is nothing to record. Withdrawing
 * for one topic refuses that topic; withdrawing without one is an unsubscribe and stops all marketing,
 * until the person asks for it again at a later instant. Every doubt errs towards silence: a list never
 * speaks over what the person refused, and a withdrawal counts however late it arrives.
 */
import type { Consent, Lead, Suppression } from '../facts/lead.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import type { ConsentState } from '../sending/model.ts';
import { applyPreferences } from './apply-preferences.ts';
import { applyVerification } from './apply-verification.ts';
import { isPassing } from '../sending/suppression.ts';
import { isRobot, nothing, type Moment } from './context.ts';
import type { Decided, Effect } from './decision.ts';
import { textOf } from './properties.ts';

export function applyPermission(lead: Lead, moment: Moment): Decided {
  const { concerns, name } = moment.event;
  if (lead.address === undefined) return nothing(lead);
  if (concerns === undefined || concerns === lead.address) return permit(lead, moment);
  const there = permitOther(lead, concerns, moment);
  // A person who wants no more mail means all of it; a yes, and a dead mailbox, is of one address.
  if (name !== 'Consent Withdrawn' && name !== 'Email Complained' && !isStop(moment)) return there;
  const here = permit(lead, moment);
  return { ...here, effects: [...here.effects, ...there.effects] };
}

/** Of two addresses of one person (merged by hand, or left for a new one) each keeps its own permission. */
function permitOther(lead: Lead, address: string, moment: Moment): Decided {
  // What this address refused is not known here, and a list never speaks over it.
  if (moment.event.name === 'Consent Given' && moment.age === 'historical') return nothing(lead);
  const { preferences: _ofOwnAddress, ...rest } = lead;
  const other: Lead = { ...rest, address, consents: [], suppressions: [] };
  const effects = permit(other, moment).effects.flatMap((effect): readonly Effect[] => {
    const { type } = effect;
    switch (type) {
      case 'consent':
      case 'suppress':
      case 'lift-suppression':
      case 'preferences':
        return [{ ...effect, address }];
      default:
        return [];
    }
  });
  return { lead, decisions: [], effects };
}

function permit(lead: Lead, moment: Moment): Decided {
  switch (moment.event.name) {
    case 'Consent Given':
      return give(lead, moment, stateOf(moment.event.properties) ?? 'opt-in');
    case 'Consent Confirmed':
      return give(lead, moment, 'double-opt-in');
    case 'Consent Withdrawn':
      return withdraw(lead, moment);
    case 'Email Bounced':
      return isHard(moment.event.properties)
        ? suppress(lead, moment, 'all', 'hard-bounce')
        : nothing(lead);
    case 'Email Complained':
      return complain(lead, moment);
    case 'Email Replied':
      return isStop(moment) ? withdraw(lead, moment) : nothing(lead);
    case 'Preferences Changed':
      return applyPreferences(lead, moment);
    case 'Email Verified':
      return applyVerification(lead, moment);
    default:
      return nothing(lead);
  }
}

/**
 * Consent renewed after an unsubscribe, or after the person was erased, lifts what that had stopped. To
 * ask for marketing again is not to ask for cold mail: what refused it may have been erased.
 */
function give(lead: Lead, moment: Moment, state: ConsentState): Decided {
  const { event, age } = moment;
  const messageClass = classOf(event.properties);
  const isYes = state === 'opt-in' || state === 'double-opt-in';
  if (isYes && age === 'historical' && hasRefused(lead, messageClass)) return nothing(lead);
  const wasErased = lead.suppressions.some(({ reason }) => reason === 'erased');
  const given = consent(lead, moment, messageClass, state);
  const at = event.occurredAt;
  if (!isYes || messageClass !== 'marketing' || at <= silentSince(lead)) return given;
  const coldMail = wasErased ? consent(given.lead, moment, 'outbound', 'refused') : undefined;
  return {
    ...given,
    lead: {
      ...(coldMail ?? given).lead,
      suppressions: lead.suppressions.filter(({ scope }) => scope !== 'marketing'),
    },
    effects: [
      ...given.effects,
      ...(coldMail?.effects ?? []),
      { type: 'lift-suppression', scope: 'marketing', at },
    ],
  };
}

/** Of a person who was erased nothing is known but that: it counts as a refusal of everything. */
function hasRefused({ consents, suppressions }: Lead, messageClass: MessageClass): boolean {
  if (suppressions.some(({ reason }) => reason === 'erased')) return true;
  return consents.some((one) => one.class === messageClass && one.state === 'refused');
}

/** When marketing was last stopped; Infinity where nothing stops it. */
function silentSince({ suppressions, consents }: Lead): number {
  const stopped = suppressions.find(({ scope }) => scope === 'marketing');
  if (stopped === undefined) return Infinity;
  const refusals = consents.filter(
    (one) => one.class === 'marketing' && one.state === 'refused' && one.topic === undefined,
  );
  return Math.max(stopped.at, ...refusals.map(({ at }) => at));
}

function consent(
  lead: Lead,
  moment: Moment,
  messageClass: MessageClass,
  state: ConsentState,
): Decided {
  const { name, properties, source, occurredAt: at } = moment.event;
  const topic = textOf(properties['topic']);
  const text = textOf(properties['text']);
  const evidence = textOf(properties['evidence']);
  const given: Consent = {
    class: messageClass,
    ...(topic === undefined ? {} : { topic }),
    state,
    at,
  };
  const effect: Effect = {
    type: 'consent',
    ...given,
    basis: textOf(properties['basis']) ?? `${name} (${source})`,
    ...(text === undefined ? {} : { text }),
    ...(evidence === undefined ? {} : { evidence }),
  };
  // Append only: what is in force is worked out where it is asked (`core/sending/consent.ts`).
  const consents = [...lead.consents, given];
  return { lead: { ...lead, consents }, decisions: [], effects: [effect] };
}

/** An unsubscribe refuses `outbound` too: to ask for marketing again is not to ask for cold mail. */
function withdraw(lead: Lead, moment: Moment): Decided {
  const messageClass = classOf(moment.event.properties);
  const isOfTopic = textOf(moment.event.properties['topic']) !== undefined;
  if (isOfTopic) return consent(lead, moment, messageClass, 'refused');
  const refused =
    messageClass === 'marketing'
      ? refuseAll(lead, moment)
      : consent(lead, moment, messageClass, 'refused');
  const silenced = suppress(refused.lead, moment, 'marketing', 'unsubscribe');
  return { ...silenced, effects: [...refused.effects, ...silenced.effects] };
}

/** Whoever calls our mail spam has refused all of it; nothing but a person lifts that. */
function complain(lead: Lead, moment: Moment): Decided {
  const refused = refuseAll(lead, moment);
  const silenced = suppress(refused.lead, moment, 'all', 'complaint');
  return { ...silenced, effects: [...refused.effects, ...silenced.effects] };
}

function refuseAll(lead: Lead, moment: Moment): Decided {
  const marketing = consent(lead, moment, 'marketing', 'refused');
  const outbound = consent(marketing.lead, moment, 'outbound', 'refused');
  return { ...outbound, effects: [...marketing.effects, ...outbound.effects] };
}

/** An answer that asks to be left alone; a robot asks for nothing. */
function isStop({ event }: Moment): boolean {
  return event.name === 'Email Replied' && event.properties['reply'] === 'stop' && !isRobot(event);
}

function suppress(
  lead: Lead,
  moment: Moment,
  scope: Suppression['scope'],
  reason: string,
): Decided {
  const ofScope = lead.suppressions.find((known) => known.scope === scope);
  if (ofScope !== undefined && !isPassing(ofScope)) return nothing(lead);
  const { now, event } = moment;
  const suppression: Suppression = { scope, reason, at: event.occurredAt };
  const others = lead.suppressions.filter((known) => known !== ofScope);
  const why = lastingWhy[reason] ?? reason;
  return {
    lead: { ...lead, suppressions: [...others, suppression] },
    decisions: [{ kind: 'suppression', at: now, holds: true, scope, reason, why }],
    effects: [{ type: 'suppress', ...suppression }],
  };
}

const lastingWhy: { readonly [reason: string]: string } = {
  'hard-bounce': 'The address does not exist',
  complaint: 'The person called an email spam',
  unsubscribe: 'The person asked for no more marketing',
};

const states: readonly ConsentState[] = ['none', 'refused', 'opt-in', 'double-opt-in'];
function stateOf(properties: JsonObject): ConsentState | undefined {
  return states.find((state) => state === properties['state']);
}

const classes: readonly MessageClass[] = ['marketing', 'outbound', 'transactional'];
function classOf(properties: JsonObject): MessageClass {
  return classes.find((known) => known === properties['class']) ?? 'marketing';
}

function isHard(properties: JsonObject): boolean {
  return properties['hard'] === true || properties['kind'] === 'hard';
}
