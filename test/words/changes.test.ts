/** What changed between two versions: set sentences, and that no change stays unsaid. */
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../core/definitions/canonical.ts';
import { parseDocument, readValue } from '../../core/definitions/document.ts';
import { describeChanges, type ComparedPart } from '../../core/words/describe-changes.ts';
import { alterationsOf } from './alterations.ts';
import { shippedFiles, type ShippedFile } from './shipped.ts';

let files: readonly ShippedFile[];

beforeAll(async () => {
  files = (await shippedFiles()).filter(({ golden }) => !golden.includes('course-provider'));
});

type Edit = readonly [from: string, to: string];

/** Sentences about the parts of a workspace in which one file was edited. */
function changesOf(path: string, ...edits: readonly Edit[]): readonly string[] {
  const edited = files.map((file): ShippedFile => {
    if (file.path !== path) return file;
    const text = edits.reduce((before, [from, to]) => {
      if (!before.includes(from)) throw new Error(`${path} does not hold ${from}`);
      return before.replace(from, to);
    }, file.text);
    return { ...file, text };
  });
  return describeChanges(files.map(partOf), edited.map(partOf)).map(({ text }) => text);
}

/** As a release keeps it: a template with what it is compiled to. */
function partOf({ kind, path, text }: ShippedFile): ComparedPart {
  const manifest = readValue(parseDocument(path, text));
  const source = kind === 'template' ? canonicalJson({ manifest, sources: {} }) : text;
  return { kind, key: path, hash: 'the same', source };
}

const trial = 'journeys/trial-nurture.json';
const scoring = 'rules/scoring.json';

describe('a journey', () => {
  test('a wait grows', () => {
    expect(changesOf(trial, ['"wait": "2 days"', '"wait": "3 days"'])).toEqual([
      'the wait pause-1 grew from 2 days to 3 days',
    ]);
  });

  test('a duration written otherwise is no change', () => {
    expect(changesOf(trial, ['"wait": "2 days"', '"wait": "48 hours"'])).toEqual([]);
  });

  test('comments, spaces and the order of keys are no change', () => {
    expect(
      changesOf(trial, [
        '"id": "pause-1", "wait": "2 days"',
        '"wait":"2 days", /* hm */ "id":"pause-1"',
      ]),
    ).toEqual([]);
  });

  test('a step is new', () => {
    const step = '{ "id": "pause-1", "wait": "2 days" },';
    expect(
      changesOf(trial, [step, `{ "id": "proof-1", "send": "customer-story" }, ${step}`]),
    ).toEqual(['new step proof-1 after welcome: sends “customer-story”']);
  });

  test('a step is renamed, and the file says so', () => {
    expect(
      changesOf(
        trial,
        ['"id": "first-report"', '"id": "report"'],
        [
          '"inFlight": "move-at-next-step"',
          '"inFlight": "move-at-next-step", "renamed": { "first-report": "report" }',
        ],
      ),
    ).toEqual(['the step first-report is renamed to report']);
  });

  test('a step moves into an arm', () => {
    expect(
      changesOf(
        trial,
        ['{ "id": "pause-2", "wait": "4 days" },', ''],
        [
          '{ "id": "congrats", "send": "congrats" }',
          '{ "id": "congrats", "send": "congrats" }, { "id": "pause-2", "wait": "4 days" }',
        ],
      ),
    ).toEqual([
      'the step pause-2 moves from after first-report to after congrats of “if it happened” in first-report',
    ]);
  });

  test('an exit becomes a goal', () => {
    expect(changesOf(trial, ['"id": "with-sales",', '"id": "with-sales", "goal": true,'])).toEqual([
      'the exit with-sales is now a goal',
    ]);
  });
});

describe('a scoring model', () => {
  test('other points', () => {
    expect(changesOf(scoring, ['"points": 25', '"points": 30'])).toEqual([
      'the rule can-sign gives 30 points instead of 25',
    ]);
  });

  test('a new rule is told in full', () => {
    const list = '"rules": [';
    const added =
      '{ "id": "named-budget", "score": "fit", "points": 8, "why": "Has a budget", "when": { "fact": "budgetRange", "operator": "known", "value": true } },';
    expect(changesOf(scoring, [list, `${list} ${added}`])).toEqual([
      'new rule named-budget: gives 8 points while budget is known: “Has a budget”',
    ]);
  });

  test('another condition is told with the old one', () => {
    expect(changesOf(scoring, ['["director", "vp", "c-level"]', '["vp", "c-level"]'])).toEqual([
      'the rule can-sign: the condition is “seniority is vp or c-level” instead of “seniority is director, vp or c-level”',
    ]);
  });
});

test('the order of routes is told by the one that moved', () => {
  const route = (id: string): object => ({ id, why: 'x', to: 'pool:inbound' });
  const part = (...ids: readonly string[]): ComparedPart => {
    const source = JSON.stringify({ routing: 'inbound', match: ids.map(route) });
    return { kind: 'routing', key: 'rules/routing.json', hash: 'the same', source };
  };
  const changes = describeChanges([part('owner', 'dach', 'rest')], [part('dach', 'owner', 'rest')]);
  expect(changes.map(({ text }) => text)).toEqual([
    'the route owner now comes after dach instead of first',
  ]);
});

test('a file that comes or goes is told as a whole', () => {
  const [first, ...others] = files.map(partOf);
  if (first === undefined) throw new Error('There are no shipped files.');
  expect(describeChanges(others, [first, ...others])).toEqual([
    {
      part: `${first.kind}/${first.key}`,
      path: [],
      text: expect.stringMatching(/ is new$/) as string,
    },
  ]);
  expect(describeChanges([first, ...others], others)).toEqual([
    {
      part: `${first.kind}/${first.key}`,
      path: [],
      text: expect.stringMatching(/ is gone$/) as string,
    },
  ]);
});

test('a part that changed by what it refers to says so', () => {
  const part = { kind: 'journey', key: 'a', hash: 'a', source: '{}' };
  expect(describeChanges([part], [{ ...part, hash: 'b' }]).map(({ text }) => text)).toEqual([
    'the journey “a” says the same, and changes with what it refers to, such as a segment',
  ]);
});

test('a source of an older format is compared as the JSON it is', () => {
  const old = {
    kind: 'scoring',
    key: 'core',
    hash: 'a',
    source: '{ "model": "core", "weights": { "x": 1 } }',
  };
  const now = { ...old, hash: 'b', source: '{ "model": "core", "weights": { "x": 2 } }' };
  expect(describeChanges([old], [now]).map(({ text }) => text)).toEqual([
    'weights, x is 2 instead of 1',
  ]);
});

test('every altered value and name is told, and two alterations never alike', () => {
  const silent: string[] = [];
  let tried = 0;
  const few = files.filter(({ path }) => !path.startsWith('templates/rep-'));
  for (const file of few) {
    for (const { path, texts } of alterationsOf(file.kind, file.text)) {
      const told = texts.map((text) =>
        describeChanges([partOf(file)], [partOf({ ...file, text })])
          .map((change) => change.text)
          .join('\n'),
      );
      const isTold = told.every((text) => text !== '') && new Set(told).size === told.length;
      if (!isTold && path.at(-1) !== '$schema')
        silent.push(`${file.path} ${path.join('.')}: ${told.join(' | ')}`);
      tried += texts.length;
    }
  }
  expect(silent).toEqual([]);
  expect(tried).toBeGreaterThan(1000);
}, 60_000);
