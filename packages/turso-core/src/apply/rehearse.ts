import { constants, copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { withDiff } from '../changeset/diff';
import type { Changeset } from '../changeset/model';
import { isEmpty, summarize, type ChangeSummary } from '../changeset/summary';
import { unsupported } from '../changeset/unsupported';
import { TursoSyncError } from '../errors';
import { openReadOnly, using } from '../sqlite/files/open';
import type { Database } from '../sqlite/files/sqlite';
import { createSqliteTarget } from '../sqlite/sqlite-target';
import { apply } from './apply';

/** The subject of a rehearsal: a changeset between two database files, and a folder for private copies. */
export interface Rehearsal {
  readonly before: string;
  readonly after: string;
  readonly directory: string;
}

/**
 * Applies a changeset to a private copy of its starting database, and compares the result with the intended one. Throws
 * UNSUPPORTED_CHANGE, with the reason, if they differ.
 */
export async function rehearse(changeset: Changeset, { before, after, directory }: Rehearsal): Promise<void> {
  const stage = path.join(directory, 'rehearsal.db');
  copyFileSync(before, stage, constants.COPYFILE_FICLONE);
  try {
    await perform(changeset, stage);
    const left = await withDiff(stage, after, summarize);
    if (!isEmpty(left)) throw failed(`${describe(left)} would not be as in the working copy`);
    const tables = new Set(changeset.schema.filter((c) => c.action !== 'drop').map((c) => c.object.table));
    // The copy rebuilds their index, so it fits there.
    for (const unfit of changeset.unfitIndexes ?? []) tables.delete(unfit);
    for (const table of tables) {
      const [found, wanted] = [stage, after].map((file) =>
        using(openReadOnly(file), (db) => check(db, table)),
      );
      if (found !== wanted) throw failed(`table "${table}" would not be sound: ${found}`);
    }
  } finally {
    for (const file of [stage, `${stage}-journal`]) rmSync(file, { force: true });
  }
}

async function perform(changeset: Changeset, stage: string): Promise<void> {
  try {
    const result = await apply(changeset, createSqliteTarget(stage, { location: 'The copy' }), {
      folder: path.dirname(stage),
    });
    if (result.outcome === 'conflict')
      throw failed(result.conflicts[0]?.message ?? 'it is in conflict with itself');
  } catch (error) {
    if (!(error instanceof TursoSyncError) || !error.code.startsWith('REMOTE_')) throw error;
    throw failed(error.message);
  }
}

function failed(reason: string): TursoSyncError {
  return unsupported(`in a rehearsal on a private copy, ${reason}`);
}

function describe({ schema, tables, indexes, sequences, userVersion }: ChangeSummary): string {
  const parts = [
    ...new Set(schema.map(({ type, name }) => `${type} "${name}"`)),
    ...tables.map(({ table }) => `rows of "${table}"`),
    ...indexes.map(({ table }) => `index "${table}"`),
    ...sequences.map((table) => `the counter of "${table}"`),
    ...(userVersion === null ? [] : ['user_version']),
  ];
  return parts.slice(0, 5).join(', ');
}

/** Returns SQLite's findings about a table or view and its foreign keys. */
function check(db: Database, table: string): string {
  try {
    const flaws = db.prepare('SELECT * FROM pragma_integrity_check(?)').pluck().all(table) as string[];
    const orphans = db
      .prepare('SELECT count(*) FROM pragma_foreign_key_check(?)')
      .pluck()
      .get(table) as number;
    return `${flaws.join('; ')}, ${orphans} rows without a parent`;
  } catch (error) {
    return (error as Error).message;
  }
}
