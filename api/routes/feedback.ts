/**
 * Webhooks of mail providers: `POST /v1/feedback/<provider>`, no key but the provider's signature.
 *
 * The signature is checked over the bytes before anything reads them; what fails it is 401 and leaves no
 * trace. What is not ours is accepted, because a provider repeats what is refused. 200 means committed.
 */
import { Router, raw, type Request } from 'express';
import type { Feedback } from '../../core/feedback/feedback.ts';
import type { FeedbackProvider, WebhookReading } from '../../mail/webhooks/provider.ts';
import { Problem } from '../problems.ts';

export interface FeedbackRouteDeps {
  readonly providers: readonly FeedbackProvider[];
  /** Resolves when it is committed; how many were about emails of ours. */
  readonly record: (heard: readonly Feedback[]) => Promise<{ readonly unknown: number }>;
  readonly clock: () => number;
}

/** SendGrid sends at most 768 KB at once; others less. */
const limit = '1mb';

export function feedbackRoutes({ providers, record, clock }: FeedbackRouteDeps): Router {
  const router = Router();
  for (const provider of providers) {
    router.post(
      `/${provider.name}`,
      raw({ type: () => true, limit }),
      async (request, response) => {
        const said = webhookOf(request, clock());
        const verified = provider.verify(said);
        if (!verified.ok) {
          throw new Problem(
            'unauthorized',
            `This is not from ${provider.name}: ${verified.problem}.`,
          );
        }
        const { feedback, ignored } = read(provider, said);
        const { unknown } = await record(feedback);
        response.json({ recorded: feedback.length - unknown, unknown, ignored });
      },
    );
  }
  return router;
}

function webhookOf(request: Request, now: number) {
  const body: unknown = request.body;
  return {
    header: (name: string) => request.get(name),
    raw: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    now,
  };
}

function read(provider: FeedbackProvider, said: ReturnType<typeof webhookOf>): WebhookReading {
  try {
    return provider.read(said);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new Problem('invalid-json', `The body is not what ${provider.name} sends.`, { cause });
  }
}
