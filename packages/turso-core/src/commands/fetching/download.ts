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

/** What {@link download} may be told. */
export interface DownloadOptions {
  /** Earlier copies of the same remote, the best first. Default is none. */
  readonly starts?: readonly SnapshotStart[];
  /** As of {@link SnapshotOptions}. Default is false. */
  readonly mayLag?: SnapshotOptions['mayLag'];
  /** Told by which way it came, before it is checked. */
  readonly onMethod?: ((method: SnapshotMethod) => void) | undefined;
  readonly onEvent: OnEvent | undefined;
}

/** Size from which on a thread is worth its start, in bytes: to render rows, and only to check. */
const LARGE = { toRead: 16_000_000, toCheck: 128_000_000 };

/**
 * Downloads the remote to a new database file and makes sure that it is sound, while `work` reads it, if there is any. Throws the
 * `REMOTE_*` codes.
 *
 * @param work - is given a thread that reads the database, or null where it is not worth its start, and what was set
 * aside.
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
          // While the rest is under way, it has time to start.
          if ((progress.total ?? 0) >= large) reader ??= startReader(database);
          onProgress(progress);
        },
      }),
    );
    onMethod?.(taken.method);
    onEvent?.({ type: 'left-out', of: 'remote', tables: taken.leftOut });
    await timed(onEvent, 'check', () =>
      Promise.all([
        isSoundByStart(taken, database) ? null : checkSound(database, remote, reader, onEvent),
        work?.({ reader, setAside: taken.setAside }),
      ]),
    );
    return taken;
  } finally {
    await (reader as Reader | null)?.close();
  }
}

/** What has a sound start need not be read as a whole. */
function isSoundByStart({ soundStart }: SnapshotTaken, database: string): boolean {
  return soundStart !== undefined && isSoundSince(soundStart, database);
}

/** Pages may be so damaged that not even the definitions can be read. */
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

// Functions and modules that are not here may be used in definitions, and of a file with vector indexes none is opened.
function unsupportedSchema(location: string, message: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_UNSUPPORTED_SCHEMA',
    `${location} holds what plain SQLite cannot work with: ${message}.`,
    {
      hint: 'Drop what the message names on the remote, or write it without what only that server knows. Or leave its table out by `exclude` in the config.',
    },
  );
}
