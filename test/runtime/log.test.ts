/** What an error may say in a log: its kind, its code and its place, and nothing about a person. */
import { expect, test } from 'vitest';
import { createLog } from '../../runtime/log.ts';

function written(error: unknown): string {
  const lines: string[] = [];
  const log = createLog(
    { name: 'test', level: 'info' },
    { write: (line) => void lines.push(line) },
  );
  log.error({ err: error, commandId: 'e-1/welcome/1' }, 'step failed');
  return lines.join('');
}

const reply = '550 5.1.1 <ana@nordwind.example>: Ana Lindqvist does not work here';
const cases: readonly (readonly [string, unknown])[] = [
  [
    'a mail server that repeats the recipient',
    Object.assign(new Error(reply), { code: 'EENVELOPE', responseCode: 550, response: reply }),
  ],
  [
    'a constraint that names the row',
    Object.assign(new Error('duplicate key value violates unique constraint "identity_pkey"'), {
      ...{ severity: 'ERROR', code: '23505' },
      detail: 'Key (kind, value)=(email, ana@nordwind.example) already exists.',
    }),
  ],
  [
    'a value that the database cannot read',
    Object.assign(new Error('invalid input syntax for type timestamp: "Ana Lindqvist"'), {
      ...{ severity: 'ERROR', code: '22007', where: 'unnamed portal parameter $1 = Ana Lindqvist' },
    }),
  ],
  ['an address in a message of ours', new Error('no lead has ana@nordwind.example')],
  ['a cause', new Error('the step failed', { cause: new Error('for ana@nordwind.example') })],
  ['several at once', new AggregateError([new Error('ana@nordwind.example')], 'all failed')],
  ['something that is no error', 'ana@nordwind.example'],
];

test.each(cases)('%s is logged without the person', (_what, error) => {
  const line = written(error);
  expect(line).toContain('e-1/welcome/1');
  expect(line).not.toMatch(/nordwind|Lindqvist/);
});

test('what helps to find the fault stays', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
    code: 'ECONNREFUSED',
  });
  const { err } = JSON.parse(written(new Error('the batch failed', { cause }))) as { err: unknown };
  expect(err).toMatchObject({
    ...{ type: 'Error', message: 'the batch failed' },
    stack: expect.stringContaining('log.test.ts') as unknown,
    cause: { message: 'connect ECONNREFUSED 127.0.0.1:5432', code: 'ECONNREFUSED' },
  });
});
