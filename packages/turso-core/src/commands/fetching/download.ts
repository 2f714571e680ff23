import fs from 'node:fs';
import { systemCode, TursoSyncError } from '../../errors';
import { timed, type OnEvent } from '../../events';
import { isSoundSince } from '../../changeset/pages/sound-since';
import type {
  Remote,
  SnapshotMethod,
  SnapshotOptions,
  SnapshotStart,
  SnapshotTaken,
} from '../../remote/remote';
import { startReader, type Reader } from '../../sqlite/dump/start-reader';
import type { DumpOptions } from '../../sqlite/dump/write-dump';
import { openReadOnly } from '../../sqlite/files/open';
import { readSoundness, SOUNDNESS_QUERY } from '../../sqlite/soundness';

/** Options of {@link download}. */
export interface DownloadOptions {
  /** Earlier copies of the same remote, the best first. Default is none. */
  readonly starts?: readonly SnapshotStart[];
  /** As in {@link SnapshotOptions}. Default is false. */
  readonly mayLag?: SnapshotOptions['mayLag'];
  /** Called with the method used, before the check. */
  readonly onMethod?: ((method: SnapshotMethod) => void) | undefined;
  readonly onEvent: OnEvent | undefined;
}

/** Size in bytes from which a thread is worth its start: to render rows, and only to check. */
const LARGE = { toRead: 16_000_000, toCheck: 128_000_000 };

/**
 * Downloads the remote to a new database file and makes sure it is sound. `work`, if given, reads the file meanwhile.
 * Throws the `REMOTE_*` codes.
 *
 * @param work - gets a thread for reading the database, or null if a thread is not worth its start. Also gets the
 * objects set aside.
 */
export async function download(
  remote: Remote,
  database: string,
  { starts = [], mayLag = false, onMethod, onEvent }: DownloadOptions,
  work: ((options: DumpOptions) => Promise<void>) | null,
): Promise<SnapshotTaken> {
  const large = work === null ? LARGE.toCheck : LARGE.toRead;
  let reader: Reader | null = null;
  try {
    const taken = await timed(onEvent, 'download', (onProgress) =>
      snapshotOf(remote, database, {
        starts,
        mayLag,
        onProgress(progress) {
          // It has time to start while the rest is downloaded.
          if ((progress.total ?? 0) >= large) reader ??= startReader(database);
          onProgress(progress);
        },
      }),
    );
    onMethod?.(taken.method);
    onEvent?.({ type: 'left-out', of: 'remote', tables: taken.leftOut });
    await timed(onEvent, 'check', async (onProgress) => {
      await Promise.all([
        isSoundByStart(taken, database) ? null : checkSound(database, remote, reader, onEvent),
        work?.({ reader, setAside: taken.setAside, onProgress }),
      ]);
      // The check itself is one question to SQLite.
      const { size } = fs.statSync(database);
      if (work === null) onProgress({ done: size, total: size, unit: 'bytes' });
    });
    return taken;
  } finally {
    await (reader as Reader | null)?.close();
  }
}

/** Checks whether a sound start makes reading the whole database unnecessary. */
function isSoundByStart({ soundStart }: SnapshotTaken, database: string): boolean {
  return soundStart !== undefined && isSoundSince(soundStart, database);
}

/** Takes a snapshot. Damaged pages may make even the definitions unreadable. */
async function snapshotOf(remote: Remote, file: string, options: SnapshotOptions): Promise<SnapshotTaken> {
  try {
    return await remote.snapshot(file, options);
  } catch (error) {
    const isDamaged = /^SQLITE_(?:CORRUPT|NOTADB)/.test(systemCode(error));
    throw isDamaged ? damaged(remote.location, (error as Error).message) : error;
  }
}

async function checkSound(
  file: string,
  { location }: Remote,
  reader: Reader | null,
  onEvent: OnEvent | undefined,
): Promise<void> {
  const check = { sql: SOUNDNESS_QUERY, args: [] };
  try {
    const answer = reader === null ? askHere(file, check.sql) : await reader.ask(check);
    const { damage, indexes, rules } = readSoundness(answer);
    if (damage !== null) throw damaged(location, damage.split('\n')[0] ?? '');
    for (const message of [indexesKept(location, indexes), rulesKept(location, rules)])
      if (message !== null) onEvent?.({ type: 'warning', message });
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    const message = (error as Error).message;
    throw /malformed database schema|(?:no such|unknown) (?:function|module|tokenizer)/.test(message)
      ? unsupportedSchema(location, message)
      : damaged(location, message);
  }
}

function indexesKept(location: string, names: readonly string[]): string | null {
  return names.length === 0
    ? null
    : `On ${location}, another version of SQLite wrote the index of these full-text tables, or it covers only some rows: ${names.join(', ')}. They are kept as they are.`;
}

function rulesKept(location: string, names: readonly string[]): string | null {
  return names.length === 0
    ? null
    : `On ${location}, these tables hold rows that break a rule of their definition, such as NOT NULL: ${names.join(', ')}. They are kept as they are.`;
}

function askHere(file: string, sql: string): unknown {
  const db = openReadOnly(file);
  try {
    return db.prepare(sql).pluck().get();
  } finally {
    db.close();
  }
}

function damaged(location: string, what: string): TursoSyncError {
  return new TursoSyncError('REMOTE_DAMAGED', `What came from ${location} is a damaged database: ${what}.`, {
    hint: 'Run the command again. If it stays so, the remote itself is damaged: restore it from a backup.',
    retryable: true,
  });
}

// Definitions may use functions and modules not available here. A file with vector indexes cannot be opened at all.
function unsupportedSchema(location: string, message: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_UNSUPPORTED_SCHEMA',
    `${location} holds what plain SQLite cannot work with: ${message}.`,
    {
      hint: 'Drop what the message names on the remote, or write it without what only that server knows. Or leave its table out by `exclude` in the config.',
    },
  );
}
