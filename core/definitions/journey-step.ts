/**
 * The format of a step of a journey, and of the steps that hold others: waits with an answer, branches,
 * splits. Apart from the journey around them because they are one recursion.
 */
import { z } from 'zod';
import { condition, eventMatch } from './condition.ts';
import { duration, offset } from './duration.ts';
import {
  enrichStep,
  enterStep,
  exitStep,
  notifyStep,
  sendStep,
  taskStep,
  updateStep,
  waitStep,
  webhookStep,
} from './leaf-steps.ts';
import { about, choice, shape } from './shape.ts';
import { armId, dateName, dateReference, id, reserved } from './step-parts.ts';
import type { Steps, StepSource } from './step-source.ts';

const steps = z
  .lazy(() => z.array(step))
  .meta({ id: 'Steps', description: 'Steps, read top-down.' }) as unknown as z.ZodType<Steps>;
export const nestedSteps = (description: string) => about(steps, description);
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
    notifyStep,
    webhookStep,
    enrichStep,
    enterStep,
    exitStep,
  ])
  .meta({
    id: 'Step',
    description:
      'One step: an "id", and what it does ("send", "wait", "waitFor", "branch", "split", "update", "task", "notify", "webhook", "enrich", "enter" or "exit").',
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
