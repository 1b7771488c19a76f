/**
 * What the formats of several steps are made of: names, dates, assignees, words kept for later.
 *
 * Nothing here holds a step, so that both the leaf steps and the recursion can be made of it.
 */
import { offset } from './duration.ts';
import { about, key, nameOf, shape } from './shape.ts';

export const stepId = about(
  key,
  'Its name in this journey, unique and stable: leads in flight stand on it. Rename it only with "whenEdited.renamed".',
  'welcome',
);
export const id = { id: stepId };
export const armId = about(
  key,
  'Its name in this journey, unique and stable: it is what reports show.',
  'others',
);
export const reserved = {
  later: ['suppress', 'sendNext', 'sameThreadAs', 'campaignStatus', 'lane'],
};
export const dateName = (description: string) => nameOf('date', description);
export const dateReference = (description: string) =>
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
export const assignee = (description: string) =>
  nameOf(
    'assignee',
    `${description}: "owner", "last-owner", "account-owner", or "rep:", "pool:", "queue:", "route:" with a name.`,
  );
