// Three projects, so that each test starts only what it needs:
//   core         pure decisions and files; no server
//   embedded     the embedded servers themselves, which start their own
//   integration  all the rest; one Postgres and one Temporal server for the whole run
// A new folder of tests is an integration folder until it is listed here as needing no server.
import { defineConfig } from 'vitest/config';

const core = [
  'test/*.test.ts',
  'test/cli/new.test.ts',
  'test/cli/preview.test.ts',
  'test/core/**/*.test.ts',
  'test/docs/**/*.test.ts',
  'test/examples/measures.test.ts',
  'test/examples/recipes.test.ts',
  'test/faults/checker.test.ts',
  'test/format/**/*.test.ts',
  'test/ingest/accept.test.ts',
  'test/ingest/lanes.test.ts',
  'test/mail/**/*.test.ts',
  'test/proofs/**/*.test.ts',
  'test/rule-engine/**/*.test.ts',
  'test/runtime/*.test.ts',
  'test/support/until.test.ts',
  'test/words/**/*.test.ts',
  'test/workspace/recipes.test.ts',
];
const embedded = ['test/runtime/embedded/**/*.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks', // The Temporal SDK keeps one native runtime per process.
    // One more than the cores of a small machine: tests on real parts often wait.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      // Nothing is kept between files, so that what they import is loaded once per worker.
      { extends: true, test: { name: 'core', include: core, isolate: false } },
      { extends: true, test: { name: 'embedded', include: embedded } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: [...core, ...embedded],
          isolate: false,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
