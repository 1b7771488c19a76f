/**
 * The log of a process: ids and figures. Errors from outside repeat what they were given (a server its
 * recipient, a database the row it refused), so of an error only its kind, its codes, its place in our
 * code and a message without addresses are written, never its other fields.
 */
import pino, { type DestinationStream, type Logger } from 'pino';

export function createLog(
  { name, level }: { readonly name: string; readonly level: string },
  destination?: DestinationStream,
): Logger {
  const options = {
    name,
    level,
    redact: ['address', '*.address', 'email', '*.email', 'authorization', '*.authorization'],
    serializers: { err: errorForLog },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string | number;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
}

/** Longer chains are loops. */
const causesMax = 5;

export function errorForLog(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: 'something that is no error was thrown', stack: '' };
  }
  const fields: { readonly [key: string]: unknown } = { ...error };
  const { code } = fields;
  const goesOn = depth < causesMax;
  return {
    type: error.constructor.name,
    message: isFromOutside(fields)
      ? 'told by another server; its code says what'
      : safe(error.message),
    stack: framesOf(error.stack ?? ''),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause instanceof Error && goesOn
      ? { cause: errorForLog(error.cause, depth + 1) }
      : {}),
    ...(error instanceof AggregateError && goesOn
      ? { errors: error.errors.map((one: unknown) => errorForLog(one, depth + 1)) }
      : {}),
  };
}

/** A reply of a mail server, or a value that PostgreSQL could not take (class 22). */
function isFromOutside({
  code,
  response,
  responseCode,
  severity,
}: {
  [key: string]: unknown;
}): boolean {
  if (response !== undefined || responseCode !== undefined) return true;
  return severity !== undefined && typeof code === 'string' && code.startsWith('22');
}

function safe(message: string): string {
  return message.replace(/[^\s<>"'(),;:=]+@[^\s<>"'(),;:=]+/g, '<address>').slice(0, 500);
}

/** Without its first lines, which repeat the message. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
