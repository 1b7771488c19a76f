/**
 * The formats of the steps that hold no other steps: they act, wait for a time or end the journey.
 *
 * Apart from `journey-step.ts` because they need nothing of the recursion there.
 */
import { z } from 'zod';
import { json } from './condition.ts';
import { businessDuration, duration } from './duration.ts';
import { messageClass } from './sending.ts';
import { about, choice, key, nameOf, shape, someText, why } from './shape.ts';
import { assignee, dateReference, id, reserved } from './step-parts.ts';

export const sendStep = about(
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

export const waitStep = about(
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

export const updateStep = about(
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

export const taskStep = about(
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

export const notifyStep = about(
  shape(
    {
      ...id,
      notify: assignee('Who is told'),
      text: about(someText, 'What they are told.', 'Has opened three offers this week'),
    },
    reserved,
  ),
  'Tells somebody in sales.',
);

export const webhookStep = about(
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
);

export const enrichStep = about(
  shape(
    {
      ...id,
      enrich: about(
        z.array(nameOf('trait', 'A fact of the lead.')).min(1),
        'The facts to look up at the provider of company data, by the domain of the lead. What the lead or a list said is never replaced.',
        ['employees', 'industry'],
      ),
      upTo: about(
        duration,
        'How long it is tried at most; then the next step follows, whatever is known. Nothing is waited for when all is known.',
        '2 minutes',
        '1 day',
      ),
    },
    reserved,
  ),
  'Looks up what others know of the company of the lead.',
);

export const enterStep = about(
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
);

export const exitStep = about(
  shape(
    {
      ...id,
      exit: about(why, 'Why it ends, in plain words: explanations say it.', 'Has bought'),
    },
    reserved,
  ),
  'Ends the journey here.',
);
