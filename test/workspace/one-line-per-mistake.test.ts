/**
 * A mistake is one line, wherever it is made and whatever else is wrong: each of these alone, and any
 * three of them together. A second line from one mistake sends its author looking for what is not there.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { WorkspaceFile } from '../../core/definitions/sources.ts';
import { compileTemplate } from '../../mail/templates/compile.ts';
import type { CompiledTemplate, TemplateSource } from '../../mail/templates/compile.ts';
import { checkWorkspace } from '../../workspace/check-workspace.ts';
import { formatProblem } from '../../workspace/format-problem.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

type Mistake = readonly [file: string, from: string | RegExp, to: string, line: string];

const nurture = 'journeys/trial-nurture.json';
const mistakes: readonly Mistake[] = [
  [nurture, '"send": "need-a-hand"', '"send": "need-a-hnd"', 'did you mean "need-a-hand"?'],
  [nurture, '"journey": "trial-nurture"', '"jurney": "trial-nurture"', 'did you mean "journey"?'],
  [nurture, '"id": "pause-1", "wait": "2 days"', '"id": "pause-1", "wait": "2 dayz"', '"2 days"'],
  [nurture, '"title": ', '"title" ', 'a colon is missing here'],
  [nurture, /\]\s*,\s*"exit"/, ' , "exit"', 'is missing'],
  [nurture, '"existing": "ignore"', '"existing": "ignoer"', 'did you mean "ignore"?'],
  [nurture, '"operator": "is", "value": "A"', '"operator": "oneOf", "value": ["A"]', '"isOneOf"?'],
  [
    nurture,
    '"operator": "is", "value": "A"',
    '"operator": "not:is", "value": 7',
    '"not:is" expects',
  ],
  [nurture, '"event": "Report Created"', '"event": "Report Creatd"', '"Report Created"?'],
  [nurture, '"topic": "product-tips"', '"topic": "product-tipps"', '"product-tips"?'],
  ['journeys/ebook.json', /"journey": "ebook"/, '"journey": "ebook', 'without double quotes'],
  ['journeys/recycle.json', '"on": "api"', '"on": "apy"', '"api"?'],
  ['journeys/recycle.json', /^\{/, '', ''],
  ['rules/facts.json', '"type": "choice"', '"type": "choise"', 'did you mean "choice"?'],
  ['rules/facts.json', '"id": "painPoint"', '"id" "painPoint"', 'a colon is missing here'],
  ['rules/events.json', '"event": "Trial Started"', '"evnt": "Trial Started"', '"event"?'],
  ['rules/events.json', /\]\s*\}\s*$/, '', 'is missing'],
  ['rules/segments.json', '"fact": "employees"', '"fact": "employes"', 'did you mean "employees"?'],
  ['rules/segments.json', '"segments":', '"segmants":', 'did you mean "segments"?'],
  ['rules/scoring.json', '"points": 25', '"points": "25"', 'expected a number'],
  ['rules/scoring.json', '"model": "core"', '"modle": "core"', 'did you mean "model"?'],
  ['rules/qualification.json', '"label": "MQL"', '"lable": "MQL"', 'did you mean "label"?'],
  ['rules/qualification.json', '"handoff": "inbound"', '"handoff": "inbuond"', '"inbound"?'],
  ['rules/qualification.json', '"order"', '"ordre"', 'did you mean "order"?'],
  ['rules/routing.json', '"rep": "anna"', '"rep": "ana"', 'did you mean "anna"?'],
  ['rules/routing.json', '"reps": {', '"resp": {', 'did you mean "reps"?'],
  ['rules/routing.json', '"to": "pool:dach"', '"to": "pool:dahc"', 'did you mean "dach"?'],
  ['rules/handoffs.json', '"handoff": "inbound"', '"handof": "inbound"', '"handoff"?'],
  ['rules/handoffs.json', '"id": "not-now"', '"id": 5', 'expected a text'],
  ['rules/sending.json', '"max": 2', '"max": "2"', 'expected a number'],
  ['rules/sending.json', '"topics"', '"topcis"', 'did you mean "topics"?'],
  ['personas/busy-vp.json', '"seniority"', '"senioritty"', 'did you mean "seniority"?'],
  ['personas/busy-vp.json', '"SAL"', '"SLA"', 'unknown stage "SLA"'],
  ['imports/hr-expo.json', '"to": "country"', '"to": "contry"', 'did you mean "country"?'],
  ['templates/welcome/email.json', '"again": "never"', '"again": "nevr"', '"never"'],
  ['templates/welcome/email.json', '"template": "welcome"', '"template" "welcome"', 'colon'],
  ['templates/welcome/email.json', '"variables"', '"varables"', 'did you mean "variables"?'],
  ['templates/welcome/message.mjml', '</mj-column>', '', 'is never closed'],
  ['templates/congrats/message.mjml', '</mj-text>', '<b>now</mj-text>', '<b> is never closed'],
  [
    'templates/roi-numbers/message.mjml',
    '</mj-text>',
    '{{ lead.firstNme }}</mj-text>',
    'firstName',
  ],
];

let shipped: readonly WorkspaceFile[];
beforeAll(async () => {
  shipped = await readWorkspace(new URL('../../', import.meta.url).pathname);
});

const compiled = new Map<string, Promise<CompiledTemplate>>();
function compileOnce(source: TemplateSource): Promise<CompiledTemplate> {
  const key = JSON.stringify(source);
  const known = compiled.get(key) ?? compileTemplate(source);
  compiled.set(key, known);
  return known;
}

async function linesOf(made: readonly Mistake[]): Promise<readonly string[]> {
  const files = shipped.map((file) => {
    const own = made.filter(([path]) => path === file.path);
    const text = own.reduce((before, [path, from, to]) => {
      const after = before.replace(from, to);
      if (after === before) throw new Error(`${path} does not hold ${String(from)}`);
      return after;
    }, file.text);
    return { ...file, text };
  });
  const checked = await checkWorkspace(files, { compileTemplate: compileOnce });
  return (checked.ok ? checked.warnings : checked.problems).map(formatProblem);
}

describe('alone', () => {
  test.each(mistakes)('%s: %s → %s', async (...mistake) => {
    const lines = await linesOf([mistake]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${mistake[0].replaceAll('.', '\\.')}:\\d+:\\d+ `));
    expect(lines[0]).toContain(mistake[3]);
  });
});

describe('three at once', () => {
  /** Every mistake with two others, a different distance away each time. */
  const triples = mistakes.map((first, at) =>
    [
      first,
      mistakes[(at + 7) % mistakes.length],
      mistakes[(at + 19 + (at % 3)) % mistakes.length],
    ].flatMap((one) => (one === undefined ? [] : [one])),
  );
  /** Whether a topic exists nobody can say while the list of topics cannot be read. */
  const isHidden = (one: readonly Mistake[]) =>
    one.some(([, , to]) => to.includes('topcis')) && one.some(([, , to]) => to.includes('tipps'));
  const inThreeFiles = triples.filter(
    (one) => new Set(one.map(([file]) => file)).size === 3 && !isHidden(one),
  );

  test('there are enough of them', () => {
    expect(inThreeFiles.length).toBeGreaterThan(25);
  });

  test.each(
    inThreeFiles.map((one) => [one.map(([file, , to]) => `${file} ${to}`).join(' + '), one]),
  )('%s', async (_name, made) => {
    const lines = await linesOf(made);
    const files = lines.map((line) => line.split(':')[0]);
    expect(lines.join('\n')).toBe(lines.slice(0, 3).join('\n'));
    expect(files).toEqual((made as readonly Mistake[]).map(([file]) => file).sort());
  });
});
