import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';

/** Makes a folder with these files in it; what is not text is written as JSON. */
export function makeWorkspace(files: Readonly<Record<string, unknown>> = {}): string {
  const root = makeTempDir('workspace-');
  writeFiles(root, files);
  return root;
}

/** Writes files into a folder, as {@link makeWorkspace} does. */
export function writeFiles(root: string, files: Readonly<Record<string, unknown>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}
