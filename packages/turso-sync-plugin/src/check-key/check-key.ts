import { createHash, type Hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Bytes read at once. */
const PIECE = 1 << 20;

/**
 * Computes a digest of working copies and checks, given as words `copy=<file>` and `checks=<folder>`. Null if one of
 * the files changed during the reading. It reads every byte: a changed row may leave size and time as they were, and
 * the counter in the header does not count the write-ahead log.
 */
export function checkKey(words: readonly string[]): string | null {
  const digest = createHash('sha256');
  const files = words.flatMap((word) => {
    digest.update(`${word}\0`);
    const [, kind, place = ''] = /^(\w+)=(.*)$/s.exec(word) ?? [];
    if (kind === 'copy') return filesOf(place);
    return kind === 'checks' ? checksIn(place) : [];
  });
  const before = files.map(stateOf);
  for (const [i, file] of files.entries()) {
    digest.update(`${file}\0${before[i] === null ? 'missing' : ''}\0`);
    if (before[i] !== null) digestFile(file, digest);
  }
  const isSame = files.every((file, i) => stateOf(file) === before[i]);
  return isSame ? digest.digest('hex') : null;
}

// The file itself comes last: pages that a checkpoint moves into it meanwhile have already been read in the log.
function filesOf(database: string): string[] {
  return [`${database}-wal`, `${database}-journal`, database];
}

function checksIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [folder];
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.sql$/i.test(name))
    .sort()
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .filter((file) => !fs.statSync(file, { throwIfNoEntry: false })?.isDirectory());
}

/** Returns a text that changes with every write, or null if there is no such file. */
function stateOf(file: string): string | null {
  const state = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
  return state === undefined ? null : `${state.ino} ${state.size} ${state.mtimeNs} ${state.ctimeNs}`;
}

function digestFile(file: string, digest: Hash): void {
  const handle = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PIECE);
    let bytes = 0;
    for (let read: number; (read = fs.readSync(handle, buffer)) > 0; bytes += read)
      digest.update(buffer.subarray(0, read));
    digest.update(`\0${bytes}\0`);
  } finally {
    fs.closeSync(handle);
  }
}
