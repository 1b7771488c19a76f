/**
 * Asks somebody outside who may be slow, down or wrong, and never for longer than is told: what came to
 * nothing is a problem in words, never an error, so that whoever asks can ask again later.
 *
 * It knows neither the question nor the answer. Apart, because activities and verification both ask.
 */
export interface Problem {
  readonly problem: string;
}

/** `ask` gets a signal that says when nobody waits any more. It never rejects. */
export async function askPatiently<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  patienceMs: number,
): Promise<Answer | Problem> {
  const giveUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Problem>((resolve) => {
    timer = setTimeout(() => {
      giveUp.abort();
      resolve({ problem: `no answer within ${patienceMs / 1_000} s` });
    }, patienceMs);
  });
  const answer = (async () => ask(giveUp.signal))();
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    return { problem: `it failed: ${nameOf(error)}` };
  } finally {
    clearTimeout(timer);
    // An answer after its time interests nobody, also when it is an error.
    answer.catch(() => undefined);
  }
}

/** The kind of error and its code; a text of a stranger may repeat an address. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not with an error';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
