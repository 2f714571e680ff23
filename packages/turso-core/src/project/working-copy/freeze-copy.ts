import { timed, type OnEvent } from '../../events';
import { findForeign } from '../../sqlite/schema/left-out';
import type { Project } from '../project';
import { freeze } from './freeze';

/**
 * Freezes a project's working copy, and tells which tables in it are never carried. Everything else is as of {@link freeze}: false
 * says that it is byte for byte equal to `unless`, with no copy made.
 */
export async function freezeCopy(
  { workingCopy }: Pick<Project, 'workingCopy'>,
  to: string,
  { unless, onEvent }: { readonly unless?: string; readonly onEvent?: OnEvent | undefined },
): Promise<boolean> {
  const isMade = await timed(onEvent, 'copy the working copy', () => freeze(workingCopy, to, unless));
  const tables = findForeign(isMade ? to : (unless ?? to));
  if (tables.length > 0) onEvent?.({ type: 'left-out', tables });
  return isMade;
}
