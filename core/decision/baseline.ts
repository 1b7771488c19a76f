/**
 * Which segments a lead matched before anything happens under the rules now in force.
 *
 * `on: segment` fires when a segment starts to match, so the list a lead carries must have been judged
 * by today's rules: after a release that adds a segment, or changes what one looks at, every lead that
 * matches already would seem to start. Where the rules differ the list is taken anew, from the lead as
 * it was; whoever is on it is an existing lead, whose entry is `existing`'s business alone.
 */
import { contentHash } from '../definitions/canonical.ts';
import type { Release } from '../definitions/release.ts';
import type { Lead } from '../facts/lead.ts';
import type { DecisionContext, Moment } from './context.ts';
import { matchingSegments } from './occasions.ts';

export function withBaseline(lead: Lead, moment: Moment, context: DecisionContext): Lead {
  const segmentsHash = segmentsHashOf(context.release);
  if (lead.segmentsHash === segmentsHash) return lead;
  // Of somebody unheard of nothing held before: all that holds now starts to.
  if (lead.seq === 0) return { ...lead, segmentsHash };
  // A tick comes at the very instant at which something changes: before is a millisecond earlier.
  const now = moment.event.type === 'tick' ? moment.now - 1 : moment.now;
  const segments = matchingSegments(lead, { ...moment, now }, context);
  return { ...lead, segments, segmentsHash };
}

const hashes = new WeakMap<Release, string>();

/** Of everything a segment can look at: a new scoring rule changes who is in "hot" as well. */
function segmentsHashOf(release: Release): string {
  const known = hashes.get(release);
  if (known !== undefined) return known;
  const { segments, facts, events, models, qualification, sending, interests = {} } = release;
  const own = { segments, facts, events, models, qualification, consent: sending.consent };
  const rules = {
    ...own,
    ...(Object.keys(interests).length === 0 ? {} : { interests }),
    // Tiers, roles and who is engaged. Without the file leads are linked as ever.
    ...(release.accounts === undefined ? {} : { accounts: release.accounts }),
  };
  const hash = contentHash('segments', '', rules).slice(0, 16);
  hashes.set(release, hash);
  return hash;
}
