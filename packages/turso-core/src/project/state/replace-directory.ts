import fs from 'node:fs';
import { systemCode } from '../../errors';

/**
 * Replaces a folder by a finished one; nobody sees it in part. If the process dies in between, {@link recoverDirectory}
 * finds the old folder under its second name.
 */
export function replaceDirectory(finished: string, target: string): void {
  const previous = previousOf(target);
  for (;;) {
    fs.rmSync(previous, { recursive: true, force: true });
    if (fs.existsSync(target)) fs.renameSync(target, previous);
    try {
      fs.renameSync(finished, target);
      break;
    } catch (error) {
      // A reader has just recovered the old one.
      if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
    }
  }
  fs.rmSync(previous, { recursive: true, force: true });
}

/** Finishes or undoes an interrupted {@link replaceDirectory}. */
export function recoverDirectory(target: string): void {
  const previous = previousOf(target);
  if (!fs.existsSync(previous)) return;
  try {
    if (fs.existsSync(target)) fs.rmSync(previous, { recursive: true, force: true });
    else fs.renameSync(previous, target);
  } catch (error) {
    // It was not interrupted but still running, and has finished by now.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
  }
}

function previousOf(target: string): string {
  return `${target}.previous`;
}
