/**
 * Merging, keeping apart and undoing as callers ask for it: names become leads, and every refusal says
 * what was found and what was expected. The API, the console and the command line all come through
 * here. A merge enters through ingest like everything else that is decided about a lead.
 */
import { randomUUID } from 'node:crypto';
import { eventAbout, tickOf, type IngestAnswer, type IngestRequest } from '../ingest/request.ts';
import { undoMerge, type Undone } from '../ingest/unmerge.ts';
import type { Sql, Store } from '../store/client.ts';
import {
  findMerge,
  findOwnLead,
  keepApart,
  listCandidates,
  listKeys,
  listMergesOf,
  type StoredMerge,
} from '../store/merges.ts';
import { viewLead, type LeadReads, type LeadView } from './lead-view.ts';
import { compareLeads, titlesOf, type ComparedField } from './merge-words.ts';
import { Problem } from './problems.ts';
import { requiredText } from './body-fields.ts';
import { isUuid, leadKey, leadNamed, unknownLead } from './named-lead.ts';

export interface Merging extends LeadReads {
  readonly sql: Sql & Pick<Store, 'transaction'>;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
}
/** As written by whoever asks. */
export interface MergeAsk {
  readonly into?: unknown;
  readonly from?: unknown;
  readonly why?: unknown;
  readonly by?: unknown;
}

export interface Compared {
  readonly leadIds: readonly [string, string];
  readonly names: readonly [string, string];
  readonly views: readonly [LeadView, LeadView];
  readonly fields: readonly ComparedField[];
  /** Absent for a pair that nothing has listed. */
  readonly because?: string;
  readonly at?: number;
}

const candidatesMost = 50;

/** Every pair that waits for a person, with both leads side by side. */
export async function candidates(
  deps: LeadReads,
  page: Parameters<typeof listCandidates>[1] = { limit: candidatesMost },
): Promise<readonly Compared[]> {
  const pairs = await listCandidates(deps.sql, page);
  const compared: Compared[] = [];
  for (const { leadId, otherId, because, at } of pairs) {
    const pair = await comparePair(deps, [leadId, otherId]);
    if (pair !== null) compared.push({ ...pair, because, at });
  }
  return compared;
}

/** Any two leads by name. */
export async function compareNamed(deps: LeadReads, one: string, other: string): Promise<Compared> {
  const ids = [await leadAsked(deps, one, 'lead'), await leadAsked(deps, other, 'other')] as const;
  const pair = ids[0] === ids[1] ? null : await comparePair(deps, ids);
  if (pair !== null) return pair;
  throw new Problem('conflict', 'Both names lead to one lead: they are merged already.');
}

export async function comparePair(
  deps: LeadReads,
  leadIds: readonly [string, string],
): Promise<Compared | null> {
  const one = await viewLead(deps, leadIds[0]);
  const other = await viewLead(deps, leadIds[1]);
  if (one === null || other === null) return null;
  const keys = [
    await listKeys(deps.sql, one.lead.id),
    await listKeys(deps.sql, other.lead.id),
  ] as const;
  return {
    leadIds: [one.lead.id, other.lead.id],
    names: titlesOf(one, other),
    views: [one, other],
    fields: compareLeads(one, other, keys),
  };
}

export interface MergeDone {
  readonly merge: StoredMerge;
  readonly answer: IngestAnswer;
}

export async function mergeAsAsked(deps: Merging, ask: MergeAsk): Promise<MergeDone> {
  const [why, by] = [requiredText(ask.why, 'why'), requiredText(ask.by ?? 'the API', 'by')];
  const into = await leadAsked(deps, ask.into, 'into');
  const from = await leadAsked(deps, ask.from, 'from');
  if (into === from) {
    throw new Problem('conflict', 'Both names lead to one lead: they are merged already.');
  }
  const own = {
    source: 'operator',
    messageId: randomUUID(),
    type: 'merge',
    name: '',
    now: deps.clock(),
    properties: { from, why, by },
  } as const;
  const request = { ...eventAbout({ leadId: into }, own), merge: { from, by, why } };
  const [answer] = await deps.ingest([request]);
  const merge = await findMerge(deps.sql, { absorbed: from });
  if (answer === undefined || merge === undefined) {
    throw new Problem(
      'conflict',
      'Somebody else changed these leads meanwhile: look at them again.',
    );
  }
  return { merge, answer };
}

export interface UndoAsk {
  readonly why?: unknown;
  readonly by?: unknown;
}

/** The pair does not merge by itself again. */
export async function undoAsAsked(deps: Merging, mergeId: string, ask: UndoAsk): Promise<Undone> {
  const [why, by] = [requiredText(ask.why, 'why'), requiredText(ask.by ?? 'the API', 'by')];
  const now = deps.clock();
  const release = await deps.releases.current();
  const done = isUuid(mergeId)
    ? await undoMerge(deps.sql, release, { mergeId, by, why, now })
    : undefined;
  if (done === undefined) {
    const detail = `There is no merge ${JSON.stringify(mergeId)} in force; a lead lists its merges under "merged".`;
    throw new Problem('not-found', detail);
  }
  // Both are due: what the clock does within a second anyway is done before the answer.
  await deps.ingest([tickOf(done.leadId, now), tickOf(done.separatedId, now)]);
  return done;
}

/** The merge that somebody means who names one of the two leads. */
export async function mergeMeant(deps: LeadReads, name: string): Promise<StoredMerge> {
  const own = await findOwnLead(deps.sql, leadKey(name));
  if (own === null) throw unknownLead(name, 'lead');
  const absorbed = await findMerge(deps.sql, { absorbed: own });
  if (absorbed !== undefined) return absorbed;
  const merges = await listMergesOf(deps.sql, own);
  const [only] = merges;
  if (only === undefined) {
    throw new Problem('not-found', `The lead ${JSON.stringify(name)} was not merged with another.`);
  }
  if (merges.length === 1) return only;
  const ids = merges.map(({ fromId }) => fromId).join(', ');
  const detail = `${merges.length} leads were merged into ${JSON.stringify(name)}: name the one to separate (${ids}).`;
  throw new Problem('conflict', detail);
}

/** A pair that waits, or any other: it is neither merged by itself nor listed from now on. */
export async function keepApartAsAsked(
  deps: LeadReads,
  leads: readonly [unknown, unknown],
  ask: UndoAsk,
): Promise<readonly [string, string]> {
  const by = requiredText(ask.by ?? 'the API', 'by');
  const why = ask.why === undefined ? '' : requiredText(ask.why, 'why');
  const one = await leadAsked(deps, leads[0], 'leads');
  const other = await leadAsked(deps, leads[1], 'leads');
  if (one === other) {
    throw new Problem('conflict', 'Both names lead to one lead: undo its merge to separate it.');
  }
  const at = deps.clock();
  await keepApart(deps.sql, { leadIds: [one, other], because: 'by-hand', at, by, why });
  return [one, other];
}

async function leadAsked(deps: LeadReads, name: unknown, field: string): Promise<string> {
  return leadNamed(deps.sql, requiredText(name, field), field);
}
