import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareDatabases, makeTempDir, removeTempDir } from '@turso-sync/testing';
import fc from 'fast-check';
import { withDiff } from '../../src/changeset/diff';
import { buildHistory, editHistory, histories } from '../fixtures/random.fixture';
import { summarize } from '../../src/changeset/summary';
import { apply } from '../../src/apply/apply';
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
          await withDiff(base, work, async (changeset) => {
            expect(await apply(changeset, served.remote)).toMatchObject({
              status: 'applied',
              alreadyThere: 0,
            });
            await served.download(remote);
            expect(compareDatabases(remote, work)).toEqual([]);
            const { total } = summarize(changeset);
            const rows = total.delete + total.update + total.insert;
            expect(await apply(changeset, served.remote)).toMatchObject({
              status: 'applied',
              alreadyThere: rows,
            });
          });
          await served.download(remote);
          expect(compareDatabases(remote, work)).toEqual([]);
        } finally {
          await served.stop();
          removeTempDir(dir);
        }
      }),
      { numRuns: RUNS[name] ?? 50 },
    );
  },
);
