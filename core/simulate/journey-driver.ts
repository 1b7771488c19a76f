/**
 * Runs one journey in process on a virtual clock: the second driver of `advance`, beside the workflow.
 *
 * Whoever calls it scripts the world: what each act comes to, and which messages arrive when. Given
 * the same script the workflow leaves the same trace, which a conformance test proves on a real
 * server. It must never know more than the workflow does: messages are delivered when they arrive.
 */
import { advance, isActing } from '../journey/advance.ts';
import type { ActingCommand, Move, Outcome, ParkCommand, WaitCommand } from '../journey/command.ts';
import type { Flow } from '../journey/flow.ts';
import type { Input, JourneyMessage } from '../journey/input.ts';
import { moveTo } from '../journey/move.ts';
import { initialState, invariant, type JourneyEnd, type JourneyState } from '../journey/state.ts';

export interface JourneyScript {
  readonly flow: Flow;
  readonly startAt: number;
  readonly act: (command: ActingCommand, now: number) => Outcome;
  /** In order of arrival. What arrives at or before `startAt` is there when the journey starts. */
  readonly messages: readonly Arrival[];
  /**
   * How long everything takes: an act, noticing a timer, taking up a message. 0 is an ideal world.
   * On a server nothing takes no time, and since waits are rounded up to whole seconds one
   * millisecond stands for anything below a second.
   */
  readonly momentMs?: number;
  /** What happens to the state between two inputs, for instance a passage through JSON. */
  readonly carry?: (state: JourneyState) => JourneyState;
}

export interface Arrival {
  readonly arrivesAt: number;
  readonly message: JourneyMessage;
}

export type TraceEntry =
  | {
      readonly type: 'acted';
      readonly at: number;
      readonly command: ActingCommand;
      readonly outcome: Outcome;
    }
  | { readonly type: 'slept'; readonly at: number; readonly id: string; readonly until: number }
  | { readonly type: 'woke'; readonly at: number }
  | { readonly type: 'heard'; readonly at: number; readonly message: JourneyMessage }
  | ({ readonly type: 'ended' } & JourneyEnd);

export interface JourneyRun {
  readonly trace: readonly TraceEntry[];
  readonly state: JourneyState;
}

/** Far above any journey (each step at most a few inputs), so that a defect ends in a sentence. */
const INPUTS_MAX = 100_000;

export function runJourney(script: JourneyScript): JourneyRun {
  const run = new Run(script);
  run.begin();
  for (let inputs = 0; !run.isOver(); inputs += 1) {
    invariant(inputs < INPUTS_MAX, `a journey took more than ${INPUTS_MAX} inputs`);
    run.step();
  }
  return run.result();
}

class Run {
  private readonly script: JourneyScript;
  private readonly momentMs: number;
  private readonly trace: TraceEntry[] = [];
  private flow: Flow;
  private state = initialState();
  private now: number;
  private arrived = 0;

  constructor(script: JourneyScript) {
    this.script = script;
    this.flow = script.flow;
    this.momentMs = script.momentMs ?? 0;
    this.now = script.startAt;
  }

  begin(): void {
    this.now += this.momentMs;
    this.hear(this.script.startAt);
    this.feed({ type: 'started', now: this.now });
  }

  isOver(): boolean {
    return this.state.ended !== null;
  }

  step(): void {
    const command = this.state.command;
    invariant(command !== null, 'a journey that goes on asks for something');
    if (isActing(command)) this.act(command);
    else this.sleep(command);
  }

  result(): JourneyRun {
    const { ended } = this.state;
    invariant(ended !== null, 'only a journey that has ended has a result');
    return { trace: [...this.trace, { type: 'ended', ...ended }], state: this.state };
  }

  private act(command: ActingCommand): void {
    const outcome = this.script.act(command, this.now);
    this.trace.push({ type: 'acted', at: this.now, command, outcome });
    this.now += this.momentMs;
    const meanwhile = this.hear(this.now);
    if (outcome.type === 'move' && this.state.exit === null) this.move(outcome, meanwhile);
    else this.feed({ type: 'settled', id: command.id, outcome, now: this.now });
  }

  private move(to: Move, meanwhile: readonly JourneyMessage[]): void {
    const { now } = this;
    this.take(moveTo(this.flow, this.state, to, { now, meanwhile }).state);
    this.flow = to.flow;
  }

  /** A message that arrives at the very end of a sleep is heard before the timer. */
  private sleep(command: WaitCommand | ParkCommand): void {
    const until = command.type === 'wait' ? command.until : Infinity;
    // An end that has passed costs no timer.
    if (until <= this.now) {
      return this.feed({ type: 'timer-fired', id: command.id, now: this.now });
    }
    if (command.type === 'wait') {
      this.trace.push({ type: 'slept', at: this.now, id: command.id, until });
    }
    while (this.state.command?.id === command.id) {
      const arrival = this.script.messages[this.arrived];
      invariant(arrival !== undefined || until < Infinity, 'a parked journey is never woken');
      if (arrival === undefined || arrival.arrivesAt > until) {
        this.now = Math.max(this.now, until) + this.momentMs;
        this.trace.push({ type: 'woke', at: this.now });
        this.feed({ type: 'timer-fired', id: command.id, now: this.now });
      } else {
        this.now = Math.max(this.now, arrival.arrivesAt) + this.momentMs;
        this.hear(arrival.arrivesAt);
      }
    }
  }

  private hear(until: number): readonly JourneyMessage[] {
    const messages: JourneyMessage[] = [];
    let arrival = this.script.messages[this.arrived];
    while (arrival !== undefined && arrival.arrivesAt <= until) {
      messages.push(arrival.message);
      this.trace.push({ type: 'heard', at: this.now, message: arrival.message });
      this.arrived += 1;
      arrival = this.script.messages[this.arrived];
    }
    if (messages.length > 0) this.feed({ type: 'messages', messages, now: this.now });
    return messages;
  }

  private feed(input: Input): void {
    this.take(advance(this.flow, this.state, input).state);
  }

  private take(state: JourneyState): void {
    this.state = this.script.carry?.(state) ?? state;
  }
}
