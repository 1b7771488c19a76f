/** `rules/qualification.json`: the stages a lead moves through. */
import { z } from 'zod';
import { condition } from './condition.ts';
import { duration } from './duration.ts';
import { about, choice, key, nameOf, schemaKey, shape, someText, why } from './shape.ts';

const eventName = (description: string) => nameOf('event', description);
const stageName = nameOf('stage', 'A stage: its value or its label.');

const again = shape({
  notBefore: about(duration, 'How long the stage stays closed after the lead left it.', '30 days'),
  needs: about(
    choice(['new-activity']).optional(),
    '"new-activity": only after something new happened. That is so in any case: old evidence alone never brings a lead back; the word says it for readers.',
  ),
  except: about(
    z.array(eventName('An event that opens the stage at once.')).default([]),
    'Events that open the stage at once, whatever else is said here. Default: none.',
  ),
});

const stage = about(
  shape({
    stage: nameOf('stage-value', 'Which stage this is: one of "order".'),
    label: about(someText, 'What people call it. Files may use it in place of the value.', 'MQL'),
    why,
    when: about(condition, 'Who enters the stage.'),
    from: about(
      z.array(stageName).min(1).optional(),
      'Only leads in these stages enter it. Without it, leads of every earlier stage.',
    ),
    holdFor: about(
      duration.optional(),
      '"when" must hold so long before the lead enters: it keeps out bursts and robots. Without it, at once.',
      '10 minutes',
    ),
    instantOn: about(
      z.array(eventName('An event that skips "holdFor".')).default([]),
      'Events that need no holding: the lead enters at once. Default: none.',
    ),
    onEnter: about(
      shape({
        handoff: nameOf(
          'handoff',
          'Hands the lead to sales: a handoff of rules/handoffs.json. Without it, nobody is told.',
        ).optional(),
        journey: nameOf(
          'enterable-journey',
          'A journey the lead enters (one with an "api" entry). Without it, none.',
        ).optional(),
      }).optional(),
      'What happens when a lead enters the stage. Without it, nothing.',
    ),
    backTo: about(
      shape({
        stage: nameOf('stage', 'The earlier stage it falls back to: value or label.'),
        if: about(condition, 'When it falls back.'),
      }).optional(),
      'When a lead falls back to an earlier stage. Without it, never.',
    ),
    again: about(
      again.optional(),
      'When the stage may be entered once more after the lead left it. Without it: after something new happened, once "when" has stopped holding and holds again.',
    ),
  }),
  'One stage: who enters it, and what happens then.',
);

const answer = about(
  shape({
    ask: about(
      someText,
      'The question, as a rep would ask it.',
      'Is there a budget for this year?',
    ),
    yes: about(condition, 'When the answer is yes.'),
    no: about(
      condition.optional(),
      'When the answer is no. Without it, what is not yes is not known.',
    ),
  }),
  'One of the four questions, and how its answer is known.',
);

const outcome = shape({
  opportunity: eventName('The event that moves a lead to "opportunity".'),
  won: eventName('The event that moves a lead to "customer".'),
  lost: eventName('The event that says a deal was lost.'),
  amount: nameOf(
    'event-property',
    'The property of the "won" event that holds the amount. Without it, deals have none.',
  ).optional(),
  currency: about(
    z
      .string()
      .regex(/^[A-Z]{3}$/, { error: 'a currency such as "EUR"' })
      .optional(),
    'The currency when the event names none. Without it, none.',
    'EUR',
    'USD',
  ),
  within: about(
    duration.optional(),
    'A deal later than this after the handover is not counted for it. Without it, every deal is.',
    '180 days',
  ),
});

export const qualificationFile = shape({
  $schema: schemaKey,
  qualification: about(key, 'Its name.', 'b2b'),
  order: about(
    z.array(about(key, 'The value of a stage.', 'marketingqualifiedlead')).min(2),
    'The values of all stages, earliest first. A lead is born in the first.',
  ),
  bant: about(
    z.record(about(key, 'Name of the question.', 'budget'), answer).default({}),
    'Questions about budget, authority, need and timing. The fact bantYes counts the answers "yes". Default: none.',
  ),
  buyingStages: about(
    z
      .array(
        about(
          shape({
            is: about(
              choice(['awareness', 'consideration', 'decision']),
              'How far the lead is in making up its mind.',
            ),
            why,
            when: about(condition, 'Who is that far.'),
          }),
          'One sign of how far a lead is in making up its mind.',
        ),
      )
      .default([]),
    'How far leads are in making up their minds: the fact buyingStage is the first of these that holds. Default: none, and the fact is missing.',
  ),
  disqualified: about(
    z
      .array(
        about(
          shape({
            id: about(key, 'Its name in explanations and reports.', 'competitor'),
            why,
            when: about(condition, 'Whom it concerns.'),
          }),
          'One reason never to sell to a lead.',
        ),
      )
      .default([]),
    'Leads that are never handed over, while one of these holds: they move no further, and marketing journeys end. Default: nobody.',
  ),
  stages: about(
    z.array(stage),
    'The stages that rules decide about. The first of "order" and those that deals decide need no entry.',
  ),
  outcome: about(outcome, 'The events by which deals are known.'),
}).meta({ title: 'Qualification', description: 'The stages a lead moves through.' });
export type QualificationFile = z.output<typeof qualificationFile>;
