/** One line of progress per part of the start, with the time it took. Written for people. */
export interface Progress {
  /** Runs `work` and prints its line when it is done; `say` replaces the text while it runs. */
  step<T>(title: string, work: (say: (text: string) => void) => Promise<T>): Promise<T>;
  line(text: string): void;
}

export function createProgress(out: NodeJS.WriteStream, clock: () => number): Progress {
  return {
    line: (text) => void out.write(`${text}\n`),
    async step(title, work) {
      const startedAt = clock();
      let last = '';
      const say = (text: string): void => {
        if (text === last) return;
        last = text;
        out.write(out.isTTY ? `\r\u001b[2K  … ${title}: ${text}` : `  … ${title}: ${text}\n`);
      };
      if (out.isTTY) out.write(`  … ${title}`);
      try {
        const result = await work(say);
        const seconds = ((clock() - startedAt) / 1000).toFixed(1);
        out.write(`${out.isTTY ? '\r\u001b[2K' : ''}  ✓ ${title.padEnd(44)} ${seconds} s\n`);
        return result;
      } catch (error) {
        out.write(`${out.isTTY ? '\r\u001b[2K' : ''}  ✗ ${title}\n`);
        throw error;
      }
    },
  };
}
