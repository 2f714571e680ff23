import fs from 'node:fs';
import type { Conflict } from '../../apply/conflict';
import { systemCode, TursoSyncError } from '../../errors';
import type { OnEvent } from '../../events';
import type { Project } from '../../project/project';
import { workingCopyTarget } from '../../project/working-copy/working-copy-target';
import { foldName } from '../../sqlite/schema/fold-name';
import type { LeftOutTable } from '../../sqlite/schema/left-out';
import { readCarried } from '../../sqlite/schema/read-objects';
import { readHeader } from '../../sqlite/schema/read-header';
import { quoteValue } from '../../sqlite/values/quote';

/** Returns the working copy's own tables and views: those left out. Only `init --force` may remove them. */
export async function ownTables({ workingCopy, exclude }: Project): Promise<readonly LeftOutTable[]> {
  return workingCopyTarget(workingCopy).read(async (query) => {
    const { encoding } = await readHeader(query);
    return (await readCarried(query, encoding, exclude)).leftOut.tables;
  });
}

/**
 * Throws UNSUPPORTED_CHANGE if such a table prevents a pull: one of its rows would lose its parent, or one of its
 * indexes has the name of a new one.
 */
export async function refuseOwnInTheWay(project: Project, conflicts: readonly Conflict[]): Promise<void> {
  const { workingCopy, exclude } = project;
  const found = await workingCopyTarget(workingCopy).read(async (query) => {
    const { encoding } = await readHeader(query);
    const { leftOut } = await readCarried(query, encoding, exclude);
    const rows = await query('SELECT name, tbl_name FROM sqlite_schema');
    const isOwn = (table: unknown): boolean => typeof table === 'string' && leftOut.has(table);
    const names = rows.flatMap(([name, table]) => (typeof name === 'string' && isOwn(table) ? [name] : []));
    const own = new Set(names.map(foldName));
    return conflicts.find((c) => own.has(foldName(c.table)) || own.has(foldName(c.definition?.name ?? '')));
  });
  if (found === undefined) return;
  const { table, definition, key } = found;
  const names = [definition?.name ?? table, ...Object.values(key ?? {}).map(quoteValue)].join(' ');
  throw new TursoSyncError(
    'UNSUPPORTED_CHANGE',
    `The remote's changes cannot be brought in: "${names}" of the working copy, which is left out, is in the way (${found.kind}).`,
    { hint: 'Change or remove it in the working copy, then run the command again. Nothing was changed.' },
  );
}

/** Warns of own tables that `--force` replaces with the rest of the working copy. */
export async function warnOfReplaced(project: Project, onEvent: OnEvent | undefined): Promise<void> {
  if (!fs.existsSync(project.workingCopy)) return;
  const tables = await ownTables(project).catch((error: unknown) => {
    // The working copy is replaced, whatever it contains.
    if (error instanceof TursoSyncError || systemCode(error).startsWith('SQLITE_')) return [];
    throw error;
  });
  if (tables.length === 0) return;
  const names = tables.map(({ name }) => name).join(', ');
  onEvent?.({
    type: 'warning',
    message: `The snapshot lacks tables that the working copy had, which are left out: ${names}. They are in the backup.`,
  });
}
