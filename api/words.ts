/**
 * The product's closed lists of states and reasons as people read them, and plain data as one line.
 * Every page and every API answer takes its words from here; nothing is decided or looked up.
 */
import type { Release } from '../core/definitions/release.ts';
import { instantInZone } from '../console/time.ts';
import { isPace } from '../core/explain/pace-reason.ts';
import { sendReasonInWords, type SendSaying } from '../core/explain/send-reason.ts';
import type { Json, JsonObject } from '../core/rules/condition.ts';
import { durationInWords } from '../core/rules/duration.ts';

export const sendStates: { readonly [state: string]: string } = {
  planned: 'planned',
  held: 'held',
  claimed: 'being written',
  transmitting: 'on its way',
  sent: 'sent',
  failed: 'refused by the server',
  unknown: 'of unknown fate',
  skipped: 'not sent',
};
const sendRefusals: { readonly [reason: string]: string } = {
  suppressed: 'The address is suppressed',
  'no-consent': 'There is no consent',
  capped: 'A frequency cap is reached',
  'quiet-hours': 'Quiet hours',
  'outside-window': 'Outside the sending window',
  'too-late': 'It would have come too late',
  'off-interest': 'It is about something they showed no interest in',
  'missing-variable': 'A variable of the template is not known',
  'invalid-email': 'The address is not valid',
  'no-address': 'There is no address',
  duplicate: 'This template went to them before',
  'journey-paused': 'The journey is paused',
  'sender-paused': 'The sender is paused',
  exited: 'The journey was left before',
  'earlier-not-sent': 'The email it follows was not sent',
  disqualified: 'The lead is disqualified',
  // Held by a defect, refused by a server, settled by a person.
  'template-error': 'The template cannot be written: publish a mended one, and it goes by itself',
  address: 'The address takes no mail',
  mailbox: 'The mailbox takes no mail at present',
  policy: 'The server objects to us, not to them',
  transient: 'The server asked for patience',
  config: 'The mail server refuses our login or our settings',
  infra: 'The mail server does not answer',
  'not-sent': 'A person found out that it was not sent',
};
export const entryRefusals: { readonly [because: string]: string } = {
  inside: 'Is in it already',
  again: 'Not again',
  'exit-holds': 'An exit of it holds already',
  'no-address': 'There is no address to write to',
  'too-old': 'The event is older than a day',
  historical: 'Facts of the past enter no journey',
  'rules-changed': 'A change of the rules enters no journey by itself',
  disqualified: 'The lead is disqualified',
  'once-per': 'Has run for this before',
  suppressed: 'The address is suppressed',
  'unknown-journey': 'No journey of this name may be entered by request',
};
export const handoffRefusals: { readonly [because: string]: string } = {
  'already-open': 'One is open already',
  'open-for-account': 'One is open for somebody else of the account',
  'not-open': 'It was settled before',
  'too-old': 'The event is older than a day',
  historical: 'Facts of the past hand nobody over',
  'rules-changed': 'A change of the rules hands nobody over by itself',
  disqualified: 'The lead is disqualified',
  'unknown-handoff': 'No handoff of this name is published',
};

export function repName(release: Release, rep: string): string {
  return release.team.reps[rep]?.name ?? rep;
}

export function titleOf(release: Release, journey: string): string {
  return release.journeys[journey]?.plan.title ?? journey;
}

/** Why an email is where it is: also the ledger page's words. Times are the lead's where they are known. */
export function sendReasons(
  state: string,
  detail: JsonObject,
  release: SendSaying['release'],
): readonly string[] {
  const { zoneIfUnknown } = release.sending;
  const when = (at: number, zone = zoneIfUnknown) =>
    zone === zoneIfUnknown ? instantInZone(at, zone) : `${instantInZone(at, zone)} (${zone})`;
  const reason = text(detail['reason']);
  const until = detail['heldUntil'];
  const evidence = isObject(detail['evidence']) ? detail['evidence'] : {};
  const held =
    typeof until === 'number' ? heldWords(state, when(until, text(evidence['zone']))) : '';
  const words = reason === undefined ? '' : refusalWords(state, reason, detail);
  const told =
    reason === undefined ? undefined : sendReasonInWords(reason, evidence, { release, when });
  const response = state === 'sent' || state === 'skipped' ? '' : (text(detail['response']) ?? '');
  const unknown = state === 'unknown' ? 'The relay may have it: parked, not sent again' : '';
  return [
    unknown,
    [words, held].filter((part) => part !== '').join(' '),
    told ?? evidenceInWords(evidence, zoneIfUnknown, response),
    response,
  ].filter((part) => part !== '');
}

function heldWords(state: string, until: string): string {
  if (state === 'held') return `until ${until}`;
  return state === 'planned' ? `(tried again ${until})` : '';
}

/** A pause holds an email; one that is dropped because of it got too old meanwhile. */
function refusalWords(state: string, reason: string, { evidence }: JsonObject): string {
  if (reason === 'sender-paused' && isObject(evidence) && isPace(evidence)) {
    return state === 'skipped' ? 'It waited too long for its turn' : 'It waits for its turn';
  }
  const isOfPause = reason === 'journey-paused' || reason === 'sender-paused';
  if (isOfPause && state === 'skipped') return tooOldAfter[reason];
  if (isOfPause && isObject(evidence) && evidence['rule'] === 'pause:all') {
    return 'Everything is paused';
  }
  return sendRefusals[reason] ?? reason;
}
const tooOldAfter = {
  'journey-paused': 'It got too old while the journey was paused',
  'sender-paused': 'It got too old while its sender was paused',
} as const;

/** Instants and lengths of time as people read them; every other field says what it is. */
function evidenceInWords(evidence: JsonObject, zone: string, response: string): string {
  const { rule, refusedSince, settledBy, by, because } = evidence;
  // What was heard later stands on the timeline of its own.
  if (settledBy !== undefined) {
    return text(by) === undefined ? '' : `Settled by ${text(by)}: ${text(because) ?? ''}`;
  }
  // What the server said stands beside it, with its codes.
  if (rule === 'smtp' && response !== '') {
    return typeof refusedSince === 'number' ? `Since ${instantInZone(refusedSince, zone)}` : '';
  }
  const told = Object.entries(evidence).map(([key, value]): readonly [string, Json] =>
    /(until|since)$/i.test(key) && typeof value === 'number'
      ? [key, instantInZone(value, zone)]
      : /Ms$/.test(key) && typeof value === 'number'
        ? [key.slice(0, -2), durationInWords(value)]
        : [key, value],
  );
  return fieldsInWords(Object.fromEntries(told));
}

/** "plan: pro, seats: 12": the first few fields, short enough for one line. */
export function fieldsInWords(fields: JsonObject): string {
  const entries = Object.entries(fields).filter(([, value]) => isTelling(value));
  const shown = entries.slice(0, 6).map(([key, value]) => `${key}: ${short(value)}`);
  return [...shown, ...(entries.length > 6 ? ['…'] : [])].join(', ');
}

/** Ids tell people nothing. */
function isTelling(value: Json): boolean {
  return value !== null && value !== '' && !(typeof value === 'string' && id.test(value));
}
const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function short(value: Json): string {
  const said = typeof value === 'string' ? value : JSON.stringify(value);
  return said.length > 80 ? `${said.slice(0, 79)}…` : said;
}

export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
