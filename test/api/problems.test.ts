import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request } from 'node:http';
import { useTestDatabase } from '../support/postgres.ts';
import { KEY, openApi, READ_KEY, type Answer, type ApiWorld } from './world.ts';

const database = useTestDatabase();
let api: ApiWorld;
beforeAll(async () => {
  api = await openApi(database.url);
});
afterAll(() => api.close());

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect({ status: answer.status, type: answer.json['type'] }).toEqual({
    status,
    type: `/problems/${code}`,
  });
  expect(answer.json['instance']).toBe(answer.headers.get('x-request-id'));
}

describe('every kind of mistake is a problem with a code and a sentence', () => {
  const cases: readonly [string, string, string, unknown, number, string][] = [
    ['a call without an event name', 'POST', '/v1/track', { userId: '1' }, 422, 'invalid-body'],
    ['a call about nobody', 'POST', '/v1/track', { event: 'x' }, 422, 'invalid-body'],
    ['a text as body', 'POST', '/v1/track', '"hello"', 422, 'invalid-body'],
    [
      'an address with a comma',
      'POST',
      '/v1/identify',
      { userId: '1', traits: { email: 'a@b.c,d@e.f' } },
      422,
      'invalid-body',
    ],
    ['broken JSON', 'POST', '/v1/track', '{"userId":', 400, 'invalid-json'],
    [
      'a body of a megabyte',
      'POST',
      '/v1/track',
      { x: 'y'.repeat(1_000_000) },
      413,
      'body-too-large',
    ],
    ['an empty batch', 'POST', '/v1/batch', { batch: [] }, 422, 'invalid-body'],
    ['a path that is not there', 'GET', '/v1/nothing', undefined, 404, 'not-found'],
    ['the wrong method', 'GET', '/v1/track', undefined, 405, 'method-not-allowed'],
    [
      'a lead that is not there',
      'GET',
      '/v1/leads/nobody@example.com',
      undefined,
      404,
      'not-found',
    ],
    ['a path that is no UTF-8', 'GET', '/v1/leads/%E0%A4%A', undefined, 400, 'bad-request'],
    ['a cursor of somebody else', 'GET', '/v1/handoffs?cursor=abc', undefined, 400, 'bad-request'],
    ['an unknown status', 'GET', '/v1/handoffs?status=lost', undefined, 400, 'bad-request'],
    ['a page of a million', 'GET', '/v1/handoffs?limit=1000000', undefined, 400, 'bad-request'],
    [
      'an unknown journey',
      'POST',
      '/v1/journeys/nope/enrolments',
      { userId: '1' },
      404,
      'not-found',
    ],
    [
      'a journey not entered by request',
      'POST',
      '/v1/journeys/trial-nurture/enrolments',
      { userId: '1' },
      409,
      'conflict',
    ],
  ];
  test.each(cases)('%s', async (_name, method, path, body, status, code) => {
    expectProblem(await api.call(method, path, body), status, code);
    expect(api.defects).toEqual([]);
  });

  test('names the place of each mistake of a batch by JSON pointer', async () => {
    const batch = [
      { type: 'track', userId: '1', event: 'Fine' },
      { type: 'track', userId: '1' },
      { type: 'identify', userId: '1', traits: { email: 'not an address' } },
    ];
    const { json } = await api.call('POST', '/v1/batch', { batch });
    const errors = json['errors'] as readonly { readonly pointer: string }[];
    expect(errors.map(({ pointer }) => pointer)).toEqual([
      '#/batch/1/event',
      '#/batch/2/traits/email',
    ]);
  });
});

describe('who may call', () => {
  const body = { userId: '1', event: 'x' };
  test('nobody without a key', async () => {
    const answer = await api.call('POST', '/v1/track', body, { authorization: '' });
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
  });
  test('nobody with a wrong key, also where there is nothing', async () => {
    const wrong = { authorization: 'Bearer something-else' };
    expectProblem(await api.call('POST', '/v1/track', body, wrong), 401, 'unauthorized');
    expectProblem(await api.call('GET', '/v1/nothing', undefined, wrong), 401, 'unauthorized');
  });
  test('a key that may only read does not write', async () => {
    const answer = await api.call('POST', '/v1/track', body, {
      authorization: `Bearer ${READ_KEY}`,
    });
    expectProblem(answer, 403, 'forbidden');
    const read = await api.call('GET', '/v1/journeys', undefined, {
      authorization: `Bearer ${READ_KEY}`,
    });
    expect(read.status).toBe(200);
  });
  test('a key as user name of Basic, as the libraries of Segment send it', async () => {
    const authorization = `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`;
    expect((await api.call('POST', '/v1/track', body, { authorization })).status).toBe(200);
  });
});

describe('which host it answers to', () => {
  const ask = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = request(`${api.url}/console/sign-in`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject).end();
    });
  test.each([
    ['localhost:3000', 200],
    ['127.0.0.1', 200],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
  ])('%s: %i', async (host, status) => {
    expect(await ask(host)).toBe(status);
  });
});

test('a page for people carries neither script nor inline style, and forbids both', async () => {
  const { headers, text, status } = await api.call('GET', '/console/sign-in');
  expect(status).toBe(200);
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(text).not.toMatch(/<script|style=|<style/);
});

test('a person with a browser reads a page where a program reads a problem', async () => {
  const page = await api.call('GET', '/u/nonsense', undefined, { accept: 'text/html' });
  expect(page.status).toBe(404);
  expect(page.text).toContain('This link does not work');
  expectProblem(await api.call('GET', '/u/nonsense'), 404, 'bad-link');
});
