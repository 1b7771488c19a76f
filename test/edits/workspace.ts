/**
 * The journey that the fleet is in, before and after its edit. Beside it everything is the workspace of
 * the fault tests.
 *
 * The edit renames the first step, lets a wait grow, puts a new email after it, takes one lane away and
 * says where its leads go on, and takes another away without saying so: its leads cannot move.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FleetWorkspace {
  readonly dir: string;
  writeEdited(): Promise<void>;
  remove(): Promise<void>;
}
/** How long the lane "a" rests: it has to outlast all that is done to it. */
export interface Rests {
  readonly beforeSeconds: number;
  readonly afterSeconds: number;
  /** Before the last email of the edited journey. */
  readonly lastSeconds: number;
}

export async function fleetWorkspace(rests: Rests): Promise<FleetWorkspace> {
  const dir = await mkdtemp(join(tmpdir(), 'perennial-edits-'));
  await cp(new URL('../faults/workspace', import.meta.url).pathname, dir, { recursive: true });
  const write = (journey: object): Promise<void> =>
    writeFile(join(dir, 'journeys/nurture.json'), JSON.stringify(journey, null, 2));
  await write(journey(before(rests), {}));
  return {
    dir,
    writeEdited: () => write(journey(after(rests), edits)),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Subjects of what a lead gets in its lane, under the edited journey. */
export const mailsOfLane: { readonly [lane: string]: readonly string[] } = {
  a: ['The first email', 'The second email', 'The third email', 'The receipt email'],
  b: ['The first email', 'The receipt email'],
  c: ['The first email'],
};

const edits = { renamed: { hello: 'welcome' }, removed: { webinar: 'before-bye' } };

function before({ beforeSeconds }: Rests): readonly object[] {
  const long = (id: string) => ({ id, wait: '30 days' });
  return [
    { id: 'hello', send: 'first' },
    lanes([
      [wait('rest', beforeSeconds), { id: 'news', send: 'second' }],
      [long('webinar'), { id: 'webinar-mail', send: 'third' }],
      [long('survey'), { id: 'survey-mail', send: 'third' }],
    ]),
    { id: 'bye', send: 'receipt' },
  ];
}

function after({ afterSeconds, lastSeconds }: Rests): readonly object[] {
  return [
    { id: 'welcome', send: 'first' },
    lanes([
      [wait('rest', afterSeconds), { id: 'news', send: 'second' }, { id: 'more', send: 'third' }],
      [],
      [],
    ]),
    wait('before-bye', lastSeconds),
    { id: 'bye', send: 'receipt' },
  ];
}

function lanes(steps: readonly (readonly object[])[]): object {
  const shares = [50, 25, 25];
  const arms = ['a', 'b', 'c'].map((id, n) => ({ id, share: shares[n], steps: steps[n] }));
  return { id: 'lane', split: arms };
}

function wait(id: string, seconds: number): object {
  return { id, wait: `${seconds} seconds` };
}

function journey(steps: readonly object[], more: object): object {
  const enter = { on: 'event', event: 'Trial Started', existing: 'ignore' };
  return {
    ...{
      $schema: '../schema/journey.json',
      journey: 'nurture',
      title: 'The fleet',
      owner: 'maria',
    },
    enter: [{ ...enter, whileInside: 'ignore', again: 'never' }],
    exit: [{ id: 'bought', goal: true, why: 'They bought', when: { event: 'Deal Won' } }],
    sending: { class: 'marketing', topic: 'tips', priority: 50, holdAtMost: '4 days' },
    ...{ steps, whenEdited: { inFlight: 'move-at-next-step', ...more } },
    whenPaused: { timers: 'freeze' },
  };
}
