/** A click or an open of an email for people: what was followed, in which email, and whether it was a person. */
import type { Release } from '../core/definitions/release.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import { capital } from './pause-words.ts';
import { text, titleOf } from './words.ts';

/** Undefined: it is neither, or was told by somebody else than our own links. */
export function clickWords(
  name: string,
  { link, url, because, journey, step, send }: JsonObject,
  trust: unknown,
  release: Release,
): { readonly title: string; readonly reasons: readonly string[] } | undefined {
  if ((name !== 'Email Clicked' && name !== 'Email Opened') || text(send) === undefined) return;
  const isRobot = trust === 'likely-robot';
  const who = isRobot ? 'A machine ' : trust === 'human' ? '' : 'Somebody or something ';
  const what = text(link) ?? text(url);
  const done =
    name === 'Email Opened'
      ? 'opened an email'
      : what === undefined || isRobot
        ? 'followed links of an email'
        : `clicked “${what}”`;
  const why = text(because);
  const inside = text(journey) === undefined ? [] : [`“${titleOf(release, text(journey) ?? '')}”`];
  return {
    title: capital(`${who}${done}`),
    reasons: [
      ...(isRobot || text(url) === undefined ? [] : [`To ${text(url)}`]),
      [`In ${text(step) ?? 'an email'}`, ...inside].join(' of '),
      ...(why === undefined ? [] : [capital(why)]),
      ...(isRobot ? ['Likely a robot: it counts for nothing'] : []),
    ],
  };
}
