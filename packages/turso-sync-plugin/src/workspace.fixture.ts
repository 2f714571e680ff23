import { makeTempDir, writeFiles } from '@turso-sync/testing';

/** Makes a folder with these files in it. Anything but text is written as JSON. */
export function makeWorkspace(files: Readonly<Record<string, unknown>> = {}): string {
  const root = makeTempDir('workspace-');
  writeFiles(root, files);
  return root;
}
