/** `perennial explain`: where one lead stands, stood or will stand, and why, in plain sentences. */
import { Command } from 'commander';
import { withDatabase, type Connected } from './connect.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';

interface ExplainOptions {
  readonly at?: string;
  readonly towards?: string;
  readonly all?: true;
  readonly json?: true;
}

export function explainCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('explain')
    .description('why a lead has its score and stage, what would take it further, what was sent')
    .argument('<lead>', 'address, id of yours or id of Perennial')
    .option('--at <instant>', 'as it was known then, or will be if nothing happens')
    .option('--towards <stage>', 'the smallest sets of facts and events that would lead there')
    .option('--all', 'every event behind each point, every stage change and email')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (who: string, options: ExplainOptions) => {
      finish(await explainLead(shell, who, options));
    });
}

async function explainLead(shell: Shell, who: string, options: ExplainOptions): Promise<ExitCode> {
  return withDatabase<ExitCode>(shell, async (connected) => {
    const { Problem } = await import('../api/problems.ts');
    try {
      return await answer(shell, who, options, connected);
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      throw new CommandFailure(cause.message, { cause, exitCode: 1 });
    }
  });
}

async function answer(
  shell: Shell,
  who: string,
  { at: asked, towards, all, json }: ExplainOptions,
  { store: sql, releases }: Connected,
): Promise<ExitCode> {
  const { explain, instantAsked, stageAsked } = await import('../api/explanation.ts');
  const { explanationJson } = await import('../api/explanation-json.ts');
  const { leadJson, viewLead } = await import('../api/lead-view.ts');
  const { leadNamed } = await import('../api/named-lead.ts');
  const { timelineEntry } = await import('../api/timeline.ts');
  const { readTimeline } = await import('../store/read-timeline.ts');
  const { explanationOf } = await import('./explanation.ts');
  const clock = () => Date.now();
  const id = await leadNamed(sql, who);
  const current = await releases.current();
  const at = asked === undefined ? undefined : instantAsked(asked, clock(), current);
  const explained = await explain({ sql, releases, clock }, id, {
    ...(at === undefined ? {} : { at }),
    ...(towards === undefined ? {} : { towards: stageAsked(towards, current) }),
  });
  const until = at === undefined ? {} : { after: { at: at + 1, rank: -1, id: '' } };
  const rows = await readTimeline(sql, id, { limit: rowsMost, ...until });
  const { release } = explained;
  // Every time of an explanation is UTC, those inside a reason too.
  const inUtc = { ...release, sending: { ...release.sending, zoneIfUnknown: 'UTC' } };
  const history = rows.map((row) => ({ row, entry: timelineEntry(row, inUtc) }));
  if (json === true) {
    const view = await viewLead({ sql, releases, clock }, id);
    shell.printJson({
      ok: true,
      lead: view === null ? null : leadJson(view),
      explanation: explanationJson(explained),
      history: history.map(({ entry }) => entry),
    });
  } else {
    for (const line of explanationOf(explained, history, all === true)) shell.print(line);
  }
  return 0;
}

/** The latest; a lead with more has a page of its own in the console. */
const rowsMost = 500;

const help = `
Days and times without a zone are read on the clock of the workspace; "2 days ago" and "10 days" (from
now) are understood too. An instant to come is a forecast: what the clock alone makes of the lead.

Examples:
  $ npx perennial explain ana@nordwind.example
  $ npx perennial explain ana@nordwind.example --towards MQL
  $ npx perennial explain ana@nordwind.example --at 2026-11-20T09:00
  $ npx perennial explain 42 --json | jq '.explanation.models'`;
