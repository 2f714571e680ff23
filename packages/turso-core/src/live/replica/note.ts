import fs from 'node:fs';
import type { Mark } from '../../hrana/log-frames';
import type { FileStamp, WalStamp } from './stamp';

/**
 * Work that may have been in progress at the time of a note:
 *
 * - `still`: none.
 * - `checkpointing`: the write-ahead log was being copied to the main file.
 * - `backfilled`: the main file has all of the log, so the log may be emptied.
 */
export type Phase = 'still' | 'checkpointing' | 'backfilled';

/**
 * Our own note beside a replica: its position in the log, and the state of its files at that time. The live connections
 * of Rust and OCaml read and write the same file.
 */
export interface Note {
  /** The log's id, from the server. */
  readonly log: string;
  /** The id of the server's run during the last sync. Another run may have another history. */
  readonly session: string;
  /** Null if nothing was ever written to the primary. */
  readonly mark: Mark | null;
  readonly phase: Phase;
  readonly file: FileStamp;
  readonly wal: WalStamp;
  /** The address of the last sync, without a slash at its end. Null in the notes of older versions. */
  readonly remote: string | null;
  /**
   * When the last successful sync began, kept as the time of the note's file. Null before the first one, and the file
   * then has the time of its last write.
   */
  readonly syncedAt: Date | null;
}

const FORM = new RegExp(
  [
    /^turso replica note 1/,
    /log (\S+)/,
    /session (\S*)/,
    /frame (?:none|(\d+) ([0-9a-f]{16}))/,
    /phase (still|checkpointing|backfilled)/,
    /file (\d+) (\d+) (-?\d+)/,
    /wal ([0-9a-f]{8}) ([0-9a-f]{8}) (\d+) ([0-9a-f]{8}) ([0-9a-f]{8})\n(?:remote (\S+)\n)?$/,
  ]
    .map(({ source }) => source)
    .join('\n'),
);

/** Reads a note. Returns null if it is missing or unreadable. */
export function readNote(file: string): Note | null {
  let text: string;
  let syncedAt: Date;
  try {
    text = fs.readFileSync(file, 'latin1');
    syncedAt = fs.statSync(file).mtime;
  } catch {
    return null;
  }
  const fields = FORM.exec(text);
  if (fields === null) return null;
  const [, log = '', session = '', frameNo, checksum = '', phase, inode = '', size = '', modified = ''] =
    fields;
  const [saltA = '', saltB = '', frames = '', sumA = '', sumB = '', remote = null] = fields.slice(9);
  return {
    log,
    session,
    mark: frameNo === undefined ? null : { frameNo: BigInt(frameNo), checksum },
    phase: phase as Phase,
    file: { inode: BigInt(inode), size: BigInt(size), modifiedNs: BigInt(modified) },
    wal: {
      salts: [parseInt(saltA, 16), parseInt(saltB, 16)],
      frames: Number(frames),
      checksum: [parseInt(sumA, 16), parseInt(sumB, 16)],
    },
    remote,
    syncedAt,
  };
}

/** Replaces the previous note, completely or not at all. A sync that brings nothing only changes its time. */
export function writeNote(file: string, note: Note): void {
  const text = noteText(note);
  if (readText(file) === text) {
    setTime(file, note);
    return;
  }
  const draft = `${file}-draft`;
  fs.writeFileSync(draft, text, { mode: 0o600 });
  setTime(draft, note);
  fs.renameSync(draft, file);
}

function setTime(file: string, { syncedAt }: Note): void {
  if (syncedAt !== null) fs.utimesSync(file, syncedAt, syncedAt);
}

/** Returns the text of a file, or null if it is missing or unreadable. */
function readText(file: string): string | null {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

/** Returns the text of a note. */
function noteText({ log, session, mark, phase, file, wal, remote }: Note): string {
  const frame = mark === null ? 'none' : `${mark.frameNo} ${mark.checksum}`;
  const hex = (number: number): string => number.toString(16).padStart(8, '0');
  return `${[
    'turso replica note 1',
    `log ${log}`,
    `session ${session}`,
    `frame ${frame}`,
    `phase ${phase}`,
    `file ${file.inode} ${file.size} ${file.modifiedNs}`,
    `wal ${wal.salts.map(hex).join(' ')} ${wal.frames} ${wal.checksum.map(hex).join(' ')}`,
    ...(remote === null ? [] : [`remote ${remote}`]),
  ].join('\n')}\n`;
}
