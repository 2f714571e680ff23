import { repeatWhileBusy } from './busy';
import type { HttpAnswer } from './exchange';

const answer = (status: number): HttpAnswer => ({ status, headers: {}, body: new Uint8Array(0) });

test('each attempt has the time that is left', async () => {
  const given: (number | undefined)[] = [];
  let repeated = 0;
  const last = await repeatWhileBusy(
    async (left) => {
      given.push(left);
      return answer(given.length < 3 ? 429 : 200);
    },
    { timeout: 60_000, onRepeat: () => repeated++ },
  );
  expect({ status: last.status, repeated }).toEqual({ status: 200, repeated: 2 });
  const [first = 0, second = 0, third = 0] = given as number[];
  expect(first).toBeLessThanOrEqual(60_000);
  // The waits are 50 and 100 ms, plus or minus a quarter.
  expect(second).toBeLessThan(first - 30);
  expect(third).toBeLessThan(second - 70);
});

test('an attempt without a limit stays so', async () => {
  await repeatWhileBusy(
    async (left) => {
      expect(left).toBeUndefined();
      return answer(200);
    },
    { onRepeat: () => undefined },
  );
});
