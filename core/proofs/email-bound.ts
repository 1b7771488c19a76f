/**
 * The most emails a lead can get in any 7 days: of each journey, and of all live journeys together.
 *
 * Sound by construction: every path counts, whatever its conditions say, and journeys may meet at any
 * instant. What bounds the number is in the files: waits, `again` of journeys and of templates, caps.
 * Not counted are emails to reps, a second attempt at one whose fate is unknown (`uncertainSend`), and
 * what people do by hand (moving a lead back, merging two leads, publishing anew in mid-run). An email
 * that answers each act of a lead and that no cap holds has no such number: it is named in `unlimited`
 * and is in none of the sums.
 */
import type { Release } from '../definitions/release.ts';
import type { Again, JourneyPlan, MessageClass } from '../journey/plan.ts';
import type { StepId } from '../journey/flow.ts';
import type { Cap } from '../sending/model.ts';
import { stepsInOrder } from './flow-ways.ts';
import { fullestWindow, type Fullest, type Stop } from './fullest-window.ts';

export interface UnlimitedEmail {
  readonly journey: string;
  readonly step: StepId;
  readonly template: string;
}
export interface JourneyEmails {
  readonly journey: string;
  /** Caps included. */
  readonly most: number;
  /** `Infinity` when only a cap bounds it. */
  readonly withoutCaps: number;
  /** A way that reaches `withoutCaps`. */
  readonly path: readonly Stop[];
  readonly unlimited: readonly UnlimitedEmail[];
}
export interface ClassEmails {
  readonly class: MessageClass;
  readonly withoutCaps: number;
  /** What the caps of the class leave; `Infinity` without any. */
  readonly cap: number;
}
export interface EmailBound {
  readonly most: number;
  readonly withoutCaps: number;
  readonly classes: readonly ClassEmails[];
  readonly journeys: readonly JourneyEmails[];
  readonly unlimited: readonly UnlimitedEmail[];
}

export const windowMs = 7 * 86_400_000;
/**
 * 168 hours touch at most nine calendar days: with the short day of spring among them, seven whole days
 * and a piece at either end. A lead who moves through time zones meanwhile is not counted.
 */
const calendarDaysTouched = 9;
const classes: readonly MessageClass[] = ['marketing', 'outbound', 'transactional'];

export function emailBound(release: Release): EmailBound {
  const { caps } = release.sending;
  const journeys = Object.entries(release.journeys).map(([name, { plan }]) =>
    mailsOf(name, plan, release),
  );
  const shared = sharedTemplates(journeys);
  const sum = (of: (mail: Mail) => boolean) => mostOfAll(journeys, shared, of);
  const perClass = classes.map((one) => ({
    class: one,
    withoutCaps: sum((mail) => mail.class === one),
    cap: capOf(caps, one),
  }));
  const withoutCaps = sum(() => true);
  return {
    most: Math.min(withoutCaps, capped(perClass)),
    withoutCaps,
    classes: perClass.filter((one) => one.withoutCaps > 0),
    journeys: journeys.map((mails) => boundOf(mails, caps)),
    unlimited: journeys.flatMap(({ unlimited }) => unlimited),
  };
}

interface Mail {
  readonly step: StepId;
  readonly class: MessageClass;
  readonly template: string;
  /** How often one lead can get the template within the window, from whatever journey. */
  readonly limit: number;
}
interface Mails {
  readonly journey: string;
  readonly plan: JourneyPlan;
  /** Those that something bounds. */
  readonly mails: readonly Mail[];
  readonly unlimited: readonly UnlimitedEmail[];
  /** Several runs at once: one for each value of `oncePer`. */
  readonly manyAtOnce: boolean;
  readonly againMs: number;
  /** Answers by the steps asked for: sums over classes and journeys ask for the same again. */
  readonly known: Map<string, Fullest>;
}

function mailsOf(journey: string, plan: JourneyPlan, release: Release): Mails {
  const all = stepsInOrder(plan.flow).flatMap((id): Mail[] => {
    const step = plan.steps[id];
    if (step?.type !== 'send') return [];
    const again = release.templates[step.template]?.manifest.again ?? { type: 'always' };
    const { template } = step;
    return [{ step: id, class: step.class ?? plan.sending.class, template, limit: limitOf(again) }];
  });
  const manyAtOnce = plan.enter.some(({ oncePer }) => oncePer !== undefined);
  const gap = Math.min(...plan.enter.map(({ again }) => gapOf(again)));
  const againMs = gap >= windowMs ? Infinity : gap;
  const whole = { journey, plan, mails: all, unlimited: [], manyAtOnce, againMs, known: new Map() };
  const endless = endlessMails(whole, release.sending.caps);
  return {
    ...whole,
    mails: all.filter((mail) => !endless.includes(mail)),
    unlimited: endless.map(({ step, template }) => ({ journey, step, template })),
  };
}

/** Mails of classes without a cap that alone go on without end; all of them when only together they do. */
function endlessMails(mails: Mails, caps: readonly Cap[]): readonly Mail[] {
  if (!mails.manyAtOnce && mails.againMs === Infinity) return [];
  const free = mails.mails.filter((mail) => capOf(caps, mail.class) === Infinity);
  const isEndless = (some: readonly Mail[]) => mostOf(mails, some).most === Infinity;
  const alone = free.filter((mail) => isEndless([mail]));
  const rest = free.filter((mail) => !alone.includes(mail));
  return isEndless(rest) ? free : alone;
}

function boundOf(mails: Mails, caps: readonly Cap[]): JourneyEmails {
  const { journey, unlimited } = mails;
  const all = mostOf(mails, mails.mails);
  const perClass = classes.map((one) => ({
    withoutCaps: mostOf(mails, ofClass(mails, one)).most,
    cap: capOf(caps, one),
  }));
  const most = Math.min(all.most, capped(perClass));
  return { journey, most, withoutCaps: all.most, path: all.path(), unlimited };
}

function ofClass({ mails }: Mails, one: MessageClass): readonly Mail[] {
  return mails.filter((mail) => mail.class === one);
}

/** The most of these mails of one journey, its further runs included. */
function mostOf(mails: Mails, some: readonly Mail[]): Fullest {
  if (some.length === 0) return { most: 0, path: () => [] };
  const limits = limitsOf(some);
  if (mails.manyAtOnce) {
    return { most: limits, path: () => some.map(({ step }) => ({ step, afterMs: 0 })) };
  }
  const found = fullest(mails, some);
  if (mails.againMs === Infinity) return { ...found, most: Math.min(found.most, limits) };
  // Further runs repeat steps, but not the mails that a lead gets only once.
  const once = some.filter(({ limit }) => limit === 1);
  const often = fullest(
    mails,
    some.filter(({ limit }) => limit > 1),
  );
  return { ...found, most: Math.min(found.most, limits, often.most + limitsOf(once)) };
}

function fullest({ plan, againMs, known }: Mails, some: readonly Mail[]): Fullest {
  const key = some.map(({ step }) => step).join(' ');
  const before = known.get(key);
  if (before !== undefined) return before;
  const counts = new Map(
    some.map(({ step, template, limit }) => [step, limit === 1 ? template : null]),
  );
  const found = fullestWindow({ flow: plan.flow, windowMs, counts, againMs });
  known.set(key, found);
  return found;
}

function limitsOf(mails: readonly Mail[]): number {
  const limits = new Map(mails.map(({ template, limit }) => [template, limit]));
  return [...limits.values()].reduce((sum, limit) => sum + limit, 0);
}

/** A template of two journeys that a lead gets once is counted once. */
function mostOfAll(
  journeys: readonly Mails[],
  shared: ReadonlySet<string>,
  isOf: (mail: Mail) => boolean,
): number {
  const some = journeys.map((mails) => ({ mails, own: mails.mails.filter(isOf) }));
  const apart = (own: readonly Mail[]) => own.filter(({ template }) => !shared.has(template));
  const both = some.flatMap(({ own }) => own.filter(({ template }) => shared.has(template)));
  const sumOf = (pick: (own: readonly Mail[]) => readonly Mail[]) =>
    some.reduce((sum, { mails, own }) => sum + mostOf(mails, pick(own)).most, 0);
  const plain = sumOf((own) => own);
  return both.length === 0 ? plain : Math.min(plain, sumOf(apart) + limitsOf(both));
}

function sharedTemplates(journeys: readonly Mails[]): ReadonlySet<string> {
  const seen = journeys.flatMap(({ mails }) => [
    ...new Set(mails.filter(({ limit }) => limit === 1).map(({ template }) => template)),
  ]);
  return new Set(seen.filter((template, index) => seen.indexOf(template) !== index));
}

function capped(perClass: readonly Omit<ClassEmails, 'class'>[]): number {
  return perClass.reduce((sum, { withoutCaps, cap }) => sum + Math.min(withoutCaps, cap), 0);
}

/** Transactional mail answers what a lead did: no cap holds it. */
export function capOf(caps: readonly Cap[], messageClass: MessageClass): number {
  if (messageClass === 'transactional') return Infinity;
  const most = caps
    .filter((cap) => cap.class === messageClass)
    .map(({ max, per }) =>
      per.type === 'day' ? max * calendarDaysTouched : max * Math.ceil(windowMs / per.ms),
    );
  return Math.min(Infinity, ...most);
}

function limitOf(again: Again): number {
  const gap = gapOf(again);
  return gap === 0 ? Infinity : Math.ceil(windowMs / Math.min(gap, windowMs));
}

function gapOf(again: Again): number {
  switch (again.type) {
    case 'never':
      return Infinity;
    case 'always':
      return 0;
    case 'after':
      return again.ms;
  }
}
