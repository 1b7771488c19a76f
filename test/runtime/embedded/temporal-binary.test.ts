// How a Temporal server is found and built. The Go toolchain is a shell script here: a real build
// takes minutes and is what every other test with a Temporal server has gone through already.
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTemporalBinary, isRecentVersion } from '../../../runtime/embedded/temporal-binary.ts';
import { buildTemporalServer } from '../../../runtime/embedded/temporal-build.ts';

let home: string;
let output: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'perennial-embedded-'));
  output = path.join(home, 'cache', 'temporal-server-1');
  await mkdir(path.join(home, 'bin'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

async function program(name: string, script: string): Promise<string> {
  const file = path.join(home, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

const env = (searchPath = `${path.join(home, 'bin')}:/usr/bin:/bin`) => ({ PATH: searchPath });

function build(onProgress: (text: string) => void = () => undefined): Promise<void> {
  return buildTemporalServer({ sourceDir: home, output, env: env(), onProgress });
}

/** Writes `$6`, the file after `-o`, and counts its builds. */
const goThatBuilds = `case $1 in
  list) echo a; echo b ;;
  build) echo built >> ${'$0'}.log; sleep 0.3; echo server > "$6" ;;
esac`;

test.each([
  ['temporal version 1.9.1 (Server 1.32.0, UI 2.54.0)', true],
  ['temporal version 2.0.0 (Server 2.0.1, UI 3.0.0)', true],
  ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', false],
  ['temporal version DEV', false],
])('%s is recent: %s', (line, expected) => {
  expect(isRecentVersion(line)).toBe(expected);
});

test('the named binary goes before everything else', async () => {
  const named = await program('my-temporal', 'exit 0');
  const found = await findTemporalBinary({ env: { ...env(), PERENNIAL_TEMPORAL_BIN: named } });
  expect(found).toEqual({ path: named, source: 'variable' });
});

test('a named binary that is missing is an error, not a reason to look elsewhere', async () => {
  const search = { env: { ...env(), PERENNIAL_TEMPORAL_BIN: '/missing/temporal' } };
  await expect(findTemporalBinary(search)).rejects.toThrow(
    'PERENNIAL_TEMPORAL_BIN names /missing/temporal, which is not a file that can be run',
  );
});

test('a recent CLI on the search path is used', async () => {
  await program('temporal', 'echo "temporal version 1.9.1 (Server 1.32.2, UI 2.54.1)"');
  const found = await findTemporalBinary({ env: env(), cacheDir: home });
  expect(found).toEqual({ path: 'temporal', source: 'search path' });
});

test('two builders at once make one build, and both find it', async () => {
  const go = await program('go', goThatBuilds);
  await Promise.all([build(), build()]);
  expect(await readFile(output, 'utf8')).toBe('server\n');
  expect(await readFile(`${go}.log`, 'utf8')).toBe('built\n');
});

test('the lock of a builder that was killed is taken over', async () => {
  await program('go', goThatBuilds);
  await mkdir(path.dirname(output));
  await writeFile(`${output}.lock`, JSON.stringify({ pid: 999_999_999, startedAt: '1' }));
  await build();
  expect(await readFile(output, 'utf8')).toBe('server\n');
  await expect(access(`${output}.lock`)).rejects.toThrow('ENOENT');
});

test('without Go one sentence says what to install and which other ways there are', async () => {
  const building = buildTemporalServer({
    sourceDir: home,
    output,
    env: env(path.join(home, 'bin')),
    onProgress: () => undefined,
  });
  await expect(building).rejects.toThrow(/install Go 1\.21 or newer.*TEMPORAL_ADDRESS/);
});

test('without a network one sentence says so, and no half-built file stays', async () => {
  await program(
    'go',
    'test $1 = version || { echo "dial tcp: lookup modules.example: no such host" >&2; exit 1; }',
  );
  await expect(build()).rejects.toThrow('check the network or GOPROXY');
  await expect(access(output)).rejects.toThrow('ENOENT');
});
