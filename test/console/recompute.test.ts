/** The card that says what a change of the rules did to leads. */
import { expect, test } from 'vitest';
import { recomputeCard } from '../../console/pages/recompute.ts';
import type { StoredRecompute } from '../../store/recomputes.ts';
import { release, START } from '../core/decision/acme.ts';

const byRules: StoredRecompute = {
  ...{ id: 'r1', releaseId: 'v2', release: 2, reason: 'Rules changed: release 2', by: 'ines' },
  ...{ total: 60, done: 60, changed: 60, untold: 9, supersededBy: null },
  ...{ askedAt: START, startedAt: START, finishedAt: START },
  moves: { 'lead marketingqualifiedlead': 9 },
};

test('a recompute by hand that changed nothing does not hide what the publish moved', () => {
  const byHand = { ...byRules, id: 'r2', reason: 'Recomputed by ines', changed: 0, moves: {} };
  const zone = 'Europe/Berlin';
  const view = { untold: { counts: [], leads: [] }, release: release(), zone };
  const card = recomputeCard({ ...view, recomputes: [byHand, byRules] });
  const text = card === false ? '' : card.text;
  expect(text).toContain('Recomputed by ines: all 60 leads decided anew, 0 changed.');
  expect(text).toMatch(/Rules changed: release 2: all 60 .*<li>9 × lead → MQL/s);
  expect(recomputeCard({ ...view, recomputes: [] })).toBe(false);
});
