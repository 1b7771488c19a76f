/**
 * The SMTP server of a benchmark as a process of its own, so that what it costs to take a mail is charged
 * to nobody who sends one. Answers `count` with how many it has taken; keeps nothing.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createSmtpSink } from '../runtime/embedded/smtp-sink.ts';

export interface SinkProcess {
  readonly pid: number;
  readonly smtpUrl: string;
  /** Mails taken since it was started. */
  taken(): Promise<number>;
  stop(): Promise<void>;
}

export async function startSinkProcess(): Promise<SinkProcess> {
  const child = fork(import.meta.filename, { execArgv: ['--import', 'tsx'] });
  const smtpUrl = await answerOf<string>(child);
  return {
    ...{ pid: child.pid ?? 0, smtpUrl },
    async taken() {
      child.send('count');
      return answerOf<number>(child);
    },
    async stop() {
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
    },
  };
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const [answer] = (await once(child, 'message')) as [Answer];
  return answer;
}

if (process.send !== undefined) {
  const tell = process.send.bind(process);
  let taken = 0;
  const sink = await createSmtpSink({ onAccepted: () => void (taken += 1) });
  process.on('message', (asked) => {
    if (asked === 'count') tell(taken);
    else void sink.stop().then(() => process.exit());
  });
  tell(sink.smtpUrl);
}
