/** `perennial simulate`: personas live their scripts in a world in memory; nothing is sent or stored. */
import { Command } from 'commander';
import type { CompiledWorkspace } from '../core/definitions/compile-release.ts';
import { runPersona, type PersonaRun } from '../core/simulate/persona.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';
import { compileWorkspace, workspaceDir } from './workspace.ts';

type Persona = CompiledWorkspace['personas'][number];
interface Lived {
  readonly persona: Persona;
  readonly run: PersonaRun;
}

export function simulateCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('simulate')
    .description('live the days of a persona in a second, and compare with what its file expects')
    .argument('[persona...]', 'names of personas (default: all of the workspace)')
    .option('--workspace <dir>', 'the workspace (default: PERENNIAL_WORKSPACE, else this folder)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (names: readonly string[], options: { workspace?: string; json?: true }) => {
      const dir = workspaceDir(shell, options.workspace);
      const { personas, release } = await compileWorkspace(shell, dir);
      const lived = choose(personas, names).map((persona) => ({
        persona,
        run: runPersona(release, persona),
      }));
      if (options.json === true) shell.printJson(asData(lived));
      else for (const line of asLines(lived)) shell.print(line);
      finish(lived.every(isAsExpected) ? 0 : 1);
    });
}

function choose(personas: readonly Persona[], names: readonly string[]): readonly Persona[] {
  const known = personas.map(({ persona }) => persona);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0 || personas.length === 0) {
    const has = known.length === 0 ? 'no personas' : known.join(', ');
    const asked =
      unknown.length > 0 ? `There is no persona "${unknown.join('", "')}"` : 'Nobody to simulate';
    throw new CommandFailure(`${asked}: the workspace has ${has}.`);
  }
  return names.length === 0 ? personas : personas.filter(({ persona }) => names.includes(persona));
}

function isAsExpected({ run }: Lived): boolean {
  return run.expectations.every(({ ok }) => ok);
}

function asData(lived: readonly Lived[]): object {
  const runs = lived.map(({ run }) => run);
  const personas: unknown = JSON.parse(JSON.stringify(runs, instants));
  return { ok: lived.every(isAsExpected), personas };
}

/** RFC 3339, as the API writes them. */
function instants(key: string, value: unknown): unknown {
  return key === 'at' && typeof value === 'number' ? new Date(value).toISOString() : value;
}

function asLines(lived: readonly Lived[]): readonly string[] {
  const failed = lived.filter((one) => !isAsExpected(one)).length;
  const last =
    failed === 0
      ? `${plural(lived.length, 'persona')}: all as expected.`
      : `${plural(lived.length, 'persona')}: ${failed} not as expected.`;
  return [...lived.flatMap(lifeOf), last];
}

function lifeOf({ persona, run }: Lived): readonly string[] {
  const say = clockOf(persona);
  const { stage, grade, rep, skipped, emails } = run;
  return [
    `${persona.persona}${persona.title === undefined ? '' : `: ${persona.title}`}`,
    ...run.timeline.map(({ at, text }) => `  ${say(at)}  ${text}`),
    '',
    `  In the end: stage ${stage}${grade === '' ? '' : `, grade ${grade}`}${rep === undefined ? '' : `, with ${rep}`}; ` +
      `${plural(emails.length, 'email')} sent, ${skipped.length} not sent.`,
    ...run.expectations.map(({ ok, expected, found }) =>
      ok ? `  ✓ ${expected}` : `  ✗ ${expected}; found: ${found === '' ? 'nothing' : found}`,
    ),
    '',
  ];
}

/** "day  3  Mon 30 Mar 09:12", in the persona's own zone where it has one. */
function clockOf({ startsAt, traits }: Persona): (at: number) => string {
  const zone = traits['timezone'];
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: typeof zone === 'string' ? zone : 'UTC',
    ...{ weekday: 'short', day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' },
  });
  return (at) => {
    const day = Math.max(0, Math.floor((at - startsAt) / 86_400_000));
    return `day ${String(day).padStart(2)}  ${format.format(at).replace(',', '')}`;
  };
}

const help = `
Exit code 1 when an expectation is not met.

Examples:
  $ npx perennial simulate
  $ npx perennial simulate busy-vp tire-kicker
  $ npx perennial simulate --workspace examples/course-provider --json`;
