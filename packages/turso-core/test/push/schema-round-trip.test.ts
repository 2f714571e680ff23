import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase, compareDatabases, makeTempDir, removeTempDir } from '@turso-sync/testing';
import fc from 'fast-check';
import { withDiff } from '../../src/changeset/diff';
import { schemaHistories, takeSteps } from '../fixtures/random-schema.fixture';
import { apply } from '../../src/apply/apply';
import { withReceipt } from '../../src/apply/receipt';
import { nameReceipt } from '../../src/sqlite/receipt';
import { ADAPTERS } from './served.fixture';

const RUNS: Readonly<Record<string, number>> = { file: 150, sqld: 40 };

/** How many times as many histories are tried: see CONTRIBUTING. */
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];

test.each(ADAPTERS)(
  'any change of definitions arrives to the bit, and only once, over %s',
  async (name, serve) => {
    await fc.assert(
      fc.asyncProperty(schemaHistories, async (history) => {
        const dir = makeTempDir('schema-round-trip-');
        const [base, work, remote] = [join(dir, 'base.db'), join(dir, 'work.db'), join(dir, 'remote.db')];
        buildDatabase(base, 'CREATE TABLE untouched(x)');
        takeSteps(base, history.base);
        copyFileSync(base, work);
        takeSteps(work, history.edits);
        const served = await serve(base);
        try {
          // It tells that it is the same push.
          const receipt = nameReceipt();
          const target = withReceipt(served.remote, receipt, () => undefined);
          await withDiff(base, work, async (changeset) => {
            for (const _time of ['first', 'again, as where the answer was lost']) {
              expect(await apply(changeset, target)).toMatchObject({ outcome: 'applied' });
              await served.download(remote);
              expect(differences(remote, work, receipt)).toEqual([]);
            }
          });
        } finally {
          await served.stop();
          removeTempDir(dir);
        }
      }),
      { numRuns: (RUNS[name] ?? 0) * LONGER, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
  },
  180_000 * LONGER,
);

// Of several keys that nobody can check, SQLite names one, and not always the same.
function differences(a: string, b: string, receipt: string): string[] {
  return compareDatabases(a, b, { ignoreTables: [receipt] }).filter(
    (line) => !line.includes('foreign key mismatch'),
  );
}
