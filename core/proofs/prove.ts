/**
 * Every proof over a workspace that compiled without an error. The list below is the table of contents
 * of this folder: one file, one question.
 */
import { problemOf } from '../definitions/document.ts';
import type { Problem } from '../definitions/problems.ts';
import type { Finding, Proof, ProvableWorkspace } from './finding.ts';
import { findDeadBranches } from './dead-branches.ts';
import { findNegationsWithoutKnown } from './negations.ts';
import { findNeverMailedCountries } from './never-mailed-countries.ts';
import { findOverflowCircles } from './overflow-circles.ts';
import { findDatesPast } from './dates-past.ts';
import { findFollowUps } from './follow-ups.ts';
import { findMissingFallbacks } from './missing-fallbacks.ts';
import { findStageContent } from './stage-content.ts';
import { findRoutesWithoutLeads } from './routes.ts';
import { findRulesNeverOrAlways } from './rules-never-or-always.ts';
import { findThresholdsOutOfReach } from './thresholds.ts';
import { findLoops } from './loops.ts';
import { findIdleWarmUps } from './idle-warm-up.ts';
import { findNoWayOut } from './no-way-out.ts';
import { findPingPong } from './ping-pong.ts';
import { findTooManyEmails } from './too-many-emails.ts';
import { findUnconfirmedConsent } from './unconfirmed-consent.ts';
import { findUndeclaredCauses } from './undeclared-causes.ts';
import { findUnreachableSteps } from './unreachable-steps.ts';

const proofs: readonly Proof[] = [
  findUnreachableSteps,
  findTooManyEmails,
  findOverflowCircles,
  findDatesPast,
  findFollowUps,
  findMissingFallbacks,
  findStageContent,
  findLoops,
  findNoWayOut,
  findPingPong,
  findDeadBranches,
  findRulesNeverOrAlways,
  findNegationsWithoutKnown,
  findThresholdsOutOfReach,
  findRoutesWithoutLeads,
  findNeverMailedCountries,
  findUndeclaredCauses,
  findUnconfirmedConsent,
  findIdleWarmUps,
];

export function prove(workspace: ProvableWorkspace): readonly Problem[] {
  const documents = new Map(
    Object.values(workspace.sources)
      .flat()
      .flatMap((source) => ('document' in source ? [[source.path, source.document] as const] : [])),
  );
  return proofs.flatMap((proof) =>
    proof(workspace).map((finding) => {
      const document = documents.get(finding.file);
      if (document === undefined) throw new Error(`A finding about no file: "${finding.file}"`);
      return placed(document, finding);
    }),
  );
}

function placed(document: Parameters<typeof problemOf>[0], found: Finding): Problem {
  const { finding, witness, path, severity, message, fix } = found;
  const text = { message, ...(fix === undefined ? {} : { fix }) };
  return { ...problemOf(document, path, text, 'value', severity), finding, witness };
}
