import fs from 'node:fs';
import path from 'node:path';
import { apply } from '../../apply/apply';
import type { Changeset } from '../../changeset/model';
import { countChanges, summarize } from '../../changeset/summary';
import { TursoSyncError } from '../../errors';
import { copyDatabase } from '../../project/state/copy-database';
import type { Project } from '../../project/project';
import { freeze } from '../../project/working-copy/freeze';
import type { Query } from '../../sqlite/query';
import { createSqliteTarget } from '../../sqlite/sqlite-target';
import { openReadOnly, using } from '../../sqlite/files/open';
import type { Database } from '../../sqlite/files/sqlite';
import { readSchema, type Schema } from '../../sqlite/schema/schema';
import { hadHere, stillOpen } from './partial-changes';

interface Context {
  readonly project: Project;
  readonly temporary: string;
}

/**
 * Returns the next base after a push of changes the working copy may not have: the base with the changes the working
 * copy has. The others come with the next pull. Null if the working copy has all of them.
 *
 * @param isOrigin - whether the changes were saved from this working copy.
 */
export async function agreedBase(
  { project, temporary }: Context,
  changeset: Changeset,
  isOrigin: boolean,
): Promise<string | null> {
  const { files, workingCopy } = project;
  const agreed = path.join(temporary, 'agreed.db');
  copyDatabase(files.base.database, agreed);
  if (!fs.existsSync(workingCopy)) return agreed;
  const frozen = path.join(temporary, 'had.db');
  await freeze(workingCopy, frozen);
  return reading(frozen, async (there) => {
    const had = await hadHere(changeset, { ...there, isOrigin });
    if (countChanges(summarize(had)) === countChanges(summarize(changeset))) return null;
    await applyOpen(agreed, had, { base: files.base.database, movedRowids: [] });
    return agreed;
  });
}

/**
 * Returns the next base after a push of changes that do not start from it: the base with all changes that fit it.
 * `changes` returns them for the base.
 *
 * @param movedRowids - tables whose rows may have other hidden rowids in the base than in the changes.
 */
export async function partialBase(
  { project: { files }, temporary }: Context,
  changes: (base: Database) => Changeset | null,
  movedRowids: readonly string[] = [],
): Promise<string> {
  const base = files.base.database;
  const becomes = path.join(temporary, 'becomes.db');
  copyDatabase(base, becomes);
  const db = openReadOnly(base);
  try {
    const changeset = changes(db);
    if (changeset === null) return becomes;
    await applyOpen(becomes, changeset, { base, movedRowids });
    return becomes;
  } finally {
    db.close();
  }
}

function reading<T>(
  file: string,
  work: (there: { readonly query: Query; readonly schema: Schema }) => Promise<T>,
): Promise<T> {
  const schema = using(openReadOnly(file), (db) => readSchema(db));
  return createSqliteTarget(file).read((query) => work({ query, schema }));
}

/** Applies the fitting changes to a copy of the base. */
async function applyOpen(
  copy: string,
  changeset: Changeset,
  { base, movedRowids }: { readonly base: string; readonly movedRowids: readonly string[] },
): Promise<void> {
  const open = await reading(base, (there) => stillOpen(changeset, there));
  try {
    const result = await apply(open, createSqliteTarget(copy, { location: 'the base' }), {
      movedRowids: new Set(movedRowids),
      onConflict: 'keep',
      folder: path.dirname(copy),
    });
    if (result.outcome === 'applied') return;
  } catch (error) {
    // Part of a change of definitions may be impossible without the rest.
    if (!(error instanceof TursoSyncError && error.code.startsWith('REMOTE_'))) throw error;
  }
  copyDatabase(base, copy);
}
