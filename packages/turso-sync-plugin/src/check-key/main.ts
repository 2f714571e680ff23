// Nx runs this, from the workspace's root, before every run of the checks, once the working copy is there:
// `node main.js copy=<file> checks=<folder> ...`
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { checkKey } from './check-key';

print();

// It never fails, since Nx takes no notice of that. What has no equal is no cache hit; then the task itself says why.
function print(): void {
  let key: string | null = null;
  try {
    key = checkKey([`version=${versionOfCore()}`, ...process.argv.slice(2)]);
  } catch {
    // A file that cannot be read.
  }
  process.stdout.write(`${key ?? `unknown ${randomUUID()}`}\n`);
}

/** Another version may have another SQLite. */
function versionOfCore(): string {
  const text = fs.readFileSync(require.resolve('turso-core/package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
