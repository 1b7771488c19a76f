/** How far a long work is: a bar that moves on a terminal, a plain line now and then elsewhere. */
const width = 28;
const redrawAfterMs = 100;
const lineAfterMs = 5_000;

export interface ProgressBar {
  /** `done` from 0 to 1. */
  show(done: number, text: string): void;
  /** Leaves the terminal clean for what is printed next. */
  clear(): void;
}

export function createProgressBar(
  out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  clock: () => number,
): ProgressBar {
  let shownAt = clock();
  return {
    show(done, text) {
      const now = clock();
      if (now - shownAt < (out.isTTY ? redrawAfterMs : lineAfterMs)) return;
      shownAt = now;
      const percent = `${String(Math.floor(done * 100)).padStart(3)} %`;
      if (!out.isTTY) out.write(`${percent}  ${text}\n`);
      else out.write(`\r\u001b[2K${bar(done)} ${percent}  ${text}`);
    },
    clear() {
      if (out.isTTY) out.write('\r\u001b[2K');
    },
  };
}

function bar(done: number): string {
  const full = Math.round(done * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
