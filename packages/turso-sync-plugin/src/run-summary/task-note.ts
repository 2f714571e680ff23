import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { shown, type Ending } from 'turso-core/own-process';
import { findNxProcess } from './nx-process';
import { namedRunFolder } from './run-folder';

/**
 * The ending of a task that writes to a remote, as a note for the end of the run. It has no names of tables, no keys
 * and no values.
 */
export interface TaskNote {
  readonly project: string;
  readonly target: string;
  /** Empty for the one without a name. */
  readonly environment: string;
  readonly outcome: string;
  /**
   * Changed rows by kind and tables. After a refusal or a dry run, the rows that would change. Null without changes, or
   * with conflicts.
   */
  readonly counts: Readonly<Record<'deleted' | 'updated' | 'new' | 'tables', number>> | null;
  /** Rows read and written by the server for it, or null if the server does not count them. */
  readonly used: { readonly rowsRead: number; readonly rowsWritten: number } | null;
  /** The process of Nx that has started the task, if known. */
  readonly nx: number | null;
}

/** Leaves a note for the end of the run. A failure to write it does no harm. */
export function leaveNote(
  { command, brief, changes, conflicts, used }: Ending,
  environment: string | undefined,
  { projectName = '', targetName = '' }: ExecutorContext,
): void {
  const folder = namedRunFolder();
  if (folder === undefined || !['push', 'undo'].includes(command)) return;
  const { total, tables } = changes;
  const note: TaskNote = {
    project: shown(projectName),
    target: targetName,
    environment: shown(environment ?? ''),
    outcome: brief,
    counts:
      tables.length === 0 || conflicts.length > 0
        ? null
        : { deleted: total.delete, updated: total.update, new: total.insert, tables: tables.length },
    used: used && { rowsRead: used.rowsRead, rowsWritten: used.rowsWritten },
    nx: findNxProcess(),
  };
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(folder, `${randomUUID()}.json`), JSON.stringify(note), { mode: 0o600 });
  } catch {
    // The workspace may not be writable, for example.
  }
}
