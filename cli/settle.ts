/** `perennial settle`: a person says what became of an email whose fate was unknown. */
import { Command } from 'commander';
import { accountName, withPausing } from './pause.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';

interface Options {
  readonly sent?: true;
  readonly notSent?: true;
  readonly sendAgain?: true;
  readonly why: string;
  readonly by?: string;
  readonly json?: true;
}

export function settleCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('settle')
    .description('say what became of an email whose fate is unknown')
    .argument('<id>', 'its command id or id, from `perennial sends`')
    .option('--sent', 'the server has it')
    .option('--not-sent', 'the server does not have it')
    .option('--send-again', 'with --not-sent: send it once more, as the same message')
    .requiredOption('--why <text>', 'how you know')
    .option('--by <name>', 'who decides (default: the name of your account)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (id: string, options: Options) => {
      finish(await settle(shell, id, options));
    });
}

async function settle(shell: Shell, id: string, options: Options): Promise<ExitCode> {
  const { sent, notSent, sendAgain, why, by = accountName(shell), json } = options;
  if ((sent === true) === (notSent === true)) {
    throw new CommandFailure('Say either --sent or --not-sent.');
  }
  return withPausing<ExitCode>(shell, async (deps) => {
    const { settleAsAsked } = await import('../api/sends.ts');
    const again = sendAgain === true ? { sendAgain: true } : {};
    const ask = { sent: sent === true, ...again, why, by };
    const { before, after, send } = await settleAsAsked(deps, id, ask);
    if (json === true) shell.printJson({ ok: true, send: send.id, before, after });
    else shell.print(outcome(after, send.address ?? 'nobody'));
    return 0;
  });
}

function outcome(after: string, address: string): string {
  if (after === 'planned') {
    return `It goes to ${address} once more, as the same message; rules and consent are asked again.`;
  }
  return after === 'sent'
    ? `Kept as sent to ${address}; it counts towards the caps.`
    : `Kept as not sent to ${address}; its journey went on without it.`;
}

const help = `
Look into the log of your mail server for the Message-ID first. --send-again is your decision: if the server
had it after all, they get it twice. It goes out once more at most, while its journey runs.

Examples:
  $ npx perennial settle 0192…/welcome/1 --sent --why "found in the relay's log"
  $ npx perennial settle 0192…/welcome/1 --not-sent --send-again --why "not in the log of the relay"`;
