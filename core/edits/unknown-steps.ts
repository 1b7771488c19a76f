/**
 * Keys of "renamed" and "removed" that name a step no earlier version of the journey has: a slip, and the
 * leads it was meant for would be blocked. Only publishing can tell, because only there earlier versions
 * are known.
 */
import { problemOf, parseDocument } from '../definitions/document.ts';
import type { Problem } from '../definitions/problems.ts';
import { didYouMean } from '../definitions/suggest.ts';
import type { EditedJourney } from './plan-edits.ts';

/** `file` and `text` of the journey as it is to be published. */
export function unknownSteps(
  { versions, toPlan }: EditedJourney,
  { path: file, text }: { readonly path: string; readonly text: string },
): readonly Problem[] {
  const target = versions.find(({ hash }) => hash === toPlan)?.plan;
  const earlier = versions.filter(({ hash }) => hash !== toPlan);
  if (target === undefined || earlier.length === 0) return [];
  const known = new Set(earlier.flatMap(({ plan }) => Object.keys(plan.steps)));
  const lost = [...known].filter((step) => !Object.hasOwn(target.steps, step));
  const document = parseDocument(file, text);
  return (['renamed', 'removed'] as const).flatMap((kind) =>
    Object.keys(target.whenEdited[kind])
      .filter((step) => !known.has(step))
      .map((step) => {
        const found = JSON.stringify(step);
        const message = `no earlier version of this journey has a step ${found}`;
        const fix = didYouMean(step, lost) ?? 'leave it out';
        return problemOf(
          document,
          ['whenEdited', kind, step],
          { message, found, fix },
          'key',
          'warning',
        );
      }),
  );
}
