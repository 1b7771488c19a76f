/**
 * The native runtime of the Temporal SDK can be set up once per process, before anything uses it:
 * whoever needs it first sets it up, so that its log is silent but for errors. Apart from the rest
 * because programs without a test runner use it too.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';

let isQuiet = false;

export function quietRuntime(): void {
  if (isQuiet) return;
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  isQuiet = true;
}
