/**
 * In which zone a lead lives, and what the wall clock says there.
 *
 * Everything about local time rests on two facts of a zone: its offset at an instant, and the
 * instants at which that offset changes. Both are asked of luxon here and nowhere else; the calendar
 * on top is arithmetic. Kept pure: no function reads a clock.
 */
import { IANAZone } from 'luxon';

/** Days since 1970-01-01 and minutes since midnight, as a clock on the wall shows them. */
export interface WallTime {
  readonly day: number;
  readonly minute: number;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** ISO date. */
  readonly date: string;
}

export const minuteMs = 60_000;
export const dayMs = 86_400_000;
const minutesPerDay = 1440;

/** The zone the lead told us, else the usual one of its country, else the workspace's. */
export function zoneOfLead(
  traits: { readonly timezone?: unknown; readonly country?: unknown },
  zoneIfUnknown: string,
): string {
  const { timezone, country } = traits;
  if (typeof timezone === 'string' && isZone(timezone)) return timezone;
  if (typeof country !== 'string') return zoneIfUnknown;
  return zoneByCountry.get(country.toUpperCase()) ?? zoneIfUnknown;
}

export function isZone(zone: string): boolean {
  return zone.length <= 64 && IANAZone.isValidZone(zone);
}

export function wallTime(instant: number, zone: string): WallTime {
  const local = instant + offsetMs(instant, zone);
  const day = Math.floor(local / dayMs);
  return {
    day,
    minute: Math.floor((local - day * dayMs) / minuteMs),
    weekday: weekdayOf(day),
    date: dateOf(day),
  };
}

/** 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

export function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/**
 * The first instant at which the wall clock of that day shows at least `minute`. A time that the
 * clocks jump over begins when they jump; one that they show twice begins at its first showing.
 */
export function firstInstant(day: number, minute: number, zone: string): number {
  const local = day * dayMs + minute * minuteMs;
  const before = offsetMs(local - dayMs, zone);
  const after = offsetMs(local + dayMs, zone);
  const earliest = local - Math.max(before, after);
  const latest = local - Math.min(before, after);
  if (earliest + offsetMs(earliest, zone) === local) return earliest;
  if (latest + offsetMs(latest, zone) === local) return latest;
  return transitionBetween(earliest - minutesPerDay * minuteMs, latest, zone) ?? latest;
}

/** The instant within (from, to] at which the offset becomes that of `to`; undefined if it never changes. */
export function transitionBetween(from: number, to: number, zone: string): number | undefined {
  const wanted = offsetMs(to, zone);
  if (offsetMs(from, zone) === wanted) return undefined;
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle, zone) === wanted) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Remembered by the UTC day: asking luxon costs microseconds, and one decision asks dozens of times. A
 * day that begins and ends with one offset has that offset throughout; of the others nothing is kept.
 */
function offsetMs(instant: number, zone: string): number {
  const day = Math.floor(instant / dayMs);
  const days = daysOf(zone);
  let known = days.get(day);
  if (known === undefined) {
    const from = askedOffset(day * dayMs, zone);
    known = from === askedOffset((day + 1) * dayMs, zone) ? from : 'changes';
    days.set(day, known);
  }
  return known === 'changes' ? askedOffset(instant, zone) : known;
}

function daysOf(zone: string): Map<number, number | 'changes'> {
  const known = offsets.get(zone);
  if (known !== undefined && known.size < rememberedDaysMax) return known;
  if (offsets.size >= rememberedZonesMax) offsets.clear();
  const days = new Map<number, number | 'changes'>();
  offsets.set(zone, days);
  return days;
}

/** Two years of days in each of the some four hundred zones are a few megabytes. */
const rememberedDaysMax = 730;
/** A zone may be spelled in many ways, and leads say theirs. */
const rememberedZonesMax = 1_000;
const offsets = new Map<string, Map<number, number | 'changes'>>();

function askedOffset(instant: number, zone: string): number {
  return IANAZone.create(zone).offset(instant) * minuteMs;
}

/**
 * One zone per country: the capital's, or for wide countries the one in the middle, so that a
 * wrong guess is off by the fewest hours. A lead whose exact zone matters carries a `timezone`.
 */
const zoneByCountry = new Map(
  `AD Europe/Andorra,AE Asia/Dubai,AR America/Argentina/Buenos_Aires,AT Europe/Vienna,AU Australia/Sydney
BA Europe/Sarajevo,BD Asia/Dhaka,BE Europe/Brussels,BG Europe/Sofia,BH Asia/Bahrain,BO America/La_Paz
BR America/Sao_Paulo,BY Europe/Minsk,CA America/Toronto,CH Europe/Zurich,CL America/Santiago,CN Asia/Shanghai
CO America/Bogota,CR America/Costa_Rica,CY Asia/Nicosia,CZ Europe/Prague,DE Europe/Berlin,DK Europe/Copenhagen
DO America/Santo_Domingo,DZ Africa/Algiers,EC America/Guayaquil,EE Europe/Tallinn,EG Africa/Cairo,ES Europe/Madrid
ET Africa/Addis_Ababa,FI Europe/Helsinki,FR Europe/Paris,GB Europe/London,GE Asia/Tbilisi,GH Africa/Accra
GR Europe/Athens,GT America/Guatemala,HK Asia/Hong_Kong,HN America/Tegucigalpa,HR Europe/Zagreb,HU Europe/Budapest
ID Asia/Jakarta,IE Europe/Dublin,IL Asia/Jerusalem,IN Asia/Kolkata,IQ Asia/Baghdad,IR Asia/Tehran,IS Atlantic/Reykjavik
IT Europe/Rome,JM America/Jamaica,JO Asia/Amman,JP Asia/Tokyo,KE Africa/Nairobi,KR Asia/Seoul,KW Asia/Kuwait
KZ Asia/Almaty,LB Asia/Beirut,LI Europe/Vaduz,LK Asia/Colombo,LT Europe/Vilnius,LU Europe/Luxembourg,LV Europe/Riga
MA Africa/Casablanca,MC Europe/Monaco,MD Europe/Chisinau,ME Europe/Podgorica,MK Europe/Skopje,MT Europe/Malta
MX America/Mexico_City,MY Asia/Kuala_Lumpur,NG Africa/Lagos,NL Europe/Amsterdam,NO Europe/Oslo,NP Asia/Kathmandu
NZ Pacific/Auckland,OM Asia/Muscat,PA America/Panama,PE America/Lima,PH Asia/Manila,PK Asia/Karachi,PL Europe/Warsaw
PR America/Puerto_Rico,PT Europe/Lisbon,PY America/Asuncion,QA Asia/Qatar,RO Europe/Bucharest,RS Europe/Belgrade
RU Europe/Moscow,SA Asia/Riyadh,SE Europe/Stockholm,SG Asia/Singapore,SI Europe/Ljubljana,SK Europe/Bratislava
SN Africa/Dakar,SV America/El_Salvador,TH Asia/Bangkok,TN Africa/Tunis,TR Europe/Istanbul,TW Asia/Taipei
TZ Africa/Dar_es_Salaam,UA Europe/Kyiv,UG Africa/Kampala,US America/Chicago,UY America/Montevideo,UZ Asia/Tashkent
VE America/Caracas,VN Asia/Ho_Chi_Minh,ZA Africa/Johannesburg,ZM Africa/Lusaka,ZW Africa/Harare`
    .split(/[,\n]/)
    .map((pair): [string, string] => [pair.slice(0, 2), pair.slice(3)]),
);
