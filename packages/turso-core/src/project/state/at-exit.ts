import fs from 'node:fs';

/** Files and folders to remove when the process ends, however it ends short of SIGKILL. */
const doomed = new Set<string>();

process.on('exit', () => {
  for (const path of doomed) fs.rmSync(path, { recursive: true, force: true });
});

/** Has a file or folder removed when the process ends, or as soon as the function that it answers with is called. */
export function removeAtExit(path: string): () => void {
  doomed.add(path);
  return () => {
    fs.rmSync(path, { recursive: true, force: true });
    doomed.delete(path);
  };
}
