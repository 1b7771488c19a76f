/**
 * `perennial verify`: tries one address the way the worker does, and says what each look found.
 *
 * It asks DNS and stores nothing, so it needs no database; with `--store` the verdict goes in as an
 * event of the lead, like one of the worker.
 */
import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { emailKind, type EmailKind } from '../core/facts/email-kind.ts';
import { domainOfAddress, parseAddress } from '../core/sending/address.ts';
import { isReserved, judge, type Findings } from '../core/verification/judge.ts';
import {
  verificationWords,
  type Verdict,
  type Verification,
} from '../core/verification/verdict.ts';
import { readConfig, type Config } from '../runtime/config.ts';
import { createAskDomain, createDnsQuestions } from '../verify/mail-domains.ts';
import { withDatabase } from './connect.ts';
import { CommandFailure, plural, type ExitCode, type Shell } from './shell.ts';
import { withByHand } from './stage.ts';

interface VerifyOptions {
  readonly waiting?: true;
  readonly store?: true;
  readonly json?: true;
}

export function verifyCommand(shell: Shell, finish: (code: ExitCode) => void): Command {
  return new Command('verify')
    .description('try one address: is it written well, does its domain take mail')
    .argument('[address]', 'the address')
    .option('--waiting', 'list the addresses that could not be verified yet, and why')
    .option('--store', 'keep the verdict with the lead of this address')
    .option('--json', 'answer with JSON')
    .addHelpText('after', help)
    .action(async (address: string | undefined, options: VerifyOptions) => {
      if (options.waiting === true) return finish(await listWaiting(shell, options));
      if (address === undefined) throw new CommandFailure('Which address? Or --waiting.');
      finish(await verify(shell, address, options));
    });
}

async function verify(shell: Shell, said: string, options: VerifyOptions): Promise<ExitCode> {
  const config = readConfig(shell.env, shell.cwd);
  const findings: Findings = { address: said, domain: await askedOf(config, said) };
  const found = judge(findings);
  if (options.store === true) await store(shell, said, found);
  if (options.json === true) {
    shell.printJson({ ok: true, ...findings, ...found, words: verificationWords(found) });
  } else for (const line of linesOf(findings, found)) shell.print(line);
  return found.status === 'invalid' ? 1 : 0;
}

async function listWaiting(shell: Shell, { json }: VerifyOptions): Promise<ExitCode> {
  return withDatabase<ExitCode>(shell, async ({ store: sql }) => {
    const { listWaitingChecks } = await import('../store/email-checks.ts');
    const waiting = await listWaitingChecks(sql, waitingMost);
    if (json === true) shell.printJson({ ok: true, waiting });
    else if (waiting.length === 0) shell.print('No address waits to be verified again.');
    for (const { address, attempts, trouble, nextAt } of json === true ? [] : waiting) {
      const next = nextAt === null ? '' : `, again at ${new Date(nextAt).toISOString()}`;
      shell.print(`${address}: ${trouble} (${plural(attempts, 'look')}${next})`);
    }
    return 0;
  });
}
const waitingMost = 100;

async function askedOf(config: Config, said: string): Promise<Findings['domain']> {
  const parsed = parseAddress(said);
  const isAsked =
    config.verify === 'dns' && parsed.ok && !isReserved(domainOfAddress(parsed.address));
  if (!isAsked) return 'not-asked';
  const nothingKept = { find: () => Promise.resolve(undefined), save: () => Promise.resolve() };
  const ask = createAskDomain(createDnsQuestions(config.nameServers), nothingKept);
  return ask(domainOfAddress(parsed.address), AbortSignal.timeout(patienceMs));
}

/** Two questions of five seconds each, and the one whether the network is there. */
const patienceMs = 15_000;

async function store(shell: Shell, said: string, found: Verification): Promise<void> {
  const parsed = parseAddress(said);
  if (!parsed.ok)
    throw new CommandFailure(`No lead has such an address: ${parsed.problem}.`, { exitCode: 1 });
  if (found.status === 'unknown') {
    shell.note('Nothing is stored: there is no verdict.');
    return;
  }
  const verdict: Verdict = found;
  await withByHand(shell, async ({ sql, ingest, clock }) => {
    const { findLead } = await import('../store/read-leads.ts');
    const { eventAbout } = await import('../ingest/request.ts');
    const { address } = parsed;
    const leadId = await findLead(sql, { email: address });
    if (leadId === null) {
      throw new CommandFailure(`There is no lead with the address ${address}.`, { exitCode: 1 });
    }
    const properties = { status: verdict.status, reason: verdict.reason, by: 'dns', address };
    const own = { source: 'verification', messageId: randomUUID(), name: 'Email Verified' };
    await ingest([eventAbout({ leadId }, { ...own, now: clock(), properties })]);
  });
}

function linesOf({ address, domain }: Findings, found: Verification): readonly string[] {
  const parsed = parseAddress(address);
  const written = parsed.ok ? 'like an address' : `not like an address: ${parsed.problem}`;
  const looks = parsed.ok
    ? [`  kind     ${kinds[emailKind(parsed.address)]}`, `  domain   ${domains[domain]}`]
    : [];
  return [
    parsed.ok ? parsed.address : address,
    `  written  ${written}`,
    ...looks,
    `${found.status}: ${verificationWords(found)}.`,
  ];
}

const kinds: { readonly [kind in EmailKind]: string } = {
  company: 'of a company',
  free: 'a private mailbox at a provider',
  role: 'a mailbox that several people read',
  disposable: 'a throw-away address',
};
const domains: { readonly [answer in Findings['domain']]: string } = {
  'takes-mail': 'names mail servers',
  'refuses-mail': 'says that it takes no mail (null MX)',
  'address-only': 'names no mail server, but has an address',
  'no-address': 'exists, and has neither mail server nor address',
  'no-such-domain': 'does not exist',
  away: 'no answer of the name servers',
  'not-asked': 'not looked up',
};

const help = `
It asks the name servers of this machine and stores nothing. Whether mail to the address came back before is
known to the product only: npx perennial explain <address>. Exit code 1: the address is invalid.

Examples:
  $ npx perennial verify ana@nordwind.de
  $ npx perennial verify ana@nordwind.de --store
  $ npx perennial verify --waiting
  $ npx perennial verify info@nordwind.de --json | jq .status`;
