/** `perennial releases`: who put what in force and when, and what became of the leads in flight. */
import { Command, InvalidArgumentError } from 'commander';
import type { ReleaseListing, ReleaseView } from '../api/routes/releases.ts';
import { minuteInUtc } from '../core/rules/instant.ts';
import { changeLines } from './change-report.ts';
import { withDatabase } from './connect.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';

interface Options {
  readonly limit: number;
  readonly json?: true;
}

export function releasesCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('releases')
    .description('what was published by whom, and which leads it has moved so far')
    .argument('[number]', 'one release: what it changed, in words, and who is blocked', wholeNumber)
    .option('--limit <number>', 'as many, newest first', wholeNumber, 20)
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (number: number | undefined, options: Options) => {
      finish(
        number === undefined ? await list(shell, options) : await show(shell, number, options),
      );
    });
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError(`Expected a whole number above 0, found ${JSON.stringify(text)}.`);
}

async function list(shell: Shell, { limit, json }: Options): Promise<ExitCode> {
  return withDatabase<ExitCode>(shell, async ({ store }) => {
    const { releaseJson, releaseList } = await import('../api/routes/releases.ts');
    const releases = await releaseList(store, { limit });
    if (json === true) shell.printJson({ ok: true, releases: releases.map(releaseJson) });
    else if (releases.length === 0) shell.print('Nothing is published yet.');
    else for (const line of releases.flatMap(listed)) shell.print(line);
    return 0;
  });
}

async function show(shell: Shell, number: number, { json }: Options): Promise<ExitCode> {
  return withDatabase<ExitCode>(shell, async ({ store }) => {
    const { releaseJson, viewRelease } = await import('../api/routes/releases.ts');
    const view = await viewRelease(store, String(number)).catch((cause: unknown) => {
      if (!(cause instanceof Error) || cause.name !== 'Problem') throw cause;
      throw new CommandFailure(cause.message, { cause, exitCode: 1 });
    });
    const { changes, blocked } = view;
    if (json === true) {
      shell.printJson({ ok: true, release: { ...releaseJson(view), changes, blocked } });
    } else for (const line of shown(view)) shell.print(line);
    return 0;
  });
}

function listed(release: ReleaseListing): string[] {
  return [...head(release), ...partsInShort(release), ...moveLines(release)];
}

function shown(view: ReleaseView): string[] {
  const blocked = view.blocked.map(
    ({ address, enrolmentId, journey, blocked: why }) =>
      `  blocked    ${address ?? 'no address'} (enrolment ${enrolmentId}) in journey/${journey}: ${why}`,
  );
  return [...head(view), ...changeLines(view), ...moveLines(view), ...blocked];
}

function head(release: ReleaseListing): string[] {
  const { number, publishedAt, author, approvedBy, message, restores } = release;
  const by = approvedBy === null ? author : `${author}, approved by ${approvedBy}`;
  const back = restores === null ? '' : ` (release ${restores} again)`;
  return [`release ${number}${back}  ${minuteInUtc(publishedAt)}  ${by}  "${message}"`];
}

function partsInShort({ added, changed, gone }: ReleaseListing): string[] {
  const words = [...some(changed, 'different'), ...some(added, 'new'), ...some(gone, 'gone')];
  return words.length === 0 ? [] : [`  ${words.join('; ')}`];
}

const partsMost = 4;

function some(parts: readonly string[], what: string): readonly string[] {
  if (parts.length === 0) return [];
  if (parts.length > partsMost) return [`${plural(parts.length, 'part')} ${what}`];
  return [`${what}: ${parts.join(', ')}`];
}

function moveLines({ moves }: ReleaseListing): string[] {
  return moves.map(({ journey, moved, toMove, blocked }) => {
    const open = toMove === 0 ? 'none left to move' : `${toMove} waiting for the next step`;
    return `  in flight  journey/${journey}: ${moved} moved, ${open}, ${blocked} blocked`;
  });
}

const help = `
Examples:
  $ npx perennial releases
  $ npx perennial releases 12
  $ npx perennial releases --limit 3 --json`;
