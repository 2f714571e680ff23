import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull } from '../errors';
import type { OnEvent } from './events';
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
    withComparison(project, temporary, (comparison) => {
      const changes = comparison === null ? NO_CHANGES : summarize(comparison.changeset);
      const files = writeChanges(project, temporary, comparison?.changeset ?? NOTHING);
      options.onEvent?.({ type: 'step', what: `wrote ${files.sql} and ${files.json}`, milliseconds: 0 });
      return { changes, files };
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
};

/** Writes `diff.sql` and `changes.json`, each replaced whole. */
export function writeChanges(project: Project, temporary: string, changeset: Changeset): DiffResult['files'] {
  const { diffSql: sql, changesJson: json } = project.files;
  try {
    for (const [file, pieces] of [
      [sql, changesetSql(changeset)],
      [json, changesetJson(changeset, new Date())],
    ] as const) {
      const written = path.join(temporary, path.basename(file));
      writePieces(written, pieces);
      fs.renameSync(written, file);
    }
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error;
  }
  return { sql, json };
}
