/**
 * The program `perennial`: reads the command line, runs one command, and turns whatever went wrong into
 * one sentence and an exit code. Commands live in files of their own and load what they need when they
 * run, so that `--help` answers at once.
 */
import { Command, CommanderError } from 'commander';
import { accountCommand } from './account.ts';
import { checkCommand } from './check.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { eraseCommand, exportCommand } from './erase.ts';
import { explainCommand } from './explain.ts';
import { failureOf } from './failures.ts';
import { formatCommand } from './format.ts';
import { graphCommand } from './graph.ts';
import { importCommand } from './import.ts';
import { judgeCommand } from './judge.ts';
import { mergeCommand, unmergeCommand } from './merge.ts';
import { mergesCommand } from './merges.ts';
import { newCommand } from './new.ts';
import { pauseCommand } from './pause.ts';
import { pausesCommand } from './pauses.ts';
import { previewCommand } from './preview.ts';
import { publishCommand } from './publish.ts';
import { readCommand } from './read.ts';
import { recomputeCommand } from './recompute.ts';
import { releasesCommand } from './releases.ts';
import { resumeCommand } from './resume.ts';
import { rollbackCommand } from './rollback.ts';
import { schemaCommand } from './schema.ts';
import { sendingCommand } from './sending.ts';
import { sendsCommand } from './sends.ts';
import { settleCommand } from './settle.ts';
import type { ExitCode, Shell } from './shell.ts';
import { simulateCommand } from './simulate.ts';
import { stageCommand } from './stage.ts';
import { startCommand } from './start.ts';
import { verifyCommand } from './verify.ts';

export async function main(argv: readonly string[], shell: Shell): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const finish = (code: ExitCode): void => {
    exitCode = code;
  };
  const commands = [
    startCommand,
    newCommand,
    checkCommand,
    schemaCommand,
    readCommand,
    diffCommand,
    graphCommand,
    formatCommand,
    previewCommand,
    publishCommand,
    releasesCommand,
    rollbackCommand,
    recomputeCommand,
    importCommand,
    mergesCommand,
    mergeCommand,
    unmergeCommand,
    pauseCommand,
    resumeCommand,
    pausesCommand,
    sendingCommand,
    sendsCommand,
    settleCommand,
    stageCommand,
    judgeCommand,
    simulateCommand,
    explainCommand,
    accountCommand,
    eraseCommand,
    exportCommand,
    verifyCommand,
    doctorCommand,
  ];
  const program = new Command('perennial')
    .description("Runs each lead's nurture journey as a durable process.")
    .addHelpText('after', help)
    .helpCommand(false);
  for (const define of commands) program.addCommand(define(shell, finish));
  for (const command of withSubcommands(program)) {
    command.exitOverride().showSuggestionAfterError();
    command.configureOutput({
      writeOut: (text) => shell.print(text.trimEnd()),
      writeErr: (text) => shell.note(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, '')),
    });
    command.showHelpAfterError('(--help shows what there is, with examples)');
  }
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return 2;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const failure = failureOf(error);
    if (argv.includes('--json')) shell.printJson({ ok: false, error: failure.message });
    else shell.note(failure.message);
    return failure.exitCode;
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

const help = `
Examples:
  $ npx perennial start                  everything on this machine, as npm start does
  $ npx perennial check                  every problem of every file, with its place
  $ npx perennial simulate busy-vp       thirty days of an invented lead in a second
  $ npx perennial publish -m "Softer second email"
  $ npx perennial rollback --dry-run     what going back one release would do
  $ npx perennial explain ana@nordwind.example

Exit codes: 0 all is well, 1 problems were found, 2 wrong usage or nothing to connect to.
Each command answers --json with one JSON document, and --help with examples.`;
