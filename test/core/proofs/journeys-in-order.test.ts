/** What the proofs about journeys leave alone: the nearest neighbours of the broken files of the corpus. */
import { expect, test } from 'vitest';
import { baseFolder, problemsOf, readFiles } from '../../proofs/corpus.ts';

const base = readFiles(baseFolder);
const trial = base.find(({ path }) => path === 'journeys/trial.json')?.text ?? '';

interface Changes {
  readonly enter?: readonly object[];
  readonly exit?: readonly object[];
}

function check(
  journeys: { readonly [name: string]: readonly object[] },
  expected: readonly string[],
  changes: Changes = {},
  files: { readonly [path: string]: string } = {},
): void {
  const written = Object.entries(journeys).map(([journey, steps]) => {
    const file = { ...(JSON.parse(trial) as object), ...changes, journey, steps };
    return { path: `journeys/${journey}.json`, text: JSON.stringify(file) };
  });
  const others = Object.entries(files).map(([path, text]) => ({ path, text }));
  const all = [...base.filter(({ path }) => path !== 'journeys/trial.json'), ...written, ...others];
  expect(
    problemsOf(all).map(({ finding, severity }) => `${finding ?? 'none'} ${severity}`),
  ).toEqual(expected);
}

const byName = (again: string): Changes => ({
  enter: [{ on: 'api', whileInside: 'ignore', again }],
  exit: [],
});
const there = { id: 'there', enter: 'second' };
const back = { id: 'back', enter: 'first' };

test('a circle of journeys is none with a wait, or when a run may not follow at once', () => {
  check({ first: [there], second: [back] }, ['loop-without-wait error'], byName('always'));
  check({ first: [{ id: 'w', wait: '1 hour' }, there], second: [back] }, [], byName('always'));
  check({ first: [there], second: [back] }, [], byName('after 1 day'));
  // Still inside when it is asked for again: refused.
  check({ first: [there, { id: 'w', wait: '1 hour' }], second: [back] }, [], byName('always'));
});

test('a circle that an exit may end is no certain loop', () => {
  const seen = { fact: 'tags', operator: 'has', value: 'seen' };
  const exit = [{ id: 'seen', why: 'Seen before', when: seen }];
  const changes = { ...byName('always'), exit };
  check({ first: [there], second: [back] }, ['loop-without-wait warning'], changes);
});

test('dates in their order, and a date after a long wait for another, are waited for', () => {
  const wait = (id: string, offset: string, until = 'entry.endsAt') => ({
    ...{ id, wait: { until, offset }, ifPast: 'continue' },
  });
  check({ trial: [wait('before', '-3 days'), wait('day', '0 days'), wait('after', '2 days')] }, []);
  check(
    {
      trial: [
        wait('end', '0 days'),
        { id: 'w', wait: '9 days' },
        wait('x', '1 day', 'trialEndsAt'),
      ],
    },
    [],
  );
});

test('a required variable is known where an arm says so, or a step before sets it', () => {
  const email = JSON.stringify({
    ...{ template: 'offer', topic: 'tips', from: 'workspace', again: 'never' },
    ...{ languages: { en: { subject: 'Hello' } }, ifNoLanguage: 'en' },
    variables: { 'lead.company': { sample: 'Nordwind AG' } },
  });
  const files = { 'templates/offer/email.json': email };
  const send = { id: 'offer', send: 'offer' };
  const known = { fact: 'company', operator: 'known', value: true };
  const branch = [
    { id: 'yes', if: known, steps: [send] },
    { id: 'no', else: true, steps: [] },
  ];
  check({ trial: [send] }, ['missing-fallback warning'], {}, files);
  check({ trial: [{ id: 'b', branch }] }, [], {}, files);
  check({ trial: [{ id: 'u', update: { company: 'Acme' } }, send] }, [], {}, files);
});

test('a follow-up that asks whether the first email went out is in order', () => {
  const reminder = { id: 'reminder', send: 'hello' };
  const wait = (next: object) => ({
    ...{ id: 'read', waitFor: { event: 'Email Clicked', upTo: '3 days' } },
    timedOut: [next],
  });
  const first = { id: 'first', send: 'tips' };
  check({ trial: [first, wait(reminder)] }, ['follow-up-without-only-if-sent warning']);
  check({ trial: [first, wait({ ...reminder, onlyIfSent: 'first' })] }, []);
});
