/**
 * The receiving end as a witness: every recipient that was named and every mail that was accepted, as
 * bytes with the time, whatever our database says. The faults of a test are rules that it sets here.
 */
import {
  createSmtpSink,
  type SmtpFault,
  type SmtpSinkOptions,
} from '../../../runtime/embedded/smtp-sink.ts';
import { firstOf, type FaultRule } from '../../../runtime/embedded/smtp-faults.ts';

export interface SinkMail {
  readonly at: number;
  readonly to: readonly string[];
  readonly messageId: string;
  /** The ledger row, as the mail itself names it. */
  readonly key: string;
  readonly subject: string;
  readonly raw: string;
}
export interface NamedRecipient {
  readonly at: number;
  readonly address: string;
}
export interface Sink {
  readonly smtpUrl: string;
  readonly mails: SinkMail[];
  readonly recipients: NamedRecipient[];
  /** Keys of mails that were taken and whose sender was not told. */
  readonly unanswered: Set<string>;
  /** Asked one after the other; the first fault strikes. */
  readonly rules: FaultRule[];
  /** Nobody listens on its port any more, until the returned function brings it back. */
  leave(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

export async function openSink(): Promise<Sink> {
  const mails: SinkMail[] = [];
  const recipients: NamedRecipient[] = [];
  const unanswered = new Set<string>();
  const rules: FaultRule[] = [];
  const options: SmtpSinkOptions = {
    fault: (attempt) => {
      if (attempt.stage === 'recipient') {
        recipients.push({ at: attempt.at, address: attempt.to[0] ?? '' });
      }
      const fault = firstOf(...rules)(attempt);
      if (attempt.raw !== undefined && fault !== undefined && isUnheard(fault)) {
        unanswered.add(header(attempt.raw.toString('utf8'), 'x-entity-ref-id'));
      }
      return fault;
    },
    onAccepted: ({ envelope, raw, receivedAt }) => {
      mails.push(mailOf(raw.toString('utf8'), envelope.to, receivedAt));
    },
  };
  let server = await createSmtpSink(options);
  const { port } = server;
  return {
    ...{ smtpUrl: server.smtpUrl, mails, recipients, unanswered, rules },
    async leave() {
      await server.stop();
      return async () => {
        server = await createSmtpSink({ ...options, port });
      };
    },
    stop: () => server.stop(),
  };
}

const silent: ReadonlySet<string> = new Set(['drop', 'reset', 'silence']);
/** What the transport waits for an answer at most. */
const patienceMs = 60_000;

function isUnheard(fault: SmtpFault): boolean {
  return silent.has(fault.type) || (fault.type === 'delay' && fault.ms > patienceMs);
}

export function header(raw: string, name: string): string {
  const end = raw.search(/\r?\n\r?\n/);
  const unfolded = raw.slice(0, end === -1 ? undefined : end).replace(/\r?\n[ \t]+/g, ' ');
  const line = unfolded.split(/\r?\n/).find((one) => one.toLowerCase().startsWith(`${name}: `));
  return line?.slice(name.length + 2).trim() ?? '';
}

function mailOf(raw: string, to: readonly string[], at: number): SinkMail {
  return {
    ...{ at, to, raw },
    messageId: header(raw, 'message-id'),
    key: header(raw, 'x-entity-ref-id'),
    subject: header(raw, 'subject'),
  };
}
