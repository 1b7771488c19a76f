/** The last words of a start: where everything is, and what to try first. Read by people in a hurry. */
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
  const key = newApiKey ?? '$(cat .perennial/api-key)';
  return [
    `\nReady in ${(tookMs / 1000).toFixed(1)} s.\n`,
    ...rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`),
    ...(newApiKey === undefined
      ? []
      : [`  ${'API key'.padEnd(10)}${newApiKey}   (shown once; kept in ${config.home}/api-key)`]),
    '\nTry next:\n',
    '  A lead starts a trial, and gets the welcome email at once:',
    `    curl -u "${key}:" ${url}/v1/identify -H 'content-type: application/json' \\`,
    `      -d '{"userId":"42","traits":{"email":"you@company.example","firstName":"You","title":"VP Data","country":"DE"}}'`,
    `    curl -u "${key}:" ${url}/v1/track -H 'content-type: application/json' \\`,
    `      -d '{"userId":"42","event":"Trial Started"}'`,
    '  Then they ask for a demo: the journey ends, and a rep has an email with the reasons:',
    `    curl -u "${key}:" ${url}/v1/track -H 'content-type: application/json' \\`,
    `      -d '{"userId":"42","event":"Demo Requested"}'`,
    '  Thirty days of a persona in a second:   npx perennial simulate busy-vp',
    '  What a file says wrong, with the place: npx perennial check',
    '\nCtrl-C stops it; the next start goes on from here.\n',
  ].join('\n');
}
