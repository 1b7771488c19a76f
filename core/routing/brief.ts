/**
 * What a rep reads with a handoff: why now, what is known, what is missing, what happened.
 *
 * Pure: built from the lead, its scores and the files in force, so the email, the page behind its
 * buttons and the console say the same thing. Holds words and values; layout is the template's.
 */
import type { Release } from '../definitions/release.ts';
import { builtInEvents, builtInFacts } from '../facts/catalogue.ts';
import type { Lead } from '../facts/lead.ts';
import { factReader, type FactReader } from '../facts/read.ts';
import type { Scored } from '../scoring/score.ts';
import { compileCondition } from '../rules/compile.ts';
import type { FactValue } from '../rules/condition.ts';
import { isKnown } from '../rules/operators.ts';
import type { HandoffKind } from './model.ts';

export interface Brief {
  readonly kind: string;
  readonly cause: string;
  readonly stage: string;
  readonly grade: string;
  readonly fitScore: number;
  readonly engagementScore: number;
  readonly reasons: readonly { readonly why: string; readonly points: number }[];
  /** Labels of required facts that are not known. */
  readonly missing: readonly string[];
  readonly facts: readonly { readonly label: string; readonly value: string | number }[];
  /** BANT: what to ask, and what is known of it. */
  readonly questions: readonly {
    readonly ask: string;
    readonly answer: 'yes' | 'no' | 'unknown';
  }[];
  /** Newest first. */
  readonly history: readonly { readonly at: number; readonly what: string }[];
  readonly playbook?: string;
}

/** More than a rep reads in a minute is not read. */
const historyMax = 12;

export function briefOf(
  release: Release,
  lead: Lead,
  kind: HandoffKind,
  handoff: { readonly cause: string; readonly stage: string },
  now: number,
): Brief {
  const read = factReader(release, lead, now);
  const scored = read.scored('core');
  return {
    kind: kind.title,
    cause: eventLabel(release, handoff.cause) ?? stageLabel(release, handoff.cause),
    stage: stageLabel(release, handoff.stage),
    grade: scored?.grade ?? '',
    fitScore: scored?.scores['fit'] ?? 0,
    engagementScore: scored?.scores['engagement'] ?? 0,
    reasons: reasonsOf(scored),
    missing: kind.required
      .filter((fact) => !isKnown(read(fact)))
      .map((fact) => labelOf(release, fact)),
    facts: kind.brief.facts.flatMap((fact) => shown(release, read, fact)),
    questions: questionsOf(release, read, now),
    history: historyOf(release, lead, now - kind.brief.historyMs),
    ...(kind.brief.playbook !== undefined && { playbook: kind.brief.playbook }),
  };
}

export function stageLabel(release: Release, stage: string): string {
  return release.qualification.stages.find((rule) => rule.stage === stage)?.label ?? stage;
}

export function eventLabel(release: Release, event: string): string | undefined {
  return release.events[event]?.label ?? builtInEvents[event]?.label;
}

export function labelOf(release: Release, fact: string): string {
  return release.facts[fact]?.label ?? builtInFacts[fact]?.label ?? fact;
}

/** What weighs most comes first. */
function reasonsOf(scored: Scored | undefined): Brief['reasons'] {
  return (scored?.points ?? [])
    .map(({ why, points }) => ({ why, points: Math.round(points) }))
    .filter(({ points }) => points !== 0)
    .sort((left, right) => Math.abs(right.points) - Math.abs(left.points));
}

function shown(release: Release, read: FactReader, fact: string): Brief['facts'] {
  const value = read(fact);
  if (!isKnown(value)) return [];
  return [
    { label: labelOf(release, fact), value: typeof value === 'number' ? value : said(value) },
  ];
}

function said(value: FactValue): string {
  if (Array.isArray(value)) return value.map(said).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function questionsOf(release: Release, read: FactReader, now: number): Brief['questions'] {
  const holds = (condition: Parameters<typeof compileCondition>[0] | undefined): boolean =>
    condition !== undefined && compileCondition(condition, release.segments).holds(read, now);
  return Object.values(release.qualification.bant).map(({ ask, yes, no }) => ({
    ask,
    answer: holds(yes) ? 'yes' : holds(no) ? 'no' : 'unknown',
  }));
}

/** What a rep wants to read of a lead's past: not what we did among ourselves. */
export function historyEvents(release: Release): readonly string[] {
  const known = [...Object.keys(release.events), ...Object.keys(builtInEvents)];
  return [...new Set(known)].filter((event) => !ourOwn.has(event));
}
const ourOwn = new Set(['Rep Assigned', 'Email Delivered', 'Email Opened']);

function historyOf(release: Release, lead: Lead, since: number): Brief['history'] {
  const shownEvents = new Set(historyEvents(release));
  const events = lead.events
    .filter(({ name, occurredAt }) => occurredAt >= since && shownEvents.has(name))
    .filter(({ trust }) => trust !== 'likely-robot')
    .toSorted((left, right) => right.occurredAt - left.occurredAt || right.seq - left.seq);
  return inARow(events.map((event) => ({ at: event.occurredAt, what: happening(release, event) })))
    .slice(0, historyMax)
    .map(({ at, what, times }) => ({ at, what: times === 1 ? what : `${what}, ${times} times` }));
}

/** Ten looks at one page are one line, at the instant of the latest. */
function inARow(entries: Brief['history']) {
  const rows: { at: number; what: string; times: number }[] = [];
  for (const entry of entries) {
    const last = rows.at(-1);
    if (last?.what === entry.what) last.times += 1;
    else rows.push({ ...entry, times: 1 });
  }
  return rows;
}

function happening(release: Release, { name, properties }: Lead['events'][number]): string {
  const label = eventLabel(release, name) ?? name;
  const { journey: key } = properties;
  const journey = typeof key === 'string' ? release.journeys[key]?.plan.title : undefined;
  return name.startsWith('Email ') && journey !== undefined ? `${label} (${journey})` : label;
}
