/** What is known of one email whose fate is not, in sentences for whoever has to find it out. */
import { instantInZone } from '../console/time.ts';
import type { Release } from '../core/definitions/release.ts';
import type { SendListing } from '../store/read-sends.ts';
import { titleOf } from './words.ts';

/** When, to whom, which step, the server's last words, where to look. */
export function whatIsKnown(send: SendListing, release: Release): readonly string[] {
  const zone = release.sending.zoneIfUnknown;
  const { transmittingAt, address, response, messageId } = send;
  const when = transmittingAt === null ? 'never' : instantInZone(transmittingAt, zone);
  return [
    `Handed over ${when}, to ${address ?? 'no address'}: ${placeOf(send, release)}.`,
    lastWords(response),
    `Look for ${messageId} in the log of your mail server, or ask its operator.`,
  ];
}

/** To whom, and of which step: an email whose fate is known. */
export function whereItGoes(send: SendListing, release: Release): readonly string[] {
  return [`To ${send.address ?? 'no address'}: ${placeOf(send, release)}`];
}

function placeOf({ journey, step }: SendListing, release: Release): string {
  return `${journey === null ? 'Handoff' : titleOf(release, journey)}, step ${step}`;
}

function lastWords(response: string | null): string {
  if (response === null || response === 'lease-expired') {
    return 'Whoever handed it over died before the server answered.';
  }
  return `The last that was heard of the server: ${response}`;
}
