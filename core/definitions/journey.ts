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
import { about, choice, key, nameOf, schemaKey, shape, someText, why } from './shape.ts';
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

const steps = z
  .lazy(() => z.array(step))
  .meta({ id: 'Steps', description: 'Steps, read top-down.' }) as unknown as z.ZodType<Steps>;
const nestedSteps = (description: string) => about(steps, description);
const stepId = about(
  key,
  'Its name in this journey, unique and stable: leads in flight stand on it. Rename it only with "whenEdited.renamed".',
  'welcome',
);
const id = { id: stepId };
const armId = about(
  key,
  'Its name in this journey, unique and stable: it is what reports show.',
  'others',
);
const reserved = {
  later: ['enrich', 'suppress', 'sendNext', 'sameThreadAs', 'campaignStatus', 'lane'],
};
const dateName = (description: string) => nameOf('date', description);
const dateReference = (description: string) =>
  about(
    shape({
      date: dateName('A fact, or "entry." and a property of the entry, that holds a date.'),
      offset: about(
        offset.default(0),
        'So long after the date, or before it with "-". Default: exactly then.',
        '-1 day',
        '6 hours',
      ),
    }),
    description,
  );
const assignee = (description: string) =>
  nameOf(
    'assignee',
    `${description}: "owner", "last-owner", "account-owner", or "rep:", "pool:", "queue:", "route:" with a name.`,
  );
const conditionWatch = {
  when: about(
    condition,
    'The condition that is waited for, looked at with every change of the lead.',
  ),
};
const armSteps = { steps: nestedSteps('What happens when this comes first, read top-down.') };
const waitEnd = {
  since: about(
    choice(['entry', 'step']).default('entry'),
    'How far back it looks: to the "entry" (what happened during an earlier wait counts; this is the default) or only to this "step".',
  ),
  upTo: about(
    duration.optional(),
    'How long it waits at most; then "timedOut" goes on. Give this or "until".',
    '5 days',
  ),
  until: dateReference('It waits until this date at most. Give this or "upTo".').optional(),
};

const waitFor = about(
  z.union([
    about(shape({ ...eventMatch, ...waitEnd }), 'Waits for an event.'),
    about(shape({ ...conditionWatch, ...waitEnd }), 'Waits until a condition holds.'),
    about(
      shape({
        first: about(
          z
            .array(
              z.union([
                about(
                  shape({ id: armId, ...eventMatch, ...armSteps }),
                  'This arm is taken when the event comes first.',
                ),
                about(
                  shape({ id: armId, ...conditionWatch, ...armSteps }),
                  'This arm is taken when the condition holds first.',
                ),
              ]),
            )
            .min(1),
          'Several things are waited for; what comes first decides which steps follow.',
        ),
        ...waitEnd,
      }),
      'Waits for the first of several things.',
    ),
  ]),
  'What is waited for, and how long at most.',
);

const sendStep = about(
  shape(
    {
      ...id,
      send: nameOf('template', 'The email to send: the name of a folder of templates/.'),
      class: about(
        messageClass.optional(),
        'Overrides the class of the journey for this email. "transactional" only right after the entry or an awaited event, or with "because".',
      ),
      because: about(
        someText.optional(),
        'Why the email counts as transactional, where it does not follow something the lead did.',
        'The invoice they asked for',
      ),
      sendBy: dateReference(
        'Later than this it is not sent (it ends as "too-late"). Without it, "holdAtMost" alone limits it.',
      ).optional(),
      onlyIfSent: about(
        someText.optional(),
        'An earlier step of this journey whose email must have gone out. Without it, it is sent in any case.',
        'welcome',
      ),
    },
    reserved,
  ),
  'Sends an email.',
);

const waitStep = about(
  shape(
    {
      ...id,
      wait: about(
        duration,
        'How long to wait; a day is 24 hours.',
        '2 days',
        '90 minutes',
        '1 week',
      ),
    },
    reserved,
  ),
  'Waits for a time.',
);

const waitUntilStep = about(
  shape(
    {
      ...id,
      wait: about(
        shape({
          until: dateName('The date: a fact, or "entry." and a property of the entry.'),
          offset: about(
            offset.default(0),
            'So long after the date, or before it with "-". Default: exactly then.',
            '-1 day',
          ),
        }),
        'The date to wait for.',
      ),
      ifPast: about(
        choice(['skip', 'continue', 'exit']),
        'When the date has passed already: "skip" the nested steps, "continue" with them at once, or "exit" the journey.',
      ),
      steps: about(
        steps.default([]),
        'What happens at that date, and is left out by "skip". Default: nothing.',
      ),
    },
    reserved,
  ),
  'Waits until a date.',
);

const waitForStep = about(
  shape(
    {
      ...id,
      waitFor,
      happened: about(steps.optional(), 'What follows when it happened. Default: the next step.'),
      timedOut: about(
        steps.default([]),
        'What follows when it did not happen in time. Default: the next step.',
      ),
    },
    reserved,
  ),
  'Waits for something to happen.',
);

const branchStep = about(
  shape(
    {
      ...id,
      branch: about(
        z
          .array(
            z.union([
              about(
                shape({
                  id: armId,
                  if: about(condition, 'Who takes this arm.'),
                  steps: nestedSteps('What happens to them, read top-down.'),
                }),
                'An arm for those who fulfil a condition.',
              ),
              about(
                shape({
                  id: armId,
                  else: about(
                    z.literal(true),
                    'Takes everyone no arm before has taken: always true.',
                  ),
                  steps: nestedSteps('What happens to them, read top-down.'),
                }),
                'The last arm: everyone else.',
              ),
            ]),
          )
          .min(1),
        'The arms; the first that matches is taken, and the last one is "else": true.',
      ),
    },
    reserved,
  ),
  'Goes on differently for different leads.',
);

const splitStep = about(
  shape(
    {
      ...id,
      split: about(
        z
          .array(
            about(
              shape({
                id: armId,
                share: about(
                  z.number().positive().max(100),
                  'How many of 100 leads take this arm. All shares together make 100.',
                  50,
                ),
                holdout: about(
                  z.boolean().default(false),
                  'Whether this is a control group that is only compared with. Default false.',
                ),
                steps: nestedSteps('What happens to them, read top-down.'),
              }),
              'One arm of the test.',
            ),
          )
          .min(2),
        'The arms of a test. The same lead always takes the same one; changed shares affect later arrivals only.',
      ),
    },
    reserved,
  ),
  'Tries out several ways on shares of the leads.',
);

const updateStep = about(
  shape(
    {
      ...id,
      update: z.record(someText, about(json, 'The new value.', 'pro')).meta({
        description:
          'Facts of the lead with their new values, and "tags" with { "add": […], "remove": […] }.',
        examples: [{ plan: 'pro', tags: { add: ['trial'] } }],
        holds: 'UpdateValues',
      }),
    },
    reserved,
  ),
  'Changes what is known of the lead.',
);

const taskStep = about(
  shape(
    {
      ...id,
      task: about(someText, 'What somebody should do.', 'Strong fit, not active yet: call once'),
      kind: about(
        choice(['call', 'email', 'social', 'meeting', 'other']),
        'What kind of work it is.',
      ),
      due: about(
        businessDuration,
        'How soon; with "business" only the hours of the assignee count.',
        '2 business days',
      ),
      for: assignee('Who should do it'),
      ifNone: assignee(
        'Who, when there is no such person (needed for "owner" and the like)',
      ).optional(),
    },
    reserved,
  ),
  'Gives somebody a task.',
);

const step = z
  .union([
    sendStep,
    waitStep,
    waitUntilStep,
    waitForStep,
    branchStep,
    splitStep,
    updateStep,
    taskStep,
    about(
      shape(
        {
          ...id,
          notify: assignee('Who is told'),
          text: about(someText, 'What they are told.', 'Has opened three offers this week'),
        },
        reserved,
      ),
      'Tells somebody in sales.',
    ),
    about(
      shape(
        {
          ...id,
          webhook: about(
            key,
            'The name of a target; the address behind it is set by who runs the server (WEBHOOKS).',
            'crm',
          ),
        },
        reserved,
      ),
      'Calls another system.',
    ),
    about(
      shape(
        {
          ...id,
          enter: nameOf('enterable-journey', 'The journey: one with an "api" entry.'),
          with: about(
            z.record(someText, about(json, 'Its value.', 'not now')).default({}),
            'What that journey reads as "entry.<name>". Default: nothing.',
            { reason: 'not now' },
          ),
        },
        reserved,
      ),
      'Enters another journey; this one goes on.',
    ),
    about(
      shape(
        {
          ...id,
          exit: about(why, 'Why it ends, in plain words: explanations say it.', 'Has bought'),
        },
        reserved,
      ),
      'Ends the journey here.',
    ),
  ])
  .meta({
    id: 'Step',
    description:
      'One step: an "id", and what it does ("send", "wait", "waitFor", "branch", "split", "update", "task", "notify", "webhook", "enter" or "exit").',
    defaultSnippets: [
      { label: 'send an email', body: { id: '$1', send: '$2' } },
      { label: 'wait', body: { id: '$1', wait: '${2:2 days}' } },
      {
        label: 'wait for an event',
        body: {
          id: '$1',
          waitFor: { event: '$2', upTo: '${3:5 days}' },
          happened: [],
          timedOut: [],
        },
      },
      {
        label: 'branch',
        body: {
          id: '$1',
          branch: [
            { id: '$2', if: { fact: '$3', operator: '${4:is}', value: '$5' }, steps: [] },
            { id: 'others', else: true, steps: [] },
          ],
        },
      },
    ],
  }) as unknown as z.ZodType<StepSource>;

const entryCommon = {
  whileInside: about(
    choice(['ignore']),
    'When a lead would enter while it is inside already: nothing happens, and that is recorded.',
  ),
  again: about(
    again,
    'Whether a lead may go through the journey again: "never", "always", or "after" a time since it ended.',
    'never',
    'always',
    'after 90 days',
  ),
  oncePer: nameOf(
    'event-property',
    'A property of the entry: a lead enters once for each value of it (once per webinar, say). Without it, "again" alone decides.',
  ).optional(),
  if: about(condition.optional(), 'Only leads that fulfil this enter. Without it, all of them.'),
  perHour: about(
    z.number().int().min(1).optional(),
    'At most so many leads an hour, for "existing": "enrol". Needed there, without effect elsewhere.',
    200,
  ),
};
const existing = about(
  choice(['ignore', 'enrol']),
  'Leads that match already on the day of publishing: leave them alone, or "enrol" them ("perHour" at a time).',
);
const { same: _same, ...entryMatch } = eventMatch;
const entryReserved = {
  later: ['date', 'schedule', 'campaign', 'offset', 'at', 'lane'],
};

const on = <const Word extends 'event' | 'segment' | 'stage' | 'api'>(
  word: Word,
  description: string,
) => about(choice([word], ['date', 'schedule']), description);

const entry = z.union([
  about(
    shape(
      {
        on: on('event', '"event": a lead enters when an event happens.'),
        ...entryMatch,
        existing,
        ...entryCommon,
      },
      entryReserved,
    ),
    'Entered by an event.',
  ),
  about(
    shape(
      {
        on: on('segment', '"segment": a lead enters when it starts to belong to a segment.'),
        segment: nameOf('segment', 'A segment of rules/segments.json.'),
        existing,
        ...entryCommon,
      },
      entryReserved,
    ),
    'Entered with a segment.',
  ),
  about(
    shape(
      {
        on: on('stage', '"stage": a lead enters when it comes into a stage.'),
        stage: nameOf('stage', 'A stage: its value or its label.'),
        existing,
        ...entryCommon,
      },
      entryReserved,
    ),
    'Entered with a stage.',
  ),
  about(
    shape(
      {
        on: on('api', '"api": a lead enters by name, from a step, an import or a program.'),
        existing: about(choice(['ignore']).optional(), 'Nothing but "ignore" is possible here.'),
        ...entryCommon,
      },
      entryReserved,
    ),
    'Entered by name.',
  ),
]);

const exit = about(
  shape(
    {
      id: about(key, 'Its name in explanations and reports, unique in the journey.', 'bought'),
      goal: about(
        z.boolean().default(false),
        'Whether this is what the journey is for: reports count it as success. Default false.',
      ),
      why,
      when: about(
        z.union([condition, about(shape(eventMatch), 'An event that ends the journey.')]),
        'The event or the condition that ends the journey for a lead.',
      ),
    },
    { later: ['who'] },
  ),
  'One thing that ends the journey.',
);

const sending = shape({
  class: messageClass,
  topic: nameOf(
    'topic',
    'What people subscribe to: a topic of rules/sending.json. Needed unless the class is "transactional".',
  ).optional(),
  priority: about(
    z.number().int().min(0).max(1000),
    'Which journey goes first when a lead may get only one more email: the greater number.',
    50,
  ),
  holdAtMost: about(
    duration.optional(),
    'How long an email that must not go out yet is held, before it is dropped with its reason. Needed unless the class is "transactional".',
    '4 days',
  ),
  window: sendWindow.optional(),
  because: about(
    someText.optional(),
    'Why the whole journey is transactional. Needed for that class only.',
    'They asked for it by form',
  ),
});

const moved = (description: string) =>
  about(
    z
      .record(
        about(key, 'The step as it was called.', 'intro'),
        about(key, 'The step as it is called now.', 'welcome'),
      )
      .default({}),
    description,
    { intro: 'welcome' },
  );

export const journeyFile = shape(
  {
    $schema: schemaKey,
    journey: about(
      key,
      'Its name, for ever: leads in flight and reports refer to it.',
      'trial-nurture',
    ),
    title: about(someText, 'How people read it.', 'Trial nurture, 30 days'),
    owner: about(someText, 'Who answers for it; free text.', 'maria'),
    enter: about(z.array(entry).min(1), 'Who enters, and how often. Several ways are possible.'),
    exit: about(
      z.array(exit),
      'What ends the journey for a lead. It is watched at every moment, also during a wait; a lead for whom one holds already does not enter.',
    ),
    sending: about(sending, 'How its emails are sent.'),
    steps: nestedSteps('What happens, read top-down. Ends after the last step.'),
    whenEdited: about(
      shape({
        inFlight: about(
          choice(['stay', 'move-at-next-step', 'exit']),
          'What becomes of leads inside when a changed version is published: they "stay" on theirs, move to the new one at their next step, or leave.',
        ),
        renamed: moved('Steps that got another id: old → new. Default: none.'),
        removed: moved(
          'Steps that are gone: old → the step where those leads go on. Default: none.',
        ),
      }),
      'What happens to leads inside when this file changes.',
    ),
    whenPaused: about(
      shape({
        timers: about(
          choice(['freeze']),
          'Waits stand still while the journey is paused, and go on with what was left.',
        ),
        resume: about(
          shape({
            perHour: about(
              z.number().int().min(1),
              'So many leads an hour go on when the pause ends.',
              200,
            ),
            skipIfOlderThan: about(
              duration.optional(),
              'Emails that were due longer ago are dropped. Without it, all of them are sent.',
              '7 days',
            ),
          }).optional(),
          'How the journey goes on after a pause. Without it, all leads at once.',
        ),
      }),
      'What happens when somebody pauses the journey.',
    ),
  },
  { later: ['lane', 'account'] },
).meta({ title: 'Journey', description: 'Who enters, what happens when, what ends it.' });
export type JourneyFile = z.output<typeof journeyFile>;
