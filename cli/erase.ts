/** `perennial erase`: a person is gone from every table; and `perennial export`: all that is stored of one. */
import { Command } from 'commander';
import { accountName, withPausing } from './pause.ts';
import type { ExitCode, Shell } from './shell.ts';

interface Options {
  readonly why?: string;
  readonly by?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export function eraseCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('erase')
    .description('erase a person: journeys end, every row goes, a hash keeps marketing off')
    .argument('<lead>', 'address, id of yours or id of Perennial')
    .option('--why <text>', 'kept for ever, so without a name or an address')
    .option('--by <name>', 'who erases (default: the name of your account)')
    .option('--dry-run', 'only count the rows, table by table')
    .option('--json', 'answer with JSON')
    .addHelpText('after', eraseHelp)
    .action(async (lead: string, options: Options) => {
      finish(await (options.dryRun === true ? preview : erase)(shell, lead, options));
    });
}

export function exportCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('export')
    .description('everything stored of a person, as JSON')
    .argument('<lead>', 'address, id of yours or id of Perennial')
    .option('--json', 'it is JSON anyway')
    .addHelpText('after', exportHelp)
    .action(async (lead: string) => {
      finish(
        await withPausing<ExitCode>(shell, async (deps) => {
          const { exportAsAsked } = await import('../api/erasure.ts');
          shell.printJson(await exportAsAsked(deps, lead));
          return 0;
        }),
      );
    });
}

async function erase(shell: Shell, lead: string, { why, by, json }: Options): Promise<ExitCode> {
  return withPausing<ExitCode>(shell, async (deps) => {
    const { erasureJson, eraseAsAsked, rowsInTables } = await import('../api/erasure.ts');
    const erasure = await eraseAsAsked(deps, lead, { why, by: by ?? accountName(shell) });
    if (json === true) {
      shell.printJson({ ok: true, ...erasureJson(erasure) });
      return 0;
    }
    shell.print(
      `Erased ${new Date(erasure.at).toISOString()} by ${erasure.by}: ${rowsInTables(erasure.counts)}.`,
    );
    printCounts(shell, erasure.counts);
    shell.print('What is left: counts without a name, and a hash that keeps marketing off.');
    return 0;
  });
}

async function preview(shell: Shell, lead: string, { json }: Options): Promise<ExitCode> {
  return withPausing<ExitCode>(shell, async (deps) => {
    const { erasurePreview, rowsInTables } = await import('../api/erasure.ts');
    const { leadId, counts } = await erasurePreview(deps, lead);
    if (json === true) {
      shell.printJson({ ok: true, leadId, counts });
      return 0;
    }
    shell.print(`An erasure would take ${rowsInTables(counts)}; nothing was changed.`);
    printCounts(shell, counts);
    return 0;
  });
}

function printCounts(shell: Shell, counts: { readonly [table: string]: number }): void {
  for (const [table, count] of Object.entries(counts).sort()) {
    shell.print(`  ${String(count).padStart(6)}  ${table}`);
  }
}

const eraseHelp = `
There is no way back. Open journeys end and no mail starts later; one that a mail server is taking at
this moment may still arrive. The address may come again by an event, and is a new lead then: marketing
stays off until that person gives consent again. Asked twice, the answer is the first one.

Examples:
  $ npx perennial erase ana@nordwind.example --dry-run
  $ npx perennial erase ana@nordwind.example --why "asked by letter of 3 May"`;

const exportHelp = `
The rows of every table that holds something of the person, as they are stored: what an erasure would
go through.

Examples:
  $ npx perennial export ana@nordwind.example > ana.json`;
