import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempDir, removeTempDir } from '@turso-sync/testing';
import fc from 'fast-check';
import { withDiff } from '../../src/changeset/diff';
import { buildHistory, edits, editHistory, histories } from '../fixtures/random.fixture';
import { apply } from '../../src/apply/apply';
import { contentOf, merge, overlaps, readContent as read } from './merge.fixture';
import { ADAPTERS } from './served.fixture';

const RUNS: Readonly<Record<string, number>> = { file: 100, sqld: 30 };
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];

test.each(ADAPTERS)(
  'nothing that either side did is lost, or nothing happens, over %s',
  async (name, serve) => {
    const seen = { applied: 0, conflict: 0 };
    await fc.assert(
      fc.asyncProperty(histories, edits, async (history, theirEdits) => {
        const dir = makeTempDir('merge-');
        const [base, mine, theirs, after] = ['base', 'mine', 'theirs', 'after'].map((f) => join(dir, f)) as [
          string,
          string,
          string,
          string,
        ];
        buildHistory(base, history);
        copyFileSync(base, mine);
        editHistory(mine, history);
        copyFileSync(base, theirs);
        editHistory(theirs, { ...history, edits: theirEdits });
        const served = await serve(theirs);
        try {
          await served.download(theirs);
          const sides = { base: read(base), mine: read(mine), theirs: read(theirs) };
          const result = await withDiff(base, mine, (changeset) => apply(changeset, served.remote));
          seen[result.outcome]++;
          await served.download(after);
          if (result.outcome === 'applied') expect(contentOf(read(after))).toEqual(merge(sides));
          else {
            expect(overlaps(sides)).toBe(true);
            expect(readFileSync(after)).toEqual(readFileSync(theirs));
          }
        } finally {
          await served.stop();
          removeTempDir(dir);
        }
      }),
      { numRuns: (RUNS[name] ?? 0) * LONGER, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
    expect(Math.min(seen.applied, seen.conflict)).toBeGreaterThan(0);
  },
  180_000 * LONGER,
);
