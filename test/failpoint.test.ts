import { describe, expect, test } from 'vitest';
import { armFailpoints, failpoint, parseFailpoints } from '../faults/failpoint.ts';

async function strikesOf(text: string, passes: number): Promise<readonly number[]> {
  const disarm = armFailpoints(text);
  const struck: number[] = [];
  try {
    for (let pass = 1; pass <= passes; pass += 1) {
      await failpoint('send.after250').catch(() => struck.push(pass));
    }
  } finally {
    disarm();
  }
  return struck;
}

describe('a failpoint', () => {
  test('does nothing unless it is armed', async () => {
    await failpoint('send.after250');
    expect(await strikesOf('send.afterMark=throw', 3)).toEqual([]);
  });

  test('strikes always, once, every n times, or by chance with a seed', async () => {
    expect(await strikesOf('send.after250=throw', 3)).toEqual([1, 2, 3]);
    expect(await strikesOf('send.after250=throw;once', 3)).toEqual([1]);
    expect(await strikesOf('send.after250=throw;every=2', 5)).toEqual([2, 4]);
    const seeded = await strikesOf('send.after250=throw;probability=0.3:7', 200);
    expect(seeded.length).toBeGreaterThan(30);
    expect(seeded.length).toBeLessThan(90);
    expect(await strikesOf('send.after250=throw;probability=0.3:7', 200)).toEqual(seeded);
  });

  test('that cannot be read is refused with its text', () => {
    expect(() => parseFailpoints('send.after25O=kill')).toThrow('no failpoint is called');
    expect(() => parseFailpoints('send.after250=explode')).toThrow('expected kill, throw or hang');
    expect(() => parseFailpoints('send.after250=kill;sometimes')).toThrow('expected once');
  });
});
