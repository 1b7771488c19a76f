/**
 * One round of verification: addresses that are due are taken, a few at a time verified, and each
 * verdict goes in as an event `Email Verified` like everything else that is learned of a lead.
 *
 * Capture never waits for it: it only leaves a row behind. A verifier may be slow, down or wrong: it
 * gets a few seconds for one address, what it answers is parsed, and what came to nothing is asked
 * again later. A worker that dies leaves rows that become due again; the same verdict in the same round
 * is the same event, so saying it twice changes nothing.
 */
import { derivedId } from '../core/decision/ids.ts';
import {
  askAgainAfterMs,
  lookedAtAgainAfterMs,
  withPastBounce,
} from '../core/verification/judge.ts';
import {
  parseVerification,
  type Verdict,
  type Verification,
} from '../core/verification/verdict.ts';
import { eventAbout, type IngestRequest } from '../ingest/request.ts';
import { askPatiently, type Problem } from '../providers/patience.ts';
import type { EmailVerifier } from './verifier.ts';

/** A row that this round holds until its lease ends. */
export interface DueCheck {
  readonly address: string;
  readonly status: string | null;
  readonly reason: string | null;
  readonly attempts: number;
  readonly rounds: number;
  /** Whose address it is now; nearly always one lead. */
  readonly leadIds: readonly string[];
  readonly bounced: boolean;
}
/** What a look came to where there is nothing to tell anybody. */
export interface LookedAt {
  readonly address: string;
  readonly attempts: number;
  readonly trouble: string | null;
  /** Null: not by itself. */
  readonly againInMs: number | null;
  /** For an address that is nobody's now. */
  readonly verdict?: Verdict & { readonly by: string };
}
/** Implemented in store/. */
export interface CheckRecords {
  /** Nobody else gets them for `leaseMs`. */
  take(limit: number, leaseMs: number): Promise<readonly DueCheck[]>;
  /** Only where nobody has settled the row since it was taken. */
  lookedAt(looks: readonly LookedAt[], taken: readonly DueCheck[]): Promise<void>;
}
export interface RoundDependencies {
  readonly verifier: EmailVerifier;
  readonly checks: CheckRecords;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<unknown>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  readonly limits?: Partial<RoundLimits>;
}
export interface RoundLimits {
  readonly addressesMax: number;
  readonly atOnce: number;
  readonly patienceMs: number;
}

/**
 * DNS answers in 20 to 200 ms, so ten at once verify a hundred addresses in a second or two; a verifier
 * that hangs for every one of them holds a round for 100 seconds, and its lease is longer than that.
 */
const usualLimits: RoundLimits = { addressesMax: 100, atOnce: 10, patienceMs: 10_000 };
const leaseFactor = 3;

/** True when there may be more. */
export async function verifyDue(deps: RoundDependencies): Promise<boolean> {
  const limits = { ...usualLimits, ...deps.limits };
  const { addressesMax, atOnce, patienceMs } = limits;
  const leaseMs = Math.ceil(addressesMax / atOnce) * patienceMs * leaseFactor;
  const due = await deps.checks.take(addressesMax, leaseMs);
  const looks: LookedAt[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let check = due[next++]; check !== undefined; check = due[next++]) {
      const look = await verifyOne(deps, check, patienceMs);
      if (look !== undefined) looks.push(look);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, due.length) }, work));
  await deps.checks.lookedAt(looks, due);
  return due.length === addressesMax;
}

/** What is left to write when the verdict was not told as an event. */
async function verifyOne(
  deps: RoundDependencies,
  check: DueCheck,
  patienceMs: number,
): Promise<LookedAt | undefined> {
  const { address } = check;
  const asked = await askVerifier(deps.verifier, address, patienceMs);
  if ('problem' in asked) {
    deps.onError(new Error(`the verifier "${deps.verifier.name}": ${asked.problem}`));
    return laterOn(check, asked.problem);
  }
  const found = withPastBounce(asked, check.bounced);
  if (found.status === 'unknown') {
    if (found.again) return laterOn(check, found.because);
    return { address, attempts: 0, trouble: found.because, againInMs: null };
  }
  const isNews = found.status !== check.status || found.reason !== check.reason;
  const againInMs = lookedAtAgainAfterMs(found.status);
  if (!isNews) return { address, attempts: 0, trouble: null, againInMs };
  const verdict = { ...found, by: deps.verifier.name };
  if (check.leadIds.length === 0) {
    return { address, attempts: 0, trouble: null, againInMs, verdict };
  }
  try {
    await tell(deps, check, verdict);
    return undefined;
  } catch (error) {
    // One that cannot be stored must not keep the others from it.
    deps.onError(error);
    return laterOn(check, 'the verdict could not be stored');
  }
}

/** What a verifier throws, or answers outside the list there is, is the problem it is asked again for. */
export function askVerifier(
  verifier: EmailVerifier,
  address: string,
  patienceMs: number,
): Promise<Verification | Problem> {
  return askPatiently(
    async (signal) => parseVerification(await verifier.verify(address, signal)),
    patienceMs,
  );
}

function laterOn({ address, attempts }: DueCheck, trouble: string): LookedAt {
  const tried = attempts + 1;
  return { address, attempts: tried, trouble, againInMs: askAgainAfterMs(tried) };
}

/** The row is settled in the transaction of the event: either both are there or neither is. */
async function tell(
  { ingest, now }: RoundDependencies,
  { address, rounds, leadIds }: DueCheck,
  { status, reason, by }: Verdict & { readonly by: string },
): Promise<void> {
  const properties = { status, reason, by, address };
  const requests = leadIds.map((leadId) =>
    eventAbout(
      { leadId },
      {
        source: 'verification',
        messageId: derivedId('verification', leadId, address, String(rounds), status, reason),
        name: 'Email Verified',
        ...{ now: now(), properties },
      },
    ),
  );
  await ingest(requests);
}
