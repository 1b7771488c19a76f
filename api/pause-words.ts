/**
 * Pauses in sentences: what stands still, what a resume will do, what it did. Pure; the command line
 * and the console say the same.
 */
import { instantInZone } from '../console/time.ts';
import type { Release } from '../core/definitions/release.ts';
import { durationInWords } from '../core/rules/duration.ts';
import { breaker, readPauseKey, receiverTitle, type PausedWay } from '../core/sending/receiver.ts';
import type { ResumeView } from '../runtime/dispatch/pauses.ts';
import type { NewPause, StoredPause } from '../store/pauses.ts';
import { instant } from './lead-view.ts';
import { titleOf } from './words.ts';

type Named = Pick<NewPause, 'scope' | 'key'> & { readonly address?: string | null };

/** "“Trial nurture”", "the lead ana@nordwind.example", "email from mia@…", "everything". */
export function pausedThing(release: Release, { scope, key, address }: Named): string {
  switch (scope) {
    case 'journey':
      return `“${titleOf(release, key)}”`;
    case 'lead':
      return `the lead ${address ?? key}`;
    case 'sender':
      return key === '' ? 'every email' : emailFrom(readPauseKey(key));
    case 'all':
      return 'everything';
  }
}

function emailFrom({ sender, receiver }: PausedWay): string {
  const to = receiver === undefined ? '' : ` to ${receiverTitle(receiver)}`;
  return `email from ${sender}${to}`;
}

/** "“Trial nurture” is paused until Thu 24 Dec, 09:00." */
export function standsStill(release: Release, pause: NewPause & Named, now: number): string {
  const zone = release.sending.zoneIfUnknown;
  const thing = capital(pausedThing(release, pause));
  const end =
    pause.until === null
      ? 'until somebody resumes it'
      : `until ${instantInZone(pause.until, zone)}`;
  if (pause.from > now)
    return `${thing} will be paused from ${instantInZone(pause.from, zone)} ${end}.`;
  return `${thing} is paused ${end}.`;
}

/** ", since Mon 2 Mar, 10:00 by Ana: trade fair". */
export function since(release: Release, { from, by, why }: NewPause): string {
  const at = instantInZone(from, release.sending.zoneIfUnknown);
  return `since ${at}${by === '' ? '' : ` by ${by === breaker ? 'the circuit breaker' : by}`}${why === '' ? '' : `: ${why}`}`;
}

/** What becomes of those inside. */
export function whoIsInside({ scope }: Pick<NewPause, 'scope'>, open: number | null): string {
  if (scope === 'sender' || open === null) {
    return 'Journeys go on up to their next email from there and wait before it; tasks, handoffs and scores go on.';
  }
  const inside =
    open === 0 ? 'Nobody is inside yet.' : `${counted(open, 'run is', 'runs are')} inside.`;
  return `${inside} Whoever sleeps sleeps on, with the clock stopped; whoever would act waits for the end. Exits, scores and handoffs go on.`;
}

/** What a resume will do, line by line. */
export function previewLines(release: Release, view: ResumeView): readonly string[] {
  const zone = release.sending.zoneIfUnknown;
  const parts = view.steps.map(({ journey, step, count, stale, first, last }) => {
    const when = [first, last].map((at) => instantInZone(at, zone));
    const what = step === '' ? 'the end' : `step "${step}"`;
    const dropped = stale === 0 ? '' : `, ${stale === count ? 'all' : stale} too old`;
    const span = when[0] === when[1] ? when[0] : when.join(' to ');
    return `  ${titleOf(release, journey)}, ${what}: ${count}${dropped}, ${span ?? ''}`;
  });
  const [first = '', ...others] = previewSentences(view);
  return [first, ...parts, ...others];
}

export function previewSentences(view: ResumeView): readonly string[] {
  const { turns, stillHeld, sleeping } = view;
  const stale = turns.filter((turn) => turn.stale).length;
  const rate = rateOf(view);
  return [
    turns.length === 0
      ? 'Nobody waits for it: nothing is sent because of the resume.'
      : `${counted(turns.length, 'run', 'runs')} had to wait and ${turns.length === 1 ? 'gets its' : 'get their'} turn${rate}.`,
    ...(stale === 0
      ? []
      : [
          `${counted(stale, 'email is', 'emails are')} dropped as too old, and the journey goes on.`,
        ]),
    ...(stillHeld === 0
      ? []
      : [`${counted(stillHeld, 'run waits', 'runs wait')} on, because of another pause.`]),
    ...(sleeping === null || sleeping === 0
      ? []
      : [
          `${counted(sleeping, 'run sleeps', 'runs sleep')} on, longer by what the pause took from the wait.`,
        ]),
  ];
}

function rateOf({ perHour, turns }: ResumeView): string {
  const rates = [...new Set(Object.values(perHour))];
  const [rate] = rates;
  if (rate === undefined || turns.length < 2) return '';
  return rates.length === 1
    ? `, at most ${rate.toLocaleString('en-US')} an hour per journey`
    : `, at most ${Math.min(...rates).toLocaleString('en-US')} to ${Math.max(...rates).toLocaleString('en-US')} an hour per journey`;
}

/** "paused for 3 hours", "paused for 2 days so far". */
export function lasted({ from, until }: Pick<NewPause, 'from' | 'until'>, now: number): string {
  const end = Math.min(until ?? now, now);
  const spent = durationInWords(Math.max(1_000, end - from));
  return until === null || until > now ? `${spent} so far` : spent;
}

export function pauseJson(pause: StoredPause | NewPause, now: number): object {
  const { id, scope, key, why, by, from, until } = pause;
  const stored = 'resumedAt' in pause ? pause : undefined;
  return {
    ...{ id, scope, key, why, by, from: instant(from), until: instant(until) },
    plannedUntil: instant(stored === undefined ? until : stored.plannedUntil),
    state: stateOf(pause, now),
    resumedAt: instant(stored?.resumedAt),
    resumedBy: stored?.resumedBy ?? null,
    woken: stored?.woken ?? null,
  };
}

export function stateOf(
  { from, until }: Pick<NewPause, 'from' | 'until'>,
  now: number,
): 'called-off' | 'scheduled' | 'in-force' | 'over' {
  if (until === from) return 'called-off';
  if (from > now) return 'scheduled';
  return until === null || until > now ? 'in-force' : 'over';
}

export function previewJson({
  now,
  turns,
  steps,
  perHour,
  stillHeld,
  sleeping,
}: ResumeView): object {
  return {
    asOf: instant(now),
    wake: turns.length,
    tooOld: turns.filter(({ stale }) => stale).length,
    stillHeld,
    sleeping,
    perHour,
    steps: steps.map(({ first, last, stale, ...step }) => ({
      ...step,
      tooOld: stale,
      first: instant(first),
      last: instant(last),
    })),
  };
}

function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
