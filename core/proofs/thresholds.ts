/**
 * Does a grade begin at more points than anybody can get?
 *
 * Conditions that ask for such a grade or score are found where they stand: see `never-holds.ts`.
 */
import type { Finding, ProvableWorkspace } from './finding.ts';
import { scoreReaches, sumInWords } from './reachable-scores.ts';

export function findThresholdsOutOfReach(workspace: ProvableWorkspace): readonly Finding[] {
  const { release, sources } = workspace;
  return scoreReaches(release).flatMap((reach): readonly Finding[] => {
    const model = release.models.find((one) => one.model === reach.model);
    const source = sources.scoring.find(({ value }) => value.model === reach.model);
    const bands = model?.grades[reach.score] ?? [];
    // Highest first; the lowest also holds for whoever is below it.
    const beyond = bands.slice(0, -1).filter(({ from }) => from > reach.most);
    const lowest = beyond.at(-1);
    if (lowest === undefined || source === undefined) return [];
    const names = beyond.map(({ grade }) => `"${grade}"`);
    const begin = `${names.join(' and ')} begin${names.length === 1 ? 's' : ''}`;
    return [
      {
        finding: 'threshold-out-of-reach',
        severity: 'warning',
        file: source.path,
        path: ['grades', reach.score, lowest.grade],
        message: `no lead can get the ${reach.score} grade ${names.join(' or ')}`,
        witness: `${sumInWords(reach)}, ${begin} at ${lowest.from}`,
        fix: `let it begin at ${reach.most} or less, or give more points`,
      },
    ];
  });
}
