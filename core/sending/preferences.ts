/**
 * What a person sees and says on the preference page, as data: how each topic stands under the rules in
 * force, and which events bring about what was ticked. It says nothing that changes nothing, so that
 * pressing twice is pressing once.
 *
 * The page is opened with a link that was mailed to the address. That is as good as the mailbox itself
 * for taking back what was just done there; it is not enough to come back from having left, which takes
 * a confirmation of its own (`journeys/confirm-subscription.json`).
 */
import { compiledRelease } from '../facts/compiled-release.ts';
import type { Release } from '../definitions/release.ts';
import type { Consent, Lead, Suppression } from '../facts/lead.ts';
import type { JsonObject, ReadFact } from '../rules/condition.ts';
import { consentState, mayEmail } from './consent.ts';
import type { ConsentState } from './model.ts';
import { isPassing } from './suppression.ts';

export interface TopicStanding {
  readonly id: string;
  readonly title: string;
  /** `unconfirmed`: asked for, and no mail before a confirmation. */
  readonly state: 'on' | 'off' | 'unconfirmed';
}
export interface Standing {
  readonly topics: readonly TopicStanding[];
  readonly fewer: boolean;
  readonly tracking: boolean;
  /** All marketing was left; topics are off whatever was ticked before. */
  readonly left?: Suppression;
  /** Nobody left: it was quiet for so long that writing ended. A word is enough to begin again. */
  readonly quiet?: Suppression;
  /** Nothing may be written to the address, not even a confirmation. */
  readonly stopped?: Suppression;
}
/** One event for ingest. */
export interface Said {
  readonly name: 'Consent Given' | 'Consent Withdrawn' | 'Preferences Changed';
  readonly properties: JsonObject;
}
export interface Asked {
  /** Ids of the topics that are ticked. */
  readonly topics: readonly string[];
  readonly fewer: boolean;
  readonly tracking: boolean;
}

export function standingOf(release: Release, lead: Lead, read: ReadFact, now: number): Standing {
  const { consent } = compiledRelease(release);
  const { preferences } = lead;
  // What passes by itself says nothing about what the person wants.
  const suppressions = lead.suppressions.filter((one) => !isPassing(one));
  const left = suppressions.find(({ scope }) => scope === 'marketing');
  const stopped = suppressions.find(({ scope }) => scope === 'all');
  const quiet = lead.suppressions.find(({ reason }) => reason === 'sunset');
  const said = { consents: lead.consents, suppressions };
  const topics = release.sending.topics.map(({ id, title }) => {
    const { verdict } = mayEmail(consent, said, read, now, { class: 'marketing', topic: id });
    return { id, title, state: states[verdict] };
  });
  return {
    topics,
    fewer: preferences?.fewer === true,
    tracking: preferences?.tracking !== false,
    ...(left === undefined ? {} : { left }),
    ...(quiet === undefined || left !== undefined ? {} : { quiet }),
    ...(stopped === undefined ? {} : { stopped }),
  };
}

const states = { yes: 'on', 'after-confirmation': 'unconfirmed', no: 'off' } as const;

/** Every topic off is what "unsubscribe from everything" means: mail without a topic must stop too. */
export function saidByForm(
  standing: Standing,
  consents: readonly Consent[],
  asked: Asked,
): readonly Said[] {
  const wanted = new Set(asked.topics);
  const turnedOff = standing.topics.filter(({ id, state }) => state !== 'off' && !wanted.has(id));
  const turnedOn = standing.topics.filter(({ id, state }) => state === 'off' && wanted.has(id));
  const isLeaving = turnedOff.length > 0 && wanted.size === 0;
  const others = standing.topics.filter(({ id }) => !wanted.has(id));
  const isAwake = standing.quiet !== undefined && wanted.size > 0;
  return [
    ...(isAwake ? stayed(consents, Infinity, others, 'Write to me again') : []),
    ...(isLeaving ? [leaving] : turnedOff.map(({ id, title }) => turnOff(id, title))),
    ...turnedOn.map(({ id, title }) => turnOn(consents, id, title)),
    ...preferred(standing, asked),
  ];
}

export const leaving: Said = { name: 'Consent Withdrawn', properties: { class: 'marketing' } };

export function turnOff(topic: string, title: string): Said {
  const properties = { class: 'marketing', topic, text: `${title}: off` };
  return { name: 'Consent Withdrawn', properties };
}

/** Back to what was given before the topic was switched off; what was never confirmed is not now. */
function turnOn(consents: readonly Consent[], topic: string, title: string): Said {
  const others = consents.filter((one) => one.topic !== topic || one.state !== 'refused');
  const state = givenOr(consentState(others, 'marketing', topic));
  const properties = { class: 'marketing', topic, state, text: `${title}: on` };
  return { name: 'Consent Given', properties };
}

export function preferred(
  standing: Pick<Standing, 'fewer' | 'tracking'>,
  asked: Partial<Pick<Asked, 'fewer' | 'tracking'>>,
): readonly Said[] {
  const { fewer = standing.fewer, tracking = standing.tracking } = asked;
  const properties = {
    ...(fewer === standing.fewer ? {} : { fewer }),
    ...(tracking === standing.tracking ? {} : { tracking }),
  };
  return Object.keys(properties).length === 0 ? [] : [{ name: 'Preferences Changed', properties }];
}

/**
 * Undoes having left at an instant: gives what was in force before it, and no more. Cold mail stays
 * refused; topics that were off stay off. `consents` is everything the address ever said.
 */
export function stayed(
  consents: readonly Consent[],
  leftAt: number,
  topics: readonly { readonly id: string; readonly title: string }[],
  text = 'That was a mistake: stay subscribed',
): readonly Said[] {
  const before = consents.filter(({ at }) => at < leftAt);
  const whole = consentState(before, 'marketing', undefined);
  const give = (state: ConsentState, topic?: string): Said => ({
    name: 'Consent Given',
    properties: { class: 'marketing', ...(topic ? { topic } : {}), state: givenOr(state), text },
  });
  const ofTopics = topics.map(({ id, title }) => ({
    ...{ id, title, state: consentState(before, 'marketing', id) },
  }));
  const given = ofTopics.filter(({ state }) => state !== 'none' && state !== 'refused');
  if (isNothing(whole) && given.length > 0) return given.map(({ id, state }) => give(state, id));
  const off = ofTopics.filter(({ state }) => state === 'refused');
  return [give(whole), ...off.map(({ id, title }) => turnOff(id, title))];
}

function isNothing(state: ConsentState): boolean {
  return state === 'none' || state === 'refused';
}

function givenOr(state: ConsentState): ConsentState {
  return state === 'double-opt-in' ? state : 'opt-in';
}
