/** `perennial stage`: a person sets the stage of a lead, and rules leave it alone for a time. */
import { Command } from 'commander';
import type { ByHand, StageAsk } from '../api/by-hand.ts';
import { withDatabase, type Connected } from './connect.ts';
import { accountName } from './pause.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';

interface StageOptions {
  readonly why?: string;
  readonly for?: string;
  readonly until?: string;
  readonly by?: string;
  readonly quiet?: true;
  readonly json?: true;
}

export function stageCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('stage')
    .description('set the stage of a lead by hand; rules leave it alone for a time')
    .argument('<lead>', 'address, id of yours or id of Perennial')
    .argument('<stage>', 'the stage: its label (MQL) or its value')
    .option('--why <text>', 'the reason, for those who wonder')
    .option('--for <span>', 'how long rules leave it alone: "30 days", or "ever"')
    .option('--until <when>', 'until when instead: "2027-01-07", "2027-01-07T09:00"')
    .option('--by <name>', 'who sets it (default: the name of your account)')
    .option('--quiet', 'hand nobody over and begin no journey')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (lead: string, stage: string, options: StageOptions) => {
      finish(await setStage(shell, lead, stage, options));
    });
}

async function setStage(
  shell: Shell,
  lead: string,
  stage: string,
  options: StageOptions,
): Promise<ExitCode> {
  return withByHand<ExitCode>(shell, async (deps, { releases }) => {
    const { stageAsAsked } = await import('../api/by-hand.ts');
    const { instantInZone } = await import('../console/time.ts');
    const { by = accountName(shell), why: reason, until, quiet = false } = options;
    const ask: StageAsk = { stage, reason, for: options.for, until, by, quiet };
    const set = await stageAsAsked(deps, lead, ask);
    const { moves, handoff } = set.answer;
    if (options.json === true) {
      shell.printJson({ ok: true, ...set });
      return 0;
    }
    const { zoneIfUnknown } = (await releases.current()).sending;
    const alone =
      set.until === null
        ? 'Rules leave it alone for ever.'
        : `Rules leave it alone until ${instantInZone(set.until, zoneIfUnknown)}.`;
    shell.print(`${lead} is ${moves.length === 0 ? 'still ' : ''}${set.label}. ${alone}`);
    if (handoff?.status === 'opened') shell.print('It was handed to sales.');
    if (handoff?.status === 'closed') shell.print('Its handoff was closed, and its rep is told.');
    return 0;
  });
}

/** What names nothing is a finding (1), not a broken call (2). */
export async function withByHand<T>(
  shell: Shell,
  work: (deps: ByHand, connected: Connected) => Promise<T>,
): Promise<T> {
  return withDatabase(shell, async (connected) => {
    const { createIngest } = await import('../ingest/ingest.ts');
    const { Problem } = await import('../api/problems.ts');
    const { store, releases } = connected;
    // Without a delivery of its own: the relay of the running product takes what is decided here.
    const onError = (error: unknown, doing: string) =>
      shell.note(`Stored, but afterwards ${doing}: ${String(error)}`);
    const { ingest, close } = createIngest({ store, releases, onError });
    try {
      return await work({ sql: store, releases, ingest, clock: () => Date.now() }, connected);
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      throw new CommandFailure(cause.message, { cause, exitCode: 1 });
    } finally {
      await close();
    }
  });
}

const help = `
The stage is entered like any other way in: whoever is to be told is told, unless --quiet. Rules move the
lead neither forward nor back until the time is up. What people decide later still does: a deal, and what
a rep answers.

Examples:
  $ npx perennial stage ana@nordwind.example MQL --why "Met at the fair" --for "30 days"
  $ npx perennial stage ben@nordwind.example lead --why "A student" --for ever --quiet`;
