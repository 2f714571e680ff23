import { TursoSyncError } from '../../errors';
import { timed, type OnEvent } from '../../events';
import { isExcluded } from '../../sqlite/schema/exclude';
import type { LeftOutTable } from '../../sqlite/schema/left-out';
import { findLeftOut, takeOut } from '../../sqlite/schema/take-out';
import type { Project } from '../project';
import { readManifest } from '../state/manifest';
import { freeze } from './freeze';

/**
 * Freezes a project's working copy without the excluded tables, and reports these. Works like {@link freeze}: `isMade`
 * is false if the file is byte for byte equal to `unless`, and no copy was made.
 */
export async function freezeCopy(
  project: Pick<Project, 'workingCopy' | 'exclude' | 'files'>,
  to: string,
  { unless, onEvent }: { readonly unless?: string; readonly onEvent?: OnEvent | undefined } = {},
): Promise<{ readonly isMade: boolean; readonly leftOut: readonly LeftOutTable[] }> {
  const { workingCopy, exclude } = project;
  const isMade = await timed(onEvent, 'copy the working copy', (onBytes) =>
    freeze(workingCopy, to, unless, onBytes),
  );
  const { tables } = isMade ? takeOut(to, exclude) : findLeftOut(unless ?? to, exclude);
  const before = excludedBefore(project).filter(({ name }) => !tables.some((table) => table.name === name));
  const leftOut = [...tables, ...before];
  tellLeftOut(leftOut, onEvent);
  return { isMade, leftOut };
}

/** Reports the tables a command omits locally. */
export function tellLeftOut(tables: readonly LeftOutTable[], onEvent: OnEvent | undefined): void {
  if (tables.length > 0) onEvent?.({ type: 'left-out', of: 'local', tables });
}

/** Returns the tables omitted when the base was taken from the remote, and still excluded. */
export function excludedBefore({ files, exclude }: Pick<Project, 'exclude' | 'files'>): LeftOutTable[] {
  if (exclude.length === 0) return [];
  try {
    const names = readManifest(files.base)?.exclude?.tables ?? [];
    return names.filter((name) => isExcluded(name, exclude)).map((name) => ({ name, owner: null }));
  } catch (error) {
    // Code that needs the base reports this.
    if (error instanceof TursoSyncError) return [];
    throw error;
  }
}
