import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readNote, writeNote } from './note';

/** A note as the live connection of Rust writes it. Older versions write no remote. */
const OLD = `turso replica note 1
log 3d76d3e4-153b-400a-90e9-dfad3765d6c8
session 386ce2b1-8bd7-de33-00fe-73b6d8e32adc
frame 6 0f48775d4668ac8e
phase still
file 12 8192 1764417600123456789
wal 00000001 ffffffff 3 00000007 00000008
`;

test.each([
  ['without a remote', OLD, null],
  ['with a remote', `${OLD}remote https://db.example\n`, 'https://db.example'],
])('a note %s is read, and written as it was', (_what, text, remote) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'note-'));
  try {
    const file = path.join(folder, 'replica.db-note');
    fs.writeFileSync(file, text);
    // The time of the last sync.
    const syncedAt = new Date('2025-11-29T12:00:00.250Z');
    fs.utimesSync(file, syncedAt, syncedAt);
    const note = readNote(file);
    if (note === null) throw new Error('the note cannot be read');
    expect(note.remote).toBe(remote);
    writeNote(file, note);
    expect(fs.statSync(file).mtime).toEqual(syncedAt);
    expect(fs.readFileSync(file, 'latin1')).toBe(text);
    fs.writeFileSync(file, text.slice(0, -1));
    expect(readNote(file)).toBeNull();
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
