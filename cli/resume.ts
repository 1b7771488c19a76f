/** `perennial resume`: says what will happen, then ends a pause and gives everybody who waits a turn. */
import { Command, InvalidArgumentError } from 'commander';
import type { Pausing } from '../api/pauses.ts';
import type { StoredPause } from '../store/pauses.ts';
import { accountName, askedFor, withPausing, type Thing } from './pause.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';

interface Options {
  readonly dryRun?: true;
  readonly perHour?: number;
  readonly by?: string;
  readonly json?: true;
}

export function resumeCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('resume')
    .description('end a pause: what waits has its turn, throttled; what is too old is dropped')
    .argument('<what>', '"journey", "lead", "sender", "all", or the id of a pause')
    .argument('[which]', 'the journey, the lead (address or id), the address of the sender')
    .option('--dry-run', 'say what would happen and change nothing')
    .option(
      '--per-hour <runs>',
      'this many per hour and journey, instead of what its file says',
      rate,
    )
    .option('--by <name>', 'who resumes (default: the name of your account)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (what: string, which: string | undefined, options: Options) => {
      finish(await resume(shell, { what, which }, options));
    });
}

async function resume(shell: Shell, thing: Thing, options: Options): Promise<ExitCode> {
  return withPausing<ExitCode>(shell, async (deps) => {
    const [pauses, words, { previewResume, resumePause }] = await Promise.all([
      import('../api/pauses.ts'),
      import('../api/pause-words.ts'),
      import('../runtime/dispatch/pauses.ts'),
    ]);
    const pause = await find(deps, thing);
    const release = await deps.releases.current();
    const { perHour, dryRun, json } = options;
    const ask = { id: pause.id, ...(perHour === undefined ? {} : { perHour }) };
    const thingInWords = words.pausedThing(release, pause);
    if (dryRun === true) {
      const view = await previewResume(pauses.pauseDeps(deps), ask);
      if (view === undefined) throw gone(thingInWords);
      if (json === true) {
        shell.printJson({
          ok: true,
          type: 'dry-run',
          pause: words.pauseJson(pause, view.now),
          preview: words.previewJson(view),
        });
        return 0;
      }
      shell.print(
        `Resuming ${thingInWords}, paused ${words.since(release, pause)}, would do this:`,
      );
      for (const line of words.previewLines(release, view)) shell.print(`  ${line}`);
      shell.print('Nothing was changed.');
      return 0;
    }
    const by = options.by ?? accountName(shell);
    const done = await resumePause(pauses.pauseDeps(deps), { ...ask, by });
    const now = deps.clock();
    if (done.type === 'unknown' || done.type === 'over') throw gone(thingInWords);
    if (done.type === 'called-off') {
      if (json === true)
        shell.printJson({ ok: true, type: done.type, pause: words.pauseJson(pause, now) });
      else shell.print(`The pause of ${thingInWords} had not begun: it is called off.`);
      return 0;
    }
    const { view, woken } = done;
    if (json === true) {
      shell.printJson({
        ok: true,
        type: done.type,
        pauseId: pause.id,
        woken,
        preview: words.previewJson(view),
      });
      return 0;
    }
    shell.print(
      `${words.capital(thingInWords)} goes on, after ${words.lasted(pause, now).replace(/ so far$/, '')}.`,
    );
    for (const line of words.previewLines(release, view)) shell.print(`  ${line}`);
    if (woken > 0)
      shell.print(`${plural(woken, 'run')} woken; pause again and those not yet due wait again.`);
    return 0;
  });
}

/** By what is paused, or by the id that `perennial pauses` shows. */
async function find(deps: Pausing, { what, which }: Thing): Promise<StoredPause> {
  const { findPauseOf, mustFindPause } = await import('../api/pauses.ts');
  if (uuid.test(what) && which === undefined) return mustFindPause(deps, what);
  const { scope, key } = askedFor({ what, which });
  const found = await findPauseOf(deps, scope, key);
  if (found !== undefined) return found;
  throw new CommandFailure(await nothingPaused(deps, { what, which }), { exitCode: 1 });
}
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

async function nothingPaused(deps: Pausing, { what, which }: Thing): Promise<string> {
  const { listPauses } = await import('../store/pauses.ts');
  const words = await import('../api/pause-words.ts');
  const release = await deps.releases.current();
  const current = await listPauses(deps.sql, { now: deps.clock(), limit: 10, current: true });
  const all: { readonly [what: string]: string } = { all: 'everything', sender: 'every sender' };
  const named = which === undefined ? (all[what] ?? what) : `${what} ${which}`;
  const others = current.map((pause) => words.pausedThing(release, pause)).join(', ');
  return `There is no pause of ${named}. ${others === '' ? 'Nothing is paused.' : `Paused: ${others}.`}`;
}

function gone(thing: string): CommandFailure {
  return new CommandFailure(`The pause of ${thing} is over already; nothing was changed.`, {
    exitCode: 1,
  });
}

function rate(text: string): number {
  const perHour = Number(text);
  if (Number.isInteger(perHour) && perHour >= 1) return perHour;
  throw new InvalidArgumentError('Expected a whole number of runs per hour, at least 1.');
}

const help = `
Runs that had to wait have their turn in the order in which they are due, at most as many per hour as
"whenPaused.resume.perHour" of their journey says (600 where it says nothing). Emails that are older than
its "skipIfOlderThan" by then are dropped as journey-paused or sender-paused, and the journey goes on.
Runs that sleep only sleep longer, by what the pause took from their waits.

Examples:
  $ npx perennial resume journey trial-nurture --dry-run
  $ npx perennial resume journey trial-nurture --per-hour 50
  $ npx perennial resume all`;
