/** Pictures of journeys: every step is in them, texts stay texts, and Mermaid itself reads ours. */
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { journeyFile, type JourneyFile } from '../../core/definitions/journey.ts';
import { readFormat } from '../../core/definitions/read-format.ts';
import { dotOf } from '../../core/graph/dot.ts';
import { journeyGraph } from '../../core/graph/journey-graph.ts';
import { mermaidOf } from '../../core/graph/mermaid.ts';
import { noLexicon } from '../../core/words/lexicon.ts';
import { svgOf } from '../../drawing/svg.ts';
import { useBrowser } from '../support/browser.ts';
import { shippedFiles, type ShippedFile } from '../words/shipped.ts';

const browser = useBrowser();
let journeys: readonly ShippedFile[];

beforeAll(async () => {
  journeys = (await shippedFiles()).filter(({ kind }) => kind === 'journey');
});

function fileOf({ path, text }: Pick<ShippedFile, 'path' | 'text'>): JourneyFile {
  const { value, problems } = readFormat(path, text, journeyFile);
  if (value === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  return value;
}

/** Words that mean something in one of the languages a picture passes through. */
const nasty = [
  'end',
  '"; x --> y',
  '<script>alert(1)</script>',
  '&lt;b&gt; &amp; #quot; \\N \\',
  '`**bold**` 1. first',
  '%% gone %%{init: {}}%%',
  'Grüße, ¿qué tal? 😀 … “so”',
  'a\nb',
];

function nastyJourney(text: string): JourneyFile {
  const steps = [
    { id: 'one', task: text, kind: 'call', due: '2 days', for: 'owner' },
    {
      id: 'two',
      branch: [
        {
          id: 'a',
          if: { fact: 'company', operator: 'is', value: text },
          steps: [{ id: 'three', exit: text }],
        },
        { id: 'b', else: true, steps: [] },
      ],
    },
  ];
  const journey = {
    ...{ journey: 'nasty', title: text, owner: 'maria', steps },
    enter: [
      { on: 'event', event: text, existing: 'ignore', whileInside: 'ignore', again: 'never' },
    ],
    exit: [{ id: 'out', why: text, when: { event: text } }],
    ...{
      sending: { class: 'marketing', priority: 1 },
      whenEdited: { inFlight: 'stay' },
      whenPaused: { timers: 'freeze' },
    },
  };
  return fileOf({ path: 'journeys/nasty.json', text: JSON.stringify(journey) });
}

describe('the graph', () => {
  test('holds every step once, and every step but the last leads on', () => {
    for (const file of journeys) {
      const graph = journeyGraph(fileOf(file), file.lexicon);
      const ids = [
        ...file.text.matchAll(/"id": "([^"]+)", "(?:send|wait|waitFor|branch|split|task)"/g),
      ];
      const steps = graph.nodes.filter(({ id }) => id.startsWith('step '));
      for (const [, id] of ids)
        expect(
          steps.map((node) => node.id),
          file.path,
        ).toContain(`step ${id}`);
      expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
      const leading = new Set(graph.edges.map(({ from }) => from));
      const stuck = graph.nodes.filter(
        ({ id, kind }) => !leading.has(id) && kind !== 'end' && kind !== 'leave',
      );
      expect(
        stuck.map(({ id }) => id),
        file.path,
      ).toEqual([]);
    }
  });

  test('counts who stands where', () => {
    const file = journeys.find(({ path }) => path.endsWith('/demo-request.json'));
    if (file === undefined) throw new Error('There is no shipped journey demo-request.');
    const graph = journeyGraph(fileOf(file), file.lexicon, new Map([['who', 3]]));
    expect(graph.nodes.find(({ id }) => id === 'step who')?.detail).toBe('who · 3 leads last here');
  });
});

describe('SVG', () => {
  test('is the same for the same journey, well formed, and names every step', async () => {
    const page = await browser.open();
    for (const file of journeys) {
      const graph = journeyGraph(fileOf(file), file.lexicon);
      const options = { place: 'alone', title: graph.title } as const;
      const svg = await svgOf(dotOf(graph), options);
      expect(await svgOf(dotOf(graph), options)).toBe(svg);
      const seen = await readSvg(page, svg);
      expect(seen, file.path).toMatchObject({ isSvg: true, scripts: 0 });
      expect(seen.nodes).toBe(graph.nodes.length + graph.exits.length);
    }
  });

  test.each(nasty)('shows %j as it is and runs nothing of it', async (text) => {
    const graph = journeyGraph(nastyJourney(text), noLexicon);
    const svg = await svgOf(dotOf(graph), { place: 'alone', title: graph.title });
    const page = await browser.open();
    const seen = await readSvg(page, svg);
    expect(seen).toMatchObject({ isSvg: true, scripts: 0 });
    expect(seen.words.replace(/\s+/g, ' ')).toContain(
      `Task for owner: ${text}`.replace(/\s+/g, ' ').slice(0, 24),
    );
  });
});

test.each([...nasty, ''])('Mermaid reads what we write, also with %j in it', async (text) => {
  const page = await browser.open();
  await page.setContent('<body></body>');
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('@mermaid-js/tiny') });
  const graphs =
    text === ''
      ? journeys.map((file) => journeyGraph(fileOf(file), file.lexicon))
      : [journeyGraph(nastyJourney(text), noLexicon)];
  for (const graph of graphs) {
    const drawn = await drawMermaid(page, mermaidOf(graph));
    expect(drawn.nodes, graph.title).toBe(graph.nodes.length + graph.exits.length);
    if (text !== '')
      expect(drawn.words.replace(/\s+/g, '')).toContain(text.replace(/\s+/g, '').slice(0, 12));
  }
});

/** Read as XML, strictly: one wrong letter and there is no picture. */
async function readSvg(page: Page, svg: string): Promise<Seen> {
  await page.goto(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`);
  return {
    isSvg: (await page.locator('parsererror').count()) === 0,
    scripts: await page.locator('script, foreignObject, [onload]').count(),
    nodes: await page.locator('.node').count(),
    words: (await page.locator('.node text').allTextContents()).join(' '),
  };
}
interface Seen {
  readonly isSvg: boolean;
  readonly scripts: number;
  readonly nodes: number;
  readonly words: string;
}

/** Read and drawn by Mermaid; it refuses by throwing. */
async function drawMermaid(page: Page, text: string): Promise<Pick<Seen, 'nodes' | 'words'>> {
  await page.evaluate(`(async (text) => {
    mermaid.initialize({ startOnLoad: false });
    await mermaid.parse(text);
    document.body.innerHTML = (await mermaid.render('drawn', text)).svg;
  })(${JSON.stringify(text)})`);
  return {
    nodes: await page.locator('.node').count(),
    words: (await page.locator('.node').allTextContents()).join(' '),
  };
}
