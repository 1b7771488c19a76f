/**
 * What a person wrote themselves in a reply: without what was quoted, the signature and the line that a
 * phone adds; whether it asks to be left alone; and the first words, for the rep who owns the lead.
 * It reads plain text and never fails: what it does not recognise stays.
 */
import type { ReplyKind } from './feedback.ts';

/** Enough to know what it is about; the whole reply stays in the mailbox that people read. */
const excerptCharactersMax = 500;
/** Beyond it, patterns would only be kept busy. */
const charactersRead = 20_000;

export function ownWords(text: string): string {
  const lines = text.slice(0, charactersRead).replace(/\r\n?/g, '\n').split('\n');
  const own: string[] = [];
  for (const [index, line] of lines.entries()) {
    // "On Monday, Maria wrote:" is often broken into two lines.
    const next = lines[index + 1] ?? '';
    if (isEnd(line) || (isStartOfIntroduction(line) && isIntroduction(`${line} ${next}`))) break;
    if (!line.startsWith('>') && !phoneLine.test(line)) own.push(line);
  }
  return own
    .join('\n')
    .replace(/[ \t\u00a0]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

export function excerptOf(own: string): string | undefined {
  const words = own.replace(/\s+/g, ' ').trim();
  if (words === '') return undefined;
  return words.length <= excerptCharactersMax
    ? words
    : `${words.slice(0, excerptCharactersMax - 1)}…`;
}

/** Only the first words count: "stop by our booth" and a "stop" in the third line are no refusal. */
export function replyKind(own: string, subject: string): ReplyKind {
  const first = own.replace(/\s+/g, ' ').trim().slice(0, 80);
  if (stopWords.test(first)) return 'stop';
  // An empty mail whose subject is the wish, as some programs write it.
  return first === '' && stopWords.test(subject.trim()) ? 'stop' : 'reply';
}

const stopWords = new RegExp(
  [
    String.raw`^(?:hi|hello|hallo|guten tag|dear \w+)?[\s,.!]*(?:please|pls|kindly|bitte)?[\s,]*(?:`,
    [
      String.raw`stop(?=\s*(?:$|[.!,;:]|\b(?:it|this|that|these|please|all|any|now|e-?mail|mail|send|contact|writ|spam|messag|bother)))`,
      String.raw`(?:un-?subscribe|unsuscribe)\b`,
      String.raw`(?:take|remove) (?:me|my|us|this address)\b`,
      String.raw`opt[ -]?(?:me )?out\b`,
      String.raw`no (?:more|further) (?:e-?mails?|mails?|messages|contact)\b`,
      String.raw`(?:do not|don'?t|never) (?:ever )?(?:contact|e-?mail|mail|write|send|message)\b`,
      String.raw`(?:ab|aus)(?:melden|bestellen|tragen)\b|austragen\b|abbestellung\b`,
      String.raw`(?:melden sie|tragen sie|nehmen sie) mich\b`,
      String.raw`keine (?:weiteren |mehr )?(?:e-?mails?|mails?|nachrichten|werbung|newsletter)\b`,
      String.raw`(?:se )?d[ée](?:sinscri|sabonn)\p{L}*`,
      String.raw`(?:dar(?:me)? de )?baja(?=\s*(?:$|[.!,]))|darme de baja\b|cancelar (?:la )?suscripci[óo]n\b`,
      String.raw`(?:disiscriv|cancellami|disiscrizion)\p{L}*`,
      String.raw`(?:uitschrijven|afmelden|avregistrera|afmeld|avsluta prenumeration)\b`,
    ].join('|'),
    ')',
  ].join(''),
  'iu',
);

const introductions: readonly RegExp[] = [
  /^\s*on\b.{4,200}\bwrote\s*:\s*$/i,
  /^\s*am\b.{4,200}\bschrieb\b.{0,120}:\s*$/i,
  /^\s*le\b.{4,200}\ba écrit\s*:\s*$/i,
  /^\s*el\b.{4,200}\bescribió\s*:\s*$/i,
  /^\s*il\b.{4,200}\bha scritto\s*:\s*$/i,
  /^\s*op\b.{4,200}\bschreef\b.{0,120}:\s*$/i,
];

function isStartOfIntroduction(line: string): boolean {
  return /^\s*(?:on|am|le|el|il|op)\b.*\d/i.test(line);
}

function isIntroduction(words: string): boolean {
  const [first = '', second = ''] = [words, words.split(/:\s/, 1)[0] ?? ''];
  return introductions.some((one) => one.test(first) || one.test(`${second}:`));
}

const ends: readonly RegExp[] = [
  /^-- ?$/,
  /^_{10,}\s*$/,
  /^-{3,} ?(?:original message|ursprüngliche nachricht|forwarded message|weitergeleitete nachricht|message d'origine|mensaje original|messaggio originale) ?-{3,}/i,
  /^\*?(?:from|von|de|da|van)\s?:\*?\s.*[@<]/i,
];

function isEnd(line: string): boolean {
  return ends.some((one) => one.test(line)) || introductions.some((one) => one.test(line));
}

const phoneLine =
  /^(?:sent from my \w+|get outlook for \w+|von meinem \w+ gesendet|gesendet von (?:meinem )?\w+|envoyé de mon \w+)/i;
