/**
 * What was heard of an email for people: how it came back, what was answered. The events are those of
 * core/feedback/events.ts; clicks and opens, which somebody is suspected of, are in click-words.ts.
 */
import { instantInZone } from '../console/time.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Json, JsonObject } from '../core/rules/condition.ts';
import { text, titleOf } from './words.ts';

/** Undefined: it is none of them, or was told by somebody else than our own mail. */
export function mailEventReasons(
  name: string,
  properties: JsonObject,
  release: Release,
): readonly string[] | undefined {
  const say = sayings[name];
  const { journey, step, send } = properties;
  if (say === undefined || text(send) === undefined) return undefined;
  const inside = text(journey) === undefined ? [] : [`“${titleOf(release, text(journey) ?? '')}”`];
  const place = text(step) === undefined ? inside : [text(step) ?? '', ...inside];
  return [...say(properties, release), ...(place.length === 0 ? [] : [`In ${place.join(' of ')}`])];
}

type Saying = (properties: JsonObject, release: Release) => readonly string[];
const nothing: Saying = () => [];
const server: Saying = ({ detail, status }) => textOf(text(detail) ?? status);

const sayings: { readonly [name: string]: Saying } = {
  'Email Sent': nothing,
  'Email Delivered': nothing,
  'Email Complained': nothing,
  'Email Deferred': server,
  'Email Bounced': (properties, release) => [
    ...textOf(bounces[text(properties['kind']) ?? '']),
    ...server(properties, release),
  ],
  'Email Replied': ({ reply, excerpt }) => [
    ...(text(excerpt) === undefined ? [] : [`“${text(excerpt)}”`]),
    ...(reply === 'stop' ? ['Asks for no more emails'] : []),
  ],
  'Email Auto Replied': ({ until }, { sending }) => {
    const at = Date.parse(text(until) ?? '');
    return Number.isNaN(at) ? [] : [`Until ${instantInZone(at, sending.zoneIfUnknown)}`];
  },
};

const bounces: { readonly [kind: string]: string } = {
  hard: 'The address takes no mail',
  soft: 'For now: nothing is held against the address yet',
  sender: 'Because of us: nothing is held against the address',
};

function textOf(value: Json | undefined): readonly string[] {
  const words = text(value);
  return words === undefined ? [] : [words];
}
