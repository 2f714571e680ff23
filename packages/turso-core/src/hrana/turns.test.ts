import { createTurns } from './turns';

const late = (): Error => new Error('late');

test('lets only so many in, the first one first', async () => {
  const turns = createTurns(2);
  const log: number[] = [];
  const ends: (() => void)[] = [];
  for (let i = 0; i < 5; i++)
    void turns.take({ late }).then((end) => {
      log.push(i);
      ends.push(end);
    });
  for (const there of [
    [0, 1],
    [0, 1, 2],
    [0, 1, 2, 3],
    [0, 1, 2, 3, 4],
  ]) {
    await new Promise(setImmediate);
    expect(log).toEqual(there);
    ends.shift()?.();
  }
  expect(turns.isIdle).toBe(false);
  ends.shift()?.();
  expect(turns.isIdle).toBe(true);
});

test('those who give up leave the queue', async () => {
  const turns = createTurns(1);
  const end = await turns.take({ late });
  const leaving = new AbortController();
  const left = expect(turns.take({ late, signal: leaving.signal })).rejects.toThrow('enough');
  await expect(turns.take({ late, timeout: 1 })).rejects.toThrow('late');
  leaving.abort(new Error('enough'));
  await left;
  const next = turns.take({ late });
  end();
  (await next)();
  expect(turns.isIdle).toBe(true);
  await expect(turns.take({ late, signal: leaving.signal })).rejects.toThrow('enough');
});
