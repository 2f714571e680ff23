/**
 * A stable word for every refusal and failure of turso-sync, for scripts. The texts of messages may change
 * between versions; these words do not. `docs/reference/errors.md` explains each.
 */
export type ErrorCode =
  // Configuration
  /**
   * turso-sync cannot use a setting: an unknown key, a value of the wrong type, an unknown rule in `policy`, or an
   * unknown environment in `--env`. The message names the setting and suggests the nearest known one. Correct the
   * config or the command line. In an Nx workspace, the plugin in nx.json can also be the cause: an invalid option, or
   * two entries with colliding targets.
   */
  | 'CONFIG_INVALID'
  /**
   * A config file holds a token or an encryption key, or the database URL holds a token. Remove it there. Put the
   * token into `TURSO_AUTH_TOKEN`, and the key into the variable named by `encryptionKeyVariable`:
   * [security](docs/security.md).
   */
  | 'CONFIG_HAS_SECRET'
  /**
   * turso-sync cannot read the config. The file has a syntax error, it needs the package `typescript`, or the file
   * named by `--config` does not exist. Fix the file, install `typescript`, or name another file.
   */
  | 'CONFIG_UNREADABLE'
  /**
   * No database URL is set. Set `TURSO_DATABASE_URL`, or the variable named in the config, in the environment or in
   * `.env` beside the config. `turso-sync status` shows the variables and whether they are set. `openLive()` reads no
   * variables: pass it the `url`.
   */
  | 'URL_MISSING'
  /**
   * turso-sync cannot use the database URL. It must start with `libsql:`, `https:`, `http:`, `wss:`, `ws:` or `file:`.
   * A `file:` URL must name a file, and never the working copy itself. Correct the URL: [the rules](docs/connection.md#the-url).
   */
  | 'URL_UNSUPPORTED'
  // The remote
  /**
   * The base belongs to another remote. The URL differs, or the server at the same URL reports another log. The
   * message names both remotes. Set the URL back. If you mean the new remote, confirm it once with `--accept-remote`.
   * Your edits stay in the working copy, and guards protect the rows of others on the new remote. A server that
   * crashed and rebuilt its log looks like another database. `status` reports the change without failing.
   */
  | 'REMOTE_CHANGED'
  /**
   * The file of the `file:` URL does not exist, or it is empty although the base has tables. Look for a typo in the
   * URL, or a disk that is not mounted. To start with a new, empty database, add `--create` to the first `init`.
   * If the file is lost for good, `init --from working_copy.db --accept-remote` creates and
   * [fills a new one](docs/workflow.md#when-state-is-lost).
   */
  | 'REMOTE_MISSING'
  /**
   * The remote of this environment has no tables, but its base would start from another environment with tables. To
   * fill the remote, run `init --from working_copy.db` with this environment, then `push`.
   */
  | 'REMOTE_EMPTY'
  /**
   * The remote already has tables, and `init --from` fills only an empty database. Name an empty database, or run
   * `init` to work with the tables that are there. To bring the remote to the content of your file, put the file in
   * the place of the working copy and run `init --keep-edits`.
   */
  | 'REMOTE_NOT_EMPTY'
  /**
   * The remote does not answer: its host is unknown, refuses the connection, or stays silent. turso-sync waits 10
   * seconds for a connection, and 60 seconds for the next bytes. A live connection has its own `timeout`. Check the
   * URL, and whether `curl <url>/health` answers. For a `file:` URL, check that the folder exists and you may write to
   * it.
   */
  | 'REMOTE_UNREACHABLE'
  /**
   * The connection cannot be trusted, so turso-sync sent nothing and changed nothing. The certificate is not trusted,
   * has expired, is not valid yet, or is for another host. Or the server does not speak TLS. Follow the hint, or read
   * about [certificates](docs/connection.md#certificates).
   */
  | 'REMOTE_TLS'
  /**
   * The proxy in `HTTPS_PROXY` or `HTTP_PROXY` opens no connection to the server, so nothing was sent. It is not
   * there, wants a user name and a password (407), forbids the host (403), or cannot reach it (502). Or the variable
   * does not hold the address of an HTTP proxy. Correct the variable, or ask for access:
   * [proxies](docs/connection.md#proxies).
   */
  | 'PROXY_FAILED'
  /**
   * The server refuses the token (401): it is missing, wrong or expired. `turso db tokens create <database>` creates a
   * new one. If the message is about an encryption key, see
   * [token and encryption key](docs/connection.md#token-and-encryption-key).
   */
  | 'REMOTE_UNAUTHORIZED'
  /**
   * The server does not allow this with your token (403): the token may only read, or access to the database is
   * blocked. A push needs a token with write access. A `file:` remote reports this if you may not write to the file:
   * check its permissions.
   */
  | 'REMOTE_READ_ONLY'
  /**
   * The server blocks the request (402, or `BLOCKED` in its answer), and nothing was changed. A limit of your plan at
   * the provider is used up, or the server does not allow this statement. Another token does not help. Look at the
   * plan and the usage of the database.
   */
  | 'REMOTE_BLOCKED'
  /**
   * The token or the encryption key would go over plain `http:` to another machine, readable for everyone on the way.
   * Write `https:` or `libsql:`. On your own network, set `TURSO_SYNC_ALLOW_HTTP_TOKEN=1` in the environment, or pass
   * `allowHttpToken` in a program. For `comment` and `reviewed`, use the `https:` address of the API.
   */
  | 'TOKEN_OVER_HTTP'
  /**
   * Something answers at this URL, but it is not a libSQL server. Check the URL, and the proxies in between. For a
   * `file:` remote, SQLite cannot read the file. If Turso Database keeps it in MVCC mode, run
   * `PRAGMA journal_mode = 'wal'` in the app and close the database.
   */
  | 'REMOTE_NOT_LIBSQL'
  /**
   * The server points to another address, by a redirect or by `base_url`. turso-sync does not follow, and sent neither
   * data nor a token there. If your database is there, put that address into the URL.
   */
  | 'REMOTE_REDIRECTED'
  /**
   * The connection broke off. A command that only reads has changed nothing: run it again. After a push, nobody knows
   * yet whether it arrived. Run `push`, `pull`, `undo` or `init`: each finds out and finishes the push. In a live
   * connection, a write may have arrived: look before you write it again.
   */
  | 'REMOTE_INTERRUPTED'
  /**
   * The downloaded database has damaged pages. Run the command again. If the error stays, restore the remote from a
   * backup. A full-text index of another SQLite version is not damage, and neither are rows older than a rule:
   * [they are kept](docs/virtual-tables.md#indexes-by-other-versions). Only a server without `sqlite_dbpage` cannot
   * send rows that break `NOT NULL` or `STRICT`: fix these rows there, or leave their table out with `exclude`.
   */
  | 'REMOTE_DAMAGED'
  /**
   * The server or another writer was in the way, and nothing was changed. Run the command again.
   *
   * - Another writer holds the database. Wait until it is done.
   * - Another writer was let in before the push was through. A server does this if others wait and a transaction takes
   *   longer than 5 seconds. Rebuilding a table of millions of rows takes that long. Repeat such a push while nobody
   *   writes.
   * - The server has too many requests: 429, or 503 with `Retry-After`. turso-sync has already waited as long as the
   *   server asks, up to 30 seconds. Send fewer requests at a time.
   * - The server gave up an idle connection, or was restarted: 404 or 410 for a stream.
   * - The server ended a transaction of a live connection, and does not tell why. Perhaps it was idle for some seconds,
   *   kept others waiting, or the server was restarted. Run all of it again.
   */
  | 'REMOTE_BUSY'
  /**
   * A definition on the remote uses a function, module or tokenizer unknown to plain SQLite. An example is a CHECK
   * that calls `vector_distance_cos`. Drop or rewrite the object, or leave its table out with
   * [`exclude`](docs/workflow.md#tables-to-leave-out). Vector indexes and `RANDOM ROWID` tables are fine:
   * [they are set aside](docs/libsql-only.md).
   */
  | 'REMOTE_UNSUPPORTED_SCHEMA'
  /**
   * A text in `sqlite_schema` is not exactly the CREATE statement of its object, or the object has a name reserved for
   * SQLite. None of it was executed. Somebody wrote into `sqlite_schema`. Look at the text there, drop the object, and
   * create it again: [security](docs/security.md).
   */
  | 'DEFINITION_INVALID'
  /**
   * The server reports an error of its own, and the message quotes it. Nothing was changed.
   *
   * With 408, 500, 502, 503 or 504, the server or a proxy before it did not finish the request, and does not say how
   * it ended. Look at the log of the server, then run the command again. After a push, run `push`, `pull`, `undo` or
   * `init`: each finds out whether the push arrived, and finishes it.
   */
  | 'REMOTE_FAILED'
  /**
   * The server, or a proxy before it, does not take a request of this size (413). Nothing was changed. Change fewer or
   * smaller rows at a time, or raise the limit of the proxy.
   */
  | 'REMOTE_REFUSES_SIZE'
  /**
   * The answer of the server is too large. If one row exceeds the 10 MB of a server's answer, ask for fewer or smaller
   * rows at a time. If the answer exceeds every answer of a libSQL server, check the URL and the proxies. These limits
   * are 64 MB, 3 million rows and values, and about 1 MB for the answer to a push.
   */
  | 'RESPONSE_TOO_LARGE'
  // Local files
  /** There is a base already, and `init --from` is for the first use. Edit the working copy and push. */
  | 'ALREADY_INITIALIZED'
  /**
   * `restore` cannot use this backup. There is none of this name, it is damaged, or its base was replaced by hand.
   * Name another one: the message or `turso-sync clean` lists them.
   */
  | 'BACKUP_UNUSABLE'
  /**
   * There is no snapshot, or it was taken with another `exclude`. Run `turso-sync init`. In Nx, run the target
   * `turso-init`.
   */
  | 'SNAPSHOT_MISSING'
  /**
   * There is no base. Run `turso-sync init`. In Nx, run the target `turso-init`. If there is a working copy without a
   * base, the message says what is lost, and `init --keep-edits` keeps its edits:
   * [when state is lost](docs/workflow.md#when-state-is-lost). In a new environment for a working copy in use, run
   * `pull`: its base starts from the other environment.
   */
  | 'BASE_MISSING'
  /**
   * The base is damaged: somebody changed files under `.turso`, or a disk failed. `turso-sync init --keep-edits` keeps
   * your working copy, and everything that differs from the remote counts as your edit. `turso-sync init --force`
   * starts over and keeps a dated backup of your working copy.
   */
  | 'BASE_DAMAGED'
  /** There is no working copy: somebody moved or deleted it. `turso-sync init` recreates it from the remote. */
  | 'WORKING_COPY_MISSING'
  /**
   * The working copy is not an SQLite database: another program wrote to it. Restore the file, or run `init --force`,
   * which keeps a dated backup of it.
   */
  | 'WORKING_COPY_NOT_A_DATABASE'
  /**
   * Turso Database keeps the working copy in MVCC mode, and SQLite cannot read it. Edits may be in the file `-log`
   * beside it. Run `PRAGMA journal_mode = 'wal'` in the app, close the database, and run the command again. Or run
   * `init --force`: it keeps the file and its log as a backup.
   */
  | 'WORKING_COPY_MVCC'
  /**
   * The working copy is damaged: something other than SQLite wrote to it. Restore it from a backup, or run
   * `init --force`, which keeps a dated backup of the file.
   */
  | 'WORKING_COPY_CORRUPT'
  /**
   * A program keeps a transaction open in the working copy for more than 5 seconds. End the transaction and run the
   * command again. A pull also fails like this if the app writes faster than the pull can finish: let the app pause.
   */
  | 'WORKING_COPY_LOCKED'
  /**
   * The working copy has changes that were not pushed, and `init` does not overwrite them. Push them, or run
   * `init --force`, which keeps a dated backup. If the file has no base, nobody can tell its edits: run
   * `init --keep-edits` to keep it.
   */
  | 'WORKING_COPY_HAS_CHANGES'
  /** A newer version of turso-sync wrote `.turso`. Update turso-sync. Nothing was changed. */
  | 'STATE_TOO_NEW'
  /**
   * The state folder holds a link, or files of another program. turso-sync replaces and removes files there without
   * asking, so it stopped and changed nothing. Set `stateDir` to a new or empty folder, or remove the link.
   */
  | 'STATE_FOREIGN'
  /**
   * The state belongs to another working copy. The base has what was pushed from there, so a push from here would take it
   * back. Nothing was changed. Give each working copy its own `stateDir`.
   */
  | 'STATE_SHARED'
  /**
   * Another turso-sync works in this folder, and the message names it. Wait until it ends, then run the command again.
   * A dead process holds no lock.
   */
  | 'STATE_LOCKED'
  /**
   * turso-sync cannot read or write a file or folder. The message names it and the reason. Check the path and the
   * permissions. If the message says "already exists", name another file: this one would be replaced.
   */
  | 'FILE_INACCESSIBLE'
  /**
   * The disk is full. Free some space and run the command again. Temporary files are removed. If a change was made by
   * then, the message says so, and the next command finishes it.
   */
  | 'DISK_FULL'
  // Changes
  /**
   * There is no such table to show. `diff --table` names a table in neither the base nor the working copy, or one left
   * out by [`exclude`](docs/workflow.md#tables-to-leave-out). Or `plan.rows()` names a table the plan does not change.
   * Correct the name: the message suggests the nearest one.
   */
  | 'TABLE_NOT_FOUND'
  /**
   * The working copy has a change that turso-sync cannot push. The message names it:
   * [what can be pushed today](docs/workflow.md#what-can-be-pushed-today). Make this change on the remote itself, take
   * a new snapshot with `init --force`, and redo the rest.
   *
   * "In a rehearsal" in the message means: the changed definitions would come out differently on the remote than in
   * the working copy ([rehearsal](docs/schema-changes.md#rehearsal)). A pull can fail like this too: the hint then
   * names the way on.
   */
  | 'UNSUPPORTED_CHANGE'
  /**
   * A row or value is too large: libSQL servers take up to 5,000,000 bytes. The message names the table and the key.
   * Make the row smaller, or keep such values outside the database.
   */
  | 'VALUE_TOO_LARGE'
  /**
   * A push was cut off before its answer came, and nothing on the remote shows whether it arrived. The token could not
   * leave a receipt, the push is more than 30 days old, or this command runs against another URL. Look at the
   * remote, then run `push --resume=arrived` or `push --resume=repeat`:
   * [when a run is cut off](docs/workflow.md#when-a-run-is-cut-off). If the record of the push is missing, the message
   * says so, and the hint names the way on.
   */
  | 'PUSH_UNDECIDED'
  /**
   * turso-sync cannot read a plan, or the record of a push. The file is missing, cut off, or not as turso-sync wrote
   * it. Do not reformat a plan: save it again with `diff --save <file>`.
   */
  | 'CHANGES_UNREADABLE'
  /**
   * The plan no longer fits, and nothing was sent. Others changed its rows or definitions (`conflicts.json` lists
   * them), it is for another remote, or [`exclude`](docs/workflow.md#tables-to-leave-out) leaves out one of its
   * tables. A plan that adds rows without a key expires after 30 days. Pull, then make and review a new plan.
   */
  | 'PLAN_STALE'
  /**
   * A newer turso-sync wrote this plan, or the record of this push. Update turso-sync here, or save the plan again
   * with this version.
   */
  | 'PLAN_TOO_NEW'
  /**
   * A [check](docs/policy.md#checks) cannot run here or [on the remote](docs/policy.md#on-the-remote), or it is not
   * one query that only reads. Nothing was changed. The message names the reason: rewrite the query.
   */
  | 'CHECK_INVALID'
  /**
   * A check did not end within 30 seconds, or the `checkSeconds` of the config. Nothing was sent. Make the query
   * faster, for example with an index, or raise `checkSeconds`.
   */
  | 'CHECK_TIMEOUT'
  /**
   * There is no push to undo: none was made from this folder, or none of this number is kept. `undo --list` shows the
   * pushes.
   */
  | 'NOTHING_TO_UNDO'
  /**
   * turso-sync cannot take this push back, and nothing was sent. Its changes could not be recorded, the record does
   * not show how to take them back, or `exclude` now leaves out a changed table. Change the rows back in the working
   * copy, and push. `undo --push N` takes back an earlier push.
   */
  | 'UNDO_IMPOSSIBLE'
  // GitHub and GitLab
  /**
   * This is not a job of GitHub Actions or GitLab CI, or its variables do not name the repository. Say where to
   * comment: `--provider github --repository owner/name --pull-request 12`.
   */
  | 'CODE_HOST_UNKNOWN'
  /**
   * The variable for the token is not set. In GitHub Actions, add `env: GITHUB_TOKEN: ${{ github.token }}` to the
   * step. In GitLab, set the CI/CD variable `GITLAB_TOKEN` to a project access token with the scope `api`, because
   * `CI_JOB_TOKEN` cannot write comments.
   */
  | 'CODE_HOST_TOKEN_MISSING'
  /**
   * GitHub or GitLab refuses the token (401): it is wrong or has expired. Set the variable to a valid token, without
   * quotes.
   */
  | 'CODE_HOST_UNAUTHORIZED'
  /**
   * The token does not allow this, or the pull request does not exist (403 or 404). In GitHub Actions, the job needs
   * `permissions: pull-requests: write`; a run for a fork never has it. In GitLab, the token needs the scope `api` and
   * the role Reporter or higher.
   */
  | 'CODE_HOST_REFUSED'
  /**
   * GitHub or GitLab has reached a limit of requests, or fails. turso-sync has already tried up to five times within
   * 90 seconds, at the times the host asks for. Run the job again later.
   */
  | 'CODE_HOST_BUSY'
  /**
   * GitHub or GitLab does not answer: its host is unknown, refuses the connection, or gives no answer within 30
   * seconds. Check the network of the job and the address of the API.
   */
  | 'CODE_HOST_UNREACHABLE'
  /**
   * The API points to another address, for example after a repository was renamed. No token went there. Use the new
   * name or address.
   */
  | 'CODE_HOST_REDIRECTED'
  /**
   * The API does not take the request (422 or another error), or its answer is not one of this API. The message quotes
   * the API. Check the options of the command, the address of the API, and the proxies in between.
   */
  | 'CODE_HOST_FAILED'
  /**
   * [`reviewed`](docs/ci.md#push-what-was-reviewed) found a pull request merged without a review, and nothing was
   * pushed. Its job failed, has not ended, or never ran for the last commit, or its artifact has expired. If the job
   * has not ended, run this one again later. Otherwise look at its changes, and push by hand.
   */
  | 'REVIEW_MISSING'
  // The live connection
  /**
   * The statement does not compile, or failed while it ran. Nothing of it was changed. The message is SQLite's: check
   * the SQL against the schema.
   */
  | 'SQL_FAILED'
  /**
   * A constraint refuses the statement: UNIQUE, NOT NULL, CHECK, a foreign key, or RAISE in a trigger. Neither the
   * statement nor its batch changed anything. A transaction of several calls stays open. Correct the values and try
   * again.
   */
  | 'CONSTRAINT_FAILED'
  /**
   * The call came after `close()`, or on a transaction already committed or rolled back. Open another connection, or
   * begin another transaction.
   */
  | 'CONNECTION_CLOSED'
  /**
   * The replica could not be brought up to date, and this call wrote nothing. On an open connection, reads go on with
   * the data in the replica: call `sync()` again. If the connection could not open, `offlineStart` lets it open while
   * the server is away ([start without the server](docs/direct-access.md#start-without-the-server)).
   *
   * If the message says that the replica is still being fetched, the same call continues there, even in another
   * process. A longer `timeout` waits longer. If the server has no log for replicas, open the connection without
   * `replica` ([compatibility](docs/compatibility.md)).
   */
  | 'SYNC_FAILED'
  /**
   * The write **is** on the primary, but the sync after it failed. Do not write it again. Call `sync()` before you
   * read it: [errors](docs/direct-access.md#errors-and-what-is-repeated).
   */
  | 'COMMITTED_NOT_SYNCED'
  /**
   * The statement **was** carried out, but its answer cannot express a value. Do not run the statement again, but read
   * the rows with `query()`. There are two cases:
   *
   * - An infinity, if the server speaks only JSON. After RETURNING, write `?1` instead of `?`
   *   ([compatibility](docs/compatibility.md#what-was-not)).
   * - Text with invalid UTF-8 after RETURNING. Write `CAST(column AS BLOB)`.
   */
  | 'ANSWER_NOT_EXACT'
  /**
   * Another program, or another connection of this one, has the same replica open. Two of them would damage the file.
   * Give each its own file. A dead program holds no lock, and the `-lock` file it leaves does no harm.
   */
  | 'REPLICA_LOCKED'
  // Everything else
  /**
   * Node cannot load better-sqlite3: its binary is for another Node, or was never built. Run
   * `npm rebuild better-sqlite3`. pnpm needs your permission to build it: run `pnpm approve-builds`, then
   * `pnpm rebuild better-sqlite3`.
   */
  | 'SQLITE_NOT_LOADED'
  /**
   * The command line or the options of a call are wrong. `turso-sync <command> --help` shows the options and an
   * example. In Nx, the target may lack the configuration you named. Or Nx would cache a snapshot under a key without
   * the remote's fingerprint: [Nx](docs/nx.md).
   */
  | 'USAGE'
  /**
   * Ctrl-C or another signal ended the command. Temporary files are removed. A push may have arrived: the next `push`,
   * `pull`, `undo` or `init` finds out. In the library, the process for the work was killed, or could not start. Keep
   * `turso-core` out of a bundle, because it starts a file of its own.
   */
  | 'INTERRUPTED'
  /**
   * The program that called the library aborted the verb by its `signal`, and the reason of the signal is the `cause`. The
   * remote, the base and the working copy are as before. Call the verb again when you want to.
   */
  | 'ABORTED'
  /** This is a defect of turso-sync. Please report it with the whole message. */
  | 'INTERNAL';

/** What a {@link TursoSyncError} is made of, besides its code and message. */
export interface ErrorDetails {
  /** What to do next, as one or two sentences. */
  hint?: string;
  /** Whether the same call may succeed when it is simply made again. Default is false. */
  retryable?: boolean;
  /** What was thrown beneath. Its message never holds a token. */
  cause?: unknown;
  /** Whether the line breaks in the message are meant. Else they are shown as `\\n`. Default is false. */
  hasLines?: boolean;
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
  /** The name of the class. */
  override readonly name = 'TursoSyncError';
  /** The stable word for what went wrong. */
  readonly code: ErrorCode;
  /** What to do next. */
  readonly hint: string | undefined;
  /** Whether the same call may succeed when it is simply made again. */
  readonly retryable: boolean;
  /** Whether the line breaks in the message are meant, as in a list of programs. */
  readonly hasLines: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
    this.hasLines = details.hasLines ?? false;
  }

  /** The error as a plain object: the shape that `--json` prints under `error`. */
  toJSON(): { code: ErrorCode; message: string; hint: string | null; retryable: boolean } {
    return { code: this.code, message: this.message, hint: this.hint ?? null, retryable: this.retryable };
  }
}

/** Returns the same error in other words. */
export function reworded(
  error: TursoSyncError,
  { message = error.message, hint = error.hint }: { readonly message?: string; readonly hint?: string },
): TursoSyncError {
  const { code, retryable, hasLines, cause } = error;
  return new TursoSyncError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    retryable,
    hasLines,
    cause,
  });
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
  EEXIST: 'something of that name already exists',
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
