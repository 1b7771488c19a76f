/**
 * What a marketer sees while typing: what is offered, what is explained, what is underlined. Asked of
 * the language service of VS Code itself, over the shipped workspace and its schemas. `‸` is the cursor.
 */
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openEditor } from '../support/editor.ts';

const editor = openEditor(resolve(import.meta.dirname, '../..'));
const journey = (steps: string, more = '') =>
  `{ "$schema": "../schema/journey.json", "journey": "j", "title": "J", "owner": "me",
  "enter": [ { "on": "event", "event": "Trial Started", "existing": "ignore", "whileInside": "ignore", "again": "never" } ],
  "exit": [], "sending": { "class": "marketing", "topic": "events", "priority": 1, "holdAtMost": "1 day" }, ${more}
  "steps": [ ${steps} ],
  "whenEdited": { "inFlight": "stay" }, "whenPaused": { "timers": "freeze" } }`;
const scoring = (rule: string) =>
  `{ "$schema": "../schema/scoring.json", "model": "core", "scores": {}, "rules": [ ${rule} ] }`;

describe('offers', () => {
  const cases: readonly (readonly [
    string,
    string,
    string,
    readonly string[],
    readonly string[],
  ])[] = [
    [
      'the fields of a journey',
      'journeys/a.json',
      '{ "$schema": "../schema/journey.json", ‸ }',
      ['journey', 'enter', 'steps', 'whenPaused'],
      ['send', 'lane'],
    ],
    [
      'the kinds of steps',
      'journeys/a.json',
      journey('{ "id": "a", ‸ }'),
      ['send', 'wait', 'waitFor', 'branch', 'split', 'update', 'task', 'notify', 'exit'],
      ['sendNext', 'fact'],
    ],
    [
      'whole steps',
      'journeys/a.json',
      journey('‸'),
      ['send an email', 'wait', 'wait for an event', 'branch'],
      [],
    ],
    [
      'after "send" only what belongs to a send',
      'journeys/a.json',
      journey('{ "id": "a", "send": "welcome", ‸ }'),
      ['class', 'onlyIfSent', 'sendBy'],
      ['branch', 'timedOut'],
    ],
    [
      'emails of the workspace',
      'journeys/a.json',
      journey('{ "id": "a", "send": "‸" }'),
      ['welcome', 'need-a-hand', 'rep-news'],
      ['trial-nurture'],
    ],
    [
      'events, built in and declared',
      'journeys/a.json',
      journey('{ "id": "a", "waitFor": { "event": "‸", "upTo": "1 day" } }'),
      ['Trial Started', 'Report Created', 'Deal Won'],
      [],
    ],
    [
      'journeys that can be entered by name',
      'journeys/a.json',
      journey('{ "id": "a", "enter": "‸" }'),
      ['recycle', 'trade-show'],
      ['trial-nurture'],
    ],
    [
      'people, pools, queues and routings',
      'journeys/a.json',
      journey('{ "id": "a", "notify": "‸", "text": "…" }'),
      ['owner', 'rep:anna', 'pool:dach', 'queue:inbound', 'route:inbound'],
      ['anna'],
    ],
    [
      'topics',
      'templates/a/email.json',
      '{ "$schema": "../../schema/template.json", "topic": "‸" }',
      ['product-tips', 'events'],
      [],
    ],
    [
      'facts in a rule',
      'rules/scoring.json',
      scoring('{ "id": "a", "when": { "fact": "‸" } }'),
      ['seniority', 'budgetRange', 'employees', 'daysSinceActivity', 'account.owner'],
      ['handoff.cause', 'path'],
    ],
    [
      'operators',
      'rules/scoring.json',
      scoring('{ "id": "a", "when": { "fact": "country", "operator": "‸" } }'),
      ['is', 'isOneOf', 'atLeast', 'known', 'withinLast'],
      ['onList'],
    ],
    [
      'the values a choice can have',
      'rules/scoring.json',
      scoring('{ "id": "a", "when": { "fact": "seniority", "operator": "is", "value": "‸" } }'),
      ['vp', 'director', 'c-level'],
      ['free'],
    ],
    [
      'the values of a choice in a list',
      'rules/scoring.json',
      scoring(
        '{ "id": "a", "when": { "fact": "emailKind", "operator": "isOneOf", "value": ["‸"] } }',
      ),
      ['free', 'role', 'disposable', 'company'],
      ['vp'],
    ],
    [
      'properties of events where an event speaks',
      'rules/scoring.json',
      scoring('{ "id": "a", "forEach": { "event": "Page Viewed", "where": { "fact": "‸" } } }'),
      ['path', 'url'],
      ['seniority'],
    ],
    [
      'the parameters of a count',
      'rules/scoring.json',
      scoring('{ "id": "a", "when": { "fact": "eventCount", "params": { ‸ } } }'),
      ['event', 'within', 'where'],
      [],
    ],
    [
      'stages by value and by label',
      'journeys/a.json',
      '{ "$schema": "../schema/journey.json", "enter": [ { "on": "stage", "stage": "‸" } ] }',
      ['MQL', 'marketingqualifiedlead', 'customer'],
      [],
    ],
    [
      'durations by example',
      'journeys/a.json',
      journey('{ "id": "a", "wait": "‸" }'),
      ['2 days', '1 week'],
      [],
    ],
    [
      'facts of the lead for a persona',
      'personas/a.json',
      '{ "$schema": "../schema/persona.json", "persona": "a", "lead": { ‸ } }',
      ['email', 'country', 'seniority', 'consent', 'tags'],
      ['fitScore'],
    ],
    [
      'exits and stages a persona may expect',
      'personas/a.json',
      '{ "$schema": "../schema/persona.json", "expect": { "exit": "‸" } }',
      ['with-sales', 'bought', 'completed'],
      [],
    ],
    [
      'reject reasons',
      'personas/a.json',
      '{ "$schema": "../schema/persona.json", "script": [ { "day": 1, "rep": "rejects", "reason": "‸" } ] }',
      ['not-now', 'wrong-territory'],
      [],
    ],
    [
      'handoffs, where a stage opens one',
      'rules/qualification.json',
      '{ "$schema": "../schema/qualification.json", "stages": [ { "stage": "product-qualified", "onEnter": { "handoff": "‸" } } ] }',
      ['inbound', 'sales-assist'],
      [],
    ],
    [
      'pools and queues, where a match sends leads',
      'rules/routing.json',
      '{ "$schema": "../schema/routing.json", "match": [ { "id": "a", "why": "b", "to": "‸" } ] }',
      ['account-owner', 'pool:dach', 'queue:inbound', 'rep:mia'],
      ['owner'],
    ],
    [
      'the handover in the condition of a service level',
      'rules/routing.json',
      '{ "$schema": "../schema/routing.json", "sla": [ { "id": "a", "if": { "fact": "‸" } } ] }',
      ['handoff.cause', 'seniority'],
      [],
    ],
    [
      'facts for the columns of a list',
      'imports/a.json',
      '{ "$schema": "../schema/import.json", "columns": { "Mail": "‸" } }',
      ['email', 'name', 'userId', 'country'],
      ['fitScore'],
    ],
  ];

  test.each(cases)('%s', async (_what, file, text, wanted, unwanted) => {
    const offered = await editor.complete(file, text);
    expect(offered).toEqual(expect.arrayContaining([...wanted]));
    expect(offered.filter((one) => unwanted.includes(one))).toEqual([]);
  });
});

describe('explains', () => {
  test.each([
    [journey('{ "id": "a", "on‸lyIfSent": "x", "send": "welcome" }'), 'must have gone out'],
    [
      journey('{ "id": "a", "wait‸For": { "event": "Deal Won", "upTo": "1 day" } }'),
      'Waits for an event',
    ],
    [journey('{ "id": "a", "send": "welc‸ome" }'), 'your first report in five minutes'],
    [journey('', '"ow‸ner": "x",'), 'Who answers for it'],
  ])('%#: a field and a name in a journey', async (text, said) => {
    expect(await editor.hover('journeys/a.json', text)).toContain(said);
  });

  test.each([
    ['{ "id": "a", "when": { "fact": "painP‸oint" } }', 'Pain point'],
    [
      '{ "id": "a", "when": { "fact": "country", "operator": "isOne‸Of" } }',
      'equals one of the values',
    ],
    ['{ "id": "a", "at‸Most": 3, "forEach": { "event": "Deal Won" } }', 'in either direction'],
    ['{ "id": "a", "forEach": { "event": "Pricing Vie‸wed" } }', 'Looked at prices'],
  ])('%#: a field and a name in a rule', async (rule, said) => {
    expect(await editor.hover('rules/scoring.json', scoring(rule))).toContain(said);
  });
});

describe('underlines', () => {
  const send = (template: string) => `{ "id": "a", "send": ${template} }`;
  test.each([
    ['an email that does not exist', journey(send('"welcom"')), '"welcom"'],
    ['a key of no file', journey('', '"x": 1,'), '"x"'],
    [
      'a fact nobody declared',
      journey(branch('{ "fact": "shoeSize", "operator": "is", "value": 1 }')),
      '"shoeSize"',
    ],
    [
      'an operator nobody knows',
      journey(branch('{ "fact": "country", "operator": "equals", "value": "DE" }')),
      '"equals"',
    ],
    [
      'a value no choice has',
      journey(branch('{ "fact": "seniority", "operator": "is", "value": "boss" }')),
      '"boss"',
    ],
    [
      'a text where a number belongs',
      journey(branch('{ "fact": "employees", "operator": "atLeast", "value": "500" }')),
      '"500"',
    ],
  ])('%s, at its place and once', async (_what, text, at) => {
    const found = await editor.problems('journeys/a.json', text);
    expect(found.map((one) => one.text)).toEqual([at]);
  });

  function branch(condition: string): string {
    return `{ "id": "b", "branch": [ { "id": "c", "if": ${condition}, "steps": [] }, { "id": "d", "else": true, "steps": [] } ] }`;
  }

  test('a misspelt key: the step that now does nothing, and the key', async () => {
    const found = await editor.problems('journeys/a.json', journey('{ "id": "a", "sned": "x" }'));
    expect(found.map((one) => one.text)).toEqual(['{', '"sned"']);
  });

  test('nothing in comments, trailing commas, decorated operators and entry properties', async () => {
    const text = journey(
      `// a note\n${branch('{ "fact": "entry.anything", "operator": "not:in", "value": ["x"] }')},`,
    );
    expect(await editor.problems('journeys/a.json', text)).toEqual([]);
  });
});
