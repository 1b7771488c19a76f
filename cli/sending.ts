/** `perennial sending`: how the last day went, by sender and receiver, and what is paused. */
import { Command } from 'commander';
import type * as SendingWords from '../api/sending.ts';
import type { SenderView, WayView } from '../api/sending.ts';
import { withPausing } from './pause.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';

export function sendingCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('sending')
    .description('say how sending went in the last day, by sender and receiver')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (options: { json?: true }) => {
      finish(await sending(shell, options.json === true));
    });
}

async function sending(shell: Shell, asJson: boolean): Promise<ExitCode> {
  return withPausing<ExitCode>(shell, async (deps) => {
    const words = await import('../api/sending.ts');
    const { release, ...view } = await words.viewSending(deps);
    if (asJson) {
      const { sendingJson } = await import('../api/routes/sending.ts');
      shell.printJson({ ok: true, ...sendingJson(view) });
      return 0;
    }
    const zone = release.sending.zoneIfUnknown;
    const { mailServer, senders } = view;
    if (mailServer !== undefined) shell.print(`${words.mailServerWords(mailServer, zone)}.`);
    for (const sender of senders) {
      for (const line of linesOf(words, sender, zone)) shell.print(line);
    }
    return 0;
  });
}

const shownMost = 20;

function linesOf(words: typeof SendingWords, sender: SenderView, zone: string): readonly string[] {
  const { pause, warmUp, waiting, ways } = sender;
  const states = [
    ...(pause === undefined
      ? []
      : [`paused ${words.sinceWhen(pause, zone)}`, `resume ${pause.id}`]),
    ...(warmUp === undefined ? [] : [words.warmUpWords(warmUp)]),
    ...(waiting === 0 ? [] : [`${plural(waiting, 'email')} waiting`]),
  ];
  const shown = ways.slice(0, shownMost);
  const rest = words.sumOf(ways.slice(shownMost));
  const others = ways.length - shown.length;
  return [
    `${sender.sender}: ${countWords(sender)}`,
    ...states.map((state) => `  ${state}`),
    ...shown.flatMap((way) => wayLines(words, way, zone)),
    ...(others === 0 ? [] : [`  ${plural(others, 'more receiver')}: ${countWords(rest)}`]),
  ];
}

function wayLines(words: typeof SendingWords, way: WayView, zone: string): readonly string[] {
  const state = words.wayState(way, zone);
  return [
    `  ${way.title}: ${countWords(way)}`,
    ...(state === undefined ? [] : [`    ${state}`]),
    ...(way.pause === undefined ? [] : [`    resume ${way.pause.id}`]),
  ];
}

/** "120 sent, 3 bounced for good, 1 complaint". */
function countWords({
  sent,
  delivered,
  hard,
  soft,
  ours,
  complained,
}: SendingWords.Counts): string {
  return [
    `${sent} sent`,
    ...(delivered > 0 ? [`${delivered} delivered`] : []),
    ...(hard > 0 ? [`${hard} bounced for good`] : []),
    ...(soft > 0 ? [`${soft} bounced for now`] : []),
    ...(ours > 0 ? [`${ours} refused because of us`] : []),
    ...(complained > 0 ? [plural(complained, 'complaint')] : []),
  ].join(', ');
}

const help = `
"sent" is what the mail server took; "delivered" only what a provider confirmed. A sender that stopped by
itself goes on when somebody says so: perennial resume <id>.

Examples:
  $ npx perennial sending
  $ npx perennial sending --json | jq '.senders[].receivers[] | select(.state != "ok")'`;
