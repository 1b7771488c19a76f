/** The process `perennial`: this terminal, this command line, and the exit code. */
import { main } from './program.ts';
import { createShell } from './shell.ts';

process.exitCode = await main(process.argv.slice(2), createShell(process.stdout, process.stderr));
