import { expect, test } from 'vitest';
import { gathered } from '../../store/gathering.ts';

interface Batch {
  readonly requests: readonly string[];
  readonly mayWait: boolean;
  readonly answer: (answers: readonly (string | undefined)[]) => void;
  readonly fail: (error: Error) => void;
}

/** `work` that is answered by the test, batch by batch. */
function open(namesOf?: (request: string) => readonly string[]) {
  const batches: Batch[] = [];
  const arrivals: (() => void)[] = [];
  const ask = gathered<string, string>({
    ...(namesOf === undefined ? {} : { namesOf }),
    work: (requests, mayWait) =>
      new Promise((answer, fail) => {
        batches.push({ requests, mayWait, answer, fail });
        arrivals.shift()?.();
      }),
  });
  let seen = 0;
  const next = async (): Promise<Batch> => {
    if (batches.length <= seen) await new Promise<void>((resolve) => arrivals.push(resolve));
    const batch = batches[seen++];
    if (batch === undefined) throw new Error('no batch came');
    return batch;
  };
  return { ask, next };
}

const said = (requests: readonly string[]): readonly string[] =>
  requests.map((request) => `${request}!`);

test('what arrives while a batch is under way forms the next one', async () => {
  const { ask, next } = open();
  const first = ask('a');
  const batch = await next();
  expect(batch).toMatchObject({ requests: ['a'], mayWait: false });
  const others = [ask('b'), ask('c')];
  batch.answer(said(batch.requests));
  expect(await first).toBe('a!');
  const second = await next();
  expect(second.requests).toEqual(['b', 'c']);
  second.answer(said(second.requests));
  expect(await Promise.all(others)).toEqual(['b!', 'c!']);
});

test('those who share a name are asked one after the other, in order', async () => {
  const { ask, next } = open((request) => [request.charAt(0)]);
  const asked = ['a1', 'b1', 'a2'].map(ask);
  const first = await next();
  expect(first.requests).toEqual(['a1', 'b1']);
  first.answer(said(first.requests));
  const second = await next();
  expect(second.requests).toEqual(['a2']);
  second.answer(said(second.requests));
  expect(await Promise.all(asked)).toEqual(['a1!', 'b1!', 'a2!']);
});

test('whoever is left out is asked alone and may wait, and holds up nobody', async () => {
  const { ask, next } = open();
  const [busy, free] = [ask('busy'), ask('free')];
  (await next()).answer([undefined, 'free!']);
  expect(await free).toBe('free!');
  const alone = await next();
  expect(alone).toMatchObject({ requests: ['busy'], mayWait: true });
  const stranger = ask('stranger');
  (await next()).answer(['stranger!']);
  expect(await stranger).toBe('stranger!');
  alone.answer(['busy!']);
  expect(await busy).toBe('busy!');
});

test('one that fails fails by itself', async () => {
  const { ask, next } = open();
  const [bad, good] = [ask('bad'), ask('good')];
  const refused = expect(bad).rejects.toThrow('bad is bad');
  (await next()).fail(new Error('one of them is bad'));
  (await next()).fail(new Error('bad is bad'));
  (await next()).answer(['good!']);
  expect(await good).toBe('good!');
  await refused;
});

test('a database that is away is not asked again for each of a batch', async () => {
  const { ask, next } = open();
  const asked = Promise.allSettled([ask('a'), ask('b')]);
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  (await next()).fail(away);
  expect(await asked).toMatchObject([{ reason: away }, { reason: away }]);
});
