/** What a start tells people to try must work on the workspace and the data it was started with. */
import { expect, test } from 'vitest';
import { readConfig } from '../../runtime/config.ts';
import { welcome } from '../../runtime/welcome.ts';

function said(env: Record<string, string>): string {
  const config = readConfig(env);
  return welcome({ config, signInUrl: 'http://x/sign-in', hasMailbox: true, tookMs: 1_000 });
}

test('on the company in this folder: its own trial, its own persona', () => {
  const text = said({});
  expect(text).toContain('"event":"Trial Started"');
  expect(text).toContain('cat .perennial/api-key');
  expect(text).toMatch(/simulate busy-vp\n/);
  expect(text).not.toContain('export');
});

test('on another workspace: its folders are named, and nothing of this company', () => {
  const text = said({
    PERENNIAL_WORKSPACE: '../webinars',
    PERENNIAL_HOME: '../webinars/.perennial',
  });
  expect(text).not.toMatch(/Trial Started|busy-vp/);
  expect(text).toContain('npx perennial simulate --workspace ../webinars\n');
  expect(text).toContain('npx perennial check ../webinars\n');
  expect(text).toContain(
    'export PERENNIAL_HOME=../webinars/.perennial PERENNIAL_WORKSPACE=../webinars\n',
  );
});
