/** `perennial start`: the same as `npm start`. */
import { Command } from 'commander';
import { generateClient } from '../prisma/generate.ts';
import type { ExitCode, Shell } from './shell.ts';

export function startCommand(_shell: Shell, _finish: (code: ExitCode) => void): Command {
  return new Command('start')
    .description(
      'start everything on this machine: database, Temporal, mailbox, API, worker, console',
    )
    .option('--json', 'accepted everywhere; a start talks to people and prints its lines as ever')
    .addHelpText('after', help)
    .action(async () => {
      await generateClient();
      // Runs until a signal comes, and ends the process itself.
      await import('../runtime/start.ts');
    });
}

const help = `
Examples:
  $ npx perennial start
  $ PORT=8080 npx perennial start
  $ PERENNIAL_WORKSPACE=examples/course-provider PERENNIAL_DEMO=off npx perennial start
  $ DATABASE_URL=postgres://… TEMPORAL_ADDRESS=… SMTP_URL=… npx perennial start   nothing embedded`;
