/**
 * Every way in which turso-sync refuses or fails, as a stable word for scripts. The texts of messages may change
 * between versions; these do not. `docs/troubleshooting.md` has a paragraph on each.
 */
export type ErrorCode =
  // configuration
  | 'CONFIG_INVALID'
  | 'CONFIG_HAS_SECRET'
  | 'CONFIG_UNREADABLE'
  | 'URL_MISSING'
  | 'URL_UNSUPPORTED'
  // the remote
  | 'REMOTE_CHANGED'
  | 'REMOTE_MISSING'
  | 'REMOTE_EMPTY'
  | 'REMOTE_NOT_EMPTY'
  | 'REMOTE_UNREACHABLE'
  | 'REMOTE_TLS'
  | 'PROXY_FAILED'
  | 'REMOTE_UNAUTHORIZED'
  | 'REMOTE_READ_ONLY'
  | 'REMOTE_BLOCKED'
  | 'TOKEN_OVER_HTTP'
  | 'REMOTE_NOT_LIBSQL'
  | 'REMOTE_REDIRECTED'
  | 'REMOTE_INTERRUPTED'
  | 'REMOTE_DAMAGED'
  | 'REMOTE_BUSY'
  | 'REMOTE_UNSUPPORTED_SCHEMA'
  | 'DEFINITION_INVALID'
  | 'REMOTE_FAILED'
  | 'REMOTE_REFUSES_SIZE'
  | 'RESPONSE_TOO_LARGE'
  // local files
  | 'ALREADY_INITIALIZED'
  | 'BACKUP_UNUSABLE'
  | 'SNAPSHOT_MISSING'
  | 'BASELINE_MISSING'
  | 'BASELINE_DAMAGED'
  | 'WORKING_COPY_MISSING'
  | 'WORKING_COPY_NOT_A_DATABASE'
  | 'WORKING_COPY_MVCC'
  | 'WORKING_COPY_CORRUPT'
  | 'WORKING_COPY_LOCKED'
  | 'WORKING_COPY_HAS_CHANGES'
  | 'STATE_TOO_NEW'
  | 'STATE_FOREIGN'
  | 'STATE_LOCKED'
  | 'FILE_INACCESSIBLE'
  | 'DISK_FULL'
  // changes
  | 'TABLE_NOT_FOUND'
  | 'UNSUPPORTED_CHANGE'
  | 'VALUE_TOO_LARGE'
  | 'PUSH_UNDECIDED'
  | 'CHANGES_UNREADABLE'
  | 'PLAN_STALE'
  | 'PLAN_TOO_NEW'
  | 'CHECK_INVALID'
  | 'CHECK_TIMEOUT'
  | 'NOTHING_TO_UNDO'
  | 'UNDO_IMPOSSIBLE'
  // GitHub and GitLab
  | 'CODE_HOST_UNKNOWN'
  | 'CODE_HOST_TOKEN_MISSING'
  | 'CODE_HOST_UNAUTHORIZED'
  | 'CODE_HOST_REFUSED'
  | 'CODE_HOST_BUSY'
  | 'CODE_HOST_UNREACHABLE'
  | 'CODE_HOST_REDIRECTED'
  | 'CODE_HOST_FAILED'
  | 'REVIEW_MISSING'
  // the live connection
  | 'SQL_FAILED'
  | 'CONSTRAINT_FAILED'
  | 'CONNECTION_CLOSED'
  | 'SYNC_FAILED'
  | 'COMMITTED_NOT_SYNCED'
  | 'ANSWER_NOT_EXACT'
  | 'REPLICA_LOCKED'
  // building direct access
  | 'TOOLCHAIN_MISSING'
  | 'TOOLCHAIN_TOO_OLD'
  | 'PACKAGE_MISSING'
  | 'BUILD_FAILED'
  | 'ARCHIVE_INVALID'
  // everything else
  | 'SQLITE_NOT_LOADED'
  | 'USAGE'
  | 'INTERRUPTED'
  | 'INTERNAL';

/** What a {@link TursoSyncError} is made of, besides its code and message. */
export interface ErrorDetails {
  /** What to do next, as one or two sentences. */
  hint?: string;
  /** Whether the same call may succeed when it is simply made again. Default is false. */
  retryable?: boolean;
  /** What was thrown beneath. Its message never holds a token. */
  cause?: unknown;
}

/**
 * The one error class of turso-core. Anything else that escapes a public function is a defect.
 *
 * @example
 * ```ts
 * import { TursoSyncError } from 'turso-core';
 *
 * function explain(error: unknown): string {
 *   return error instanceof TursoSyncError ? `${error.code}: ${error.message} ${error.hint ?? ''}` : String(error);
 * }
 * ```
 */
export class TursoSyncError extends Error {
  override readonly name = 'TursoSyncError';
  /** The stable word for what went wrong. */
  readonly code: ErrorCode;
  /** What to do next. */
  readonly hint: string | undefined;
  /** Whether the same call may succeed when it is simply made again. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
  }

  /** The error as a plain object: the shape that `--json` prints under `error`. */
  toJSON(): { code: ErrorCode; message: string; hint: string | null; retryable: boolean } {
    return { code: this.code, message: this.message, hint: this.hint ?? null, retryable: this.retryable };
  }
}

/** Whether an error is a TursoSyncError of a code. */
export function hasCode(error: unknown, code: ErrorCode): error is TursoSyncError {
  return error instanceof TursoSyncError && error.code === code;
}

/** Whether an error says that the remote could not be asked: there was no connection to it, or no answer. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TursoSyncError && UNREACHABLE.includes(error.code);
}

const UNREACHABLE: readonly ErrorCode[] = ['REMOTE_UNREACHABLE', 'REMOTE_TLS', 'PROXY_FAILED'];

/** The code of a Node or SQLite error (`ENOENT`, `SQLITE_BUSY`), or an empty string. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** Why the system refused something, in plain words if it has a code of its own, which follows in brackets. */
export function reasonOf(error: unknown): string {
  const code = systemCode(error).replace('ERR_FS_', '');
  const words = REASONS[code];
  return words === undefined ? (error as Error).message : `${words} (${code})`;
}

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'there is a folder where a file belongs',
  EEXIST: 'something of that name is there already',
  ENOTDIR: 'there is a file where a folder belongs',
  ENAMETOOLONG: 'a name in its path is too long',
  ELOOP: 'its symbolic links lead in a circle',
  EACCES: 'permission is denied',
  EPERM: 'the system does not permit it',
  EROFS: 'its disk is read-only',
  EIO: 'its disk cannot be read or written',
  EMFILE: 'this program has too many files open',
  ENFILE: 'the system has too many files open',
};

/** Whether a write failed because the disk, a quota or a file size limit is used up. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL'].includes(systemCode(error));
}
