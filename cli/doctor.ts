/**
 * `perennial doctor`: whether mail of this deployment will reach people, before the first one is sent.
 *
 * It looks at the settings, the parts and, for every domain that writes, at what DNS says of it; each line
 * that is not right says what to do, down to the record to publish. It changes and sends nothing.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Release } from '../core/definitions/release.ts';
import { domainOfAddress } from '../core/sending/address.ts';
import type { Finding } from '../mail/identity/finding.ts';
import { readConfig, type Config } from '../runtime/config.ts';
import type { Section } from '../runtime/doctor/doctor.ts';
import { plural, type ExitCode, type Shell } from './shell.ts';
import { compileWorkspace, workspaceDir } from './workspace.ts';

interface DoctorOptions {
  readonly workspace?: string;
  readonly domain?: string;
  readonly json?: true;
}

export function doctorCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description('will mail reach people: settings, parts, SPF, DKIM, DMARC, MX, PTR, clock')
    .option('--domain <domain>', 'look at this domain instead of those in the files')
    .option('--workspace <folder>', 'the folder with the files')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (options: DoctorOptions) => finish(await look(shell, options)));
}

async function look(shell: Shell, options: DoctorOptions): Promise<ExitCode> {
  const config = readConfig(shell.env, shell.cwd);
  const domains =
    options.domain === undefined ? await domainsOf(shell, options) : [options.domain.toLowerCase()];
  const { examine } = await import('../runtime/doctor/doctor.ts');
  const { createDns } = await import('../runtime/doctor/dns.ts');
  const { openSigner } = await import('../runtime/signing.ts');
  const running = await connectionsOf(config);
  const sections = await examine({
    config,
    databaseUrl: config.DATABASE_URL ?? running.databaseUrl,
    temporalAddress: config.TEMPORAL_ADDRESS ?? running.temporalAddress,
    smtpUrl: config.SMTP_URL ?? running.smtpUrl,
    bounceDomain: config.BOUNCE_DOMAIN,
    domains,
    signer: await openSigner(config, domains[0] ?? ''),
    dns: createDns(config.nameServers),
  });
  const findings = sections.flatMap((section) => section.findings);
  if (options.json === true) shell.printJson({ ok: true, sections });
  else for (const line of linesOf(sections)) shell.print(line);
  return findings.some(({ state }) => state === 'failure') ? 1 : 0;
}

/** Of the workspace's own sender first, then of the reps in whose name templates may write. */
async function domainsOf(shell: Shell, { workspace }: DoctorOptions): Promise<readonly string[]> {
  const { release } = await compileWorkspace(shell, workspaceDir(shell, workspace));
  return [...new Set(senders(release).map(domainOfAddress))];
}

function senders({ sending, team }: Pick<Release, 'sending' | 'team'>): readonly string[] {
  return [sending.from.email, ...Object.values(team.reps).map(({ email }) => email)];
}

interface Connections {
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly smtpUrl?: string;
}

/** What a running `npm start` has noted; nothing when none runs here. */
async function connectionsOf(config: Config): Promise<Connections> {
  try {
    const text = await readFile(join(config.home, 'connections.json'), 'utf8');
    return JSON.parse(text) as Connections;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

function linesOf(sections: readonly Section[]): readonly string[] {
  const findings = sections.flatMap((section) => section.findings);
  const count = (state: Finding['state']) => findings.filter((one) => one.state === state).length;
  return [
    ...sections.flatMap(({ title, findings: own }) => [title, ...own.flatMap(lines), '']),
    [
      plural(count('failure'), 'failure'),
      plural(count('warning'), 'warning'),
      `${count('unknown')} not known`,
      `${count('ok')} in order`,
    ].join(', ') + '.',
  ];
}

const marks = { ok: 'ok      ', warning: 'warning ', failure: 'failure ', unknown: '?       ' };

function lines({ state, part, found, fix }: Finding): readonly string[] {
  const line = `  ${marks[state]} ${part.padEnd(11)} ${found}`;
  return fix === undefined ? [line] : [line, `${' '.repeat(23)}→ ${fix}`];
}

const help = `
The domains are those of "from" in rules/sending.json and of the reps in rules/routing.json. Exit code 1:
something will keep mail from arriving. What a receiver made of a mail, only a mail that arrived can tell.

Examples:
  $ npx perennial doctor
  $ npx perennial doctor --domain acme.com
  $ npx perennial doctor --json | jq '.sections[].findings[] | select(.state == "failure")'`;
