/**
 * One lead in an in-memory world with a virtual clock: the fold decides, journeys run by `advance`,
 * sends are judged by the sending policy, handoffs are routed. No database, no server, no mail.
 *
 * What one happening causes is played at the same instant, in the order it was caused, before anything
 * else: `settle` empties the agenda. Between happenings the clock goes from one known instant to the
 * next (a tick of the lead, a wake-up of a journey, a rep's deadline). The same pieces decide in
 * production; this file only stands where the database and the server stand there.
 */
import { accountToLink } from '../accounts/link.ts';
import { addressAfter } from '../decision/apply-event.ts';
import type { DecisionContext } from '../decision/context.ts';
import { decide } from '../decision/decide.ts';
import type { Decision, Effect, IncomingEvent } from '../decision/decision.ts';
import { eventId } from '../decision/ids.ts';
import type { Release } from '../definitions/release.ts';
import type { Lead } from '../facts/lead.ts';
import type { JsonObject } from '../rules/condition.ts';
import { advance, isActing } from '../journey/advance.ts';
import type { ActingCommand, Command, Outcome } from '../journey/command.ts';
import type { Input } from '../journey/input.ts';
import { frozenDue } from '../journey/pause.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import { initialState, invariant, type JourneyState } from '../journey/state.ts';
import { assign, type SalesCase } from './sales.ts';
import type { SimulatedSend } from './sends.ts';
import { carryOut } from './steps.ts';

export type Happening = { readonly at: number } & (
  | { readonly type: 'event'; readonly event: IncomingEvent }
  | { readonly type: 'decision'; readonly decision: Decision }
  | { readonly type: 'send'; readonly send: SimulatedSend }
  | { readonly type: 'act'; readonly journey: string; readonly step: string; readonly text: string }
  | {
      readonly type: 'ended';
      readonly journey: string;
      readonly enrolmentId: string;
      readonly why: string;
    }
  | { readonly type: 'assigned'; readonly to: string; readonly why: string }
  | { readonly type: 'paused'; readonly why: string }
);
type Said = Partial<IncomingEvent> & Pick<IncomingEvent, 'source' | 'messageId'>;
interface Run {
  readonly enrolmentId: string;
  readonly plan: JourneyPlan;
  state: JourneyState;
}

/** Far above any simulated life, so that a defect ends in a sentence and not in a hang. */
const HAPPENINGS_MAX = 100_000;

export class World {
  readonly happenings: Happening[] = [];
  /** The ledger: rows in the order they were first asked for. */
  readonly sends: SimulatedSend[] = [];
  lead: Lead;
  now: number;
  private readonly context: DecisionContext;
  private readonly runs: Run[] = [];
  private lastSaidAt = -Infinity;
  private readonly agenda: (() => void)[] = [];
  private handed: SalesCase | undefined;
  /** While the lead is away. */
  private readonly pauses: { readonly from: number; readonly until: number }[] = [];

  /** What a look-up finds out about the lead. */
  readonly enrichment: JsonObject;

  constructor(release: Release, lead: Lead, enrichment: JsonObject = {}) {
    this.enrichment = enrichment;
    this.context = { release, plans: new Map() };
    this.lead = lead;
    this.now = lead.bornAt;
  }

  get release(): Release {
    return this.context.release;
  }

  hasOpenRuns(): boolean {
    return this.runs.some(({ state }) => state.ended === null);
  }

  /** Takes an event in at the present instant; what it causes waits on the agenda. */
  ingest(said: Said): void {
    const event: IncomingEvent = {
      id: eventId(said.source, said.messageId),
      type: 'track',
      name: '',
      properties: {},
      traits: {},
      occurredAt: this.now,
      receivedAt: this.now,
      trust: 'human',
      ...this.inOrder(said.traits),
      ...said,
    };
    if (event.type !== 'tick') this.note({ type: 'event', event });
    const { lead, decisions, effects } = decide(this.linked(event), event, this.context);
    this.lead = lead;
    for (const decision of decisions) this.note({ type: 'decision', decision });
    for (const effect of effects) this.take(effect);
  }

  /** Of two words about a lead in one instant of a script the second is the later one. */
  private inOrder(traits: Said['traits']): { readonly occurredAt?: number } {
    if (traits === undefined || Object.keys(traits).length === 0) return {};
    this.lastSaidAt = Math.max(this.now, this.lastSaidAt + 1);
    return { occurredAt: this.lastSaidAt };
  }

  /** As in ingest, by its address; alone in its company. */
  private linked(event: IncomingEvent): Lead {
    const { release } = this.context;
    const address = addressAfter(this.lead, event, release);
    const account = accountToLink(this.lead, address, release) ?? this.lead.account;
    return account === undefined
      ? this.lead
      : { ...this.lead, account: { others: [], ...account } };
  }

  settle(): void {
    for (let next = this.agenda.shift(); next !== undefined; next = this.agenda.shift()) next();
  }

  /** Lets the clock run; at `until` itself only the lead's ticks are played. */
  runUntil(until: number): void {
    for (let at = this.nextAt(until); at !== undefined; at = this.nextAt(until)) {
      this.now = Math.max(this.now, at);
      this.playInstant();
      this.settle();
    }
    this.now = Math.max(this.now, until);
    if (this.lead.dueAt !== undefined && this.lead.dueAt <= this.now) this.tick();
    this.settle();
  }

  note(
    happening: {
      readonly [K in Happening['type']]: Omit<Extract<Happening, { type: K }>, 'at'>;
    }[Happening['type']],
  ): void {
    invariant(this.happenings.length < HAPPENINGS_MAX, 'the simulated lead never comes to rest');
    this.happenings.push({ at: this.now, ...happening });
  }

  /** The row of a send, new or asked again. */
  record(send: SimulatedSend): void {
    const known = this.sends.findIndex(({ commandId }) => commandId === send.commandId);
    if (known < 0) this.sends.push(send);
    else this.sends[known] = send;
    if (send.state !== 'held') this.note({ type: 'send', send });
  }

  private nextAt(before: number): number | undefined {
    const wakes = this.runs.map(({ state }) => wakeAt(state));
    const known = [this.lead.dueAt, this.handed?.acceptBy, ...wakes];
    const next = Math.min(...known.map((at) => at ?? Infinity));
    return next < before ? next : undefined;
  }

  /** Ticks first: a step that wakes at the same instant acts on what the clock has changed. */
  private playInstant(): void {
    if (this.lead.dueAt !== undefined && this.lead.dueAt <= this.now) return this.tick();
    const run = this.runs.find(({ state }) => (wakeAt(state) ?? Infinity) <= this.now);
    if (run?.state.command?.type === 'wait') {
      return this.feed(run, { type: 'timer-fired', id: run.state.command.id, now: this.now });
    }
    const { handed } = this;
    if (typeof handed?.acceptBy === 'number' && handed.acceptBy <= this.now) this.assign(handed);
  }

  private tick(): void {
    this.ingest({ source: 'clock', messageId: `tick/${this.lead.seq}`, type: 'tick' });
  }

  private take(effect: Effect): void {
    switch (effect.type) {
      case 'enrol':
        return this.later(() => this.start(effect));
      case 'tell-journey':
        return this.later(() => {
          const run = this.runs.find(({ enrolmentId }) => enrolmentId === effect.enrolmentId);
          const messages = [effect.message];
          if (run !== undefined) this.feed(run, { type: 'messages', messages, now: this.now });
        });
      case 'open-handoff':
        return this.later(() =>
          this.assign({ opened: effect, attempt: 1, given: [], pools: {}, acceptBy: null }),
        );
      case 'settle-handoff':
        this.handed = undefined;
        return;
      case 'pause-lead':
        return this.pause(effect);
      case 'close-enrolment':
      case 'judge-event':
      case 'tell-handoff':
      case 'consent':
      case 'suppress':
      case 'lift-suppression':
      case 'tell-rep':
      case 'email-check':
      case 'preferences':
        return;
    }
  }

  /** One stretch after the other: a longer absence goes on where the one before it ends. */
  private pause({ from, until, why }: Extract<Effect, { type: 'pause-lead' }>): void {
    const end = this.pauses.at(-1)?.until ?? from;
    this.pauses.push({ from: Math.max(from, end), until });
    this.note({ type: 'paused', why });
  }

  private start({ enrolmentId, journey }: Extract<Effect, { type: 'enrol' }>): void {
    const published = this.release.journeys[journey];
    invariant(published !== undefined, `the release has no journey "${journey}"`);
    const run = { enrolmentId, plan: published.plan, state: initialState() };
    this.runs.push(run);
    this.feed(run, { type: 'started', now: this.now });
  }

  private feed(run: Run, input: Input): void {
    const hadEnded = run.state.ended !== null;
    const { state, commands } = advance(run.plan.flow, run.state, input);
    run.state = state;
    if (state.ended !== null && !hadEnded) this.end(run, state.ended.how, state.ended.why);
    for (const command of commands) this.issue(run, command);
  }

  /** An act and its outcome are two turns, so that what the act caused is heard in between. */
  private issue(run: Run, command: Command): void {
    if (!isActing(command)) return;
    this.later(() => {
      const outcome = this.perform(run, command);
      this.later(() => this.feed(run, { type: 'settled', id: command.id, outcome, now: this.now }));
    });
  }

  private perform(run: Run, command: ActingCommand): Outcome {
    const enrolment = this.lead.enrolments.find(({ id }) => id === run.enrolmentId);
    if (enrolment === undefined) return { type: 'closed' };
    const goesOnAt = this.goesOnAt(run);
    if (goesOnAt > this.now) return { type: 'retry-at', at: goesOnAt };
    // Nothing is edited here: a sleep is over when its time has come.
    if (command.type === 'complete' || command.type === 'wake') return { type: 'done' };
    return carryOut(this, run.plan, enrolment, command);
  }

  /** When a lead who is away would act: its timers stand still meanwhile. */
  private goesOnAt({ state }: Run): number {
    const here = { from: this.now, until: this.now };
    const due = frozenDue(state.due ?? here, this.pauses, this.now);
    return due ?? this.pauses.at(-1)?.until ?? this.now;
  }

  private end(run: Run, how: string, reason: string): void {
    const { enrolmentId, plan } = run;
    const why = how === 'completed' && reason === 'finished' ? 'completed' : reason;
    this.note({ type: 'ended', journey: plan.journey, enrolmentId, why });
    const enrolments = this.lead.enrolments.map((one) =>
      one.id === enrolmentId && one.status === 'open'
        ? ({ ...one, status: 'closed', closedAt: this.now } as const)
        : one,
    );
    this.lead = { ...this.lead, enrolments };
  }

  private assign(current: SalesCase): void {
    if (this.lead.handoff?.id !== current.opened.handoffId) return;
    const assignment = assign(current, this.lead, this.now, this.release);
    this.handed = assignment?.next;
    if (assignment === undefined || assignment.to.type === 'nobody') return;
    const { to, why } = assignment;
    const name = to.type === 'rep' ? to.rep : `queue:${to.queue}`;
    this.note({ type: 'assigned', to: name, why });
    if (to.type !== 'rep') return;
    const { handoffId } = current.opened;
    const messageId = `${handoffId}/assigned/${current.attempt}`;
    const properties = { handoffId, rep: to.rep };
    this.ingest({ source: 'handoff', messageId, name: 'Rep Assigned', properties });
  }

  private later(turn: () => void): void {
    this.agenda.push(turn);
  }
}

function wakeAt({ command }: JourneyState): number | undefined {
  return command?.type === 'wait' ? command.until : undefined;
}
