import fs from 'node:fs';
import { systemCode } from '../../errors';

/**
 * Puts a finished folder in the place of another, which is only ever seen whole: should the process die in between, the
 * old one is found under its second name by {@link recoverDirectory}.
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
      // Someone who reads has just recovered the old one.
      if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
    }
  }
  fs.rmSync(previous, { recursive: true, force: true });
}

/** Finishes or takes back a {@link replaceDirectory} that was cut off. */
export function recoverDirectory(target: string): void {
  const previous = previousOf(target);
  if (!fs.existsSync(previous)) return;
  try {
    if (fs.existsSync(target)) fs.rmSync(previous, { recursive: true, force: true });
    else fs.renameSync(previous, target);
  } catch (error) {
    // It was not cut off but under way, and is finished by now.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
  }
}

function previousOf(target: string): string {
  return `${target}.previous`;
}
