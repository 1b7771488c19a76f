/**
 * The web application: capture, reads, the pages behind links, the console. It composes and owns the
 * order of the middleware; every route lives in its own file.
 *
 * GET and HEAD never change state. No page carries script or inline style, and the policy sent with each
 * forbids both. What goes wrong in the API is problem+json; a person with a browser gets a page.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import helmet from 'helmet';
import type { Feedback } from '../core/feedback/feedback.ts';
import { errorPage } from '../console/pages/error.ts';
import type { FilesReader } from '../console/pages/files.ts';
import { consoleRoutes } from '../console/routes.ts';
import { mailboxRoutes } from '../console/mailbox-routes.ts';
import type { ReleasesByTime } from './lead-as-of.ts';
import type { Releases } from '../ingest/batch.ts';
import type { IngestAnswer, IngestRequest } from '../ingest/request.ts';
import { signToken } from '../mail/tokens.ts';
import type { MailboxDesk } from '../runtime/embedded/mailbox-desk.ts';
import { findScopes } from '../store/api-keys.ts';
import { recordFeedback } from '../ingest/feedback.ts';
import type { FeedbackProvider } from '../mail/webhooks/provider.ts';
import type { Sql, Store } from '../store/client.ts';
import { allowHosts, requireKey } from './access.ts';
import { createLinks } from './links.ts';
import { asProblem, notFound, Problem, problemHandler, statusOf } from './problems.ts';
import { accountRoutes } from './routes/accounts.ts';
import { byHandRoutes } from './routes/by-hand.ts';
import { erasureRoutes } from './routes/erasure.ts';
import { eventRoutes } from './routes/events.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { handoffRoutes } from './routes/handoffs.ts';
import { healthRoutes } from './routes/health.ts';
import { journeyRoutes } from './routes/journeys.ts';
import { leadRoutes } from './routes/leads.ts';
import { linkRoutes } from './routes/links.ts';
import { recomputeRoutes } from './routes/recomputes.ts';
import { releaseRoutes } from './routes/releases.ts';
import { mergeRoutes } from './routes/merges.ts';
import { sendingRoutes } from './routes/sending.ts';
import { sendRoutes } from './routes/sends.ts';
import { pauseRoutes } from './routes/pauses.ts';
import { lost, subscriptionRoutes } from './routes/subscriptions.ts';
import { schemaRoutes } from './routes/schemas.ts';
import { trackingRoutes } from './routes/tracking.ts';
import { createSubscriptions } from './confirmations.ts';
import { leadPreferencesPath } from './subscriptions.ts';
import { createSessions } from './sessions.ts';
import { createTracking, type TrackingReleases } from './tracking.ts';

export interface AppDeps {
  readonly sql: Sql & Pick<Store, 'transaction'>;
  readonly releases: Releases & ReleasesByTime & TrackingReleases;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly clock: () => number;
  /** Signs the links in emails. */
  readonly secret: string;
  readonly publicUrl: string;
  /** Beside loopback and the host of `publicUrl`. */
  readonly allowedHosts: readonly string[];
  /** How many proxies of ours stand in front. */
  readonly trustedProxies?: number;
  /** Null: Temporal answers; else one sentence. */
  readonly temporal: () => Promise<string | null>;
  /** Mail providers whose webhooks are taken. */
  readonly feedback?: readonly FeedbackProvider[];
  /** Development only: then `/mailbox` and `/dev/mailbox/messages` exist. */
  readonly mailbox?: MailboxDesk;
  /** The files on disk, where there are any: then the console shows them. */
  readonly files?: FilesReader;
  /** JSON Schemas for editors, by file name. */
  readonly schemas?: () => Promise<ReadonlyMap<string, string>>;
  readonly onDefect: (error: unknown, requestId: string) => void;
  readonly onRequest?: (request: RequestLine) => void;
}
/** Ids and figures only: paths of links carry tokens, queries may carry addresses. */
export interface RequestLine {
  readonly requestId: string;
  readonly method: string;
  /** `/v1`, `/console` …: the first part of the path. */
  readonly area: string;
  readonly status: number;
  readonly tookMs: number;
}

const assets = join(import.meta.dirname, '..', 'console', 'assets');

export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  // Queries are flat: no nested objects to take apart.
  app.set('query parser', 'simple');
  app.use(requestIds(deps));
  // Before the hosts: probes of orchestrators call a process by its address.
  app.use('/health', healthRoutes(deps));
  app.use(allowHosts([new URL(deps.publicUrl).hostname, ...deps.allowedHosts]));
  app.use(securityHeaders(deps.publicUrl));
  app.use('/assets', express.static(assets, { index: false, maxAge: '10m' }));
  if (deps.schemas !== undefined) {
    app.use('/schemas', schemaRoutes({ schemas: deps.schemas }));
  }
  // Before the keys: a provider signs instead.
  const { feedback: providers = [], clock } = deps;
  const record = (heard: readonly Feedback[]) => recordFeedback(deps, heard);
  app.use('/v1/feedback', feedbackRoutes({ providers, record, clock }));
  app.use('/v1', versionOne(deps));
  const subscriptions = createSubscriptions(deps);
  app.use(subscriptionRoutes(subscriptions));
  app.use(linkRoutes(createLinks(deps)));
  app.use(trackingRoutes(createTracking(deps), (error) => deps.onDefect(error, 'image')));
  app.use('/c', lost(subscriptions));
  const sessions = createSessions(deps.sql, deps.clock);
  const signHandoff = (payload: string) => signToken(deps.secret, 'handoff', payload);
  app.use('/console', consoleRoutes({ ...deps, sessions, signHandoff }));
  if (deps.mailbox !== undefined) app.use(mailboxRoutes(deps.mailbox, deps));
  app.get('/', (_request, response) => response.redirect(302, '/console'));
  app.use(notFound);
  app.use(pageForPeople(deps));
  app.use(problemHandler(requestIdOf, deps.onDefect));
  return app;
}

function versionOne(deps: AppDeps): express.Router {
  const router = express.Router();
  const keys = { scopesOf: (hash: string) => findScopes(deps.sql, hash) };
  const scope = requireKey(keys, deps.clock);
  const preferencesUrl = (leadId: string, address: string) =>
    deps.publicUrl + leadPreferencesPath(deps.secret, leadId, address);
  const guarded = { ...deps, preferencesUrl, read: scope('read'), write: scope('write') };
  // Before the body: who has no key does not get us to read half a megabyte.
  router.use((request, response, next) =>
    (changing.has(request.method) ? guarded.write : guarded.read)(request, response, next),
  );
  router.use(express.json({ limit: '500kb', strict: false }));
  router.use(eventRoutes(guarded), leadRoutes(guarded), byHandRoutes(guarded));
  router.use(releaseRoutes(guarded), recomputeRoutes(guarded));
  router.use(mergeRoutes(guarded), accountRoutes(guarded), sendRoutes(guarded));
  router.use(sendingRoutes(guarded), erasureRoutes(guarded));
  router.use(journeyRoutes(guarded), handoffRoutes(guarded), pauseRoutes(guarded));
  for (const [path, allowed] of Object.entries(methods)) {
    router.all(path, (request) => {
      const detail = `${request.method} is not possible at ${request.baseUrl}${request.path}; expected ${allowed}.`;
      throw new Problem('method-not-allowed', detail, { headers: { Allow: allowed } });
    });
  }
  return router;
}

const changing: ReadonlySet<string> = new Set(['POST', 'DELETE']);

/** What is left over at a known path is the wrong method. */
const methods: { readonly [path: string]: string } = {
  '/identify': 'POST',
  '/track': 'POST',
  '/page': 'POST',
  '/screen': 'POST',
  '/group': 'POST',
  '/alias': 'POST',
  '/batch': 'POST',
  '/leads/:idOrEmail': 'GET, DELETE',
  '/leads/:idOrEmail/erasure': 'POST',
  '/leads/:idOrEmail/export': 'GET',
  '/leads/:idOrEmail/timeline': 'GET',
  '/leads/:idOrEmail/explanation': 'GET',
  '/leads/:idOrEmail/stage': 'POST',
  '/events/:eventId/verdict': 'POST',
  '/journeys': 'GET',
  '/journeys/:key/enrolments': 'POST',
  '/accounts': 'GET',
  '/accounts/:id': 'GET',
  '/handoffs': 'GET',
  '/recomputes': 'GET',
  '/releases': 'GET',
  '/releases/:number': 'GET',
  '/merge-candidates': 'GET',
  '/merge-candidates/keep-apart': 'POST',
  '/merges': 'POST',
  '/merges/:id/undo': 'POST',
  '/sending': 'GET',
  '/sends': 'GET',
  '/sends/:id/settle': 'POST',
  '/pauses': 'GET, POST',
  '/pauses/:id/resume': 'POST',
};

function requestIds(deps: AppDeps): express.RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    response.set('X-Request-Id', requestId);
    response.once('finish', () => {
      const area = `/${request.originalUrl.split(/[/?]/, 2)[1] ?? ''}`;
      const tookMs = Math.round(performance.now() - startedAt);
      deps.onRequest?.({
        requestId,
        method: request.method,
        area,
        status: response.statusCode,
        tookMs,
      });
    });
    next();
  };
}

function requestIdOf(response: Response): string {
  return String(response.getHeader('X-Request-Id'));
}

/** Helmet's headers are the same for every answer: it is asked once, not a dozen functions per request. */
function securityHeaders(publicUrl: string): express.RequestHandler {
  const headers = new Map<string, string>();
  const sink = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: () => undefined,
  };
  headersOf(publicUrl)({} as IncomingMessage, sink as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw new Error('Helmet gave no headers.', { cause: error });
  });
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}

function headersOf(publicUrl: string): ReturnType<typeof helmet> {
  const isSecure = publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        frameSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // Not no-referrer: browsers then send `Origin: null`, and our own forms could not be told apart.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isSecure,
  });
}

/** Whoever asks for HTML outside the API reads a page, with the same status and the same sentence. */
function pageForPeople(deps: AppDeps): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const isApi = /^\/(v1|health|dev|schemas)(\/|$)/.test(request.path);
    const wanted = request.accepts(['application/problem+json', 'text/html']);
    if (isApi || wanted !== 'text/html' || response.headersSent) {
      next(error);
      return;
    }
    const problem = asProblem(error);
    const requestId = requestIdOf(response);
    if (problem.code === 'defect' || problem.code === 'unavailable')
      deps.onDefect(error, requestId);
    const body = errorPage({ status: statusOf(problem), message: problem.message, requestId });
    response.status(statusOf(problem)).set(problem.headers).type('html').send(body);
  };
}
