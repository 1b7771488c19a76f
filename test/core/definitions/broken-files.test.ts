/** A corpus of broken files: the exact place and the exact sentence, one line per mistake. */
import { describe, expect, test } from 'vitest';
import { exampleText, journeyText, problemsOf } from './example.ts';

/** A journey with these steps (from line 3 on) has exactly these problems. */
function checkSteps(steps: string, expected: readonly string[]): void {
  const lines = problemsOf({ 'journeys/x.json': journeyText(steps) });
  expect(lines).toEqual(expected.map((line) => `journeys/x.json:${line}`));
}

/** The example file with one text replaced has exactly these problems. */
function checkChange(path: string, from: string, to: string, expected: readonly string[]): void {
  const text = exampleText(path);
  expect(text).toContain(from);
  expect(problemsOf({ [path]: text.replace(from, () => to) })).toEqual(
    expected.map((line) => `${path}:${line}`),
  );
}

describe('steps', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a misspelt key',
      '{ "id": "a", "sned": "welcome" }',
      ['3:14 unknown key "sned"; did you mean "send"?'],
    ],
    [
      'an unknown template',
      '{ "id": "a", "send": "welcom" }',
      ['3:22 unknown template "welcom"; did you mean "welcome"?'],
    ],
    [
      'a step of no kind',
      '{ "id": "a" }',
      [
        '3:1 expected one of the keys "send", "wait", "waitFor", "branch", "split", "update", "task", "notify", "webhook", "enrich", "enter" or "exit", found an object',
      ],
    ],
    [
      'a number where a duration belongs',
      '{ "id": "a", "wait": 2 }',
      ['3:22 expected a duration such as "2 days", "90 minutes" or "PT1H30M", found 2'],
    ],
    [
      'months',
      '{ "id": "a", "wait": "2 months" }',
      [
        '3:22 expected days or weeks, because months and years have no fixed length, found "2 months"',
      ],
    ],
    [
      'business hours of nobody',
      '{ "id": "a", "wait": "2 business days" }',
      [
        '3:22 expected a plain duration, because business hours work only in "sla", "due" and "takeWithin", found "2 business days"',
      ],
    ],
    [
      'an id used twice',
      '{ "id": "a", "wait": "1 day" },\n{ "id": "a", "wait": "1 day" }',
      ['4:9 id "a" is used twice in this journey (steps and arms share one namespace); rename one'],
    ],
    [
      'an arm with the id of its step',
      '{ "id": "a", "split": [ { "id": "a", "share": 50, "steps": [] }, { "id": "b", "share": 50, "steps": [] } ] }',
      [
        '3:33 id "a" is used twice in this journey (steps and arms share one namespace); rename one',
      ],
    ],
    [
      'shares that do not total 100',
      '{ "id": "a", "split": [ { "id": "b", "share": 50, "steps": [] }, { "id": "c", "share": 40, "steps": [] } ] }',
      ['3:23 the shares of a split total 100, found 90'],
    ],
    [
      'a branch without else',
      '{ "id": "a", "branch": [ { "id": "b", "if": { "fact": "country", "operator": "is", "value": "DE" }, "steps": [] } ] }',
      [
        '3:26 the last arm of a branch must be "else": true; add { "id": "others", "else": true, "steps": [] }',
      ],
    ],
    [
      'else before the end',
      '{ "id": "a", "branch": [ { "id": "b", "else": true, "steps": [] }, { "id": "c", "else": true, "steps": [] } ] }',
      ['3:39 only the last arm of a branch is "else": no arm after it can win; move it to the end'],
    ],
    [
      'a waitFor without an end',
      '{ "id": "a", "waitFor": { "event": "Report Created" } }',
      ['3:25 a waitFor ends after "upTo" or at "until": exactly one of them; add "upTo": "5 days"'],
    ],
    [
      'a misspelt end',
      '{ "id": "a", "waitFor": { "event": "Report Created", "uptoo": "1 day" } }',
      ['3:54 unknown key "uptoo"; did you mean "upTo"?'],
    ],
    [
      'a wait until a date without ifPast',
      '{ "id": "a", "wait": { "until": "lastSeen" } }',
      ['3:1 "ifPast" is missing'],
    ],
    [
      'a date that is a text',
      '{ "id": "a", "wait": { "until": "entry.plan" }, "ifPast": "skip" }',
      ['3:33 "entry.plan" is not a date (a text)'],
    ],
    [
      'a property the entry has not',
      '{ "id": "a", "wait": { "until": "entry.startsAt" }, "ifPast": "skip" }',
      [
        '3:33 the entry of this journey has no property "startsAt"; declare it with the entry event in rules/events.json',
      ],
    ],
    [
      'an unknown pool',
      '{ "id": "a", "task": "Call", "kind": "call", "due": "1 day", "for": "pool:inbund" }',
      ['3:69 unknown pool "inbund"; did you mean "inbound"?'],
    ],
    [
      'nobody in particular',
      '{ "id": "a", "notify": "ownr", "text": "x" }',
      [
        '3:24 expected "owner", "last-owner", "account-owner", "rep:…", "pool:…", "queue:…" or "route:…", found "ownr"; did you mean "owner"?',
      ],
    ],
    [
      'a task for an owner who may not exist',
      '{ "id": "a", "task": "Call", "kind": "call", "due": "1 day", "for": "owner" }',
      [
        '3:1 "for": "owner" needs "ifNone": who, when there is none; add "ifNone": "route:…" or "pool:…"',
      ],
    ],
    [
      'an unknown journey',
      '{ "id": "a", "enter": "recycel" }',
      ['3:23 unknown journey "recycel"; did you mean "recycle"?'],
    ],
    [
      'a journey that starts only by events',
      '{ "id": "a", "enter": "trial-nurture" }',
      [
        '3:23 journey "trial-nurture" cannot be entered by name; add { "on": "api", … } to its "enter"',
      ],
    ],
    [
      'an unknown attribute',
      '{ "id": "a", "update": { "plann": "pro" } }',
      ['3:35 unknown fact "plann"; did you mean "plan"?'],
    ],
    [
      'onlyIfSent of a step that sends nothing',
      '{ "id": "a", "wait": "1 day" },\n{ "id": "b", "send": "welcome", "onlyIfSent": "a" }',
      ['4:47 no earlier step "a" sends an email'],
    ],
    [
      'a transactional email that answers nothing',
      '{ "id": "a", "wait": "1 day" },\n{ "id": "b", "send": "welcome", "class": "transactional" }',
      [
        '4:42 the transactional email "b" answers nothing the lead just did; say "because", or make it marketing',
      ],
    ],
    [
      'steps after an exit',
      '{ "id": "a", "exit": "Done" },\n{ "id": "b", "wait": "1 day" }',
      ['4:1 nothing comes after the exit "a"; move the exit to the end of the list'],
    ],
  ];
  test.each(cases)('%s', (_name, steps, expected) => checkSteps(steps, expected));

  test.each(['suppress', 'sendNext'])('%s is reserved for later', (word) => {
    checkSteps(`{ "id": "a", "${word}": {} }`, [`3:14 "${word}" is not available yet`]);
  });

  test('sameThreadAs is reserved for later', () => {
    checkSteps('{ "id": "a", "send": "welcome", "sameThreadAs": "b" }', [
      '3:33 "sameThreadAs" is not available yet',
    ]);
  });

  test('a flow above 16 KB', () => {
    const steps = Array.from({ length: 400 }, (_, index) => {
      return `{ "id": "step-with-a-rather-long-name-${index}", "wait": "1 day" }`;
    });
    const [problem] = problemsOf({ 'journeys/x.json': journeyText(steps.join(',\n')) });
    expect(problem).toMatch(
      /^journeys\/x\.json:2:10 the journey is too long: \d+ bytes of flow, at most 16384;/,
    );
  });

  test('an email right after an awaited event may be transactional, one after a time-out not', () => {
    const send = (id: string) => `{ "id": "${id}", "send": "welcome", "class": "transactional" }`;
    checkSteps(
      `{ "id": "a", "waitFor": { "event": "Report Created", "upTo": "1 day" },\n"happened": [ ${send('b')} ],\n"timedOut": [ ${send('c')} ] }`,
      [
        '5:56 the transactional email "c" answers nothing the lead just did; say "because", or make it marketing',
      ],
    );
  });
});

describe('journeys', () => {
  const path = 'journeys/trial-nurture.json';

  test.each(['date', 'schedule'])('entering on a %s is reserved for later', (word) => {
    checkChange(path, '"on": "event"', `"on": "${word}"`, [`8:13 "${word}" is not available yet`]);
  });

  test.each(['lane', 'account'])('%s is reserved for later', (word) => {
    checkChange(path, '"owner": "maria",', `"owner": "maria", "${word}": {},`, [
      `5:21 "${word}" is not available yet`,
    ]);
  });

  test('an unknown topic', () => {
    checkChange(path, '"topic": "product-tips"', '"topic": "product-tip"', [
      '25:14 unknown topic "product-tip"; did you mean "product-tips"?',
    ]);
  });

  test('a removed step that never was', () => {
    checkChange(path, '"pause-1" }', '"pause-9" }', [
      '76:29 unknown step "pause-9"; did you mean "pause-1"?',
    ]);
  });

  test('an unknown event of an exit', () => {
    checkChange(path, '"Deal Won"', '"Deal Wun"', [
      '16:78 unknown event "Deal Wun"; did you mean "Deal Won"?',
    ]);
  });
});

describe('conditions', () => {
  const path = 'rules/segments.json';
  const cases: readonly (readonly [string, string, string, string])[] = [
    [
      'an unknown fact',
      '"employees"',
      '"employes"',
      '9:21 unknown fact "employes"; did you mean "employees"?',
    ],
    ['a text for a number', '500', '"500"', '9:66 "atLeast" expects a number, found "500"'],
    [
      'one value for a list',
      '["DE", "AT", "CH"]',
      '"DE"',
      '10:64 "isOneOf" expects a list, found "DE"; put it in [ ]',
    ],
    [
      'in with a text',
      '"isOneOf", "value": ["DE", "AT", "CH"]',
      '"in", "value": "DE"',
      '10:59 "in" expects a list, found "DE"; put it in [ ]',
    ],
    [
      'an unknown operator',
      '"atLeast"',
      '"atleest"',
      '9:46 unknown operator "atleest"; did you mean "atLeast"?',
    ],
    [
      'a list that is not there yet',
      '"isOneOf", "value": ["DE", "AT", "CH"]',
      '"onList", "value": "eu"',
      '10:44 "onList" is not available yet',
    ],
    [
      'an operator that never holds',
      '"isOneOf", "value": ["DE", "AT", "CH"]',
      '"has", "value": "DE"',
      '10:44 "has" never holds for "country" (a text); use "containsText" or "is"',
    ],
    [
      'a fact of handoffs',
      '"country"',
      '"handoff.cause"',
      '10:21 "handoff.cause" is known only in "sla"',
    ],
    [
      'a fact of entries',
      '"country"',
      '"entry.plan"',
      '10:21 "entry.plan" is known only inside a journey',
    ],
    [
      'an empty any',
      '"all": [',
      '"any": [], "all": [',
      '8:9 "any" cannot stand here: an object holds one of "all", "any" and "not"; nest them',
    ],
  ];
  test.each(cases)('%s', (_name, from, to, expected) => {
    const lines = problemsOf({ [path]: exampleText(path).replace(from, () => to) });
    expect(lines[0]).toBe(`${path}:${expected}`);
    expect(lines).toHaveLength(1);
  });

  test('any: [] is refused, because it would always hold', () => {
    const text = `{ "segments": [ { "id": "enterprise-dach", "why": "x", "when": { "any": [] } } ] }`;
    expect(problemsOf({ [path]: text })).toEqual([
      `${path}:1:73 expected at least 1 entry, found an empty list`,
    ]);
  });

  test('a segment that asks for itself', () => {
    const text = `{ "segments": [ { "id": "enterprise-dach", "why": "x", "when": { "condition": "enterprise-dach" } } ] }`;
    expect(problemsOf({ [path]: text })).toEqual([
      `${path}:1:64 segment "enterprise-dach" asks for itself`,
    ]);
  });

  test('a property the event has not', () => {
    checkChange('rules/scoring.json', '"fact": "path"', '"fact": "paht"', [
      '48:28 event "Page Viewed" has no property "paht"; did you mean "path"?',
    ]);
  });

  test('a choice that is none', () => {
    checkChange('rules/scoring.json', '"director", "vp"', '"directr", "vp"', [
      '22:71 "isOneOf" expects "individual", "manager", "director", "vp" or "c-level", found "directr"; did you mean "director"?',
    ]);
  });

  test('a grade that is none', () => {
    const lines = problemsOf({
      'rules/qualification.json': exampleText('rules/qualification.json').replace('"A1"', '"A9"'),
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^rules\/qualification\.json:50:63 .* found "A9"; did you mean "A1"\?$/,
    );
  });
});

describe('stages, routing, sending, personas, imports', () => {
  test('a way in from a later stage', () => {
    checkChange('rules/qualification.json', '"from": ["sales-accepted"]', '"from": ["SQL"]', [
      '87:16 stage "SQL" is not earlier in "order"',
    ]);
  });

  test('a stage nobody declared', () => {
    checkChange('personas/busy-vp.json', '"SAL"', '"SLA"', [
      '24:14 unknown stage "SLA"; did you mean "SAL"?',
    ]);
  });

  test('a last match with a condition', () => {
    checkChange(
      'rules/routing.json',
      '"why": "Everyone else",',
      '"why": "Everyone else", "if": { "fact": "owner", "operator": "known", "value": true },',
      [
        '18:51 the last match must have no "if": somebody would match none; add a last match for the rest',
      ],
    );
  });

  const reserved: readonly (readonly [string, string, string])[] = [
    ['"share": "weighted"', '"share": "quota"', '22:16 "quota" is not available yet'],
    [
      '"share": "weighted"',
      '"share": "weighted", "speaks": "lead"',
      '22:28 "speaks" is not available yet',
    ],
    [
      '"routing": "inbound",',
      '"routing": "inbound", "partners": {},',
      '3:25 "partners" is not available yet',
    ],
    ['"to": "pool:dach"', '"to": "partner:acme"', '16:13 "partner:acme" is not available yet'],
  ];
  test.each(reserved)('%s', (from, to, expected) => {
    checkChange('rules/routing.json', from, to, [expected]);
  });

  test('a rep nobody declared', () => {
    checkChange('rules/routing.json', '"rep": "jon"', '"rep": "jn"', [
      '28:18 unknown rep "jn"; did you mean "jon"?',
    ]);
  });

  test('a column for a fact nobody declared, told once', () => {
    checkChange('imports/hr-expo.json', '"E-Mail": "email"', '"E-Mail": "emial"', [
      '5:15 unknown fact "emial"; did you mean "email"?',
    ]);
  });

  test('files of later', () => {
    expect(
      problemsOf({
        'rules/lists.json': '{}',
        'campaigns/x.json': '{}',
        'rules/scorng.json': '{}',
      }),
    ).toEqual([
      'campaigns/x.json:1:1 campaigns/ is not available yet',
      'rules/lists.json:1:1 rules/lists.json is not available yet',
      'rules/scorng.json:1:1 unknown rule file "scorng"; did you mean "scoring"?',
    ]);
  });

  test('a missing file is one line, not one per name it would have declared', () => {
    expect(problemsOf({ 'rules/sending.json': null })).toEqual([
      'rules/sending.json:1:1 the file is missing: a workspace has one',
    ]);
  });

  test('a second qualification', () => {
    expect(
      problemsOf({ 'rules/qualification.b.json': exampleText('rules/qualification.json') }),
    ).toEqual([
      'rules/qualification.b.json:1:1 a second qualification file: a workspace has one; merge them',
    ]);
  });
});

describe('several mistakes', () => {
  test('three mistakes are three lines, whatever their kind', () => {
    checkSteps(
      '{ "id": "a", "sned": "welcome" },\n{ "id": "b", "wait": "3 moons" },\n{ "id": "c", "send": "nobody-wrote-this" }',
      [
        '3:14 unknown key "sned"; did you mean "send"?',
        '4:22 expected a duration such as "2 days", "90 minutes" or "PT1H30M", found "3 moons"',
        '5:22 unknown template "nobody-wrote-this"; declare it in templates/',
      ],
    );
  });

  test('mistakes of several files come in one go', () => {
    expect(
      problemsOf({
        'rules/segments.json': exampleText('rules/segments.json').replace('500', '"500"'),
        'rules/facts.json': exampleText('rules/facts.json').replace('"text"', '"txt"'),
        'journeys/x.json': '{ "journey": "x"\n "title": "y" }',
      }),
    ).toEqual([
      'journeys/x.json:2:2 a comma is missing here',
      'rules/facts.json:4:34 expected "text", "number", "boolean", "choice", "date" or "list", found "txt"; did you mean "text"?',
      'rules/segments.json:9:66 "atLeast" expects a number, found "500"',
    ]);
  });

  test('what a mistaken part declares is not missed elsewhere', () => {
    checkChange('rules/segments.json', '"why"', '"whyy"', [
      '6:7 unknown key "whyy"; did you mean "why"?',
    ]);
    checkChange('rules/segments.json', '"why"', '"id": "other", "why"', [
      '6:7 "id" is written twice in the same object; keep one',
    ]);
  });
});

describe('one mistake is one line', () => {
  test('a list where a text belongs', () => {
    checkChange('personas/busy-vp.json', '"exit": "with-sales"', '"exit": []', [
      '23:13 expected a text, found an empty list',
    ]);
  });

  test('an email without its language', () => {
    checkChange('templates/welcome/email.json', '"Three steps, no card needed"', '3', [
      '12:20 expected a text, found 3',
    ]);
  });

  test('an email whose file is no object', () => {
    expect(problemsOf({ 'templates/congrats/email.json': '[]' })).toEqual([
      'templates/congrats/email.json:1:1 expected an object, found an empty list',
    ]);
  });
});

describe('comments and commas', () => {
  test('comments and trailing commas are allowed', () => {
    const text = exampleText('rules/segments.json');
    const loose = text
      .replace('"segments"', '// named conditions\n "segments"')
      .replace(/\]\s*\}\s*$/, '], /* end */ }');
    expect(loose).not.toBe(text);
    expect(problemsOf({ 'rules/segments.json': loose })).toEqual(problemsOf({}));
  });

  test('an empty file and one nested without end are problems, not crashes', () => {
    expect(problemsOf({ 'journeys/x.json': '' })).toEqual([
      'journeys/x.json:1:1 the file is empty',
    ]);
    expect(problemsOf({ 'journeys/x.json': '['.repeat(50_000) })).toEqual([
      'journeys/x.json:1:101 nested deeper than 100',
    ]);
  });
});

test('a word survives only where there is one of its own, and a largest one only where there is a size', () => {
  const facts = (...declared: readonly string[]) =>
    problemsOf({
      'rules/facts.json': `{ "$schema": "../schema/facts.json", "facts": [\n${declared.join(',\n')} ] }`,
    }).filter((line) => line.includes('rules/facts.json') && !line.includes('unknown fact'));
  const fact = (id: string, rest: string) => `{ "id": "${id}", "label": "X", ${rest} }`;
  const lines = facts(
    fact('spent', '"type": "number", "survivor": "largest"'),
    fact('camefrom', '"type": "text", "survivor": "first"'),
    fact('nick', '"type": "text", "survivor": "largest"'),
    fact('city', '"type": "text", "from": "traits.address.city", "survivor": "first"'),
    fact(
      'level',
      '"type": "text", "derive": { "from": "jobTitle", "as": "seniority" }, "survivor": "first"',
    ),
  );
  expect(lines.map((line) => line.replace(/:\d+ /, ' '))).toEqual([
    'rules/facts.json:4 of type "text" no value is the largest; use "latest" or "first"',
    'rules/facts.json:5 "city" reads a part of a trait, which is kept or replaced as a whole; leave it out',
    'rules/facts.json:6 "level" is read out of another fact: what stays is decided there; leave it out',
  ]);
});
