import fc from 'fast-check';
import { play } from './play.fixture';
import { histories, type Trouble } from './steps.fixture';
import type { Sites } from './world.fixture';

/** How many times as many histories are played as in the suite. */
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);

const SEED = process.env['TURSO_SYNC_SEED'];

/** Plays so many random histories. A failure names its seed and is shrunk to few steps. */
export async function simulate(sites: Sites, count: number, trouble: Trouble): Promise<void> {
  await fc.assert(
    fc.asyncProperty(histories(trouble), (steps) => play(sites, steps)),
    {
      numRuns: Math.ceil(count * LONGER),
      // A history may take long to be shrunk.
      interruptAfterTimeLimit: timeFor(count) - 5_000,
      markInterruptAsFailure: true,
      ...(SEED === undefined ? {} : { seed: Number(SEED) }),
      ...(process.env['TURSO_SYNC_PATH'] === undefined ? {} : { path: process.env['TURSO_SYNC_PATH'] }),
    },
  );
}

/** Milliseconds that a number of histories may take. */
export function timeFor(count: number): number {
  return 10_000 + count * 4_000 * LONGER;
}
