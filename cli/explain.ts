/** `perennial explain`: where one lead stands, and why, in plain sentences. */
import { Command } from 'commander';
import { parseAddress } from '../core/sending/address.ts';
import type { Sql } from '../store/client.ts';
import { withDatabase } from './connect.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';

export function explainCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('explain')
    .description('why a lead has its score and stage, where its journeys stand, what was sent')
    .argument('<lead>', 'address, id of yours or id of Perennial')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (who: string, options: { json?: true }) => {
      finish(await explain(shell, who, options.json === true));
    });
}

async function explain(shell: Shell, who: string, asJson: boolean): Promise<ExitCode> {
  return withDatabase<ExitCode>(shell, async ({ store, releases }) => {
    const { leadJson, viewLead } = await import('../api/lead-view.ts');
    const { timelineEntry } = await import('../api/timeline.ts');
    const { readTimeline } = await import('../store/read-timeline.ts');
    const { explanationOf } = await import('./explanation.ts');
    const id = await find(store, who);
    const view = await viewLead({ sql: store, releases, clock: () => Date.now() }, id);
    if (view === null) throw unknown(who);
    const rows = await readTimeline(store, id, { limit: rowsMost });
    const history = rows.map((row) => ({ row, entry: timelineEntry(row, view.release) }));
    if (asJson)
      shell.printJson({
        ok: true,
        lead: leadJson(view),
        history: history.map(({ entry }) => entry),
      });
    else for (const line of explanationOf(view, history)) shell.print(line);
    return 0;
  });
}

/** The latest; a lead with more has a page of its own in the console. */
const rowsMost = 500;
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

async function find(sql: Sql, who: string): Promise<string> {
  const { findLead } = await import('../store/read-leads.ts');
  const address = parseAddress(who);
  const id = await findLead(sql, {
    userId: who,
    ...(uuid.test(who) ? { id: who } : {}),
    ...(address.ok ? { email: address.address } : {}),
  });
  if (id === null) throw unknown(who);
  return id;
}

function unknown(who: string): CommandFailure {
  return new CommandFailure(
    `There is no lead ${JSON.stringify(who)}: name an address, your own id, or the id that the console shows.`,
    { exitCode: 1 },
  );
}

const help = `
Examples:
  $ npx perennial explain ana@nordwind.example
  $ npx perennial explain 42 --json | jq '.lead.scores'`;
