import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull } from '../errors';
import { timed, type OnEvent } from './events';
import { changesetJson } from '../changeset/json';
import type { Changeset } from '../changeset/model';
import { changesetSql } from '../changeset/sql-text';
import { NO_CHANGES, summarize, type ChangeSummary } from '../changeset/summary';
import { writePieces } from '../local/write-file';
import { diskFull } from '../workspace/disk';
import type { Project } from '../workspace/project';
import { withTemporary } from '../workspace/temporary';
import { requireBase, withComparison } from './compare';

/** What `diff` answers. */
export interface DiffResult {
  readonly changes: ChangeSummary;
  /** The files that hold the changes in full. */
  readonly files: { readonly sql: string; readonly json: string };
}

/**
 * Finds what a push would carry, without any contact to the remote, and writes it to `diff.sql` and `changes.json` in the
 * state folder. Throws the `BASELINE_*` and `WORKING_COPY_*` codes, UNSUPPORTED_CHANGE.
 */
export async function diff(
  project: Project,
  options: { readonly onEvent?: OnEvent } = {},
): Promise<DiffResult> {
  requireBase(project);
  return withTemporary(project.files.directory, (temporary) =>
    withComparison(project, temporary, async (comparison) => {
      const changes = comparison === null ? NO_CHANGES : summarize(comparison.changeset);
      const written = await timed(options.onEvent, 'write diff.sql and changes.json', () =>
        writeChanges(project, temporary, comparison?.changeset ?? NOTHING),
      );
      return { changes, files: written.publish() };
    }),
  );
}

const NOTHING: Changeset = {
  schema: [],
  tables: [],
  sequences: [],
  userVersion: null,
  notCarried: [],
  expects: [],
  foreignKeys: [],
  knownTables: [],
};

/** Files that hold the changes in full, written beside their places: see {@link writeChanges}. */
export interface WrittenChanges {
  /** Puts them in their places, each replaced whole. */
  publish(): DiffResult['files'];
}

/** Writes `diff.sql` and `changes.json` into the temporary folder. Throws DISK_FULL. */
export async function writeChanges(
  project: Project,
  temporary: string,
  changeset: Changeset,
): Promise<WrittenChanges> {
  const { diffSql: sql, changesJson: json } = project.files;
  const written = (file: string): string => path.join(temporary, path.basename(file));
  try {
    await writePieces(written(sql), changesetSql(changeset));
    await writePieces(written(json), changesetJson(changeset, new Date()));
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error;
  }
  return {
    publish() {
      for (const file of [sql, json]) fs.renameSync(written(file), file);
      return { sql, json };
    },
  };
}
