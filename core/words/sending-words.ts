/** The rules of sending, and one email template, in sentences. */
import type { SendingFile } from '../definitions/sending.ts';
import type { TemplateFile } from '../definitions/template.ts';
import { conditionWords } from './conditions.ts';
import { assigneeWords, interestTitle, topicWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { paceLines, stopLines } from './pace-words.ts';
import { line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import {
  againWords,
  count,
  dayWords,
  listed,
  quoted,
  sentence,
  span,
  valueWords,
  windowWords,
} from './values.ts';

export function readSending(file: SendingFile, lexicon: Lexicon): Reading {
  const { from, postalAddress } = file;
  const consent = file.consent.map((rule, index) => ({
    ...line(consentWords(rule, lexicon), rule.id),
    number: index + 1,
  }));
  return {
    title: 'Sending',
    about: `Email comes from ${from.name} (${from.email}) at ${quoted(postalAddress)}.`,
    sections: sections(
      [
        'What people subscribe to',
        file.topics.map(({ id, title }) => line(`${quoted(title)}.`, id)),
      ],
      ['What must have been agreed: the first that holds', consent],
      ['How often', [...file.caps.map((cap) => line(capWords(cap), cap.id)), ...fewerLines(file)]],
      ['When', whenLines(file)],
      ['How fast', paceLines(file)],
      ['When something goes wrong', troubleLines(file)],
      ['When people answer, and when they never do', answerLines(file, lexicon)],
      ['What links tell', trackingLines(file)],
    ),
  };
}

export function consentWords(rule: SendingFile['consent'][number], lexicon: Lexicon): string {
  const cause = rule.if === undefined ? 'Everyone else' : `If ${conditionWords(rule.if, lexicon)}`;
  const ages =
    rule.expiresAfter === undefined ? '' : `; a yes counts for ${span(rule.expiresAfter)}`;
  return sentence(
    `${cause}: marketing ${requirementWords[rule.marketing]}, outbound ${requirementWords[rule.outbound]}${ages} (${quoted(rule.why)})`,
  );
}
const requirementWords: {
  readonly [Choice in SendingFile['consent'][number]['marketing']]: string;
} = {
  never: 'never',
  'double-opt-in': 'only after a confirmed yes',
  'opt-in': 'only after a yes',
  'legitimate-interest': 'where there is a legitimate interest',
  'opt-out': 'until they say no',
};

export function capWords({ class: messages, max, per }: SendingFile['caps'][number]): string {
  return sentence(`At most ${count(max, `${messages} email`)} ${periodWords(per)}`);
}

function periodWords(per: SendingFile['caps'][number]['per']): string {
  return per.type === 'day' ? 'on one day of the lead’s calendar' : `in any ${span(per.ms)}`;
}

function fewerLines({ fewer }: SendingFile): readonly Line[] {
  if (fewer === undefined) return [];
  const { title, max, per } = fewer;
  const most = `at most ${count(max, 'marketing or outbound email')} ${periodWords(per)}`;
  return [line(sentence(`Who asks for fewer (${quoted(title)}) gets ${most}`), 'fewer')];
}

function whenLines({ quiet, zoneIfUnknown, holidays, spread }: SendingFile): readonly Line[] {
  return [
    ...(quiet === undefined ? [] : [line(sentence(`Quiet from ${windowWords(quiet)}`))]),
    line(`Where the zone of a lead is not known, it is ${zoneIfUnknown}.`),
    ...Object.entries(holidays).map(([country, days]) =>
      line(sentence(`Holidays in ${country}: ${listed(days.map(dayWords))}`)),
    ),
    line(
      spread === 0
        ? 'Emails that are due at once are not spread.'
        : `Emails that are due at once are spread over ${span(spread)}.`,
    ),
  ];
}

function troubleLines(file: SendingFile): readonly Line[] {
  const { uncertainSend } = file;
  const uncertain =
    uncertainSend === 'park'
      ? 'A transactional email that may or may not have gone out is left for a person to look at.'
      : 'A transactional email that may or may not have gone out is sent again.';
  return [line(uncertain), ...stopLines(file)];
}

function answerLines({ replies, sunset }: SendingFile, lexicon: Lexicon): readonly Line[] {
  return [
    ...(replies === undefined ? [] : [line(sentence(replyWords(replies, lexicon)))]),
    ...(sunset === undefined
      ? []
      : [
          line(
            `After ${count(sunset.emails, 'marketing email')} and ${span(sunset.after)} without a sign of life marketing ends, until there is one.`,
          ),
        ]),
  ];
}

function replyWords(
  { stop, tell, ifNoOwner }: NonNullable<SendingFile['replies']>,
  lexicon: Lexicon,
): string {
  if (tell === 'nobody') return `An answer to an email ${stopWords[stop]}; nobody is told`;
  const nobody =
    ifNoOwner === undefined ? 'nobody is told' : `${assigneeWords(ifNoOwner, lexicon)} is told`;
  return `An answer to an email ${stopWords[stop]}; the rep who has the lead is told, and where there is none ${nobody}`;
}
const stopWords = {
  journey: 'ends the journey that sent it',
  'all-marketing': 'ends every journey that sends marketing',
  nothing: 'ends nothing by itself',
} as const;

function trackingLines({ tracking }: SendingFile): readonly Line[] {
  if (tracking === undefined) return [];
  const { clicks, opens, transactional, utm } = tracking;
  const kinds = transactional ? 'every email to a lead' : 'marketing and outbound emails';
  return [
    line(clicks ? `Clicks in ${kinds} are known.` : `Clicks in ${kinds} are not known.`),
    line(opens ? `Opens of ${kinds} are known.` : `Opens of ${kinds} are not known.`),
    ...(utm === undefined ? [] : [line(sentence(utmWords(utm)))]),
  ];
}

function utmWords({ source, medium, domains }: Utm): string {
  const where = domains === undefined ? '' : ` to ${listed(domains)}`;
  return `Links${where} without UTM parameters get the source ${quoted(source)} and the medium ${quoted(medium)}, with journey and step`;
}
type Utm = NonNullable<NonNullable<SendingFile['tracking']>['utm']>;

export function readTemplate(file: TemplateFile, lexicon: Lexicon): Reading {
  return {
    title: `Template ${quoted(file.template)}`,
    about: templateWords(file, lexicon),
    sections: sections(
      [
        'What it says',
        Object.entries(file.languages).map(([language, words]) =>
          line(languageWords(words), language),
        ),
      ],
      [
        'What it reads',
        Object.entries(file.variables).map(([path, one]) => line(variableWords(one), path)),
      ],
    ),
  };
}

function templateWords(file: TemplateFile, lexicon: Lexicon): string {
  const { topic, buyingStage, about, from, again, ifNoLanguage } = file;
  const sender =
    from === 'owner' ? 'the owner of the lead, else from the workspace' : 'the workspace';
  return [
    `Comes from ${sender}.`,
    ...(topic === undefined ? [] : [`Topic ${topicWords(topic, lexicon)}.`]),
    ...(buyingStage === undefined ? [] : [`Written for the buying stage ${quoted(buyingStage)}.`]),
    ...(about === undefined
      ? []
      : [
          sentence(
            `About ${listed(
              about.map((one) => interestTitle(one, lexicon)),
              'or',
            )}`,
          ),
        ]),
    sentence(`To the same lead ${againWords(again)}`),
    `Where the language of the lead is missing: ${ifNoLanguage}.`,
  ].join(' ');
}

function languageWords(words: TemplateFile['languages'][string]): string {
  const preheader = words.preheader === '' ? '' : `, preview ${quoted(words.preheader)}`;
  return `Subject ${quoted(words.subject)}${preheader}.`;
}

function variableWords({ sample, optional }: TemplateFile['variables'][string]): string {
  const need = optional ? 'May be missing' : 'Without it, the email is not sent';
  return `${need}; for example ${valueWords(sample)}.`;
}
