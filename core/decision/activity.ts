/**
 * Whether an event counts as life. Deliveries and what robots do never count; a click counts only when
 * it is known to be human, because scanners follow links.
 */
import type { Release } from '../definitions/release.ts';
import { builtInEvents } from '../facts/catalogue.ts';
import type { Trust } from '../facts/lead.ts';

export function isActivity(release: Release, name: string, trust: Trust): boolean {
  if (name === 'Email Clicked') return trust === 'human';
  if (trust === 'likely-robot') return false;
  // A file may declare a built-in event again to add properties, never to take its life away.
  const declared = [builtInEvents, release.events].filter((events) => Object.hasOwn(events, name));
  return declared.some((events) => events[name]?.activity === true);
}
