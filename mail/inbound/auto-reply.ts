/**
 * Whether a machine answered (RFC 3834, and what servers did before it). The headers decide; the
 * subject only where there are none, because out-of-office rules of telephones set nothing else.
 */
import { headerOf, type InboundMail } from './inbound-mail.ts';

export function isAutoReply(mail: InboundMail): boolean {
  const submitted = headerOf(mail, 'auto-submitted').toLowerCase().trim();
  if (submitted !== '' && !submitted.startsWith('no')) return true;
  if (marks.some((name) => headerOf(mail, name) !== '')) return true;
  if (/auto.?reply|bulk|junk|list/i.test(headerOf(mail, 'precedence'))) return true;
  return mail.envelopeFrom === '' || subjects.test(mail.subject);
}

const marks = [
  'x-autoreply',
  'x-autoreply-from',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-response-suppress',
  'x-mail-autoreply',
  'x-ms-exchange-generated-message-source',
];

const subjects = new RegExp(
  `^(?:(?:re|aw|sv|tr) ?: ?)*\\W*(?:${[
    ...[
      'auto(?:matic|mated)?[- ]?(?:reply|response|answer)',
      'out[ -]of[ -](?:the[ -])?office',
      'ooo\\b',
    ],
    ...[
      "(?:i am |i'm )?on (?:vacation|holiday|leave)",
      'vacation (?:reply|notice)',
      'away from (?:the|my) (?:office|desk)',
    ],
    ...[
      'automatische antwort',
      'abwesenheit',
      'abwesend',
      'nicht im (?:büro|haus)',
      'urlaub(?:sbenachrichtigung|snotiz)?\\b',
    ],
    ...[
      'réponse automatique',
      'absence du bureau',
      'absent(?:e)? du bureau',
      'respuesta automática',
      'fuera de (?:la )?oficina',
    ],
    ...[
      'risposta automatica',
      'fuori (?:sede|ufficio)',
      'automatisch antwoord',
      'afwezig',
      'automatiskt svar',
      'autosvar',
    ],
    ...[
      'resposta automática',
      'fora do escritório',
      'automatyczna odpowiedź',
      'automatická odpověď',
      'automaattinen vastaus',
    ],
    ...['自動応答', '自动回复', '自動回覆', '부재중'],
  ].join('|')})`,
  'iu',
);
