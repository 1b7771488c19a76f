// docs/verification.md: its examples compile in the place it names, and do what it says.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verificationReasons } from '../../core/verification/verdict.ts';
import type { EnrichmentProvider } from '../../enrich/provider.ts';
import type { EmailVerifier } from '../../verify/verifier.ts';
import { askVerifier } from '../../verify/round.ts';

const root = resolve(import.meta.dirname, '../..');
const text = await readFile(join(root, 'docs/verification.md'), 'utf8');
const examples = [...text.matchAll(/^```ts (\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, name = '', code = '']) => ({ name, code }),
);
let dir: string;
const signal = new AbortController().signal;
beforeAll(async () => {
  // Elsewhere than in the tree, which other tests are looking through; its paths lead there.
  dir = await mkdtemp(join(tmpdir(), 'docs-example-'));
  for (const { name, code } of examples) {
    await writeFile(join(dir, `${name}.mts`), code.replaceAll("'../", `'${relative(dir, root)}/`));
  }
});
afterAll(() => rm(dir, { recursive: true }));

test('the examples of providers compile under the rules of the tree', () => {
  expect(examples.map(({ name }) => name)).toEqual(['verifier', 'provider']);
  const read = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const config: unknown = read.config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = examples.map(({ name }) => join(dir, `${name}.mts`));
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const found = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  expect(
    found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  ).toEqual([]);
});

test('and answer as the ports ask', async () => {
  const server = createServer((request, answer) => {
    const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    if (searchParams.get('domain') === 'nobody.de') return void answer.writeHead(404).end();
    const result = searchParams.get('email')?.startsWith('ana@') ? 'deliverable' : 'undeliverable';
    answer.end(JSON.stringify({ result, headcount: 900 }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    const load = async (name: string): Promise<unknown> =>
      import(pathToFileURL(join(dir, `${name}.mts`)).href);
    const { createAcmeVerifier } = (await load('verifier')) as {
      readonly createAcmeVerifier: (url: string) => EmailVerifier;
    };
    const { createAcmeProvider } = (await load('provider')) as {
      readonly createAcmeProvider: (url: string) => EnrichmentProvider;
    };
    const verifier = createAcmeVerifier(url);
    const said = await Promise.all(
      ['ana@x.de', 'bo@x.de'].map((address) => askVerifier(verifier, address, 5_000)),
    );
    expect(said).toEqual([
      { status: 'valid', reason: 'mailbox-exists' },
      { status: 'invalid', reason: 'no-such-mailbox' },
    ]);
    const provider = createAcmeProvider(url);
    expect(await provider.enrich({ domain: 'nobody.de' }, signal)).toBeNull();
    expect(await provider.enrich({ domain: 'x.de' }, signal)).toEqual({
      values: { employees: { value: 900, confidence: 0.9 } },
      source: 'acme',
    });
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

test('every reason of the list is named', () => {
  for (const reason of Object.keys(verificationReasons)) expect(text).toContain(`\`${reason}\``);
});
