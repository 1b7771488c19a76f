/**
 * What a copy from another tool leaves behind: merge tags that nothing fills here, and filler text that
 * was to be replaced. Everybody has once been called "*|FNAME|*".
 */
import { error, placeOf, warning, type TemplateProblem } from '../templates/problem.ts';

const tags: readonly RegExp[] = [
  /\*\|[A-Z0-9_:]+\|\*/gi,
  /%%[\w .]+%%/g,
  /<<\s*[A-Za-z][\w ]*\s*>>/g,
  /(?<![\w[])\[(?:first|last|full|company|your)?[ _-]?name\]/gi,
  /\$\{[\w.]+\}/g,
];
const filler = /\b(lorem ipsum|dolor sit amet|TODO|FIXME|TBD|XXX+)\b/g;

export function leftoverProblems(source: string): readonly TemplateProblem[] {
  const foreign = tags.flatMap((pattern) =>
    [...source.matchAll(pattern)].map((match) => ({
      ...error(
        `"${match[0]}" is a placeholder of another tool: readers would see it`,
        'write {{ lead.firstName }} and the like',
      ),
      ...placeOf(source, match.index),
    })),
  );
  const unfinished = [...source.matchAll(new RegExp(filler, 'gi'))]
    .filter((match) => /^lorem|^dolor/i.test(match[0]) || match[0] === match[0].toUpperCase())
    .map((match) => ({
      ...warning(`"${match[0]}" looks like something to be replaced`),
      ...placeOf(source, match.index),
    }));
  return [...foreign, ...unfinished];
}
