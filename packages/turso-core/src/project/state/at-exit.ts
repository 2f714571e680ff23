import fs from 'node:fs';

/** Files and folders to remove at the end of the process, except after SIGKILL. */
const doomed = new Set<string>();

process.on('exit', () => {
  for (const path of doomed) fs.rmSync(path, { recursive: true, force: true });
});

/** Marks a file or folder for removal at the end of the process. Returns a function to remove it earlier. */
export function removeAtExit(path: string): () => void {
  doomed.add(path);
  return () => {
    fs.rmSync(path, { recursive: true, force: true });
    doomed.delete(path);
  };
}
