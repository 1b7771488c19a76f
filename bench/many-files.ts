/**
 * A workspace as large as a big marketing team's: 50 journeys, 500 scoring rules, 100 emails, 40 facts,
 * 30 events, 40 segments. Made from the shipped one, so that every kind of file is there, and always the
 * same for the same numbers.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folders = ['journeys', 'rules', 'templates', 'personas', 'imports'];

export interface Size {
  readonly journeys: number;
  readonly rules: number;
  readonly emails: number;
}

export async function writeManyFiles(directory: string, size: Size): Promise<void> {
  for (const folder of folders) {
    await cp(join(root, folder), join(directory, folder), { recursive: true });
  }
  await writeFacts(directory);
  await writeEvents(directory);
  await writeSegments(directory);
  await writeRules(directory, size.rules);
  await writeEmails(directory, size.emails);
  await writeJourneys(directory, size);
}

const factCount = 40;
const eventCount = 30;
const segmentCount = 40;
const write = (directory: string, path: string, value: object) =>
  writeFile(join(directory, path), `${JSON.stringify(value, null, 2)}\n`);
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

function writeFacts(directory: string): Promise<void> {
  const facts = range(factCount).map((at) => ({
    id: `extra${at}`,
    type: (['text', 'number', 'choice', 'boolean'] as const)[at % 4],
    label: `Extra ${at}`,
    ...(at % 4 === 2 ? { values: ['low', 'middle', 'high'] } : {}),
    ...(at % 4 === 1 ? { range: [0, 1000] } : {}),
  }));
  return write(directory, 'rules/facts.extra.json', { $schema: '../schema/facts.json', facts });
}

function writeEvents(directory: string): Promise<void> {
  const events = range(eventCount).map((at) => ({
    event: `Extra Done ${at}`,
    label: `Did extra ${at}`,
    activity: true,
    properties: { plan: 'text', amount: 'number' },
  }));
  return write(directory, 'rules/events.extra.json', { $schema: '../schema/events.json', events });
}

/** A comparison that fits the type of the fact. */
function comparison(at: number) {
  const fact = `extra${at % factCount}`;
  switch (at % 4) {
    case 0:
      return { fact, operator: 'containsText', value: `word ${at % 7}` };
    case 1:
      return { fact, operator: 'atLeast', value: (at * 37) % 900 };
    case 2:
      return { fact, operator: 'isOneOf', value: ['low', 'high'] };
    default:
      return { fact, operator: 'is', value: true };
  }
}

function writeSegments(directory: string): Promise<void> {
  const segments = range(segmentCount).map((at) => ({
    id: `extra-${at}`,
    why: `Segment ${at}`,
    when: { all: [comparison(at), { any: [comparison(at + 1), comparison(at + 2)] }] },
  }));
  const file = { $schema: '../schema/segments.json', segments };
  return write(directory, 'rules/segments.extra.json', file);
}

async function writeRules(directory: string, count: number): Promise<void> {
  const model = (at: number) => ({
    $schema: '../schema/scoring.json',
    model: `extra-${at}`,
    scores: {
      fit: { min: 0, max: 100 },
      engagement: { min: 0, max: 100, halfLife: '14 days' },
    },
    grades: {},
    rules: range(Math.ceil(count / 4)).map((rule) => {
      const id = `extra-${at}-${rule}`;
      const why = `Rule ${rule}`;
      return rule % 3 === 2
        ? {
            ...{ id, why, score: 'engagement', points: 2, atMost: 10 },
            forEach: {
              event: `Extra Done ${rule % eventCount}`,
              within: '30 days',
              where: { fact: 'amount', operator: 'moreThan', value: rule },
            },
          }
        : {
            ...{ id, why, score: 'fit', points: 5 },
            when: { all: [comparison(rule), { condition: `extra-${rule % segmentCount}` }] },
          };
    }),
  });
  for (const at of range(4)) await write(directory, `rules/scoring.extra${at}.json`, model(at));
}

async function writeEmails(directory: string, count: number): Promise<void> {
  const folder = join(root, 'templates', 'need-a-hand');
  const mjml = await readFile(join(folder, 'message.mjml'), 'utf8');
  const manifest = await readFile(join(folder, 'email.json'), 'utf8');
  for (const at of range(count)) {
    const name = `extra-${at}`;
    const own = join(directory, 'templates', name);
    await mkdir(own, { recursive: true });
    await writeFile(join(own, 'email.json'), manifest.replaceAll('"need-a-hand"', `"${name}"`));
    await writeFile(join(own, 'message.mjml'), mjml.replace('</mj-text>', ` No. ${at}.</mj-text>`));
  }
}

async function writeJourneys(directory: string, { journeys, emails }: Size): Promise<void> {
  const text = await readFile(join(root, 'journeys', 'trial-nurture.json'), 'utf8');
  for (const at of range(journeys)) {
    const email = (step: number) => `"send": "extra-${(at * 2 + step) % emails}"`;
    let step = 0;
    const own = text
      .replace('"trial-nurture"', `"extra-${at}"`)
      .replace(/"event": "Trial Started"/, `"event": "Extra Done ${at % eventCount}"`)
      .replace(/"send": "[^"]+"/g, () => email(step++ % 2));
    await writeFile(join(directory, 'journeys', `extra-${at}.json`), own);
  }
}
