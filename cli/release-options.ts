/** What every command that puts a release in force is told: who, why, and how leads in flight follow. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { wholeNumber } from './releases.ts';
import type { Shell } from './shell.ts';

export interface ReleaseOptions {
  readonly message?: string;
  readonly author?: string;
  readonly approvedBy?: string;
  readonly dryRun?: true;
  readonly now?: true;
  readonly perHour?: number;
  readonly json?: true;
}

export function withReleaseOptions(
  command: Command,
  words: { readonly message: string; readonly author: string; readonly now: string },
): Command {
  return command
    .option('-m, --message <text>', `${words.message}, for those who read the list of releases`)
    .option('--author <name>', `${words.author} (default: the name of your account)`)
    .option('--approved-by <name>', 'who else looked at it')
    .option('--dry-run', 'say what would change and store nothing')
    .option('--now', words.now)
    .option('--per-hour <number>', 'with --now: so many in an hour (default: 36000)', wholeNumber)
    .option('--json', 'answer with JSON');
}

export function authorOf(shell: Shell, asked: string | undefined): string {
  return asked ?? shell.env['USER'] ?? userInfo().username;
}
