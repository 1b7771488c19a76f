/**
 * The company of the documentation, small: scoring, stages, two handoffs, and whatever journeys a
 * test brings along. `scene` plays events and ticks on one lead with a virtual clock.
 */
import { decide } from '../../../core/decision/decide.ts';
import { bornLead } from '../../../core/decision/birth.ts';
import type { DecisionContext } from '../../../core/decision/context.ts';
import type { Decided, Decision, Effect, IncomingEvent } from '../../../core/decision/decision.ts';
import { eventId } from '../../../core/decision/ids.ts';
import { defaultAccountRules } from '../../../core/accounts/model.ts';
import type { Release } from '../../../core/definitions/release.ts';
import type { Lead } from '../../../core/facts/lead.ts';
import type { Entry, Exit, JourneyPlan, PlanStep } from '../../../core/journey/plan.ts';
import type { Condition, Json, JsonObject } from '../../../core/rules/condition.ts';
import type { RejectReason } from '../../../core/routing/model.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday. */
export const START = Date.parse('2026-03-02T09:00:00Z');
export const LEAD_ID = '0195a000-0000-7000-8000-000000000001';

export function is(fact: string, value: Json, operator = 'is'): Condition {
  return { fact, operator, value };
}
export function counted(event: string, within: string, atLeast: number): Condition {
  return { fact: 'eventCount', params: { event, within }, operator: 'atLeast', value: atLeast };
}

const activities = ['Trial Started', 'Report Created', 'Pricing Viewed', 'Demo Requested'];

export function release(over: Partial<Release> = {}): Release {
  return {
    id: 'release-1',
    // Everybody here works at nordwind.example; most tests are about people who have nothing to do with each other.
    accounts: { ...defaultAccountRules, link: { byDomain: false, aliases: {}, never: [] } },
    events: Object.fromEntries(
      [...activities, 'Ebook Downloaded'].map((event) => [
        event,
        { event, label: event, activity: true, properties: {} },
      ]),
    ),
    facts: {
      seniority: { id: 'seniority', type: 'text', label: 'Seniority', from: 'seniority' },
      painPoint: { id: 'painPoint', type: 'text', label: 'Pain', from: 'pain_point' },
      budgetRange: { id: 'budgetRange', type: 'text', label: 'Budget', from: 'budgetRange' },
      buyWithinMonths: { id: 'buyWithinMonths', type: 'number', label: 'Buys', from: 'months' },
    },
    segments: {
      large: { id: 'large', why: 'Large', when: is('employees', 500, 'atLeast') },
      sleepy: { id: 'sleepy', why: 'Quiet', when: is('daysSinceActivity', 30, 'atLeast') },
    },
    models: [model()],
    qualification: qualification(),
    routings: {},
    team: { reps: {}, hours: {}, pools: {}, queues: {} },
    handoffs: { inbound: kind('inbound'), 'sales-assist': kind('sales-assist') },
    rejectReasons: [
      reason('not-now', { stage: 'lead', journey: 'recycle', sameRepBack: true }),
      reason('wrong-territory', { reroute: true }),
      reason('duplicate', { merge: 'ask' }),
      reason('not-a-fit', { disqualify: true }),
    ],
    sending: {
      from: { name: 'Maria', email: 'maria@acme.example' },
      postalAddress: 'Berlin',
      zoneIfUnknown: 'Europe/Berlin',
      topics: [],
      caps: [],
      holidays: {},
      spreadMs: 0,
      consent: [{ id: 'rest', why: 'All', marketing: 'opt-in', outbound: 'never' }],
      uncertainSend: 'park',
    },
    journeys: {},
    templates: {},
    ...over,
  };
}

function model(): Release['models'][number] {
  return {
    model: 'core',
    scores: {
      fit: { min: 0, max: 100, unknownUnless: { atLeast: 2, of: ['employees', 'seniority'] } },
      engagement: { min: 0, max: 100, halfLifeMs: 14 * DAY },
    },
    grades: {
      fit: bands({ A: 70, B: 45, C: 20, D: 0 }),
      engagement: bands({ '1': 60, '2': 30, '3': 10, '4': 0 }),
    },
    rules: [
      when('vp', 40, is('seniority', 'vp')),
      when('large', 40, is('employees', 500, 'atLeast')),
      forEach('pricing', 8, 'Pricing Viewed', 40),
      forEach('pages', 1, 'Page Viewed', 100),
      forEach('reports', 10, 'Report Created', 30),
    ],
  };
}
function bands(from: { readonly [grade: string]: number }) {
  return Object.entries(from)
    .map(([grade, points]) => ({ grade, from: points }))
    .sort((a, b) => b.from - a.from);
}
function when(id: string, points: number, condition: Condition) {
  return { type: 'when', id, score: 'fit', points, why: id, when: condition } as const;
}
function forEach(id: string, points: number, event: string, atMost: number) {
  const rule = { id, score: 'engagement', points, why: id, atMost, keeps: false };
  return { type: 'for-each', ...rule, match: { event } } as const;
}
function kind(handoff: string): Release['handoffs'][string] {
  return {
    handoff,
    title: handoff,
    routing: 'inbound',
    whenOpen: 'tell-the-owner',
    required: [],
    ifMissing: 'hand-over-and-show-gap',
    brief: { facts: [], historyMs: DAY },
  };
}
function reason(id: string, then: RejectReason['then']): RejectReason {
  return { id, label: `Because: ${id}`, asks: [], then };
}

export function qualification(): Release['qualification'] {
  return {
    qualification: 'b2b',
    order: [
      'subscriber',
      'lead',
      'marketingqualifiedlead',
      'product-qualified',
      'sales-accepted',
      'salesqualifiedlead',
      'opportunity',
      'customer',
    ],
    bant: {
      budget: { ask: 'Budget?', yes: is('budgetRange', '50k+') },
      authority: { ask: 'Who signs?', yes: is('seniority', 'vp') },
      need: { ask: 'What hurts?', yes: is('painPoint', true, 'known') },
      timing: { ask: 'When?', yes: is('buyWithinMonths', 6, 'atMost') },
    },
    disqualified: [
      { id: 'competitor', why: 'A competitor', when: is('account.tags', 'competitor', 'has') },
    ],
    stages: [
      {
        stage: 'marketingqualifiedlead',
        label: 'MQL',
        why: 'Good fit and active, or asked for a demo',
        holdForMs: 10 * MINUTE,
        instantOn: ['Demo Requested'],
        onEnter: { handoff: 'inbound' },
        when: {
          any: [
            is('grade', ['A1', 'A2', 'B1'], 'isOneOf'),
            counted('Demo Requested', '30 days', 1),
          ],
        },
        backTo: { stage: 'lead', if: is('daysSinceActivity', 45, 'atLeast') },
        again: { notBeforeMs: 30 * DAY, needs: 'new-activity', except: ['Demo Requested'] },
      },
      {
        stage: 'product-qualified',
        label: 'PQL',
        why: 'Reached value in the trial',
        holdForMs: 0,
        instantOn: [],
        onEnter: { handoff: 'sales-assist' },
        when: counted('Report Created', '14 days', 3),
      },
      {
        stage: 'sales-accepted',
        label: 'SAL',
        why: 'A rep took it',
        holdForMs: 0,
        instantOn: [],
        when: is('repAccepted', true),
      },
      {
        stage: 'salesqualifiedlead',
        label: 'SQL',
        why: 'Accepted, 3 of 4 BANT known',
        holdForMs: 0,
        instantOn: [],
        from: ['sales-accepted'],
        when: is('bantYes', 3, 'atLeast'),
      },
    ],
    outcome: { opportunity: 'Deal Created', won: 'Deal Won', lost: 'Deal Lost' },
  };
}

export function journey(
  name: string,
  parts: {
    readonly enter: readonly Entry[];
    readonly exits?: readonly Exit[];
    readonly steps?: { readonly [step: string]: PlanStep };
    readonly class?: JourneyPlan['sending']['class'];
  },
): Release['journeys'] {
  const plan: JourneyPlan = {
    v: 1,
    journey: name,
    title: name,
    owner: 'maria',
    enter: parts.enter,
    exits: parts.exits ?? [],
    sending: { class: parts.class ?? 'marketing', priority: 50, holdAtMostMs: DAY },
    steps: parts.steps ?? { hello: { type: 'send', template: 'hello' } },
    flow: { v: 1, start: null, steps: {} },
    whenEdited: { inFlight: 'stay', renamed: {}, removed: {} },
    whenPaused: { timers: 'freeze' },
  };
  return { [name]: { hash: `hash-of-${name}`, plan } };
}
const always = { type: 'always' } as const;
const common = { whileInside: 'ignore', again: always, existing: 'ignore' } as const;
export function onEvent(event: string, over: Partial<Entry> = {}): Entry {
  return { ...common, on: 'event', match: { event }, ...over } as Entry;
}
export function onSegment(segment: string): Entry {
  return { ...common, on: 'segment', segment };
}
export function onStage(stage: string): Entry {
  return { ...common, on: 'stage', stage };
}
export const onApi: Entry = { ...common, on: 'api' };
export const withSales: Exit = {
  id: 'with-sales',
  why: 'A rep has taken over',
  goal: false,
  when: { type: 'condition', condition: is('withSales', true) },
};
export const bought: Exit = {
  id: 'bought',
  why: 'They bought',
  goal: true,
  when: { type: 'event', match: { event: 'Deal Won' } },
};

/** A good fit that is known: grade A as soon as it is active. */
export const goodFit: JsonObject = { seniority: 'vp', employees: 900 };

export interface Scene {
  lead: Lead;
  now: number;
  readonly decisions: Decision[];
  readonly effects: Effect[];
  /** Plays everything that comes due, then the event. */
  readonly play: (name: string, properties?: JsonObject, over?: Partial<IncomingEvent>) => Decided;
  readonly identify: (traits: JsonObject, over?: Partial<IncomingEvent>) => Decided;
  /** Lets the clock run, ticking whenever the lead is due. */
  readonly wait: (ms: number) => void;
  readonly of: <K extends Decision['kind']>(kind: K) => Extract<Decision, { kind: K }>[];
  readonly told: <T extends Effect['type']>(type: T) => Extract<Effect, { type: T }>[];
  readonly stages: () => string[];
}

export function scene(workspace: Release = release(), known: JsonObject = {}): Scene {
  const context: DecisionContext = { release: workspace, plans: new Map() };
  let messages = 0;
  const fold = (event: IncomingEvent): Decided => {
    const decided = decide(it.lead, event, context);
    // What a database does to a lead between two events must not matter.
    it.lead = JSON.parse(JSON.stringify(decided.lead)) as Lead;
    it.decisions.push(...decided.decisions);
    it.effects.push(...decided.effects);
    return decided;
  };
  const send = (over: Partial<IncomingEvent>) => {
    it.wait(0);
    return fold({ ...incoming(`m${(messages += 1)}`, it.now), ...over });
  };
  const it: Scene = {
    lead: bornLead({ id: LEAD_ID, bornAt: START }, workspace.qualification),
    now: START,
    decisions: [],
    effects: [],
    play: (name, properties = {}, over = {}) =>
      send({ type: name === 'Page Viewed' ? 'page' : 'track', name, properties, ...over }),
    identify: (traits, over = {}) => send({ type: 'identify', traits, ...over }),
    wait: (ms) => {
      const until = it.now + ms;
      for (let ticks = 0; it.lead.dueAt !== undefined && it.lead.dueAt <= until; ticks += 1) {
        if (ticks > 500) throw new Error(`The lead is due again and again at ${it.lead.dueAt}.`);
        it.now = Math.max(it.now, it.lead.dueAt);
        fold(tick(it.now));
      }
      it.now = until;
    },
    of: (kind) => it.decisions.filter((one) => one.kind === kind) as never,
    told: (type) => it.effects.filter((one) => one.type === type) as never,
    stages: () => it.of('stage').map(({ to }) => to),
  };
  it.identify(known, { address: 'ana@nordwind.example' });
  return it;
}

export function incoming(messageId: string, at: number): IncomingEvent {
  return {
    id: eventId('test', messageId),
    source: 'test',
    messageId,
    type: 'track',
    name: '',
    properties: {},
    traits: {},
    occurredAt: at,
    receivedAt: at,
    trust: 'human',
  };
}
export function tick(at: number): IncomingEvent {
  return { ...incoming(`tick-${at}`, at), type: 'tick' };
}
