// Nx runs this, from the workspace's root, before every run of the checks, once the working copy exists:
// `node main.js copy=<file> checks=<folder> ...`
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { checkKey } from './check-key';

print();

// It never fails, since Nx ignores failures. A unique text is never a cache hit, and then the task itself gives the
// reason.
function print(): void {
  let key: string | null = null;
  try {
    key = checkKey([`version=${versionOfCore()}`, ...process.argv.slice(2)]);
  } catch {
    // A file cannot be read.
  }
  process.stdout.write(`${key ?? `unknown ${randomUUID()}`}\n`);
}

/** The version counts because another version may have another SQLite. */
function versionOfCore(): string {
  const text = fs.readFileSync(require.resolve('turso-core/package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
