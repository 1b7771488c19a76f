/**
 * What the pages behind links in emails to reps read and do: the verdict on a handoff.
 *
 * It acts by one event through ingest, under the lead's lock, with a message id derived from the link:
 * pressing twice, or one click from two devices, is one act. A verdict needs no worker: the transaction
 * settles the handoff, and the outbox stops its clock.
 */
import type { Release } from '../core/definitions/release.ts';
import { briefOf } from '../core/routing/brief.ts';
import { factReader } from '../core/facts/read.ts';
import type { HandoffKind, RejectReason } from '../core/routing/model.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import { handoffAnswerPage, type HandoffAnswerView } from '../console/pages/handoff-answer.ts';
import { instantInZone } from '../console/time.ts';
import type { Releases } from '../ingest/batch.ts';
import { eventAbout, type IngestAnswer, type IngestRequest } from '../ingest/request.ts';
import { readToken } from '../mail/tokens.ts';
import { listAssignments, type AssignmentRow } from '../store/assignments.ts';
import type { Sql } from '../store/client.ts';
import { loadHandoffs, type StoredHandoff } from '../store/handoffs.ts';
import { findLead } from '../store/read-leads.ts';
import { nameOf } from './lead-name.ts';
import { loadWholeLead } from './lead-view.ts';
import { Problem } from './problems.ts';
import { isUuid, leadKey } from './named-lead.ts';
import type { HandoffLink, LinkRoutes, Verdict } from './routes/links.ts';
import { repName } from './words.ts';

export interface LinkDeps {
  readonly sql: Sql;
  readonly releases: Releases;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly clock: () => number;
  /** Signs and checks the tokens. */
  readonly secret: string;
}

export function createLinks(deps: LinkDeps): LinkRoutes {
  return {
    readHandoff: (token) => readHandoffLink(deps.secret, token),
    answer: (link, verdict) => answer(deps, link, verdict),
    handoffPage: async (link, view) => {
      const found = await findHandoff(deps, link);
      return handoffAnswerPage(await viewOf(deps, link, found, view));
    },
    parseVerdict: async (body) =>
      parseVerdict((await deps.releases.current()).rejectReasons, body, deps.clock()),
  };
}

/** `<handoffId>/<attempt>/<rep>`, as the rep's email was signed. */
function readHandoffLink(secret: string, token: string): HandoffLink | null {
  const read = readToken(secret, 'handoff', token);
  if (!read.ok) return null;
  const [handoffId = '', attempt = '', ...rep] = read.payload.split('/');
  if (!isUuid(handoffId) || !/^\d{1,4}$/.test(attempt) || rep.length !== 1) return null;
  return { handoffId, attempt: Number(attempt), rep: rep[0] ?? '' };
}

interface Found {
  readonly handoff: StoredHandoff;
  readonly assignments: readonly AssignmentRow[];
}

async function findHandoff(deps: LinkDeps, { handoffId }: HandoffLink): Promise<Found> {
  const [handoff] = await loadHandoffs(deps.sql, [handoffId]);
  if (handoff === undefined) throw new Problem('bad-link', 'This handoff does not exist any more.');
  return { handoff, assignments: await listAssignments(deps.sql, handoffId) };
}

async function answer(deps: LinkDeps, link: HandoffLink, verdict: Verdict): Promise<void> {
  const { handoff, assignments } = await findHandoff(deps, link);
  // A late click changes nothing; the page it leads to says what became of the lead.
  if (handoff.status !== 'open' || !holdsNow(link, assignments)) return;
  const accepted = verdict.type === 'accept';
  const reason: JsonObject =
    verdict.type === 'accept'
      ? {}
      : { reason: verdict.reason, ...verdict.detail, ...(await otherLeadIn(deps, verdict.detail)) };
  await deps.ingest([
    eventAbout(
      { leadId: handoff.leadId },
      {
        source: 'rep',
        messageId: `${handoff.id}/${link.attempt}/${link.rep}`,
        name: accepted ? 'Handoff Accepted' : 'Handoff Rejected',
        now: deps.clock(),
        properties: { handoffId: handoff.id, by: link.rep, ...reason },
      },
    ),
  ]);
}

/** The other lead as the rep wrote it, where we know one of that name: the pair is listed for merging. */
async function otherLeadIn(
  { sql }: LinkDeps,
  { otherLead }: JsonObject,
): Promise<{ readonly otherLeadId?: string }> {
  if (typeof otherLead !== 'string') return {};
  const otherLeadId = await findLead(sql, leadKey(otherLead));
  return otherLeadId === null ? {} : { otherLeadId };
}

/** A link is good for the attempt it was written for; of a queue, for each who watches it. */
function holdsNow(link: HandoffLink, assignments: readonly AssignmentRow[]): boolean {
  const current = assignments.at(-1);
  if (current === undefined || current.attempt !== link.attempt) return false;
  return current.rep === link.rep || current.rep.startsWith('queue:');
}

async function viewOf(
  deps: LinkDeps,
  link: HandoffLink,
  { handoff, assignments }: Found,
  asked: Parameters<LinkRoutes['handoffPage']>[1],
): Promise<HandoffAnswerView> {
  const now = deps.clock();
  const release = await deps.releases.current();
  const kind = release.handoffs[handoff.handoff] ?? unpublishedKind(handoff);
  const lead = await loadWholeLead(deps.sql, release, handoff.leadId, now, kind.brief.historyMs);
  if (lead === undefined) throw new Problem('bad-link', 'This lead does not exist any more.');
  const zone = zoneOf(release, link.rep);
  const { name, company } = nameOf(lead.traits, lead.address);
  const account = lead.account?.name ?? company;
  const phone = factReader(release, lead, now)('phone');
  return {
    lead: {
      name,
      ...(account === undefined ? {} : { company: account }),
      ...(lead.address === undefined ? {} : { email: lead.address }),
      ...(typeof phone === 'string' ? { phone } : {}),
    },
    brief: briefOf(release, lead, kind, handoff, now),
    zone,
    rejectReasons: release.rejectReasons,
    state: stateOf(release, link, handoff, assignments, zone),
    unfold: asked.open,
    ...(asked.problem === undefined ? {} : { problem: asked.problem }),
    ...(asked.body === undefined ? {} : { given: givenIn(asked.body) }),
  };
}

/** A rep can still answer what was handed over before its kind was taken out of the files. */
function unpublishedKind({ handoff, routing }: StoredHandoff): HandoffKind {
  return {
    ...{ handoff, title: handoff, routing, required: [], brief: { facts: [], historyMs: monthMs } },
    ...{ whenOpen: 'tell-the-owner', ifMissing: 'hand-over-and-show-gap' },
  };
}
const dayMs = 86_400_000;
const monthMs = 30 * dayMs;

function stateOf(
  release: Release,
  link: HandoffLink,
  handoff: StoredHandoff,
  assignments: readonly AssignmentRow[],
  zone: string,
): HandoffAnswerView['state'] {
  if (handoff.status !== 'open') {
    const by = handoff.settledBy ?? '';
    const { status: type, reason } = handoff;
    return {
      type,
      by: repName(release, by),
      mine: by === link.rep,
      because: reasonOf(release, reason),
    };
  }
  if (!holdsNow(link, assignments)) {
    const now = assignments.at(-1)?.rep ?? '';
    const to = now.startsWith('queue:') ? `the queue ${now.slice(6)}` : repName(release, now);
    return { type: 'moved', to };
  }
  const { acceptBy } = handoff;
  return { type: 'open', acceptBy: acceptBy === null ? null : instantInZone(acceptBy, zone) };
}

function reasonOf(release: Release, reason: string | null): string {
  if (reason === 'merged')
    return 'This lead and another turned out to be one person, who has a newer one';
  return release.rejectReasons.find(({ id }) => id === reason)?.label ?? reason ?? '';
}

function zoneOf(release: Release, rep: string): string {
  const hours = release.team.reps[rep]?.hours;
  return release.team.hours[hours ?? '']?.zone ?? release.sending.zoneIfUnknown;
}

/** The form of the page as a verdict, or the sentence that says what is missing. */
export function parseVerdict(
  reasons: readonly RejectReason[],
  body: { readonly [key: string]: unknown },
  now: number,
): Verdict | string {
  if (body['verdict'] === 'accept') return { type: 'accept' };
  if (body['verdict'] !== 'reject') return 'Please press one of the two buttons.';
  const reason = reasons.find(({ id }) => id === body['reason']);
  if (reason === undefined) return 'Please say why: choose one of the reasons.';
  const date = wordsOf(body['callAgainOn']);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date));
  if (reason.asks.includes('date') && !isDate) {
    return `“${reason.label}” needs the day on which to call again.`;
  }
  // Anywhere on earth: the day a rep calls today may have begun before ours, or not ended yet.
  if (reason.asks.includes('date') && Date.parse(date) < now - 2 * dayMs) {
    return `“${reason.label}” needs a day to come; ${date} has passed.`;
  }
  const otherLead = wordsOf(body['otherLead']);
  if (reason.asks.includes('lead') && otherLead === '') {
    return `“${reason.label}” needs the email address of the other lead.`;
  }
  const note = wordsOf(body['note']);
  const detail = {
    ...(reason.asks.includes('date') ? { callAgainAt: date } : {}),
    ...(reason.asks.includes('lead') ? { otherLead } : {}),
    ...(note === '' ? {} : { note }),
  };
  return { type: 'reject', reason: reason.id, detail };
}

function givenIn(body: { readonly [key: string]: unknown }) {
  const [reason, otherLead, note] = [body['reason'], body['otherLead'], body['note']].map(wordsOf);
  return { reason: reason ?? '', otherLead: otherLead ?? '', note: note ?? '' };
}

/** Two reasons may ask for the same: the field that was filled in is the one that was seen. */
function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).find((words) => words !== '') ?? '';
  return typeof value === 'string' ? value.trim().slice(0, 500) : '';
}
