/** `perennial sends`: the emails of the ledger, those first that a person has to settle. */
import { Command } from 'commander';
import { withPausing } from './pause.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';

interface Options {
  readonly state?: string;
  readonly limit?: string;
  readonly json?: true;
}

export function sendsCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('sends')
    .description('list emails by what became of them, with what is known of each')
    .option('--state <state>', 'unknown, overdue, held, planned, failed, sent …', 'unknown')
    .option('--limit <n>', 'at most so many', '50')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (options: Options) => {
      finish(await sends(shell, options));
    });
}

async function sends(shell: Shell, { state = 'unknown', limit, json }: Options): Promise<ExitCode> {
  return withPausing<ExitCode>(shell, async (deps) => {
    const { sendsAsked } = await import('../api/sends.ts');
    const { rows } = await sendsAsked(deps, { state, limit });
    if (json === true) {
      const { sendJson } = await import('../api/routes/sends.ts');
      shell.printJson({ ok: true, sends: rows.map(sendJson) });
      return 0;
    }
    const { sendReasons } = await import('../api/words.ts');
    const { whatIsKnown, whereItGoes } = await import('../api/send-words.ts');
    const release = rows.length === 0 ? undefined : await deps.releases.current();
    for (const send of rows) {
      if (release === undefined) continue;
      const isUnknown = send.state === 'unknown';
      const { reason, heldUntil, evidence, response } = send;
      const detail = { reason, heldUntil, evidence, response };
      const told = isUnknown
        ? whatIsKnown(send, release)
        : [...whereItGoes(send, release), ...sendReasons(send.state, detail, release)];
      shell.print(`${send.subject ?? send.template} (${send.class}, ${send.state})`);
      for (const line of told) shell.print(`  ${line}`);
      shell.print(`  ${send.commandId}`);
    }
    const settle = state === 'unknown' ? ' `perennial settle <id>` says what became of one.' : '';
    if (rows.length === 0) shell.print(`No email is ${state}.`);
    else shell.print(`${plural(rows.length, 'email')}.${settle}`);
    return 0;
  });
}

const help = `
unknown: the server may have it, nobody heard. overdue: its moment passed, and nobody came back for it.

Examples:
  $ npx perennial sends
  $ npx perennial sends --state overdue --json | jq '.sends[].commandId'`;
