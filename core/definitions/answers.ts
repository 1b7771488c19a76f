/**
 * Two parts of `rules/sending.json`: what an answer to an email leads to, and when silence ends
 * marketing. What bounces and complaints lead to is no matter of files.
 */
import { z } from 'zod';
import type { ReplyRules, SunsetRule } from '../sending/model.ts';
import { someTime } from './duration.ts';
import { present } from './present.ts';
import { referAssignee, type Scope } from './scope.ts';
import { about, choice, nameOf, shape } from './shape.ts';

export const replies = about(
  shape({
    stop: about(
      choice(['journey', 'all-marketing', 'nothing']),
      'What the answer ends: "journey" is the one whose email was answered, "all-marketing" every journey that is not transactional. The exits of a journey come first.',
    ),
    tell: about(
      choice(['owner', 'nobody']),
      'Who gets an email with the answer: "owner" is the rep of an open handoff, else the owner of the lead.',
    ),
    ifNoOwner: nameOf(
      'reader',
      'Who gets it when nobody owns the lead: "rep:", "pool:" or "queue:" with a name. Without it, nobody.',
    ).optional(),
  }).optional(),
  'What happens when a lead answers an email. Who asks to be left alone is unsubscribed in any case. Without it, only the exits of journeys look at answers.',
  { stop: 'journey', tell: 'owner' },
);

export const sunset = about(
  shape({
    after: about(
      someTime,
      'So long without a sign of life: a visit, a click, an answer, a form, a word about consent.',
      '180 days',
    ),
    emails: about(
      z.number().int().min(1),
      'Only when at least so many marketing emails were sent in that time.',
      10,
    ),
  }).optional(),
  'When marketing ends for those who never react. Any sign of life brings it back by itself. Without it, never.',
  { after: '180 days', emails: 10 },
);

export function compileReplies(
  scope: Scope,
  file: z.output<typeof replies>,
): ReplyRules | undefined {
  if (file?.ifNoOwner === undefined) return file === undefined ? undefined : present({ ...file });
  const path = ['replies', 'ifNoOwner'];
  referAssignee(scope, file.ifNoOwner, path, [], ['rep', 'pool', 'queue']);
  if (file.tell === 'nobody') {
    const message = '"tell" is "nobody", so there is no one to tell when nobody owns the lead';
    scope.report(path, { message });
  }
  return present({ ...file });
}

export function compileSunset(file: z.output<typeof sunset>): SunsetRule | undefined {
  return file === undefined ? undefined : { afterMs: file.after, emails: file.emails };
}
