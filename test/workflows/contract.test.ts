/** Workflow ids: built in one place, read back in the same, and nothing else is taken for one. */
import { expect, test } from 'vitest';
import {
  handoffWorkflowId,
  leadJourneyId,
  mailQueueBeside,
  parseHandoffWorkflowId,
  parseLeadJourneyId,
} from '../../workflows/contract.ts';

test('an id is read back as what it was built from', () => {
  const id = leadJourneyId('trial-nurture', '0197-a');
  expect(id).toBe('journey/trial-nurture/0197-a');
  expect(parseLeadJourneyId(id)).toEqual({ journey: 'trial-nurture', enrolmentId: '0197-a' });
  expect(handoffWorkflowId('h-1')).toBe('handoff/h-1');
  expect(parseHandoffWorkflowId('handoff/h-1')).toEqual({ handoffId: 'h-1' });
});

test.each(['', 'journey', 'journey/a', 'journey/a/', 'journey//b', 'journey/a/b/c', 'handoff/a'])(
  '%j is not the id of a journey',
  (id) => {
    expect(parseLeadJourneyId(id)).toBeNull();
  },
);

test.each(['handoff/', 'handoff/a/b', 'journey/a/b'])('%j is not the id of a handoff', (id) => {
  expect(parseHandoffWorkflowId(id)).toBeNull();
});

test('the mail queue carries the suffix of the journeys queue', () => {
  expect(mailQueueBeside('perennial-journeys')).toBe('perennial-mail');
  expect(mailQueueBeside('perennial-journeys-b')).toBe('perennial-mail-b');
});
