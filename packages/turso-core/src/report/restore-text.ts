import type { RestoreResult } from '../commands/restore';
import { shown } from './shown';

/** Returns the result of `restore` for people. */
export function restoreText({ file }: RestoreResult): string {
  return shown(`Restored to ${file}`);
}
