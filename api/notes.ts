/**
 * What a caller should know about a call that was stored but may not do what was meant: an event that
 * no file declares, a trait that is not of the type its fact has, a consent of nothing we know. Never a refusal: a sender may say
 * more than the files read today. Not part of the stored answer, because the files can change.
 */
import type { FactDeclaration, Release } from '../core/definitions/release.ts';
import { didYouMean } from '../core/definitions/suggest.ts';
import { builtInEvents, builtInFacts } from '../core/facts/catalogue.ts';
import { ofType, traitAt } from '../core/facts/traits.ts';
import { isKnown } from '../core/rules/operators.ts';
import type { IngestRequest } from '../ingest/request.ts';

export function notesOn(release: Release, { event }: IngestRequest): readonly string[] {
  return [
    ...(event.type === 'track' ? undeclared(release, event.name) : []),
    ...(event.type === 'track' ? unreadWishes(release, event) : []),
    ...unreadTraits(release, event.traits),
  ];
}

function undeclared(release: Release, name: string): readonly string[] {
  const { events } = readingOf(release);
  if (events.has(name)) return [];
  const near = didYouMean(name, [...events]);
  const cure = near ?? 'declare it in rules/events.json to use it in rules and journeys';
  return [`no file declares the event ${JSON.stringify(name)}; ${cure}`];
}

function unreadTraits(release: Release, traits: IngestRequest['event']['traits']): string[] {
  if (Object.keys(traits).length === 0) return [];
  return readingOf(release).facts.flatMap(({ from, type, values }) => {
    const value = traitAt(traits, from);
    if (!isKnown(value) || ofType(value, type, values) !== undefined) return [];
    const expected = values === undefined ? `a ${type}` : `one of ${values.join(', ')}`;
    return [`the trait ${from} is not read: expected ${expected}, found ${JSON.stringify(value)}`];
  });
}

/** What a person wants is read from few words: one that is misspelt says something else, or nothing. */
function unreadWishes(
  { sending }: Release,
  { name, properties }: IngestRequest['event'],
): string[] {
  const known: { readonly [property: string]: readonly (string | boolean)[] } =
    name === 'Preferences Changed'
      ? { fewer: [true, false], tracking: [true, false] }
      : consentEvents.has(name)
        ? { class: classes, topic: sending.topics.map(({ id }) => id), state: states }
        : {};
  return Object.entries(known).flatMap(([property, values]) => {
    const value = properties[property];
    if (value === undefined || value === null || values.some((one) => one === value)) return [];
    const expected = `expected one of ${values.join(', ')}, found ${JSON.stringify(value)}`;
    return [`the ${property} of ${name} is not known: ${expected}`];
  });
}
const consentEvents: ReadonlySet<string> = new Set([
  ...['Consent Given', 'Consent Confirmed', 'Consent Withdrawn', 'Subscription Requested'],
]);
const classes = ['marketing', 'outbound', 'transactional'];
const states = ['none', 'refused', 'opt-in', 'double-opt-in'];

/** What the files of a release read. */
interface Reading {
  readonly events: ReadonlySet<string>;
  readonly facts: readonly Pick<FactDeclaration, 'from' | 'type' | 'values'>[];
}

const readings = new WeakMap<Release, Reading>();

/** Found once per release: it is asked for every call. */
function readingOf(release: Release): Reading {
  const known = readings.get(release);
  if (known !== undefined) return known;
  const own = Object.values(release.facts).filter((fact) => fact.derive === undefined);
  const builtIn = Object.entries(builtInFacts).filter(([, fact]) => fact.isTrait === true);
  const found = {
    events: new Set([...Object.keys(release.events), ...Object.keys(builtInEvents)]),
    facts: [...own, ...builtIn.map(([id, fact]) => ({ ...fact, from: id }))],
  };
  readings.set(release, found);
  return found;
}
