/**
 * `journeys/*.json`: who enters, what happens when, what ends it.
 *
 * The form only; `compile-journey.ts` checks names and turns it into a plan.
 */
import { z } from 'zod';
import type { BusinessDuration } from '../routing/model.ts';
import type { Condition, Json, JsonObject } from '../rules/condition.ts';
import type { MessageClass } from '../journey/plan.ts';
import { condition, eventMatch, json } from './condition.ts';
import { businessDuration, duration, offset } from './duration.ts';
import { messageClass } from './sending.ts';
import { choice, key, nameOf, schemaKey, shape, someText, why } from './shape.ts';
import { again } from './template.ts';
import { sendWindow } from './window.ts';

export interface DateSource {
  readonly date: string;
  readonly offset: number;
}
export interface MatchSource {
  readonly event: string;
  readonly where?: Condition | undefined;
  readonly same?: string | undefined;
  readonly trust?: 'human' | undefined;
}
export type WatchSource = MatchSource | { readonly when: Condition };
export type WaitForSource = {
  readonly since: 'entry' | 'step';
  readonly upTo?: number | undefined;
  readonly until?: DateSource | undefined;
} & (
  | WatchSource
  | { readonly first: readonly (WatchSource & { readonly id: string; readonly steps: Steps })[] }
);
export type Steps = readonly StepSource[];
export type StepSource = { readonly id: string } & (
  | {
      readonly send: string;
      readonly class?: MessageClass | undefined;
      readonly because?: string | undefined;
      readonly sendBy?: DateSource | undefined;
      readonly onlyIfSent?: string | undefined;
    }
  | { readonly wait: number }
  | {
      readonly wait: { readonly until: string; readonly offset: number };
      readonly ifPast: 'skip' | 'continue' | 'exit';
      readonly steps: Steps;
    }
  | {
      readonly waitFor: WaitForSource;
      readonly happened?: Steps | undefined;
      readonly timedOut: Steps;
    }
  | {
      readonly branch: readonly (
        | { readonly id: string; readonly if: Condition; readonly steps: Steps }
        | { readonly id: string; readonly else: true; readonly steps: Steps }
      )[];
    }
  | {
      readonly split: readonly {
        readonly id: string;
        readonly share: number;
        readonly holdout: boolean;
        readonly steps: Steps;
      }[];
    }
  | { readonly update: JsonObject & { readonly tags?: Json } }
  | {
      readonly task: string;
      readonly kind: string;
      readonly due: BusinessDuration;
      readonly for: string;
      readonly ifNone?: string | undefined;
    }
  | { readonly notify: string; readonly text: string }
  | { readonly webhook: string }
  | { readonly enter: string; readonly with: JsonObject }
  | { readonly exit: string }
);

const steps = z.lazy(() => z.array(step)) as unknown as z.ZodType<Steps>;
const id = { id: key.meta({ description: 'Stable: what a lead in flight stands on.' }) };
const reserved = {
  later: ['enrich', 'suppress', 'sendNext', 'sameThreadAs', 'campaignStatus', 'lane'],
};
const dateName = someText.meta({
  description: 'A fact or a property of the entry that holds a date.',
  examples: ['entry.startsAt', 'entry.callAgainAt'],
});
const dateReference = shape({ date: dateName, offset: offset.default(0) });
const assignee = someText.meta({
  description:
    '"owner", "last-owner", "account-owner", or rep:, pool:, queue:, route: with a name.',
  examples: ['owner', 'route:inbound', 'pool:inbound', 'rep:anna'],
});
const conditionWatch = { when: condition };
const arm = { id: key, steps: steps.meta({ description: 'Read top-down.' }) };
const waitEnd = {
  since: choice(['entry', 'step']).default('entry').meta({
    description: 'How far back it looks: what happened during an earlier wait counts.',
  }),
  upTo: duration.optional().meta({ description: 'Ends after so long.', examples: ['5 days'] }),
  until: dateReference.optional().meta({ description: 'Ends at this date.' }),
};

const waitFor = z.union([
  shape({ ...eventMatch, ...waitEnd }),
  shape({ ...conditionWatch, ...waitEnd }),
  shape({
    first: z
      .array(z.union([shape({ ...arm, ...eventMatch }), shape({ ...arm, ...conditionWatch })]))
      .min(1),
    ...waitEnd,
  }),
]);

const step = z
  .union([
    shape(
      {
        ...id,
        send: nameOf('template', 'A template.'),
        class: messageClass.optional(),
        because: someText.optional().meta({ description: 'Why it counts as transactional.' }),
        sendBy: dateReference.optional().meta({ description: 'Later than this it is not sent.' }),
        onlyIfSent: someText
          .optional()
          .meta({ description: 'An earlier step that must have sent.' }),
      },
      reserved,
    ),
    shape({ ...id, wait: duration }, reserved),
    shape(
      {
        ...id,
        wait: shape({ until: dateName, offset: offset.default(0) }),
        ifPast: choice(['skip', 'continue', 'exit']).meta({
          description: 'When the date has passed: skip the nested steps, continue, or exit.',
        }),
        steps: steps.default([]),
      },
      reserved,
    ),
    shape({ ...id, waitFor, happened: steps.optional(), timedOut: steps.default([]) }, reserved),
    shape(
      {
        ...id,
        branch: z
          .array(
            z.union([
              shape({ id: key, if: condition, steps }),
              shape({ id: key, else: z.literal(true), steps }),
            ]),
          )
          .min(1)
          .meta({ description: 'First match wins; the last arm is "else": true.' }),
      },
      reserved,
    ),
    shape(
      {
        ...id,
        split: z
          .array(
            shape({
              id: key,
              share: z.number().positive().max(100),
              holdout: z.boolean().default(false).meta({ description: 'A control group.' }),
              steps,
            }),
          )
          .min(2)
          .meta({ description: 'Shares total 100; the same lead always gets the same arm.' }),
      },
      reserved,
    ),
    shape(
      { ...id, update: z.record(someText, json).meta({ description: 'Facts, and "tags".' }) },
      reserved,
    ),
    shape(
      {
        ...id,
        task: someText.meta({ description: 'What somebody should do.' }),
        kind: choice(['call', 'email', 'social', 'meeting', 'other']),
        due: businessDuration,
        for: assignee,
        ifNone: assignee.optional().meta({ description: 'Who, when there is no owner.' }),
      },
      reserved,
    ),
    shape({ ...id, notify: assignee, text: someText }, reserved),
    shape({ ...id, webhook: key }, reserved),
    shape(
      {
        ...id,
        enter: nameOf('journey', 'A journey with an "api" entry.'),
        with: z.record(someText, json).default({}),
      },
      reserved,
    ),
    shape({ ...id, exit: why }, reserved),
  ])
  .meta({ id: 'Step', description: 'One step of a journey.' }) as unknown as z.ZodType<StepSource>;

const entryCommon = {
  whileInside: choice(['ignore']).meta({ description: 'A second entry while inside.' }),
  again: again.meta({ description: 'Whether a lead may run through it again.' }),
  oncePer: someText.optional().meta({
    description: 'A property of the entry: one run per value of it.',
    examples: ['campaign'],
  }),
  if: condition.optional(),
  perHour: z.number().int().min(1).optional(),
};
const existing = choice(['ignore', 'enrol']).meta({
  description: 'Leads that match on the day of publishing.',
});
const { same: _same, ...entryMatch } = eventMatch;
const entryReserved = {
  later: ['date', 'schedule', 'campaign', 'offset', 'at', 'lane'],
};

const on = <const Word extends 'event' | 'segment' | 'stage' | 'api'>(word: Word) =>
  choice([word], ['date', 'schedule']);

const entry = z.union([
  shape({ on: on('event'), ...entryMatch, existing, ...entryCommon }, entryReserved),
  shape(
    {
      on: on('segment'),
      segment: nameOf('segment', 'A segment of rules/segments.json.'),
      existing,
      ...entryCommon,
    },
    entryReserved,
  ),
  shape(
    {
      on: on('stage'),
      stage: nameOf('stage', 'A stage: its value or its label.'),
      existing,
      ...entryCommon,
    },
    entryReserved,
  ),
  shape({ on: on('api'), existing: choice(['ignore']).optional(), ...entryCommon }, entryReserved),
]);

export const journeyFile = shape(
  {
    $schema: schemaKey,
    journey: key.meta({ description: 'Its name, for ever.' }),
    title: someText,
    owner: someText.meta({ description: 'Who answers for it.' }),
    enter: z.array(entry).min(1),
    exit: z
      .array(
        shape(
          {
            id: key,
            goal: z.boolean().default(false),
            why,
            when: z.union([condition, shape(eventMatch)]),
          },
          { later: ['who'] },
        ),
      )
      .meta({ description: 'Watched at every moment, also in mid-wait.' }),
    sending: shape({
      class: messageClass,
      topic: nameOf('topic', 'A topic of rules/sending.json.').optional(),
      priority: z.number().int().min(0).max(1000),
      holdAtMost: duration.optional().meta({ description: 'A held send ends after this.' }),
      window: sendWindow.optional(),
      because: someText.optional().meta({ description: 'Why the whole journey is transactional.' }),
    }),
    steps,
    whenEdited: shape({
      inFlight: choice(['stay', 'move-at-next-step', 'exit']),
      renamed: z.record(key, key).default({}),
      removed: z.record(key, key).default({}),
    }),
    whenPaused: shape({
      timers: choice(['freeze']),
      resume: shape({
        perHour: z.number().int().min(1),
        skipIfOlderThan: duration.optional(),
      }).optional(),
    }),
  },
  { later: ['lane', 'account'] },
).meta({ title: 'Journey', description: 'Who enters, what happens when, what ends it.' });
export type JourneyFile = z.output<typeof journeyFile>;
