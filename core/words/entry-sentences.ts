/**
 * The sentence with which one entry of a list is read: a rule, a stage, a route.
 *
 * For telling an entry that is new or gone; entries without a sentence of their own are told by their
 * fields. Only for entries that their format has read.
 */
import type { Json } from '../rules/condition.ts';
import { namedWords, roleWords } from './account-words.ts';
import type { NamedSource, RoleSource } from './account-words.ts';
import { eventDeclarationWords, factDeclarationWords, segmentWords } from './declaration-words.ts';
import { interestWords } from './interest-words.ts';
import type { InterestSource } from './interest-words.ts';
import { entryWords, exitWords } from './journey-words.ts';
import type { EntrySource, ExitSource } from './journey-words.ts';
import type { Lexicon } from './lexicon.ts';
import {
  buyingStageWords,
  disqualifiedWords,
  questionWords,
  stageSentences,
} from './qualification-words.ts';
import type { StageSource } from './qualification-words.ts';
import { handoffSentences, rejectWords, routeWords, slaWords } from './sales-words.ts';
import type { HandoffSource, RejectReasonSource, RouteSource, SlaSource } from './sales-words.ts';
import { ruleWords } from './scoring-words.ts';
import type { ScoringRule } from './scoring-words.ts';
import { rateWords } from './pace-words.ts';
import { capWords, consentWords } from './sending-words.ts';

type Say = (entry: never, lexicon: Lexicon) => string;

/** By kind of file and the list in it. The formats vouch for what each list holds. */
const sayings: { readonly [list: string]: Say } = {
  'scoring/rules': (entry: ScoringRule, lexicon) => ruleWords(entry, lexicon),
  'qualification/stages': (entry: StageSource, lexicon) => stageSentences(entry, lexicon).join(' '),
  'qualification/bant': (entry: Parameters<typeof questionWords>[0], lexicon) =>
    questionWords(entry, lexicon),
  'qualification/buyingStages': (entry: Parameters<typeof buyingStageWords>[0], lexicon) =>
    buyingStageWords(entry, lexicon),
  'qualification/disqualified': (entry: Parameters<typeof disqualifiedWords>[0], lexicon) =>
    disqualifiedWords(entry, lexicon),
  'routing/match': (entry: RouteSource, lexicon) => routeWords(entry, lexicon),
  'routing/sla': (entry: SlaSource, lexicon) => slaWords(entry, lexicon),
  'handoffs/handoffs': (entry: HandoffSource, lexicon) =>
    handoffSentences(entry, lexicon).join(' '),
  'handoffs/rejectReasons': (entry: RejectReasonSource, lexicon) => rejectWords(entry, lexicon),
  'sending/caps': (entry: Parameters<typeof capWords>[0]) => capWords(entry),
  'sending/rates': (entry: Parameters<typeof rateWords>[0]) => rateWords(entry),
  'sending/consent': (entry: Parameters<typeof consentWords>[0], lexicon) =>
    consentWords(entry, lexicon),
  'accounts/named': (entry: NamedSource, lexicon) => namedWords(entry, lexicon),
  'accounts/roles': (entry: RoleSource, lexicon) => roleWords(entry, lexicon),
  'events/events': (entry: Parameters<typeof eventDeclarationWords>[0]) =>
    eventDeclarationWords(entry),
  'facts/facts': (entry: Parameters<typeof factDeclarationWords>[0], lexicon) =>
    factDeclarationWords(entry, lexicon),
  'interests/interests': (entry: InterestSource, lexicon) => interestWords(entry, lexicon),
  'segments/segments': (entry: Parameters<typeof segmentWords>[0], lexicon) =>
    segmentWords(entry, lexicon),
  'journey/exit': (entry: ExitSource, lexicon) => exitWords(entry, lexicon),
  'journey/enter': (entry: EntrySource, lexicon) => entryWords(entry, lexicon),
};

export function entrySentence(
  kind: string,
  list: string,
  entry: Json,
  lexicon: Lexicon,
): string | undefined {
  const say = sayings[`${kind}/${list}`];
  return say?.(entry as never, lexicon);
}
