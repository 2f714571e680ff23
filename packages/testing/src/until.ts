import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds. Throws where it does not within `limit` milliseconds; default is 20,000. */
export async function until(condition: () => boolean | Promise<boolean>, limit = 20_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('It did not come to that');
    await sleep(5);
  }
}
