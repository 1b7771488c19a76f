/** The last words of a start: where everything is, and what to try first. Read by people in a hurry. */
import { join, relative } from 'node:path';
import type { Config } from './config.ts';

export interface Welcome {
  readonly config: Config;
  readonly signInUrl: string;
  readonly temporalUiUrl?: string;
  /** Mails land in the mailbox, not at a relay of the caller's. */
  readonly hasMailbox: boolean;
  readonly newApiKey?: string;
  readonly tookMs: number;
}

export function welcome(shown: Welcome): string {
  const { config, signInUrl, temporalUiUrl, newApiKey, tookMs } = shown;
  const url = config.publicUrl;
  const rows: readonly (readonly [string, string])[] = [
    ['Console', `${signInUrl}   (one-time sign-in)`],
    ...(shown.hasMailbox ? ([['Mailbox', `${url}/mailbox`]] as const) : []),
    ...(temporalUiUrl === undefined ? [] : ([['Temporal', temporalUiUrl]] as const)),
    ['API', `${url}/v1`],
  ];
  const key = newApiKey ?? `$(cat ${near(join(config.home, 'api-key'))})`;
  return [
    `\nReady in ${(tookMs / 1000).toFixed(1)} s.\n`,
    ...rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`),
    ...(newApiKey === undefined
      ? []
      : [`  ${'API key'.padEnd(10)}${newApiKey}   (shown once; kept in ${config.home}/api-key)`]),
    '\nTry next:\n',
    ...(isElsewhere(config) ? [] : ownExample(key, url)),
    ...commands(config),
    '\nCtrl-C stops it; the next start goes on from here.\n',
  ].join('\n');
}

/** With the events and journeys of the company in this folder. */
function ownExample(key: string, url: string): readonly string[] {
  return [
    '  A lead starts a trial, and gets the welcome email at once:',
    `    curl -u "${key}:" ${url}/v1/identify -H 'content-type: application/json' \\`,
    `      -d '{"userId":"42","traits":{"email":"you@company.example","firstName":"You","title":"VP Data","country":"DE"}}'`,
    `    curl -u "${key}:" ${url}/v1/track -H 'content-type: application/json' \\`,
    `      -d '{"userId":"42","event":"Trial Started"}'`,
    '  Then they ask for a demo: the journey ends, and a rep has an email with the reasons:',
    `    curl -u "${key}:" ${url}/v1/track -H 'content-type: application/json' \\`,
    `      -d '{"userId":"42","event":"Demo Requested"}'`,
  ];
}

function commands(config: Config): readonly string[] {
  const dir = near(config.workspaceDir);
  const persona = isElsewhere(config) ? `--workspace ${dir}` : 'busy-vp';
  return [
    `  Days of a persona in a second:          npx perennial simulate ${persona}`,
    `  What a file says wrong, with the place: npx perennial check${isElsewhere(config) ? ` ${dir}` : ''}`,
    ...(isElsewhere(config) || near(config.home) !== '.perennial'
      ? [
          '  For other commands in a second terminal first:',
          `    export PERENNIAL_HOME=${near(config.home)} PERENNIAL_WORKSPACE=${dir}`,
        ]
      : []),
  ];
}

function isElsewhere({ workspaceDir }: Config): boolean {
  return near(workspaceDir) !== '.';
}

/** As it is written in the folder of the start. */
function near(path: string): string {
  return relative(process.cwd(), path) || '.';
}
