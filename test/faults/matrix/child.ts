/**
 * The process that dies: it carries out each mail up to its failpoint and hangs there. When all of them
 * hang it says so, and its parent kills it with SIGKILL: one death, at every moment at once.
 */
import { armFailpoints, failpointPasses, type FailpointName } from '../../../faults/failpoint.ts';
import { until } from '../../support/until.ts';
import { openWorlds, stepOf, worldOf, type Mail } from './mails.ts';

interface Order {
  readonly url: string;
  readonly smtpUrl: string;
  readonly points: readonly FailpointName[];
  readonly mails: readonly Mail[];
}

const { url, smtpUrl, points, mails } = JSON.parse(process.argv[2] ?? '') as Order;
const worlds = await openWorlds(url, smtpUrl);
for (const point of points) {
  const own = mails.filter((mail) => mail.point === point);
  // Those that hang at an earlier one stay there, whatever is armed by now.
  armFailpoints(`${point}=hang:3600000`);
  for (const { kind, enrolmentId } of own) {
    worldOf(worlds, kind)
      .run(enrolmentId, stepOf(kind), { last: true })
      .catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
  }
  await until(() => failpointPasses(point) >= own.length, { what: `all mails at ${point}` });
}
console.log('hanging');
