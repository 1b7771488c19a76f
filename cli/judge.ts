/** `perennial judge`: a later verdict on one event, such as "that click was a robot". */
import { Command } from 'commander';
import { accountName } from './pause.ts';
import { CommandFailure, type ExitCode, type Shell } from './shell.ts';
import { withByHand } from './stage.ts';

interface JudgeOptions {
  readonly robot?: true;
  readonly human?: true;
  readonly unknown?: true;
  readonly why?: string;
  readonly by?: string;
  readonly json?: true;
}

export function judgeCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('judge')
    .description('say of one event that it was a robot, or a person after all')
    .argument('<event>', 'the id of the event, as its answer or `explain --json` tells it')
    .option('--robot', 'it was a link scanner or a bot: it counts for nothing any more')
    .option('--human', 'it was a person')
    .option('--unknown', 'nobody can say')
    .option('--why <text>', 'what speaks for it')
    .option('--by <name>', 'who says so (default: the name of your account)')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (event: string, options: JudgeOptions) => {
      finish(await judge(shell, event, options));
    });
}

async function judge(shell: Shell, eventId: string, options: JudgeOptions): Promise<ExitCode> {
  const trust = trustOf(options);
  return withByHand<ExitCode>(shell, async (deps, { releases }) => {
    const { verdictAsAsked } = await import('../api/by-hand.ts');
    const { eventLabel, stageLabel } = await import('../core/routing/brief.ts');
    const { by = accountName(shell), why: because } = options;
    const { event, answer } = await verdictAsAsked(deps, eventId, { trust, because, by });
    if (options.json === true) {
      shell.printJson({ ok: true, changed: answer !== null, event, trust, answer });
      return 0;
    }
    const release = await releases.current();
    const what = `“${eventLabel(release, event.name) ?? event.name}”`;
    if (answer === null) {
      shell.print(`${what} was trusted so already. Nothing was changed.`);
      return 0;
    }
    shell.print(`${what} counts as ${trust === 'robot' ? "a robot's" : trust} from now on.`);
    for (const { before, after, model } of answer.scores) {
      const scores = Object.keys(after.scores).filter(
        (score) => before.scores[score] !== after.scores[score],
      );
      const said = scores.map(
        (score) =>
          `${score} ${before.scores[score] ?? 'unknown'} → ${after.scores[score] ?? 'unknown'}`,
      );
      shell.print(`Score (${model}): ${said.join(', ')}, grade ${before.grade} → ${after.grade}.`);
    }
    for (const { from, to, why } of answer.moves) {
      shell.print(`Stage: ${stageLabel(release, from)} → ${stageLabel(release, to)}. ${why}.`);
    }
    if (answer.handoff?.status === 'closed') {
      shell.print('Its handoff was closed, and its rep is told.');
    }
    return 0;
  });
}

function trustOf(options: JudgeOptions): 'robot' | 'human' | 'unknown' {
  const said = (['robot', 'human', 'unknown'] as const).filter((one) => options[one] === true);
  const [trust] = said;
  if (trust !== undefined && said.length === 1) return trust;
  throw new CommandFailure('Expected one of --robot, --human and --unknown.');
}

const help = `
Its points are taken back, and the stage is decided anew: a lead goes back from a stage that rested on a
robot, and a handoff that hangs on it is closed. What was sent and left stays. A verdict can be taken back.

Examples:
  $ npx perennial judge 0195a000-0000-7000-8000-000000000001 --robot --why "Barracuda's scanner"
  $ npx perennial explain ana@nordwind.example --json | jq '.history[] | select(.type == "event")'`;
