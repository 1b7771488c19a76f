/** `perennial merge` and `perennial unmerge`: two leads become one person, or two again. */
import { Command } from 'commander';
import type { Merging } from '../api/merges.ts';
import { accountName, withPausing } from './pause.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';

interface Options {
  readonly keep?: string;
  readonly why?: string;
  readonly by?: string;
  readonly json?: true;
}

export function mergeCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return described(new Command('merge'), 'make one person of two leads, with both histories')
    .argument('<lead>', 'address, id of yours or id of Perennial')
    .argument('<other>', 'the other one')
    .option('--keep <lead>', 'which of the two stays, with its address (default: the first)')
    .addHelpText('after', mergeHelp)
    .action(async (one: string, other: string, options: Options) => {
      finish(await merge(shell, one, other, options));
    });
}

export function unmergeCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return described(new Command('unmerge'), 'undo a merge, or keep two leads apart for good')
    .argument('<lead>', 'one of the two')
    .argument('[other]', 'of two leads that are not merged: never merge these by themselves')
    .addHelpText('after', unmergeHelp)
    .action(async (one: string, other: string | undefined, options: Options) => {
      finish(await unmerge(shell, one, other, options));
    });
}

function described(command: Command, description: string): Command {
  return command
    .description(description)
    .requiredOption('--why <text>', 'for those who look at it later')
    .option('--by <name>', 'who decides (default: the name of your account)')
    .option('--json', 'answer with JSON');
}

async function merge(
  shell: Shell,
  one: string,
  other: string,
  options: Options,
): Promise<ExitCode> {
  const { keep = one, why, json } = options;
  if (keep !== one && keep !== other) {
    throw new CommandFailure(`--keep is ${keep}; expected ${one} or ${other}.`);
  }
  return withMerging(shell, async (deps) => {
    const { mergeAsAsked } = await import('../api/merges.ts');
    const by = options.by ?? accountName(shell);
    const from = keep === one ? other : one;
    const { merge: done, answer } = await mergeAsAsked(deps, { into: keep, from, why, by });
    const { mergeJson } = await import('../api/lead-view.ts');
    if (json === true) {
      shell.printJson({ ok: true, merge: mergeJson(done), ...answer });
      return;
    }
    shell.print(`${from} is part of ${keep} now. Its events, runs and emails count there.`);
    for (const { journey } of answer.exits.filter(({ exit }) => exit === 'merged')) {
      shell.print(`  The second run of ${journey} ended: the one entered first goes on.`);
    }
    for (const { from: was, to, why: because } of answer.moves) {
      shell.print(`  Stage: ${was} → ${to}. ${because}.`);
    }
    shell.print(`  \`perennial unmerge ${from} --why "…"\` undoes it.`);
  });
}

async function unmerge(
  shell: Shell,
  one: string,
  other: string | undefined,
  { why, json, by = accountName(shell) }: Options,
): Promise<ExitCode> {
  return withMerging(shell, async (deps) => {
    const { keepApartAsAsked, mergeMeant, undoAsAsked } = await import('../api/merges.ts');
    if (other !== undefined) {
      const leads = await keepApartAsAsked(deps, [one, other], { why, by });
      if (json === true) shell.printJson({ ok: true, keptApart: leads });
      else shell.print(`${one} and ${other} stay two leads; no event merges them by itself.`);
      return;
    }
    const meant = await mergeMeant(deps, one);
    const { leadId, separatedId } = await undoAsAsked(deps, meant.id, { why, by });
    if (json === true) {
      shell.printJson({ ok: true, merge: meant.id, leadId, separated: separatedId });
      return;
    }
    const { viewLead } = await import('../api/lead-view.ts');
    const kept = (await viewLead(deps, leadId))?.lead.address ?? leadId;
    shell.print(
      `${meant.fromName ?? separatedId} and ${kept} are two leads again, each with its own events.`,
    );
    shell.print('  Runs, handoffs and emails stay with the lead they belonged to.');
  });
}

/** Decides and stores by itself; delivery to Temporal is the running product's. */
async function withMerging(
  shell: Shell,
  work: (deps: Merging) => Promise<void>,
): Promise<ExitCode> {
  return withPausing<ExitCode>(shell, async (deps, { store, releases }) => {
    const { createIngest } = await import('../ingest/ingest.ts');
    const failed: string[] = [];
    const onError = (error: unknown, doing: string) => failed.push(`${doing}: ${String(error)}`);
    const { ingest, close } = createIngest({ store, releases, onError });
    try {
      await work({ ...deps, ingest });
    } finally {
      await close();
    }
    for (const line of failed) shell.note(`Stored, but afterwards ${line}`);
    return 0;
  });
}

const mergeHelp = `
The lead that stays keeps its address; the other address stays a key, with its own consent and
suppression. Of each fact the word survives that would have survived in one lead. Of two runs of one
journey the one entered first goes on.

Examples:
  $ npx perennial merge ana@nordwind.example ana.berg@gmail.example --why "her private address"
  $ npx perennial merge 4711 ana@nordwind.example --keep ana@nordwind.example --why duplicate`;

const unmergeHelp = `
Each lead gets back the events that its own keys brought, also those that came while they were one.
The pair does not merge by itself again. With two leads that are not merged, it never will.

Examples:
  $ npx perennial unmerge ana.berg@gmail.example --why "her colleague"
  $ npx perennial unmerge ana@nordwind.example eva@nordwind.example --why "they share a computer"`;
