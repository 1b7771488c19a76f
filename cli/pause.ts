/** `perennial pause`: a journey, a lead, a sender or everything stands still from now on. */
import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { Pausing } from '../api/pauses.ts';
import { withDatabase, type Connected } from './connect.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';

export interface PauseOptions {
  readonly from?: string;
  readonly until?: string;
  readonly why?: string;
  readonly by?: string;
  readonly json?: true;
}

export function pauseCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('pause')
    .description('stop a journey, a lead, a sender or everything, with all timers frozen')
    .argument('<what>', '"journey", "lead", "sender" or "all"')
    .argument('[which]', 'the journey, the lead (address or id), the address of the sender')
    .option('--until <when>', 'resume by itself then: "2 days", "2027-01-07", "2027-01-07T09:00"')
    .option('--from <when>', 'begin then instead of now')
    .option('--why <text>', 'for those who wonder why nothing is sent')
    .option('--by <name>', 'who pauses (default: the name of your account)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (what: string, which: string | undefined, options: PauseOptions) => {
      finish(await pause(shell, { what, which }, options));
    });
}

export interface Thing {
  readonly what: string;
  readonly which: string | undefined;
}

async function pause(shell: Shell, thing: Thing, options: PauseOptions): Promise<ExitCode> {
  const { from, until, why } = options;
  return withPausing<ExitCode>(shell, async (deps) => {
    const [{ findPause }, { pauseAsAsked }, words] = await Promise.all([
      import('../store/pauses.ts'),
      import('../api/pauses.ts'),
      import('../api/pause-words.ts'),
    ]);
    const by = options.by ?? accountName(shell);
    const begun = await pauseAsAsked(deps, { ...askedFor(thing), from, until, why, by });
    const release = await deps.releases.current();
    const now = deps.clock();
    const pause = (await findPause(deps.sql, begun.pause.id)) ?? { ...begun.pause, address: null };
    const isNew = begun.type === 'begun';
    if (options.json === true) {
      const open = isNew ? begun.open : null;
      shell.printJson({
        ok: isNew,
        type: begun.type,
        pause: words.pauseJson(begun.pause, now),
        open,
      });
    } else if (isNew) {
      shell.print(words.standsStill(release, pause, now));
      shell.print(words.whoIsInside(pause, begun.open));
    } else {
      const which = `${words.standsStill(release, pause, now)} It is so ${words.since(release, pause)}.`;
      shell.print(`${which} Nothing was changed; \`perennial resume\` ends it.`);
    }
    return isNew ? 0 : 1;
  });
}

export function accountName(shell: Shell): string {
  return shell.env['USER'] ?? userInfo().username;
}

/** `pause all` needs no second word, and a second word is never passed over in silence. */
export function askedFor({ what, which }: Thing): {
  readonly scope: string;
  readonly key?: string;
} {
  return { scope: what, ...(which === undefined ? {} : { key: which }) };
}

/** What names nothing, or is no instant, is a finding (1), not a broken call (2). */
export async function withPausing<T>(
  shell: Shell,
  work: (deps: Pausing, connected: Connected) => Promise<T>,
): Promise<T> {
  return withDatabase(shell, async (connected) => {
    const { Problem } = await import('../api/problems.ts');
    const { store, releases } = connected;
    try {
      return await work({ sql: store, releases, clock: () => Date.now() }, connected);
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      throw new CommandFailure(cause.message, { cause, exitCode: 1 });
    }
  });
}

const help = `
While a pause lasts nothing of it is sent or done: sleeping runs sleep on with their clocks stopped, and
whoever would act waits. Exits, scores and handoffs go on. A paused sender stops its emails only.
Days and times without a zone are read on the clock of the workspace.

Examples:
  $ npx perennial pause journey trial-nurture --why "new pricing page"
  $ npx perennial pause lead ana@nordwind.example --until "2 weeks"
  $ npx perennial pause sender mia@acme.example
  $ npx perennial pause all --from 2026-12-24 --until 2027-01-07T09:00 --why holidays`;
