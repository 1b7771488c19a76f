/**
 * Failpoints: named places at which a fault test makes the process die, throw or hang.
 *
 * Inert unless the variable FAILPOINTS is set, and refused in production: a call then costs one
 * look-up in an empty map. It stands alone, importing nothing, so that every folder that acts on the
 * world can name the moment at which it may be interrupted. It must never decide anything.
 *
 * FAILPOINTS="relay.afterStart=kill;every=3, send.after250=hang:5000;once, step.beforeClaim=throw;probability=0.1:42"
 */
export async function failpoint(name: FailpointName): Promise<void> {
  if (armed.size === 0) return;
  const point = armed.get(name);
  if (point === undefined || !strikes(point)) return;
  switch (point.action.type) {
    case 'kill':
      // SIGKILL to itself: no handler, no flush, exactly what a lost machine leaves behind.
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
      return;
    case 'throw':
      throw new Error(`failpoint ${name}: thrown on purpose`);
    case 'hang': {
      const { ms } = point.action;
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }
}

/** Those that one send meets, in their order. */
export const sendFailpoints = [
  'step.beforeClaim',
  'send.afterClaim',
  'send.connected',
  'send.afterRcpt',
  'send.dataWritten',
  'send.after250',
  'send.afterMark',
  'step.beforeReturn',
] as const;

export const failpointNames = [
  'api.afterCommit',
  'inbound.beforeAnswer',
  'relay.afterStart',
  'relay.beforeMark',
  ...sendFailpoints,
  'wft.mid',
  'can.before',
  'projection.write',
  'webhook.afterInsert',
  'import.row',
  'erase.mid',
] as const;
export type FailpointName = (typeof failpointNames)[number];

type Action =
  | { readonly type: 'kill' }
  | { readonly type: 'throw' }
  | { readonly type: 'hang'; readonly ms: number };
type Frequency =
  | { readonly type: 'always' }
  | { readonly type: 'once' }
  | { readonly type: 'every'; readonly n: number }
  | { readonly type: 'probability'; readonly p: number };
interface Failpoint {
  readonly action: Action;
  readonly frequency: Frequency;
  passes: number;
  /** State of the seeded generator: the same seed strikes at the same passes. */
  random: number;
}

/** Parses a FAILPOINTS value; throws, naming the entry, when it cannot be read. */
export function parseFailpoints(text: string): ReadonlyMap<FailpointName, Failpoint> {
  const points = new Map<FailpointName, Failpoint>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [written = '', ...modes] = entry.split(';').map((part) => part.trim());
    const [name = '', action = ''] = written.split('=');
    const known = failpointNames.find((candidate) => candidate === name);
    if (known === undefined) throw unreadable(entry, `no failpoint is called "${name}"`);
    points.set(known, {
      action: parseAction(entry, action),
      passes: 0,
      ...parseMode(entry, modes),
    });
  }
  return points;
}

/** Arms failpoints from within a test; returns what takes them away again. */
export function armFailpoints(text: string): () => void {
  const before = armed;
  armed = parseFailpoints(text);
  return () => {
    armed = before;
  };
}

/** How often it was passed since it was armed: a test knows by it that somebody hangs there. */
export function failpointPasses(name: FailpointName): number {
  return armed.get(name)?.passes ?? 0;
}

function parseAction(entry: string, text: string): Action {
  const [word = '', amount = ''] = text.split(':');
  if (word === 'kill' || word === 'throw') return { type: word };
  if (word === 'hang' && Number(amount) > 0) return { type: 'hang', ms: Number(amount) };
  throw unreadable(entry, `expected kill, throw or hang:<ms>, found "${text}"`);
}

function parseMode(
  entry: string,
  modes: readonly string[],
): { readonly frequency: Frequency; readonly random: number } {
  const [mode = 'always', ...more] = modes;
  if (more.length > 0) throw unreadable(entry, 'more than one frequency');
  if (mode === 'always' || mode === 'once') return { frequency: { type: mode }, random: 0 };
  const [word = '', value = ''] = mode.split('=');
  const [amount = '', seed = '1'] = value.split(':');
  if (word === 'every' && Number.isInteger(Number(amount)) && Number(amount) > 0) {
    return { frequency: { type: 'every', n: Number(amount) }, random: 0 };
  }
  if (word === 'probability' && Number(amount) > 0 && Number(amount) <= 1) {
    return { frequency: { type: 'probability', p: Number(amount) }, random: Number(seed) };
  }
  throw unreadable(entry, `expected once, every=<n> or probability=<p>:<seed>, found "${mode}"`);
}

function strikes(point: Failpoint): boolean {
  point.passes += 1;
  switch (point.frequency.type) {
    case 'always':
      return true;
    case 'once':
      return point.passes === 1;
    case 'every':
      return point.passes % point.frequency.n === 0;
    case 'probability':
      return nextRandom(point) < point.frequency.p;
  }
}

/** Mulberry32: small, seeded, good enough to scatter faults. */
function nextRandom(point: Failpoint): number {
  point.random = (point.random + 0x6d2b79f5) | 0;
  let mixed = Math.imul(point.random ^ (point.random >>> 15), 1 | point.random);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

function unreadable(entry: string, problem: string): Error {
  return new Error(`FAILPOINTS: "${entry}": ${problem}`);
}

function armedFromEnvironment(): ReadonlyMap<FailpointName, Failpoint> {
  const text = process.env['FAILPOINTS'] ?? '';
  if (text === '') return new Map();
  if (process.env['NODE_ENV'] === 'production') {
    throw new Error('FAILPOINTS is set, but NODE_ENV is production: failpoints are for tests only');
  }
  return parseFailpoints(text);
}

let armed: ReadonlyMap<FailpointName, Failpoint> = armedFromEnvironment();
