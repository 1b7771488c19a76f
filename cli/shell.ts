/**
 * What a command sees of the terminal, and how it says that it could not be done.
 *
 * Answers go to stdout, as sentences or as one JSON document; progress and notes go to stderr, so that
 * a pipe gets the answer alone.
 */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly progress: NodeJS.WriteStream;
  /** Whether answers are read by a person at a terminal who did not ask for none (NO_COLOR). */
  readonly colours: boolean;
  print(text: string): void;
  printJson(value: unknown): void;
  note(text: string): void;
}

/** 0 ok · 1 problems were found · 2 wrong usage, or what is needed cannot be reached. */
export type ExitCode = 0 | 1 | 2;

/** One sentence and what to do about it; never shown with a stack. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;
  constructor(message: string, options: ErrorOptions & { readonly exitCode?: ExitCode } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? 2;
  }
}

export function createShell(out: NodeJS.WriteStream, progress: NodeJS.WriteStream): Shell {
  // `perennial explain … | head` closes the pipe before the end: nobody is left to tell.
  for (const stream of [out, progress]) {
    stream.on('error', (error: Error) => {
      if (!('code' in error) || error.code !== 'EPIPE') throw error;
    });
  }
  return {
    env: process.env,
    cwd: process.cwd(),
    progress,
    colours: out.isTTY && (process.env['NO_COLOR'] ?? '') === '',
    print: (text) => void out.write(`${text}\n`),
    printJson: (value) => void out.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => void progress.write(`${text}\n`),
  };
}

/** "1 file", "2 files". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
