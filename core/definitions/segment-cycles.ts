/** A segment that ends up asking for itself could never be answered: each such circle is a problem. */
import type { Condition } from '../rules/condition.ts';
import type { Problem } from './problems.ts';
import { createScope } from './scope.ts';
import type { Names } from './scope.ts';
import type { Sources } from './sources.ts';

export function findSegmentCycles(sources: Sources, names: Names, problems: Problem[]): void {
  const segments = sources.segments.flatMap(({ value }) => value.segments);
  const asks = new Map(segments.map(({ id, when }) => [id, segmentsOf(when)]));
  for (const { document, value } of sources.segments) {
    const scope = createScope(document, names, problems);
    value.segments.forEach(({ id }, index) => {
      if (!reaches(asks, id, id, new Set())) return;
      const found = JSON.stringify(id);
      const message = `segment ${found} asks for itself`;
      scope.report(['segments', index, 'when'], { message, found });
    });
  }
}

export function segmentsOf(condition: Condition): readonly string[] {
  if ('all' in condition) return condition.all.flatMap(segmentsOf);
  if ('any' in condition) return condition.any.flatMap(segmentsOf);
  if ('not' in condition) return segmentsOf(condition.not);
  return 'condition' in condition ? [condition.condition] : [];
}

function reaches(
  asks: ReadonlyMap<string, readonly string[]>,
  from: string,
  to: string,
  seen: Set<string>,
): boolean {
  return (asks.get(from) ?? []).some((next) => {
    if (next === to) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(asks, next, to, seen);
  });
}
