/**
 * Is there a class of emails that nothing keeps at a bearable number, or one that never leaves?
 *
 * A number alone is no mistake, so this speaks only where no cap holds a class and more than one email
 * a day can reach a lead, or where a cap does not do what it says. What answers a call of the API or
 * an event is as much as was asked for, and is left alone.
 */
import type { MessageClass } from '../journey/plan.ts';
import { emailBound, type EmailBound, type JourneyEmails } from './email-bound.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { sayEmails, sayNumber, sayPath } from './say-email-bound.ts';
import { placedJourneys, placeOf, type PlacedJourney } from './step-places.ts';

/** One a day, every day of a week: more than that is nobody's plan. */
const bearable = 7;

export function findTooManyEmails(workspace: ProvableWorkspace): readonly Finding[] {
  const bound = emailBound(workspace.release);
  const journeys = placedJourneys(workspace);
  return [
    ...findUncapped(workspace, bound),
    ...journeys.flatMap((journey) => {
      const emails = bound.journeys.find((one) => one.journey === journey.journey);
      return emails === undefined ? [] : findInJourney(journey, emails, bound);
    }),
    ...findUselessCaps(workspace),
  ];
}

/** Marketing and outbound mail is what caps are for. */
function findUncapped({ sources }: ProvableWorkspace, bound: EmailBound): readonly Finding[] {
  const file = sources.sending[0]?.path;
  if (file === undefined) return [];
  return bound.classes
    .filter((one) => one.class !== 'transactional' && one.cap === Infinity)
    .filter(({ withoutCaps }) => withoutCaps > bearable)
    .map((one) => ({
      finding: 'email-bound',
      severity: 'warning',
      file,
      path: ['caps'],
      message: `no cap holds ${one.class} emails: a lead can get ${sayNumber(one.withoutCaps)} of them in 7 days`,
      witness: sumOf(bound),
      fix: `add { "id": "week", "class": "${one.class}", "max": 2, "per": "7 days" } to "caps"`,
    }));
}

function sumOf({ journeys }: EmailBound): string {
  return journeys
    .filter(({ withoutCaps }) => withoutCaps > 0)
    .map(({ journey, withoutCaps, path }) => `${journey}: ${sayPath(path, withoutCaps)}`)
    .join('; ');
}

function findInJourney(
  journey: PlacedJourney,
  emails: JourneyEmails,
  bound: EmailBound,
): readonly Finding[] {
  return [...findRepeated(journey, emails), ...findTransactional(journey, emails, bound)];
}

/** A segment may be left and entered again by a fact that flickers: nobody asked for another mail then. */
function findRepeated(journey: PlacedJourney, { unlimited }: JourneyEmails): readonly Finding[] {
  const index = journey.plan.enter.findIndex(
    ({ on, again }) => on === 'segment' && again.type === 'always',
  );
  const entry = journey.plan.enter[index];
  const [mail] = unlimited;
  if (mail === undefined || entry?.on !== 'segment') return [];
  const { segment } = entry;
  return [
    {
      finding: 'email-bound',
      severity: 'warning',
      file: journey.file,
      path: ['enter', index, 'again'],
      message: `nothing bounds how often the transactional email "${mail.step}" reaches a lead`,
      witness: `enters "${segment}" → ${mail.step} → leaves "${segment}", enters it again → ${mail.step} → …: no cap holds transactional emails`,
      fix: `"again": "after 30 days" here, or in templates/${mail.template}/email.json`,
    },
  ];
}

function findTransactional(
  journey: PlacedJourney,
  { path, withoutCaps, most }: JourneyEmails,
  { classes }: EmailBound,
): readonly Finding[] {
  const capOf = (one: MessageClass) => classes.find((c) => c.class === one)?.cap ?? Infinity;
  const classOf = (step: string): MessageClass => {
    const found = journey.plan.steps[step];
    return (found?.type === 'send' ? found.class : undefined) ?? journey.plan.sending.class;
  };
  const free = path.filter(({ step }) => classOf(step) === 'transactional');
  if (most <= bearable || free.length <= bearable || capOf('transactional') < Infinity) return [];
  return [
    {
      finding: 'email-bound',
      severity: 'warning',
      file: journey.file,
      path: placeOf(journey, free[0]?.step),
      message: `a lead can get ${sayEmails(free.length)} of this journey in 7 days that no cap holds, because they are transactional`,
      witness: sayPath(free, withoutCaps === Infinity ? Infinity : free.length),
      fix: 'make those marketing that answer nothing the lead just did',
    },
  ];
}

function findUselessCaps({ sources, release }: ProvableWorkspace): readonly Finding[] {
  const { caps } = release.sending;
  const file = sources.sending[0]?.path;
  if (file === undefined) return [];
  return caps.flatMap(({ id, class: of, max }, index): readonly Finding[] => {
    const at = { finding: 'email-bound', file, path: ['caps', index] } as const;
    if (of === 'transactional') {
      return [
        {
          ...at,
          severity: 'warning',
          message: `the cap "${id}" holds nothing: transactional emails have no caps`,
          witness: 'a transactional email answers something the lead just did, and leaves at once',
          fix: 'leave it out, or make the emails it means marketing',
        },
      ];
    }
    const journey = max === 0 ? senderOf(release, of) : undefined;
    if (journey === undefined) return [];
    return [
      {
        ...at,
        severity: 'error',
        message: `the cap "${id}" leaves room for no ${of} email at all`,
        witness: `each ${of} email of ${journey} is held and then ends as "capped"`,
        fix: '"max" of 1 or more; a pause stops a class for a while',
      },
    ];
  });
}

function senderOf(
  { journeys }: ProvableWorkspace['release'],
  of: MessageClass,
): string | undefined {
  return Object.values(journeys).find(({ plan }) =>
    Object.values(plan.steps).some(
      (step) => step.type === 'send' && (step.class ?? plan.sending.class) === of,
    ),
  )?.plan.journey;
}
