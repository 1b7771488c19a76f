/**
 * Every environment variable, read and validated once, with all problems reported together.
 *
 * Nothing else in the tree touches `process.env` for settings. A variable that is not in `variables`
 * does not exist; `.env.example` and `docker-compose.yml` are checked against it by tests.
 */
import { resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);
const url = (protocols: readonly string[]) =>
  z.string().refine((text) => protocols.includes(protocolOf(text)), {
    message: `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
const hostAndPort = z
  .string()
  .regex(/^[^\s:/]+:\d{1,5}$/, { message: 'host:port, for example 127.0.0.1:7233' });

const domain = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, { message: 'a domain such as example.com' });

/** Name → format. The comment of each is its documentation in `.env.example`. */
export const variables = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  /** How people outside reach this server: links in emails start with it. */
  PUBLIC_URL: url(['http:', 'https:']).optional(),
  /** Comma-separated host names the API answers to, beside loopback and PUBLIC_URL. */
  ALLOWED_HOSTS: z.string().optional(),
  /** How many proxies of yours stand in front: as many addresses of X-Forwarded-For are believed. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  PERENNIAL_HOME: z.string().default('.perennial'),
  PERENNIAL_WORKSPACE: z.string().optional(),
  PERENNIAL_API_KEY: z.string().min(16, { message: 'at least 16 characters' }).optional(),
  /** Signs links in emails; at least 32 characters. Embedded mode keeps one in PERENNIAL_HOME. */
  PERENNIAL_SECRET: z.string().min(32, { message: 'at least 32 characters' }).optional(),
  /** `off` starts without the invented leads. */
  PERENNIAL_DEMO: z.enum(['on', 'off']).default('on'),
  DATABASE_URL: url(['postgresql:', 'postgres:']).optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(10),
  TEMPORAL_ADDRESS: hostAndPort.optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TLS: z.enum(['on', 'off']).default('off'),
  TEMPORAL_API_KEY: z.string().optional(),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  /** Signs every mail (DKIM): an RSA key in PEM, itself with `\n` for line breaks, or the file that holds it. */
  DKIM_KEY: z.string().optional(),
  DKIM_KEY_FILE: z.string().optional(),
  /** Who signs where there is no key here: `relay` says that the relay does. Production wants to know. */
  DKIM: z.enum(['relay']).optional(),
  /** Under which name the public half stands in DNS: `<selector>._domainkey.<domain>`. */
  DKIM_SELECTOR: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, { message: 'a name such as s1' })
    .optional(),
  /** The domain that signs; that of the From address when not set. */
  DKIM_DOMAIN: domain.optional(),
  /** Where mail that cannot be delivered comes back to: the envelope sender of every email is an address there. */
  BOUNCE_DOMAIN: domain.optional(),
  /** Where people answer, and unsubscribe by mail; without it their answers go to the From address. */
  REPLY_DOMAIN: domain.optional(),
  /** Where the API takes mail for these two domains; not at all when not set. */
  INBOUND_SMTP_PORT: port.optional(),
  INBOUND_SMTP_HOST: z.string().default('127.0.0.1'),
  /** Checks the signature of SendGrid's event webhook: the verification key of its settings page, base64. */
  SENDGRID_WEBHOOK_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{100,}={0,2}$/, { message: 'a public key in base64' })
    .optional(),
  /** `local` sends from a local activity (a relay nearby), `queue` from the queue perennial-mail. */
  SEND_VIA: z.enum(['local', 'queue']).optional(),
  /** How long one attempt retries a relay that refuses for now, before the journey sleeps. */
  SEND_RETRY_SECONDS: z.coerce.number().min(0).max(120).default(60),
  /** How long a send may take before its worker counts as dead; an answer that comes later still counts. */
  SEND_LEASE_SECONDS: z.coerce.number().min(1).max(600).default(30),
  /**
   * How addresses are verified: `dns` asks name servers whether domains take mail, `offline` judges by
   * the address alone, `off` not at all. Default: `dns`; in tests `offline`.
   */
  PERENNIAL_VERIFY: z.enum(['dns', 'offline', 'off']).optional(),
  /** Which name servers are asked: comma-separated addresses, with a port after a colon. Default: the system's. */
  PERENNIAL_NAME_SERVERS: z
    .string()
    .regex(/^\s*[\da-f.:[\]]+(\s*,\s*[\da-f.:[\]]+)*\s*$/i, {
      message: 'addresses such as 10.0.0.2 or 10.0.0.2:5353, comma-separated',
    })
    .optional(),
  /** What is known of companies by domain: CSV with a header, or a JSON object per line (.ndjson). */
  PERENNIAL_ENRICHMENT_FILE: z.string().optional(),
  PERENNIAL_TEMPORAL_BIN: z.string().optional(),
  TEMPORAL_PORT: port.optional(),
  TEMPORAL_UI_PORT: port.optional(),
  POSTGRES_PORT: port.optional(),
  MAILBOX_PORT: port.optional(),
  /** `name=url` pairs, comma-separated: targets of `webhook` steps. */
  WEBHOOKS: z.string().optional(),
  WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_/, { message: 'a Standard Webhooks secret: whsec_…' })
    .optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** A bundle of the workflows made before; the worker makes its own otherwise (3 s). */
  WORKFLOW_BUNDLE: z.string().optional(),
  /** After this many milliseconds a dead worker's workflow task goes to another; fault tests shorten it. */
  WORKFLOW_TASK_TIMEOUT_MS: z.coerce.number().int().min(1000).max(120_000).default(10_000),
  /** Fault tests only; refused in production. */
  FAILPOINTS: z.string().optional(),
} as const;

const environment = z.object(variables);
type Values = z.infer<typeof environment>;

export interface Config extends Readonly<Values> {
  /** Absolute. */
  readonly home: string;
  /** Absolute; the repository root unless PERENNIAL_WORKSPACE names another. */
  readonly workspaceDir: string;
  readonly publicUrl: string;
  readonly production: boolean;
  readonly sendVia: 'local' | 'queue';
  readonly verify: 'dns' | 'offline' | 'off';
  /** None: those of the system. */
  readonly nameServers?: readonly string[];
  readonly webhooks: { readonly [name: string]: string };
}

export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The environment has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n` +
        problems.map((problem) => `  ${problem}`).join('\n'),
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Parses the environment. Throws `ConfigError` with every problem at once; empty strings count as unset. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  root = process.cwd(),
): Config {
  const given = Object.fromEntries(
    Object.keys(variables).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const parsed = environment.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => say(issue, given));
  problems.push(...together(given));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const values = parsed.data;
  return Object.freeze({
    ...values,
    home: resolve(root, values.PERENNIAL_HOME),
    workspaceDir: resolve(root, values.PERENNIAL_WORKSPACE ?? '.'),
    publicUrl: (values.PUBLIC_URL ?? `http://${linkHost(values.HOST)}:${values.PORT}`).replace(
      /\/$/,
      '',
    ),
    production: values.NODE_ENV === 'production',
    sendVia: values.SEND_VIA ?? (isLoopbackRelay(values.SMTP_URL) ? 'local' : 'queue'),
    verify: values.PERENNIAL_VERIFY ?? (values.NODE_ENV === 'test' ? 'offline' : 'dns'),
    ...(values.PERENNIAL_NAME_SERVERS !== undefined && {
      nameServers: values.PERENNIAL_NAME_SERVERS.split(',').map((server) => server.trim()),
    }),
    webhooks: webhookTargets(values.WEBHOOKS),
  });
}

/** What only shows when several variables are seen together. */
function together(given: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = [];
  const production = given['NODE_ENV'] === 'production';
  if (production && given['FAILPOINTS'] !== undefined) {
    problems.push('FAILPOINTS is set, and NODE_ENV is production: failpoints are for fault tests.');
  }
  if (production) {
    const needed = [
      'DATABASE_URL',
      'TEMPORAL_ADDRESS',
      'SMTP_URL',
      'PERENNIAL_SECRET',
      'PUBLIC_URL',
    ];
    for (const name of needed.filter((name) => given[name] === undefined)) {
      problems.push(`${name} is not set: production starts nothing embedded and guesses nothing.`);
    }
  }
  problems.push(...signingProblems(given));
  const domains = [given['BOUNCE_DOMAIN'], given['REPLY_DOMAIN']];
  if (given['INBOUND_SMTP_PORT'] !== undefined && domains.every((one) => one === undefined)) {
    problems.push(
      'INBOUND_SMTP_PORT is set, BOUNCE_DOMAIN and REPLY_DOMAIN are not: no mail would be taken.',
    );
  }
  for (const pair of (given['WEBHOOKS'] ?? '').split(',').filter((pair) => pair.trim() !== '')) {
    if (!/^\s*[a-z0-9-]+=https?:\/\/\S+\s*$/.test(pair)) {
      problems.push(`WEBHOOKS has ${JSON.stringify(pair)}; expected name=https://host/path.`);
    }
  }
  return problems;
}

function signingProblems(given: Readonly<Record<string, string | undefined>>): string[] {
  const keys = ['DKIM_KEY', 'DKIM_KEY_FILE'].filter((name) => given[name] !== undefined);
  if (keys.length > 0 && given['DKIM'] === 'relay') {
    return [`${keys[0]} is set, and DKIM=relay says that the relay signs: keep one of them.`];
  }
  if (keys.length === 0 && given['NODE_ENV'] === 'production' && given['DKIM'] !== 'relay') {
    return [
      'DKIM_KEY_FILE is not set: mail would leave unsigned. Set it with DKIM_SELECTOR, or DKIM=relay where the relay signs.',
    ];
  }
  if (keys.length === 2) return ['DKIM_KEY and DKIM_KEY_FILE are both set: one key signs.'];
  if (keys.length === 1 && given['DKIM_SELECTOR'] === undefined) {
    return [
      `DKIM_SELECTOR is not set: with ${keys[0]} it says where the public key stands in DNS.`,
    ];
  }
  const orphans = ['DKIM_SELECTOR', 'DKIM_DOMAIN'].filter((name) => given[name] !== undefined);
  return keys.length === 0 && orphans.length > 0
    ? [`${orphans.join(' and ')} without DKIM_KEY or DKIM_KEY_FILE: there is no key to sign with.`]
    : [];
}

function say(issue: z.core.$ZodIssue, given: Readonly<Record<string, string | undefined>>): string {
  const name = String(issue.path[0]);
  const found = /KEY|SECRET|URL/.test(name)
    ? 'a value that does not fit'
    : JSON.stringify(given[name]);
  return `${name} is ${found}; expected ${expectedText(issue)}.`;
}

function expectedText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value')
    return `one of ${issue.values.map((value) => String(value)).join(', ')}`;
  if (issue.code === 'invalid_type') return `a ${issue.expected}`;
  if (issue.code === 'too_small' && issue.origin === 'number')
    return `a number of at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `a number of at most ${issue.maximum}`;
  return issue.message;
}

function webhookTargets(text: string | undefined): { readonly [name: string]: string } {
  const pairs = (text ?? '').split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const cut = pair.indexOf('=');
      return [pair.slice(0, cut).trim(), pair.slice(cut + 1).trim()];
    }),
  );
}

/** A relay on this machine answers in milliseconds, so a local activity may wait for it. */
function isLoopbackRelay(smtpUrl: string | undefined): boolean {
  if (smtpUrl === undefined) return true;
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(smtpUrl).hostname);
}

function linkHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? 'localhost' : host;
}

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}
