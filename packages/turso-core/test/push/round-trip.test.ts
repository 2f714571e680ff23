import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareDatabases, makeTempDir, removeTempDir } from '@turso-sync/testing';
import fc from 'fast-check';
import { withDiff } from '../../src/changeset/diff';
import { buildHistory, editHistory, histories } from '../fixtures/random.fixture';
import { apply } from '../../src/apply/apply';
import { withReceipt } from '../../src/apply/receipt';
import { nameReceipt } from '../../src/sqlite/receipt';
import { ADAPTERS } from './served.fixture';

const RUNS: Readonly<Record<string, number>> = { file: 150, sqld: 40 };

test.each(ADAPTERS)(
  'any edit of any table arrives to the bit, and only once, over %s',
  async (name, serve) => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const dir = makeTempDir('round-trip-');
        const [base, work, remote] = [join(dir, 'base.db'), join(dir, 'work.db'), join(dir, 'remote.db')];
        buildHistory(base, history);
        copyFileSync(base, work);
        editHistory(work, history);
        const served = await serve(base);
        try {
          const receipt = nameReceipt();
          // It tells that it is the same push.
          const target = withReceipt(served.remote, receipt, () => undefined);
          await withDiff(base, work, async (changeset) => {
            for (const _time of ['first', 'again, as where the answer was lost']) {
              expect(await apply(changeset, target)).toMatchObject({ outcome: 'applied', alreadyThere: 0 });
              await served.download(remote);
              expect(compareDatabases(remote, work, { ignoreTables: [receipt] })).toEqual([]);
            }
          });
        } finally {
          await served.stop();
          removeTempDir(dir);
        }
      }),
      { numRuns: RUNS[name] ?? 50 },
    );
  },
);
