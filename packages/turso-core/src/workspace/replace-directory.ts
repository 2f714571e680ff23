import fs from 'node:fs';

/**
 * Puts a finished folder in the place of another, which is only ever seen whole: should the process die in between, the
 * old one is found under its second name by {@link recoverDirectory}.
 */
export function replaceDirectory(finished: string, target: string): void {
  const previous = `${target}.previous`;
  fs.rmSync(previous, { recursive: true, force: true });
  if (fs.existsSync(target)) fs.renameSync(target, previous);
  fs.renameSync(finished, target);
  fs.rmSync(previous, { recursive: true, force: true });
}

/** Finishes or takes back a {@link replaceDirectory} that was cut off. */
export function recoverDirectory(target: string): void {
  const previous = `${target}.previous`;
  if (!fs.existsSync(previous)) return;
  if (fs.existsSync(target)) fs.rmSync(previous, { recursive: true, force: true });
  else fs.renameSync(previous, target);
}
