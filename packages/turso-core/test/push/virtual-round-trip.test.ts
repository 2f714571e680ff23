import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareDatabases, makeTempDir, removeTempDir } from '@turso-sync/testing';
import fc from 'fast-check';
import { withDiff } from '../../src/changeset/diff';
import { isEmpty, summarize } from '../../src/changeset/summary';
import {
  buildVirtualHistory,
  editVirtualHistory,
  virtualHistories,
} from '../fixtures/virtual-random.fixture';
import { apply } from '../../src/apply/apply';
import { withReceipt } from '../../src/apply/receipt';
import { nameReceipt } from '../../src/sqlite/receipt';
import { ADAPTERS } from './served.fixture';

const RUNS: Readonly<Record<string, number>> = { file: 60, sqld: 20 };

/** How many times as many histories are tried: see CONTRIBUTING. */
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);

test.each(ADAPTERS)(
  'any edit of virtual tables arrives, and only once, over %s',
  async (name, serve) => {
    await fc.assert(
      fc.asyncProperty(virtualHistories, async (history) => {
        const dir = makeTempDir('virtual-');
        const [base, work, remote] = [join(dir, 'base.db'), join(dir, 'work.db'), join(dir, 'remote.db')];
        buildVirtualHistory(base, history);
        copyFileSync(base, work);
        editVirtualHistory(work, history);
        const served = await serve(base);
        try {
          // It tells that it is the same push.
          const receipt = nameReceipt();
          const target = withReceipt(served.remote, receipt, () => undefined);
          await withDiff(base, work, async (changeset) => {
            for (let time = 1; time <= 2; time++) {
              expect(await apply(changeset, target)).toMatchObject({ outcome: 'applied' });
              await served.download(remote);
              expect(compareDatabases(remote, work, { ignoreTables: [receipt] })).toEqual([]);
            }
          });
          // However differently they are stored.
          await withDiff(remote, work, (changeset) => expect(isEmpty(summarize(changeset))).toBe(true));
        } finally {
          await served.stop();
          removeTempDir(dir);
        }
      }),
      { numRuns: (RUNS[name] ?? 0) * LONGER },
    );
  },
  180_000 * LONGER,
);
