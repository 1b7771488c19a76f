/** What is known of one email whose fate is not, in sentences for whoever has to find it out. */
import { instantInZone } from '../console/time.ts';
import type { Release } from '../core/definitions/release.ts';
import type { SendListing } from '../store/read-sends.ts';
import { titleOf } from './words.ts';

/** When, to whom, which step, the server's last words, where to look. */
export function whatIsKnown(send: SendListing, release: Release): readonly string[] {
  const zone = release.sending.zoneIfUnknown;
  const { transmittingAt, journey, step, address, response, messageId } = send;
  const when = transmittingAt === null ? 'never' : instantInZone(transmittingAt, zone);
  const where = journey === null ? 'Handoff' : titleOf(release, journey);
  return [
    `Handed over ${when}, to ${address ?? 'no address'}: ${where}, step ${step}.`,
    lastWords(response),
    `Look for ${messageId} in the log of your mail server, or ask its operator.`,
  ];
}

function lastWords(response: string | null): string {
  if (response === null || response === 'lease-expired') {
    return 'Whoever handed it over died before the server answered.';
  }
  return `The last that was heard of the server: ${response}`;
}
