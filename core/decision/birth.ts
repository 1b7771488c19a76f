/**
 * A lead before its first event: nothing is known, and the first stage is its own. Ingest and the
 * simulator begin here, so that the first event folds like any other.
 */
import type { Lead } from '../facts/lead.ts';
import type { Qualification } from '../qualification/model.ts';
import { bornStage } from '../qualification/stages.ts';

export function bornLead(
  identity: { readonly id: string; readonly splitKey?: string; readonly bornAt: number },
  qualification: Qualification,
): Lead {
  const { id, splitKey, bornAt } = identity;
  return {
    id,
    splitKey: splitKey ?? id,
    bornAt,
    traits: {},
    tags: [],
    stage: bornStage(qualification, bornAt),
    consents: [],
    suppressions: [],
    events: [],
    counts: {},
    enrolments: [],
    seq: 0,
    segments: [],
  };
}
