/**
 * `journeys/*.json`: who enters, what happens when, what ends it.
 *
 * The form only; `compile-journey.ts` checks names and turns it into a plan.
 */
import { z } from 'zod';
import { condition, eventMatch } from './condition.ts';
import { duration } from './duration.ts';
import { nestedSteps } from './journey-step.ts';
import { messageClass } from './sending.ts';
import { about, choice, key, nameOf, schemaKey, shape, someText, why } from './shape.ts';
import { again } from './template.ts';
import { sendWindow } from './window.ts';

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
