/** `perennial account`: one company with its people, the roles they cover and where its score comes from. */
import { Command } from 'commander';
import { withDatabase } from './connect.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';
import type { AccountView } from '../api/account-view.ts';

export function accountCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('account')
    .description('show one account: people, roles, score with its parts, and whose it is')
    .argument('<account>', 'its domain, the id of its `group` calls, or our id')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (asked: string, options: { readonly json?: true }) => {
      finish(await account(shell, asked, options.json === true));
    });
}

async function account(shell: Shell, asked: string, asJson: boolean): Promise<ExitCode> {
  return withDatabase<ExitCode>(shell, async ({ store, releases }) => {
    const { viewAccount } = await import('../api/account-view.ts');
    const { accountJson } = await import('../api/routes/accounts.ts');
    const view = await viewAccount({ sql: store, releases, clock: () => Date.now() }, asked);
    if (view === undefined) {
      throw new CommandFailure(
        `There is no account ${JSON.stringify(asked)}: give its domain or its id.`,
      );
    }
    if (asJson) shell.printJson({ ok: true, account: accountJson(view) });
    else for (const line of await linesOf(view)) shell.print(line);
    return 0;
  });
}

async function linesOf(view: AccountView): Promise<readonly string[]> {
  const { coverageWords, ownerWords } = await import('../api/account-view.ts');
  const { repName } = await import('../api/words.ts');
  const { account: own, tier, named, tags, score, scoreMax, scoreWhy, count } = view;
  // Without an id of theirs the key is the domain again, in our own writing.
  const theirs = own.key === `domain:${own.domain}` ? undefined : own.key;
  const head = [own.name, own.domain, theirs].filter((one) => one !== undefined);
  const shown = view.members.length;
  return [
    [...new Set(head)].join(' · '),
    ...(tier === undefined ? [] : [`Tier ${tier}${named === undefined ? '' : `: ${named}`}`]),
    ...(tags.length === 0 ? [] : [`Tags: ${tags.join(', ')}`]),
    `Owner: ${ownerWords(view, (rep) => repName(view.release, rep))}`,
    `Committee: ${coverageWords(view)}`,
    `Score: ${score} of ${scoreMax} (${scoreWhy})`,
    ...(own.openHandoff === undefined ? [] : ['One handoff is open.']),
    '',
    `${plural(count, 'person', 'people')}${count > shown ? `, the ${shown} last active ones` : ''}:`,
    ...(await memberLines(view)),
  ];
}

async function memberLines({ members, release, now }: AccountView): Promise<readonly string[]> {
  const { nameOf } = await import('../api/lead-name.ts');
  const { stageLabel } = await import('../core/routing/brief.ts');
  const { fromNow } = await import('../console/time.ts');
  const rows = members.map(({ lead, role, isEngaged, points }) => [
    nameOf(lead.traits, lead.address).name,
    role ?? '–',
    `${points} points`,
    stageLabel(release, lead.stage.stage) ?? lead.stage.stage,
    isEngaged ? 'engaged' : '',
    lead.lastActivityAt === undefined ? 'never active' : fromNow(lead.lastActivityAt, now),
  ]);
  const widths = (rows[0] ?? []).map((_cell, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd(),
  );
}

const help = `
Points are what a person gives to the score of the account: as rules/accounts.json says, limited for
each of them.

Examples:
  $ npx perennial account nordwind.example
  $ npx perennial account crm-4711 --json`;
