/** `perennial merges`: pairs of leads that may be one person, side by side. */
import { Command } from 'commander';
import type { Compared } from '../api/merges.ts';
import { withPausing } from './pause.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';

export function mergesCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('merges')
    .description('list the pairs of leads that may be one person, with what each of them knows')
    .argument('[lead]', 'compare this lead …')
    .argument('[other]', '… with this one, listed or not')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(
      async (
        one: string | undefined,
        other: string | undefined,
        options: { readonly json?: true },
      ) => {
        finish(await merges(shell, one, other, options.json === true));
      },
    );
}

async function merges(
  shell: Shell,
  one: string | undefined,
  other: string | undefined,
  asJson: boolean,
): Promise<ExitCode> {
  return withPausing<ExitCode>(shell, async (deps) => {
    const { candidates, compareNamed } = await import('../api/merges.ts');
    const { candidateJson } = await import('../api/routes/merges.ts');
    const { candidateReasons } = await import('../api/merge-words.ts');
    const pairs =
      one === undefined ? await candidates(deps) : [await compareNamed(deps, one, other ?? '')];
    if (asJson) {
      shell.printJson({ ok: true, candidates: pairs.map(candidateJson) });
      return 0;
    }
    if (pairs.length === 0) shell.print('No pair of leads waits for a decision.');
    for (const pair of pairs) for (const line of linesOf(pair, candidateReasons)) shell.print(line);
    if (pairs.length > 0) {
      const keep = '`perennial merge <lead> <lead>` makes them one';
      const apart = '`perennial unmerge <lead> <lead>` keeps them apart';
      shell.print(`${plural(pairs.length, 'pair')}. ${keep}, ${apart}.`);
    }
    return 0;
  });
}

function linesOf(
  { leadIds, names, fields, because }: Compared,
  reasons: { readonly [because: string]: string },
): readonly string[] {
  const rows = fields.map(({ label, values, differs }) => {
    const [one, other] = values.map((value) =>
      value === null
        ? '–'
        : value.origin === undefined
          ? value.value
          : `${value.value} (${value.origin})`,
    );
    return [differs ? `${label} *` : label, one ?? '–', other ?? '–'] as const;
  });
  const all = [['', names[0], names[1]], ['Id', leadIds[0], leadIds[1]], ...rows] as const;
  const width = (column: 0 | 1): number => Math.max(...all.map((row) => [...row[column]].length));
  const [first, second] = [width(0), Math.min(width(1), 60)];
  return [
    `${names[0]} and ${names[1]}`,
    ...(because === undefined ? [] : [`  ${reasons[because] ?? because}.`]),
    ...all.map(
      ([label, one, other]) => `  ${label.padEnd(first)}  ${one.padEnd(second)}  ${other}`,
    ),
    '',
  ];
}

const help = `
A star marks what the two say differently. Each value names who said it, and when.

Examples:
  $ npx perennial merges
  $ npx perennial merges ana@nordwind.example ana.berg@gmail.example
  $ npx perennial merges --json | jq '.candidates[].because'`;
