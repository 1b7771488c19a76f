/**
 * When somebody is back, where an out-of-office text says so plainly, in English or German; undefined
 * wherever it does not. A wrong date would keep an email back or send it into an empty office, so
 * nothing is guessed: a date needs a word such as "until" or "zurück" before it, must lie ahead, and
 * no further than 90 days.
 *
 * "Back on the 5th" and "until the 5th" mean the 5th; "through the 5th" and "bis zum 5." mean that the
 * 5th is still off. Days are those of UTC: nearer than a day an email's window decides anyway.
 */

const dayMs = 86_400_000;
const daysAheadMax = 90;
/** An absence is announced at the top; beyond it, signatures and legal texts hold other dates. */
const charactersRead = 3_000;

/** `sentAt`: the Date of the mail, by which "Monday" and a missing year are understood. */
export function absenceUntil(text: string, sentAt: number): number | undefined {
  const plain = text.slice(0, charactersRead).replace(/\s+/g, ' ');
  const today = Math.floor(sentAt / dayMs) * dayMs;
  for (const { cue, isOff } of cues) {
    for (const match of plain.matchAll(cue)) {
      const day = dayOf(match.groups ?? {}, today);
      if (day === undefined) continue;
      const until = isOff ? day + dayMs : day;
      if (until > sentAt && until <= sentAt + daysAheadMax * dayMs) return until;
    }
  }
  return undefined;
}

const months = [
  ...[
    'jan(?:uary|uar)?|jänner',
    'feb(?:ruary|ruar)?',
    'mar(?:ch)?|märz|mrz',
    'apr(?:il)?',
    'may|mai',
  ],
  ...['june?|juni', 'july?|juli', 'aug(?:ust)?', 'sept?(?:ember)?', 'o[ck]t(?:ober)?'],
  ...['nov(?:ember)?', 'de[cz](?:ember)?'],
];
const monthName = `(?:${months.join('|')})`;
const year = String.raw`(?:,? ?(?<year>20\d\d|\d\d(?!\d|[.:]\d)))?`;
/** In the order in which they are tried: the longest reading first. */
const forms: readonly string[] = [
  String.raw`(?<isoYear>20\d\d)-(?<isoMonth>\d\d)-(?<isoDay>\d\d)`,
  String.raw`(?<day>\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(?<name>${monthName})\b\.?${year}`,
  String.raw`(?<name>${monthName})\b\.? (?<day>\d{1,2})(?:st|nd|rd|th)?\b${year}`,
  String.raw`(?<day>\d{1,2})\. ?(?<month>\d{1,2})\.(?: ?(?<year>20\d\d|\d\d))?(?!\d)`,
  String.raw`(?<first>\d{1,2})\/(?<second>\d{1,2})\/(?<year>20\d\d|\d\d)(?!\d)`,
];
const weekdays = [
  ...['sunday|sonntag', 'monday|montag', 'tuesday|dienstag', 'wednesday|mittwoch'],
  ...['thursday|donnerstag', 'friday|freitag', 'saturday|samstag|sonnabend'],
];
const weekday = `(?<weekday>${weekdays.join('|')})\\b`;

/** Words after which the date is the day of return, and those after which it is still off. */
const returns = String.raw`\b(?:back|return(?:ing|s)?|available again|resume|until|till|wieder|zurück|rückkehr|ab dem|ab)\b`;
const stillOff = String.raw`\b(?:through|thru|up to and including|bis(?: einschließlich| einschl\.| inkl(?:usive|\.)?| zum| zu)*|inclusive of)\b`;
/** What may stand between: "in the office on Tuesday,"; no other figure and no other sentence. */
const gap = String.raw`[^\d!?]{1,45}?`;

const cues = [
  ...forms.map((form) => ({ cue: pattern(`${stillOff}${gap}${form}`), isOff: true })),
  ...forms.map((form) => ({ cue: pattern(`${returns}${gap}${form}`), isOff: false })),
  // A range without words, "20.12. – 05.01.2027": both days belong to it.
  {
    cue: pattern(String.raw`\d{1,2}\. ?\d{1,2}\.(?:\d{2,4})? ?[-–] ?${forms[3] ?? ''}`),
    isOff: true,
  },
  { cue: pattern(`${stillOff}${gap}${weekday}`), isOff: true },
  { cue: pattern(`${returns}${gap}${weekday}`), isOff: false },
];

function pattern(source: string): RegExp {
  return new RegExp(source, 'gi');
}

type Groups = { readonly [name: string]: string | undefined };

function dayOf(groups: Groups, today: number): number | undefined {
  if (groups['weekday'] !== undefined) return nextWeekday(groups['weekday'], today);
  if (groups['isoYear'] !== undefined) {
    return instantOf(
      groups['isoYear'],
      Number(groups['isoMonth']),
      Number(groups['isoDay']),
      today,
    );
  }
  if (groups['first'] !== undefined) return slashed(groups, today);
  const named = groups['name'];
  const month = named === undefined ? Number(groups['month']) : indexIn(months, named) + 1;
  return instantOf(groups['year'], month, Number(groups['day']), today);
}

/** 5/1/2027 is a different day on either side of the Atlantic: only an impossible month decides. */
function slashed({ first, second, year: written }: Groups, today: number): number | undefined {
  const [one, other] = [Number(first), Number(second)];
  if (one > 12) return instantOf(written, other, one, today);
  return other > 12 ? instantOf(written, one, other, today) : undefined;
}

function instantOf(
  written: string | undefined,
  month: number,
  day: number,
  today: number,
): number | undefined {
  const thisYear = new Date(today).getUTCFullYear();
  if (written !== undefined) {
    return instant(written.length === 2 ? 2_000 + Number(written) : Number(written), month, day);
  }
  const near = instant(thisYear, month, day);
  return near !== undefined && near < today ? instant(thisYear + 1, month, day) : near;
}

/** Undefined for the 31st of February. */
function instant(fullYear: number, month: number, day: number): number | undefined {
  const at = Date.UTC(fullYear, month - 1, day);
  const made = new Date(at);
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? at : undefined;
}

function nextWeekday(name: string, today: number): number {
  const wanted = indexIn(weekdays, name);
  const ahead = (wanted - new Date(today).getUTCDay() + 7) % 7;
  return today + (ahead === 0 ? 7 : ahead) * dayMs;
}

function indexIn(names: readonly string[], found: string): number {
  return names.findIndex((one) => new RegExp(`^(?:${one})$`, 'i').test(found));
}
