/**
 * Which stages a release would move, by deciding every lead in memory: of the rules in force for
 * `recompute --dry-run`, of files that are not published yet for `publish --dry-run`. Nothing is written.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Foreseen } from '../ingest/foresee-recompute.ts';
import type { Connected } from './connect.ts';
import { createProgressBar } from './progress-bar.ts';
import { plural, type Shell } from './shell.ts';

const leadsAtOnce = 1_000;

export async function foreseeStages(
  shell: Shell,
  { store, releases }: Pick<Connected, 'store' | 'releases'>,
  release: Release,
): Promise<Foreseen> {
  const [{ foreseeRecompute }, { countCanonical }] = await Promise.all([
    import('../ingest/foresee-recompute.ts'),
    import('../store/recomputes.ts'),
  ]);
  const bar = createProgressBar(shell.progress, () => performance.now());
  const total = await countCanonical(store);
  const foreseen = await foreseeRecompute({
    ...{ store, releases, release, leadsAtOnce, now: () => Date.now() },
    onPage: (done) => bar.show(done / Math.max(total, done), `${plural(done, 'lead')} looked at`),
  });
  bar.clear();
  return foreseen;
}

export async function foreseenLines(
  { leads, moves, untold, examples }: Foreseen,
  release: Release,
): Promise<readonly string[]> {
  const [{ moveWords }, { stageLabel }] = await Promise.all([
    import('../api/recomputes.ts'),
    import('../core/routing/brief.ts'),
  ]);
  const said = moveWords(release, moves);
  const asked = `Dry run over ${plural(leads, 'lead')}; nothing was written.`;
  if (said.length === 0) return ['No stage would move.', asked];
  const label = (stage: string) => stageLabel(release, stage);
  return [
    'Stages would move:',
    ...said.map((text) => `  ${text}`),
    'For example:',
    ...examples.map(
      ({ address, leadId, from, to, why }) =>
        `  ${address ?? leadId}: ${label(from)} → ${label(to)} (${why})`,
    ),
    ...(untold === 0
      ? []
      : [`${plural(untold, 'lead')} would come into a stage with a handoff, and nobody be told.`]),
    asked,
  ];
}
