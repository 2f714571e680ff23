import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { shown, type Ending } from 'turso-core/own-process';
import { findNxProcess } from './nx-process';
import { namedRunFolder } from './run-folder';

/** How a task that writes to a remote ended, as it tells the end of the run: without names of tables, keys and values. */
export interface TaskNote {
  readonly project: string;
  readonly target: string;
  /** Empty for the one without a name. */
  readonly environment: string;
  readonly outcome: string;
  /** Rows by kind and tables, if any were changed, or would be if nothing stood in the way; else null. */
  readonly counts: Readonly<Record<'deleted' | 'updated' | 'new' | 'tables', number>> | null;
  /** Rows that the server has read and written for it, if it tells; else null. */
  readonly used: { readonly rowsRead: number; readonly rowsWritten: number } | null;
  /** The process of Nx that has started the task, if that is known. */
  readonly nx: number | null;
}

/** Leaves a note for the end of the run. Nobody misses it if it cannot be written. */
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
    // As if the workspace may not be written to.
  }
}
