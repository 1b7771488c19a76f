/**
 * Every way the API says no, in one place: RFC 9457 `application/problem+json`.
 *
 * A problem has a stable code, a status and a sentence that names the place, what was found and what
 * was expected. Anything else that is thrown is a defect: 500 with the request id, never a stack trace.
 */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';

export interface FieldProblem {
  /** JSON pointer into the body, `#/batch/3/event`. */
  readonly pointer: string;
  readonly detail: string;
}

const statuses = {
  'invalid-body': 422,
  'invalid-json': 400,
  'bad-request': 400,
  'body-too-large': 413,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'wrong-host': 421,
  conflict: 409,
  'bad-link': 404,
  unavailable: 503,
  defect: 500,
} as const;
export type ProblemCode = keyof typeof statuses;

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: ProblemCode,
    detail: string,
    extra: {
      readonly errors?: readonly FieldProblem[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.code = code;
    this.errors = extra.errors ?? [];
    this.headers = extra.headers ?? {};
  }
}

/** The same words whatever is wrong with it: nobody learns from them which addresses are known. */
export function badLink(): Problem {
  return new Problem('bad-link', 'This link is not valid. Please use the one in the latest email.');
}

export function statusOf(problem: Problem): number {
  return statuses[problem.code];
}

export function sendProblem(response: Response, problem: Problem, instance: string): void {
  const status = statuses[problem.code];
  response
    .status(status)
    .set(problem.headers)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `/problems/${problem.code}`,
        title: STATUS_CODES[status],
        status,
        detail: problem.message,
        instance,
        ...(problem.errors.length > 0 && { errors: problem.errors }),
      }),
    );
}

export const notFound: RequestHandler = (request) => {
  throw new Problem('not-found', `There is nothing at ${request.method} ${request.path}.`);
};

/** The last middleware: turns what was thrown into a problem, and reports defects to `onDefect`. */
export function problemHandler(
  requestId: (response: Response) => string,
  onDefect: (error: unknown, requestId: string) => void,
): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = asProblem(error);
    const id = requestId(response);
    if (problem.code === 'defect' || problem.code === 'unavailable') onDefect(error, id);
    sendProblem(response, problem, id);
  };
}

/** Express's body parser and Postgres speak in their own errors. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { type, code } = error as { readonly type?: unknown; readonly code?: unknown };
  if (type === 'entity.too.large') {
    return new Problem('body-too-large', 'The body is larger than 500 KB; send smaller batches.');
  }
  if (type === 'entity.parse.failed') {
    return new Problem('invalid-json', 'The body is not JSON that can be read.', { cause: error });
  }
  if (error instanceof Error && error.name === 'NothingPublished') {
    return new Problem('unavailable', error.message, { cause: error });
  }
  if (error instanceof Error && error.name === 'IngestFull') {
    const headers = { 'Retry-After': '2' };
    return new Problem('unavailable', error.message, { headers, cause: error });
  }
  if (isRefusedByExpress(error)) {
    return new Problem('bad-request', `The request cannot be read: ${error.message}.`, {
      cause: error,
    });
  }
  if (typeof code === 'string' && isDatabaseAway(code)) {
    return new Problem(
      'unavailable',
      'The database does not answer. Nothing was stored; send it again.',
      {
        headers: { 'Retry-After': '2' },
        cause: error,
      },
    );
  }
  return new Problem('defect', 'Something is wrong on our side. The log has the request id.', {
    cause: error,
  });
}

/** A path that is no UTF-8, an encoding nobody knows, a body cut off: its own words, nothing of ours. */
function isRefusedByExpress(error: unknown): error is Error {
  const { status } = error as { readonly status?: unknown };
  return error instanceof Error && typeof status === 'number' && status >= 400 && status < 500;
}

/** Connection refused or lost, starting up, shutting down, too many connections, lock timeout. */
function isDatabaseAway(code: string): boolean {
  return /^(ECONNREFUSED|ECONNRESET|EPIPE|57P0[123]|53300|55P03|08\w{3}|57014)$/.test(code);
}
