/**
 * Capture: Segment's calls. One call or a batch, one answer each: what was decided and why not.
 *
 * All items of a batch are read before any is taken in: a batch with a mistake stores nothing, and
 * the answer names every mistake. A 2xx means stored for good; sending the same messageId again is
 * harmless and gets the same answer.
 */
import { randomUUID } from 'node:crypto';
import { Router, type RequestHandler, type Response } from 'express';
import { accept } from '../../ingest/accept.ts';
import type { Releases } from '../../ingest/batch.ts';
import type { IngestAnswer, IngestRequest } from '../../ingest/request.ts';
import { notesOn } from '../notes.ts';
import { Problem, type FieldProblem } from '../problems.ts';

export interface EventRoutes {
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly releases: Releases;
  readonly clock: () => number;
  readonly write: RequestHandler;
}

const callTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
/** Segment's own limit is 500 KB for a batch; a thousand small events fit. */
const batchMax = 1_000;

export function eventRoutes(deps: EventRoutes): Router {
  const router = Router();
  for (const type of callTypes) {
    router.post(`/${type}`, deps.write, async (request, response) => {
      const call = objectOf(request.body, '#');
      const [answer] = await takeIn(deps, read([{ ...call, type }], deps.clock(), ['#']));
      send(response, { success: true, ...answer });
    });
  }
  router.post('/batch', deps.write, async (request, response) => {
    const batch = batchOf(request.body);
    const pointers = batch.map((_, index) => `#/batch/${index}`);
    const answers = await takeIn(deps, read(batch, deps.clock(), pointers));
    send(response, { success: true, results: answers });
  });
  return router;
}

/** As `response.json`, without the ETag that nobody asks a POST for, and in one write. */
function send(response: Response, body: object): void {
  const text = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/** The answers of ingest; those to calls that may be mistaken carry notes. */
async function takeIn(deps: EventRoutes, requests: readonly IngestRequest[]) {
  // Asked before: once the calls are stored, nothing may keep the answer from being a success.
  const release = await deps.releases.current();
  const answers = await deps.ingest(requests);
  return answers.map((answer, index) => {
    const request = requests[index];
    const notes = request === undefined ? [] : notesOn(release, request);
    return notes.length === 0 ? answer : { ...answer, notes };
  });
}

function read(
  calls: readonly unknown[],
  now: number,
  pointers: readonly string[],
): readonly IngestRequest[] {
  const requests: IngestRequest[] = [];
  const errors: FieldProblem[] = [];
  calls.forEach((call, index) => {
    // Without timestamps a batch tells what happened in its order, the last of it now.
    const happenedAt = now - (calls.length - 1 - index);
    const accepted = accept(call, { source: 'api', now, happenedAt, newMessageId: randomUUID });
    if (accepted.ok) requests.push(accepted.request);
    else {
      for (const { path, problem } of accepted.problems) {
        errors.push({ pointer: pointerTo(pointers[index] ?? '#', path), detail: problem });
      }
    }
  });
  if (errors.length > 0) throw refused(errors);
  return requests;
}

export function refused(errors: readonly FieldProblem[]): Problem {
  const [first] = errors;
  const detail =
    errors.length === 1 && first !== undefined
      ? `${first.pointer}: ${first.detail}.`
      : `${errors.length} fields do not fit. Nothing was stored.`;
  return new Problem('invalid-body', detail, { errors });
}

function batchOf(body: unknown): readonly unknown[] {
  const batch = objectOf(body, '#')['batch'];
  if (!Array.isArray(batch) || batch.length === 0) {
    throw refused([{ pointer: '#/batch', detail: 'expected a list of at least one call' }]);
  }
  if (batch.length > batchMax) {
    const detail = `has ${batch.length} calls; at most ${batchMax} fit`;
    throw refused([{ pointer: '#/batch', detail }]);
  }
  return batch as readonly unknown[];
}

export function objectOf(body: unknown, pointer: string): { readonly [key: string]: unknown } {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body as { readonly [key: string]: unknown };
  }
  throw refused([{ pointer, detail: 'expected a JSON object (Content-Type: application/json)' }]);
}

/** `traits.email` → `#/traits/email`. */
export function pointerTo(start: string, path: string): string {
  const steps = path.split('.').filter((step) => step !== '');
  return [start, ...steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1'))].join(
    '/',
  );
}
