/** The bound over whole workspaces: held by every simulated life, and said in words. */
import { describe, expect, test } from 'vitest';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
import type { Release } from '../../../core/definitions/release.ts';
import { bornLead } from '../../../core/decision/birth.ts';
import { derivedId } from '../../../core/decision/ids.ts';
import { emailBound, windowMs } from '../../../core/proofs/email-bound.ts';
import { sayEmailBound } from '../../../core/proofs/say-email-bound.ts';
import type { SimulatedSend } from '../../../core/simulate/sends.ts';
import { World } from '../../../core/simulate/world.ts';
import { compileExample, exampleFiles, exampleText, journeyText } from '../definitions/example.ts';
import { Random } from '../journey/random-plan.ts';

const hourMs = 3_600_000;
const startsAt = Date.UTC(2026, 2, 2, 9);
const events = ['Trial Started', 'Report Created', 'Pricing Viewed'] as const;
const templates = ['m1', 'm2', 'm3', 'm4'] as const;
const plans = ['free', 'pro', 'team', 'max'] as const;

describe('of a whole workspace', () => {
  test('no life of a lead has more emails in 7 days, of each journey and of all', () => {
    const reached = { journeys: 0, lives: 0 };
    for (let seed = 1; seed <= 30; seed += 1) {
      const compiled = compileRelease(exampleFiles(randomWorkspace(seed)), 'r1');
      // Some random workspaces have a mistake that is refused.
      if (!compiled.ok) continue;
      const { release } = compiled.workspace;
      const bound = emailBound(release);
      const isUnlimited = (send: SimulatedSend) =>
        bound.unlimited.some((one) => one.journey === send.journey && one.step === send.step);
      const sent = live(release, seed).filter((send) => !isUnlimited(send));
      reached.lives += 1;
      expect(inFullestWindow(sent), `seed ${seed}`).toBeLessThanOrEqual(bound.most);
      for (const { journey, most } of bound.journeys) {
        const own = inFullestWindow(sent.filter((send) => send.journey === journey));
        expect(own, `seed ${seed}, ${journey}`).toBeLessThanOrEqual(most);
        if (most > 1 && own === most) reached.journeys += 1;
      }
    }
    expect(reached.lives).toBeGreaterThan(20);
    expect(reached.journeys).toBeGreaterThan(5);
  });

  test('branches in branches cost a sum, not a product', () => {
    const nested = (depth: number): string =>
      depth === 0
        ? '[]'
        : `[ { "id": "b${depth}", "branch": [
              { "id": "x${depth}", "if": { "fact": "employees", "operator": "atLeast", "value": ${depth} }, "steps": [ { "id": "s${depth}", "send": "congrats" } ] },
              { "id": "y${depth}", "else": true, "steps": [] } ] }, ${nested(depth - 1).slice(1)}`;
    const steps = nested(40).replace(/, \]$/, ' ]').slice(1, -1);
    const { release } = compileExample({ 'journeys/sample.json': journeyText(steps) });
    expect(boundOf(release, 'sample')?.withoutCaps).toBe(40);
  });
});

describe('what counts', () => {
  const send = (id: string, template: string, more = '') =>
    `{ "id": "${id}", "send": "${template}"${more} }`;
  const answer = ', "class": "transactional", "because": "They asked"';

  test('a cap bounds marketing and leaves transactional emails alone', () => {
    const steps = ['a', 'b', 'c'].map((id) => send(id, 'congrats'));
    const { release } = compileExample({
      'journeys/sample.json': journeyText([send('t', 'need-a-hand', answer), ...steps].join(',')),
    });
    expect(boundOf(release, 'sample')).toMatchObject({ most: 3, withoutCaps: 4 });
  });

  test('a run may be cut by its exit and follow itself as soon as "again" lets it', () => {
    const enter = (again: string) => ({
      enter: [{ on: 'api', existing: 'ignore', whileInside: 'ignore', again }],
    });
    const ofAgain = (again: string) => {
      const steps = `${send('t', 'need-a-hand', answer)}, { "id": "w", "wait": "1 day" }`;
      const { release } = compileExample({
        'journeys/sample.json': journeyText(steps, enter(again)),
      });
      return emailBound(release);
    };
    expect(ofAgain('never').journeys.find(isSample)?.most).toBe(1);
    expect(ofAgain('after 2 days').journeys.find(isSample)?.most).toBe(4);
    expect(ofAgain('always').unlimited).toContainEqual({
      journey: 'sample',
      step: 't',
      template: 'need-a-hand',
    });
  });

  test('a template that a lead gets once counts once, in whatever journeys', () => {
    const once = exampleText('templates/welcome/email.json');
    const two = {
      'templates/welcome/email.json': once,
      'journeys/one.json': journeyText(send('a', 'welcome', answer), { journey: 'one' }),
      'journeys/two.json': journeyText(send('b', 'welcome', answer), { journey: 'two' }),
    };
    const { release } = compileExample(two);
    const ofAll = emailBound(release).classes.find((one) => one.class === 'transactional');
    expect(ofAll?.withoutCaps).toBe(1);
  });

  test('is said in a line for all and a line for each journey', () => {
    const steps = [
      send('hello', 'need-a-hand', answer),
      '{ "id": "w", "wait": "2 days" }',
      send('more', 'congrats'),
    ];
    const { release } = compileExample({
      'journeys/sample.json': journeyText(steps.join(',')),
      'journeys/trial-nurture.json': null,
      'personas/busy-vp.json': null,
    });
    expect(sayEmailBound(emailBound(release))).toEqual([
      'At most 2 emails in any 7 days (1 marketing, 1 transactional).',
      'sample: at most 2: hello day 0 → more day 2',
    ]);
  });
});

const isSample = ({ journey }: { readonly journey: string }) => journey === 'sample';

function boundOf(release: Release, journey: string) {
  return emailBound(release).journeys.find((one) => one.journey === journey);
}

function inFullestWindow(sends: readonly SimulatedSend[]): number {
  const counts = sends.map(
    ({ at }) => sends.filter((other) => other.at >= at && other.at - at < windowMs).length,
  );
  return Math.max(0, ...counts);
}

/** Some weeks in which the lead does this and that, often much at once. */
function live(release: Release, seed: number): readonly SimulatedSend[] {
  const random = new Random(`life ${seed}`);
  const id = derivedId('persona', `life ${seed}`);
  const world = new World(release, bornLead({ id, bornAt: startsAt }, release.qualification));
  const said = (index: number) => ({ source: 'test', messageId: `${seed}/${index}` });
  const traits = { email: 'ana@nordwind.example', country: random.pick(['DE', 'US']) };
  world.ingest({ ...said(-2), type: 'identify', traits, address: 'ana@nordwind.example' });
  const consent = { class: 'marketing', state: 'opt-in', evidence: 'test' };
  world.ingest({ ...said(-1), name: 'Consent Given', properties: consent });
  world.settle();
  for (let index = 0; index < 50; index += 1) {
    world.runUntil(world.now + random.pick([0, 1, 5, 24, 24, 72]) * hourMs);
    const name = random.pick([...events, 'Deal Won']);
    const properties = { plan: random.pick([...plans]) };
    world.ingest({ ...said(index), name, properties });
    world.settle();
  }
  world.runUntil(world.now + 30 * 24 * hourMs);
  return world.sends.filter(({ state }) => state === 'sent');
}

function randomWorkspace(seed: number): { readonly [path: string]: string | null } {
  const random = new Random(`workspace ${seed}`);
  const again = () =>
    random.pick(['never', 'always', 'after 1 day', 'after 3 days', 'after 30 days']);
  const mails = templates.map((template) => [
    `templates/${template}/email.json`,
    JSON.stringify({
      ...{ template, topic: 'events', from: 'workspace', again: again() },
      ...{ languages: { en: { subject: 'Hello' } }, ifNoLanguage: 'en' },
    }),
  ]);
  const journeys = ['j1', 'j2', 'j3'].map((journey, index) => [
    `journeys/${journey}.json`,
    randomJourney(random, journey, index, again),
  ]);
  const caps = [
    ...(random.chance(70)
      ? [{ id: 'w', class: 'marketing', max: 1 + random.below(3), per: '7 days' }]
      : []),
    ...(random.chance(30) ? [{ id: 'd', class: 'marketing', max: 1, per: 'day' }] : []),
    ...(random.chance(30) ? [{ id: 's', class: 'marketing', max: 2, per: '3 days' }] : []),
  ];
  const sending = exampleText('rules/sending.json').replace(
    /"caps": \[.*?\],\n/s,
    `"caps": ${JSON.stringify(caps)},\n`,
  );
  return Object.fromEntries([
    ...mails,
    ...journeys,
    ['rules/sending.json', sending],
    ['journeys/trial-nurture.json', null],
    ['personas/busy-vp.json', null],
  ]) as { readonly [path: string]: string | null };
}

function randomJourney(
  random: Random,
  journey: string,
  index: number,
  again: () => string,
): string {
  const api = { on: 'api', existing: 'ignore', whileInside: 'ignore', again: again() };
  const event = events[index] ?? 'Trial Started';
  const oncePer = event === 'Trial Started' && random.chance(40) ? { oncePer: 'plan' } : {};
  const enter = [{ ...api, on: 'event', event, again: again(), ...oncePer }, api];
  const ids = { next: 0 };
  const steps = randomSteps(random, 3 + random.below(5), index, ids, 0);
  const bought = { id: 'bought', why: 'Bought', when: { event: 'Deal Won' } };
  return journeyText(steps.map((step) => JSON.stringify(step)).join(',\n'), {
    ...{ journey, enter, exit: random.chance(50) ? [bought] : [] },
    sending: {
      ...{ class: 'marketing', topic: 'events', priority: index },
      holdAtMost: random.pick(['1 hour', '2 days', '10 days']),
    },
  });
}

function randomSteps(
  random: Random,
  count: number,
  journey: number,
  ids: { next: number },
  depth: number,
): readonly object[] {
  return Array.from({ length: count }, () => {
    const id = `s${(ids.next += 1)}`;
    const nested = () => randomSteps(random, random.below(3), journey, ids, depth + 1);
    const kind = random.below(depth > 1 ? 65 : 100);
    if (kind < 40) {
      const answers = random.chance(40) ? { class: 'transactional', because: 'Asked' } : {};
      return { id, send: random.pick([...templates]), ...answers };
    }
    if (kind < 60)
      return { id, wait: random.pick(['1 hour', '1 day', '2 days', '3 days', '8 days']) };
    if (kind < 65) {
      return journey === 2 ? { id, wait: '1 hour' } : { id, enter: `j${journey + 2}` };
    }
    if (kind < 80) {
      const event = random.pick([...events]);
      const upTo = random.pick(['1 hour', '2 days', '5 days']);
      return { id, waitFor: { event, upTo }, happened: nested(), timedOut: nested() };
    }
    const arm = (name: string, share: number) => ({ id: `${id}${name}`, share, steps: nested() });
    return { id, split: [arm('x', 50), arm('y', 50)] };
  });
}
