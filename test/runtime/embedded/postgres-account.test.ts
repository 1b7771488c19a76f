/** The account PostgreSQL runs as when Perennial is started by root. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findServerAccount, runAs } from '../../../runtime/embedded/postgres-account.ts';

const isRoot = process.getuid?.() === 0;

// Without root there is no other account to run as.
test.runIf(isRoot)('finds its programs in a checkout that only root may enter', async () => {
  const closed = await mkdtemp(join(tmpdir(), 'perennial-closed-'));
  try {
    await chmod(closed, 0o700);
    const program = join(closed, 'program');
    await writeFile(program, '#!/bin/sh\n', { mode: 0o755 });
    const account = await findServerAccount([closed]);
    // Node asks by access(2), as initdb does; and it says who asked, and with what rights.
    const script = `
      fs.accessSync(${JSON.stringify(program)}, fs.constants.X_OK);
      const rights = /CapEff:\\s*(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
      console.log(process.getuid() !== 0, parseInt(rights, 16));`;
    const [command, args] = runAs(account, process.execPath, ['-e', script]);
    const { stdout } = await promisify(execFile)(command, [...args]);
    // CAP_DAC_OVERRIDE is capability 1, and the only one left.
    expect(stdout.trim()).toBe('true 2');
  } finally {
    await rm(closed, { recursive: true, force: true });
  }
});
