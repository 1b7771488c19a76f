/**
 * What a fact with parameters is called in an explanation: "the number of \"Page Viewed\" in the last
 * 7 days", "the answer to \"budget\"".
 *
 * Apart from `sentence.ts` because each family of facts says its parameters in its own way.
 */
import type { Json, JsonObject } from '../rules/condition.ts';
import { durationInWords, durationOf } from '../rules/duration.ts';

/** `undefined` for facts that go by their name alone. */
export function factPhrase(fact: string, params: JsonObject): string | undefined {
  return Object.hasOwn(phrases, fact) ? phrases[fact]?.(params) : undefined;
}

type Phrase = (params: JsonObject) => string | undefined;

const phrases: { readonly [fact: string]: Phrase } = {
  eventCount: (params) => ofEvents('the number of', params),
  eventSum: (params) => ofEvents(`the sum of ${name(params['property'])} over`, params),
  eventDistinct: (params) =>
    ofEvents(`the number of different ${name(params['property'])} of`, params),
  firstEvent: (params) => ofEvents('the first', params),
  lastEvent: (params) => ofEvents('the last', params),
  activeDays: (params) =>
    params['event'] === undefined
      ? `the number of active days${span(params)}`
      : ofEvents('the number of days with', params),
  score: ({ score, model }) => `the score ${name(score)}${ofModel(model)}`,
  scoreGrade: ({ score, model }) => `the grade of ${name(score)}${ofModel(model)}`,
  bantAnswer: ({ question }) => `the answer to ${quoted(question)}`,
  intent: ({ interest }) => `the interest in ${quoted(interest)}`,
  intentSurge: ({ interest }) => `the surge of the interest in ${quoted(interest)}`,
  consentState: (params) => `the consent given${forWhat(params)}`,
};

function ofEvents(what: string, params: JsonObject): string | undefined {
  const { event, where, trust } = params;
  if (typeof event !== 'string') return undefined;
  const by = trust === 'human' ? ' by people' : '';
  return `${what} "${event}"${where === undefined ? '' : ' that match'}${by}${span(params)}`;
}

function span({ within }: JsonObject): string {
  const ms = durationOf(within);
  return ms === undefined ? '' : ` in the last ${durationInWords(ms)}`;
}

function ofModel(model: Json | undefined): string {
  return typeof model === 'string' ? ` (${model})` : '';
}

function forWhat({ class: of, topic }: JsonObject): string {
  const asked = [of, topic].filter((one) => typeof one === 'string');
  return asked.length === 0 ? '' : ` for ${asked.join(', ')}`;
}

function name(value: Json | undefined): string {
  return typeof value === 'string' ? value : '?';
}

function quoted(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}
