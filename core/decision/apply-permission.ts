/**
 * What an event says about being allowed to write: consent given and withdrawn, bounces, complaints.
 *
 * Consent and suppression belong to the address, so without one there is nothing to record. Withdrawing
 * for one topic refuses that topic; withdrawing without one is an unsubscribe and stops all marketing.
 */
import type { Consent, Lead, Suppression } from '../facts/lead.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import type { ConsentState } from '../sending/model.ts';
import { nothing, type Moment } from './context.ts';
import type { Decided, Effect } from './decision.ts';
import { textOf } from './properties.ts';

export function applyPermission(lead: Lead, moment: Moment): Decided {
  if (lead.address === undefined) return nothing(lead);
  switch (moment.event.name) {
    case 'Consent Given':
      return consent(lead, moment, stateOf(moment.event.properties) ?? 'opt-in');
    case 'Consent Confirmed':
      return consent(lead, moment, 'double-opt-in');
    case 'Consent Withdrawn':
      return withdraw(lead, moment);
    case 'Email Bounced':
      return isHard(moment.event.properties)
        ? suppress(lead, moment, 'all', 'hard-bounce')
        : nothing(lead);
    case 'Email Complained':
      return suppress(lead, moment, 'all', 'complaint');
    default:
      return nothing(lead);
  }
}

function consent(lead: Lead, moment: Moment, state: ConsentState): Decided {
  const { name, properties, source, occurredAt: at } = moment.event;
  const topic = textOf(properties['topic']);
  const text = textOf(properties['text']);
  const evidence = textOf(properties['evidence']);
  const given: Consent = {
    class: classOf(properties),
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

function withdraw(lead: Lead, moment: Moment): Decided {
  const refused = consent(lead, moment, 'refused');
  if (textOf(moment.event.properties['topic']) !== undefined) return refused;
  const silenced = suppress(refused.lead, moment, 'marketing', 'unsubscribe');
  return { ...silenced, effects: [...refused.effects, ...silenced.effects] };
}

function suppress(
  lead: Lead,
  moment: Moment,
  scope: Suppression['scope'],
  reason: string,
): Decided {
  if (lead.suppressions.some((known) => known.scope === scope)) return nothing(lead);
  const suppression: Suppression = { scope, reason, at: moment.event.occurredAt };
  return {
    lead: { ...lead, suppressions: [...lead.suppressions, suppression] },
    decisions: [],
    effects: [{ type: 'suppress', ...suppression }],
  };
}

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
