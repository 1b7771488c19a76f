/**
 * Looks at what one deployment is made of: its settings, PostgreSQL, Temporal, the mail relay, and whether
 * their clocks agree. Each look changes nothing, waits for seconds at most, and answers whatever happens.
 */
import { Connection } from '@temporalio/client';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Finding } from '../../mail/identity/finding.ts';
import { inspectDatabase } from '../../store/migrate.ts';
import { connectionOptions } from '../composition.ts';
import type { Config } from '../config.ts';

export function lookAtSettings(config: Config): readonly Finding[] {
  const { protocol, hostname } = new URL(config.publicUrl);
  const local = isLoopback(hostname);
  const found = `links in emails start with ${config.publicUrl}`;
  if (local) {
    const fix =
      'Only this machine reaches them: set PUBLIC_URL to how people outside reach this server.';
    return [{ state: 'warning', part: 'PUBLIC_URL', found, fix }];
  }
  if (protocol === 'http:') {
    // RFC 8058 3.1: the one-click address is an HTTPS URI.
    const fix = 'Gmail and Yahoo take one-click unsubscribe over https only: put TLS before it.';
    return [{ state: 'failure', part: 'PUBLIC_URL', found, fix }];
  }
  return [{ state: 'ok', part: 'PUBLIC_URL', found }];
}

/** A lease, a token's age and a log line are compared across machines: seconds do no harm, minutes do. */
const clockOffMsMax = 2_000;

export async function lookAtDatabase(databaseUrl: string): Promise<readonly Finding[]> {
  const part = 'PostgreSQL';
  try {
    const { version, pending, clockAheadMs } = await inspectDatabase({ databaseUrl });
    const schema: Finding =
      pending.length === 0
        ? { state: 'ok', part, found: `version ${version}, with the schema of this version` }
        : {
            ...{ state: 'warning', part },
            found: `version ${version}, ${pending.length} migrations behind this version`,
            fix: 'The next api or worker that starts applies them.',
          };
    const off = Math.abs(clockAheadMs);
    const way = clockAheadMs > 0 ? 'ahead of' : 'behind';
    const clock: Finding =
      off <= clockOffMsMax
        ? { state: 'ok', part: 'clock', found: 'this machine and the database agree' }
        : {
            ...{ state: 'failure', part: 'clock' },
            found: `the database is ${Math.round(off / 1_000)} s ${way} this machine`,
            fix: 'Emails would leave early or late: run NTP (chrony, systemd-timesyncd) on both.',
          };
    return [schema, clock];
  } catch (error) {
    return [unreachable(part, error, 'Check DATABASE_URL and that the server runs.')];
  }
}

export async function lookAtTemporal(config: Config): Promise<readonly Finding[]> {
  const part = 'Temporal';
  const { TEMPORAL_NAMESPACE: namespace } = config;
  try {
    const connection = await Connection.connect({
      ...connectionOptions(config),
      connectTimeout: 3_000,
    });
    try {
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      await connection.workflowService.describeNamespace({ namespace });
      return [{ state: 'ok', part, found: `version ${serverVersion}, namespace ${namespace}` }];
    } finally {
      await connection.close();
    }
  } catch (error) {
    const fix = `Check TEMPORAL_ADDRESS, and that the namespace ${namespace} exists.`;
    return [unreachable(part, error, fix)];
  }
}

/** Greets the relay and signs in, as the first mail would; sends nothing. */
export async function lookAtRelay(smtpUrl: string): Promise<readonly Finding[]> {
  const part = 'mail relay';
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const secure = protocol === 'smtps:';
  const connection = new SMTPConnection({
    ...{ host: hostname, port: Number(port) || (secure ? 465 : 587), secure },
    ...{ connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 5_000 },
  });
  const step = (begin: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      connection.once('error', reject);
      begin((error) => (error ? reject(error) : resolve()));
    });
  try {
    await step((done) => connection.connect(done));
    const encrypted = connection.secure;
    if (username !== '') {
      const credentials = {
        user: decodeURIComponent(username),
        pass: decodeURIComponent(password),
      };
      await step((done) => connection.login({ credentials }, done));
    }
    const found = `${hostname} answers${username === '' ? '' : ' and takes our password'}`;
    if (encrypted || isLoopback(hostname)) return [{ state: 'ok', part, found }];
    const fix =
      'Neither mails nor the password are encrypted on the way: use smtps:// or a relay with STARTTLS.';
    return [{ state: 'warning', part, found: `${found}, without TLS`, fix }];
  } catch (error) {
    return [unreachable(part, error, 'Check SMTP_URL: host, port, user and password.')];
  } finally {
    connection.close();
  }
}

export function isLoopback(host: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host);
}

function unreachable(part: string, error: unknown, fix: string): Finding {
  const said =
    error instanceof Error ? (error.message || error.name).split('\n', 1)[0] : String(error);
  return { state: 'failure', part, found: `not reached: ${said}`, fix };
}
