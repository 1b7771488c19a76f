/**
 * Errors → what a stranger is told: one sentence with what to do, and the exit code. A stack is never
 * shown; what nobody foresaw is named as our own mistake.
 */
import { CommandFailure } from './shell.ts';

/** By name, so that telling about a failure loads nothing. */
const explained = new Set(['ConfigError', 'NothingPublished', 'StartError', 'MigrationError']);
const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ECONNRESET',
]);

export function failureOf(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (!(error instanceof Error)) return new CommandFailure(String(error), { cause: error });
  const said = messageOf(error);
  if (explained.has(error.name)) return new CommandFailure(said, { cause: error });
  const code = codeOf(error);
  if (unreachable.has(code)) {
    return new CommandFailure(
      `The database does not answer (${code}): start Perennial with \`npm start\`, or check DATABASE_URL.`,
      { cause: error },
    );
  }
  if (/^(28|3D)/.test(code)) {
    return new CommandFailure(`The database refuses: ${said}. Check DATABASE_URL.`, {
      cause: error,
    });
  }
  if (code === '42P01') {
    return new CommandFailure(
      'The database has no tables of Perennial yet: `npm start` or `npx perennial publish` makes them.',
      { cause: error },
    );
  }
  return new CommandFailure(said, { cause: error });
}

/** Of several tries at once (IPv4, IPv6) the first speaks. */
function codeOf(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) {
    return codeOf(error.errors[0]);
  }
  if ('code' in error) return String(error.code);
  return error.cause instanceof Error ? codeOf(error.cause) : '';
}

function messageOf(error: Error): string {
  return error.message === '' ? error.name : error.message;
}
