/** `perennial pauses`: what stands still, what will, and what did. */
import { Command } from 'commander';
import type * as PauseWords from '../api/pause-words.ts';
import type { Release } from '../core/definitions/release.ts';
import type { PauseListing } from '../store/pauses.ts';
import { withPausing } from './pause.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';

export function pausesCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('pauses')
    .description('list the pauses: in force, to come, and with --all those that are over')
    .option('--all', 'also those that are over, the latest first')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (options: { all?: true; json?: true }) => {
      finish(await pauses(shell, options.all === true, options.json === true));
    });
}

const listedMost = 200;

async function pauses(shell: Shell, all: boolean, asJson: boolean): Promise<ExitCode> {
  return withPausing<ExitCode>(shell, async (deps) => {
    const { listPauses } = await import('../store/pauses.ts');
    const words = await import('../api/pause-words.ts');
    const now = deps.clock();
    const rows = await listPauses(deps.sql, { now, limit: listedMost, current: !all });
    if (asJson) {
      const data = rows.map((row) => ({
        ...words.pauseJson(row, now),
        open: row.open,
        parked: row.parked,
      }));
      shell.printJson({ ok: true, pauses: data });
      return 0;
    }
    if (rows.length === 0) shell.print(all ? 'Nothing was ever paused.' : 'Nothing is paused.');
    const release = await deps.releases.current();
    for (const row of rows) for (const line of linesOf(words, release, row, now)) shell.print(line);
    return 0;
  });
}

function linesOf(
  words: typeof PauseWords,
  release: Release,
  row: PauseListing,
  now: number,
): readonly string[] {
  const thing = words.capital(words.pausedThing(release, row));
  const state = words.stateOf(row, now);
  switch (state) {
    case 'called-off':
      return [
        `${thing}: called off by ${row.resumedBy ?? 'nobody'} before it began`,
        `  id ${row.id}`,
      ];
    case 'over': {
      const by = row.resumedBy === null ? 'by itself' : `by ${row.resumedBy}`;
      const woken = row.woken === null ? '' : `; ${plural(row.woken, 'run')} had to wait`;
      return [
        `${thing}: was paused ${words.since(release, row)}`,
        `  for ${words.lasted(row, now)}, resumed ${by}${woken}`,
      ];
    }
    case 'in-force':
    case 'scheduled': {
      const sleeping = Math.max(0, row.open - row.parked);
      const who = row.scope === 'sender' ? '' : `${plural(sleeping, 'run')} asleep, `;
      const inside = state === 'scheduled' ? '' : `; ${who}${row.parked} waiting to act`;
      return [
        `${words.standsStill(release, row, now)}`,
        `  ${words.since(release, row)}${inside}`,
        `  id ${row.id}`,
      ];
    }
  }
}

const help = `
Examples:
  $ npx perennial pauses
  $ npx perennial pauses --all --json | jq '.pauses[0].woken'`;
