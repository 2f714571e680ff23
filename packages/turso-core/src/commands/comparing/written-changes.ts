import fs from 'node:fs';
import path from 'node:path';
import type { Changeset } from '../../changeset/model';
import { changesetSql } from '../../changeset/text/sql-text';
import { isDiskFull } from '../../errors';
import type { Progress } from '../../events';
import { diskFull } from '../../project/state/disk';
import type { PlanHead } from '../../plan/plan';
import { planText } from '../../plan/write-plan';
import type { Project } from '../../project/project';
import { writePieces } from '../../sqlite/files/write-file';

/** The files with the full changes: as SQL, and as a plan in `changes.json`. */
export interface ChangeFiles {
  /** `diff.sql`: the changes as SQL, for people. */
  readonly sql: string;
  /** `changes.json`: the plan. */
  readonly json: string;
}

/** Files with the full changes, not yet in their final places: see {@link writeChanges}. */
export interface WrittenChanges {
  /** The present path of the plan. */
  readonly json: string;
  /** Moves the files to their places. Each replaces the old file as a whole. */
  publish(): ChangeFiles;
}

/** The names of these files in a temporary folder. */
const WRITTEN = { sql: 'diff.sql', json: 'changes.json' };

/** Writes `diff.sql` and `changes.json` into a temporary folder, and reports the bytes written. Throws DISK_FULL. */
export async function writeChanges(
  directory: string,
  changeset: Changeset,
  plan: PlanHead,
  onProgress?: (progress: Progress) => void,
): Promise<void> {
  let done = 0;
  let ofFile = 0;
  const onBytes = (written: number): void => {
    done += written - ofFile;
    ofFile = written;
    onProgress?.({ done, total: null, unit: 'bytes' });
  };
  try {
    await writePieces(path.join(directory, WRITTEN.sql), changesetSql(changeset), onBytes);
    ofFile = 0;
    await writePieces(path.join(directory, WRITTEN.json), planText(plan, changeset), onBytes);
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error;
  }
}

/** Returns the files written into a folder by {@link writeChanges}. */
export function changesIn(
  directory: string,
  { files: { diffSql: sql, changesJson: json } }: Project,
): WrittenChanges {
  const written = { sql: path.join(directory, WRITTEN.sql), json: path.join(directory, WRITTEN.json) };
  return {
    json: written.json,
    publish() {
      fs.renameSync(written.sql, sql);
      fs.renameSync(written.json, json);
      return { sql, json };
    },
  };
}
