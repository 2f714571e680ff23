import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase, compareDatabases, makeTempDir, removeTempDir } from '@turso-sync/testing';
import fc from 'fast-check';
import { apply } from '../../src/apply/apply';
import { withDiff } from '../../src/changeset/diff';
import { mergeEdits, type MergedEdits } from '../../src/commands/merging/merge-edits';
import type { ConflictOptions } from '../../src/commands/conflicts/conflict-options';
import { TursoSyncError } from '../../src/errors';
import { createFileRemote } from '../../src/remote/file/file-remote';
import { schemaHistories, takeSteps as takeAnySteps } from '../fixtures/random-schema.fixture';
import { BASE, steps, takeSteps, wordsOf } from '../fixtures/two-sides.fixture';

/** How many times as many histories are tried: see CONTRIBUTING. */
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];
const options = (numRuns: number): { numRuns: number; seed?: number } => ({
  numRuns: numRuns * LONGER,
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
});

interface Files {
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
  readonly temporary: string;
}

async function withFiles(work: (files: Files) => Promise<void>): Promise<void> {
  const temporary = makeTempDir('definitions-');
  const [base = '', mine = '', theirs = ''] = ['base.db', 'mine.db', 'theirs.db'].map((f) =>
    join(temporary, f),
  );
  try {
    await work({ base, mine, theirs, temporary });
  } finally {
    removeTempDir(temporary);
  }
}

function merge({ base, mine, theirs, temporary }: Files, how: ConflictOptions): Promise<MergedEdits> {
  return withDiff(base, mine, (changeset) =>
    mergeEdits({
      comparison: { changeset, before: base, frozen: mine, leftOut: [], rehearse: () => Promise.resolve() },
      base,
      snapshot: theirs,
      temporary,
      movedRowids: new Set(),
      options: how,
    }),
  );
}

/** The push that follows a pull, which has to make the remote equal. */
async function expectPushed({ theirs }: Files, merged: string): Promise<void> {
  await withDiff(theirs, merged, async (changeset) => {
    expect(await apply(changeset, createFileRemote(theirs, 'the remote'))).toMatchObject({
      outcome: 'applied',
    });
  });
  expect(compareDatabases(theirs, merged).filter((line) => !line.includes('foreign key mismatch'))).toEqual(
    [],
  );
}

test(
  'what either side has made is there, what either has dropped is gone, or a conflict is told',
  async () => {
    const seen = { merged: 0, conflict: 0 };
    await fc.assert(
      fc.asyncProperty(steps, steps, fc.constantFrom('rows', 'cells'), (ours, others, how) =>
        withFiles(async (files) => {
          buildDatabase(files.base, BASE);
          copyFileSync(files.base, files.mine);
          copyFileSync(files.base, files.theirs);
          takeSteps(files.mine, 'm', ours);
          takeSteps(files.theirs, 't', others);
          const [base, mine, theirs] = [files.base, files.mine, files.theirs].map(wordsOf) as [
            Set<string>,
            Set<string>,
            Set<string>,
          ];
          const result = await merge(files, { merge: how });
          if ('conflicts' in result) {
            seen.conflict++;
            expect(result.conflicts.length).toBeGreaterThan(0);
            return;
          }
          seen.merged++;
          const wanted = new Set(
            [...mine, ...theirs].filter((word) => !base.has(word) || (mine.has(word) && theirs.has(word))),
          );
          expect([...wordsOf(result.merged)].sort()).toEqual([...wanted].sort());
          await expectPushed(files, result.merged);
        }),
      ),
      options(150),
    );
    expect(seen.merged).toBeGreaterThan(seen.conflict);
  },
  180_000 * LONGER,
);

test(
  'any changes of definitions on both sides are merged or told as conflicts, and what is merged can be pushed',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        schemaHistories,
        schemaHistories,
        fc.constantFrom('fail', 'ours', 'theirs'),
        (ours, others, onConflict) =>
          withFiles(async (files) => {
            buildDatabase(files.base, 'CREATE TABLE untouched(x)');
            takeAnySteps(files.base, ours.base);
            copyFileSync(files.base, files.mine);
            copyFileSync(files.base, files.theirs);
            takeAnySteps(files.mine, ours.edits);
            takeAnySteps(files.theirs, others.edits);
            const result = await merge(files, { onConflict }).catch(unlessRefused);
            if (result !== null && 'merged' in result) await expectPushed(files, result.merged);
          }),
      ),
      options(150),
    );
  },
  180_000 * LONGER,
);

/** What cannot be merged may be refused, by a code and in words. */
function unlessRefused(error: unknown): null {
  if (error instanceof TursoSyncError && error.code === 'UNSUPPORTED_CHANGE') return null;
  throw error;
}
