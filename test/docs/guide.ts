/**
 * The guide as steps: files that are written, mistakes that the check must name to the letter, and
 * commands whose output stands below them. What is fenced and none of these has no place in it.
 */
export type Step = { readonly line: number } & (
  | { readonly type: 'file'; readonly path: string; readonly text: string }
  | {
      readonly type: 'mistake';
      readonly path: string;
      readonly text: string;
      readonly says: readonly string[];
    }
  | {
      readonly type: 'run';
      readonly commands: readonly string[];
      /** Absent where the command needs a running Perennial. */
      readonly says?: readonly string[];
    }
);
interface Fence {
  readonly line: number;
  readonly language: string;
  readonly path: string;
  readonly isMistake: boolean;
  readonly text: string;
}

export function stepsOf(markdown: string): readonly Step[] {
  const fences = fencesOf(markdown);
  return fences.flatMap((fence, index): readonly Step[] => {
    const { line, language, path, text } = fence;
    const next = fences[index + 1];
    const says = next?.language === 'text' ? next.text.trimEnd().split('\n') : undefined;
    if (language === 'text') return [];
    if (language === 'sh') {
      const commands = text.trim().split('\n');
      return [{ type: 'run', line, commands, ...(says === undefined ? {} : { says }) }];
    }
    if (path === '') throw new Error(`docs/files.md:${line}: the example does not say which file`);
    if (!fence.isMistake) return [{ type: 'file', line, path, text }];
    if (says === undefined) throw new Error(`docs/files.md:${line}: what does the check say?`);
    return [{ type: 'mistake', line, path, text, says }];
  });
}

function fencesOf(markdown: string): readonly Fence[] {
  return [...markdown.matchAll(/^```(\w+)(?: (\S+))?( mistake)?\n([\s\S]*?)^```$/gm)].map(
    ({ index, 1: language = '', 2: path = '', 3: mistake, 4: text = '' }) => ({
      ...{ language, path, text, isMistake: mistake !== undefined },
      line: markdown.slice(0, index).split('\n').length,
    }),
  );
}

/** Whether lines are as told; a line with nothing but … stands for any number of lines. */
export function isAsTold(told: readonly string[], found: readonly string[]): boolean {
  const [first, ...rest] = told;
  if (first === undefined) return found.length === 0;
  if (first.trim() === '…') {
    return found.some((_, at) => isAsTold(rest, found.slice(at))) || rest.length === 0;
  }
  return first.trimEnd() === found[0]?.trimEnd() && isAsTold(rest, found.slice(1));
}
