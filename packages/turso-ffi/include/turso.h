/*
 * turso.h - the C interface of turso_ocaml_ffi: a live connection to a Turso (libSQL) database.
 *
 * A connection reads from an embedded replica and sends writes to the primary. After a write the replica is synced
 * before the call returns, so that the next read sees it.
 *
 * Rules that hold for every function:
 *
 *   - It answers with a turso_status: TURSO_OK, or what went wrong. No panic crosses this border.
 *   - Everything passed in is borrowed for the length of the call. Nothing that was passed in is kept.
 *   - `out`, where there is one, is always set: to the answer on TURSO_OK, to an encoded error otherwise. It is owned by
 *     the caller, who gives it back by turso_buffer_free, once, whatever the status was. `out` must not be NULL.
 *   - All functions may be called from any thread, on the same connection too. Calls block: release whatever lock a
 *     language runtime has before calling.
 *   - A process that was forked from one that had called a function gets TURSO_USAGE from every function, unless
 *     turso_shutdown came before the fork. It has none of the threads.
 *   - No call takes longer than timeout_ms, a query of a file neither: it ends with TURSO_SQL_FAILED then.
 *   - A call takes one statement. Transactions are begun and ended by turso_begin, turso_commit and turso_rollback, never by
 *     a statement (TURSO_USAGE); a batch or a transaction may have savepoints.
 *   - SQL and names hold no NUL (TURSO_USAGE): SQLite would run what stands before it.
 *   - Ids of connections, statements, cursors and transactions are never used again, so an id that was closed is told
 *     apart from every other one (TURSO_CONNECTION_CLOSED).
 *
 * Encoding. All integers are little-endian; lengths and counts are u32 unless said otherwise.
 *
 *   text      u32 length, then so many bytes of UTF-8
 *   value     u8 tag, then  0 NULL: nothing   1 INTEGER: i64   2 REAL: f64, by its bits
 *                           3 TEXT: u32 length, bytes (NUL included)        4 BLOB: u32 length, bytes
 *             TEXT that is given must be UTF-8 (else TURSO_USAGE); TEXT that is read may be any bytes
 *   values    u32 count, then so many values
 *   error     u32 status, u8 retryable (0 or 1), text code, text message, text hint
 *   rows      u32 columns, then a text each: their names; then u32 rows, then columns * rows values
 *   page      u8 more (1: call again), then rows
 *   changes   i64 rows changed, i64 rowid of the last row inserted
 *   executed  changes, then rows: those of a RETURNING clause, else none
 */
#ifndef TURSO_H
#define TURSO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a call came to. The words are the stable codes that errors carry, the same as turso-core's. */
typedef enum turso_status {
  TURSO_OK = 0,
  TURSO_USAGE = 1,                 /* USAGE: an argument is not of the form described here */
  TURSO_INTERNAL = 2,              /* INTERNAL: a defect of this library, such as a panic */
  TURSO_CONNECTION_CLOSED = 3,     /* CONNECTION_CLOSED: no such id, or it has been closed, also while the call ran */
  TURSO_URL_MISSING = 4,           /* URL_MISSING */
  TURSO_URL_UNSUPPORTED = 5,       /* URL_UNSUPPORTED: libsql:, https:, http:, wss:, ws:, file: are */
  TURSO_CONFIG_HAS_SECRET = 6,     /* CONFIG_HAS_SECRET: the URL carries a credential */
  TURSO_REMOTE_UNREACHABLE = 7,    /* REMOTE_UNREACHABLE: no connection, or no answer in time; nothing was written */
  TURSO_REMOTE_UNAUTHORIZED = 8,   /* REMOTE_UNAUTHORIZED: the token is refused (401) */
  TURSO_REMOTE_READ_ONLY = 9,      /* REMOTE_READ_ONLY: the token may not write (403) */
  TURSO_REMOTE_NOT_LIBSQL = 10,    /* REMOTE_NOT_LIBSQL: something else answers */
  TURSO_REMOTE_INTERRUPTED = 11,   /* REMOTE_INTERRUPTED: the answer was lost or is unreadable; a write may have been committed or not */
  TURSO_REMOTE_BUSY = 12,          /* REMOTE_BUSY: another writer was let in; nothing was changed */
  TURSO_REMOTE_FAILED = 13,        /* REMOTE_FAILED: the server failed for a reason of its own */
  TURSO_RESPONSE_TOO_LARGE = 14,   /* RESPONSE_TOO_LARGE: read less at once, or with a cursor */
  TURSO_SQL_FAILED = 15,           /* SQL_FAILED: SQL that does not compile, or fails as it runs */
  TURSO_CONSTRAINT_FAILED = 16,    /* CONSTRAINT_FAILED: a constraint of the schema; nothing was changed */
  TURSO_VALUE_TOO_LARGE = 17,      /* VALUE_TOO_LARGE: a row over the server's limit of 5,000,000 bytes */
  TURSO_SYNC_FAILED = 18,          /* SYNC_FAILED: the replica could not be brought up to date; nothing was written */
  TURSO_COMMITTED_NOT_SYNCED = 19, /* COMMITTED_NOT_SYNCED: the write IS on the primary; the replica does not have it yet */
  TURSO_REPLICA_LOCKED = 20,       /* REPLICA_LOCKED: another program uses the replica's file */
  TURSO_FILE_INACCESSIBLE = 21,    /* FILE_INACCESSIBLE: the replica's or the database's file cannot be read or written */
  TURSO_DISK_FULL = 22,            /* DISK_FULL */
  TURSO_TOKEN_OVER_HTTP = 23,      /* TOKEN_OVER_HTTP: the token would go to another machine by http:, for all to read; nothing was sent */
  TURSO_REMOTE_BLOCKED = 24,       /* REMOTE_BLOCKED: the limit of a plan is used up (402); nothing was changed */
  TURSO_REMOTE_REFUSES_SIZE = 25,  /* REMOTE_REFUSES_SIZE: the request is too large (413); nothing was changed */
  TURSO_REMOTE_REDIRECTED = 26,    /* REMOTE_REDIRECTED: the server names another place; nothing was sent there */
  TURSO_REMOTE_TLS = 27,           /* REMOTE_TLS: the server's certificate is not trusted, or it speaks no TLS; nothing was sent */
  TURSO_PROXY_FAILED = 28,         /* PROXY_FAILED: the proxy opens no connection; nothing was sent */
  TURSO_ANSWER_NOT_EXACT = 29      /* ANSWER_NOT_EXACT: a statement was carried out, but its answer cannot tell an infinity or text that is not UTF-8 */
} turso_status;

/* Bytes that the library made and the caller owns. */
typedef struct turso_buffer {
  uint8_t *data;
  size_t len;
  size_t cap;
} turso_buffer;

/* Bytes of the caller's, borrowed for the length of a call. `data` may be NULL where `len` is 0 (else TURSO_USAGE). */
typedef struct turso_bytes {
  const uint8_t *data;
  size_t len;
} turso_bytes;

/* Gives a buffer back, and empties it, so that a second call does no harm. */
void turso_buffer_free(turso_buffer *buffer);

/* The word of a status, such as "REMOTE_BUSY"; a string of the library's, never to be freed. */
const char *turso_status_word(turso_status status);

/* Version of the library, such as "0.1.0"; a string of the library's. */
const char *turso_version(void);

/* Starts the threads that do the work. Safe to call more than once; every other function does where nobody has. */
turso_status turso_init_runtime(turso_buffer *out);

/* Closes all connections and what is open on them, and ends the threads, so that a program leaves no memory or thread behind. Calls
 * under way end with TURSO_CONNECTION_CLOSED. A later call starts the threads again. `out` is empty. */
turso_status turso_shutdown(turso_buffer *out);

/* --- connections ----------------------------------------------------------------------------------------------------- */

/* When the replica is brought up to date by itself. */
typedef enum turso_auto_sync {
  TURSO_AUTO_SYNC_ON = 0,       /* after every write, before the call returns (default) */
  TURSO_AUTO_SYNC_OFF = 1,      /* by turso_sync alone */
  TURSO_AUTO_SYNC_INTERVAL = 2  /* in the background, every sync_interval_ms, and after every write as well */
} turso_auto_sync;

/* How to connect. Zeros mean the defaults. */
typedef struct turso_options {
  turso_bytes db_path;         /* the replica's file; empty: no replica, reads go to the primary too. Connections of one program
                                  share it; of two programs the second gets TURSO_REPLICA_LOCKED */
  turso_bytes url;             /* libsql:, https:, http:, wss:, ws:, or file: for a local database and no server */
  turso_bytes token;           /* empty: none */
  uint32_t auto_sync;          /* a turso_auto_sync */
  uint32_t sync_interval_ms;   /* default 1,000 */
  uint32_t timeout_ms;         /* for every call, retries included; default 30,000 */
  uint32_t max_retries;        /* repetitions of what is surely safe to repeat; default 5 */
  turso_bytes encryption_key;  /* of a database that its server keeps encrypted, in base64; empty: none */
  uint32_t offline_start;      /* 1: a sound replica is enough to open the connection while the server is away (refused, silent,
                                  unknown host, status 5xx or 429); default 0 */
  uint32_t slow_statement_ms;  /* calls that take at least so long are events (turso_on_event); 0: none are */
} turso_options;

/* Opens a connection; `*connection_id` is above 0. The first sync is done when it returns; TURSO_SYNC_FAILED says that it failed. On
 * TURSO_OK `out` is a text: a word about what was found, such as that a damaged replica was rebuilt, or empty.
 *
 * With offline_start, reads then use the replica as the last sync left it, and writes fail until the server is back. The first sync is
 * made up for in the background, unless auto_sync is off. A replica that is not there, is damaged, or was last synced with another
 * URL is not used: the error is that of the server, and its message says why. */
turso_status turso_open(const turso_options *options, int64_t *connection_id, turso_buffer *out);

/* turso_open with the defaults: the shape of the OCaml external of this name. */
turso_status turso_create_synced_db(turso_bytes db_path, turso_bytes url, turso_bytes token, int64_t *connection_id,
                                    turso_buffer *out);

/* Switches auto-sync; `mode` is a turso_auto_sync. `out` is empty. */
turso_status turso_set_auto_sync(int64_t connection_id, uint32_t mode, uint32_t sync_interval_ms, turso_buffer *out);

/* Renews the token; empty: none. Calls that begin from now on, repetitions and syncs in the background have it. Calls under way go on
 * with the token that they began with. Other connections that share the replica sync with it too. A token that cannot be sent is
 * refused (TURSO_REMOTE_UNAUTHORIZED, TURSO_TOKEN_OVER_HTTP), and the one before stays. `out` is empty. */
turso_status turso_set_token(int64_t connection_id, turso_bytes token, turso_buffer *out);

/* Brings the replica up to date. `out`: u64 frames that came, u64 the replica's frame number. A connection without a replica
 * answers 0, 0. */
turso_status turso_sync(int64_t connection_id, turso_buffer *out);

/* Closes it, and its statements, cursors and open transaction (rolled back). Calls under way on other threads end with
 * TURSO_CONNECTION_CLOSED. `out` is empty. */
turso_status turso_close_connection(int64_t connection_id, turso_buffer *out);

/* `out`: u32 count, then pairs of a text (name) and an i64: writes, reads, syncs, retries, reconnects (the server answered
 * again after a request that it had not), rebuilds, frame_no, last_sync_ms_ago (-1: never by this process),
 * replica_age_ms (since the last sync, also by an earlier process; -1: never), rows_written, requests (over the
 * network, those of syncs too), open_statements, open_cursors. New names may be added.
 *
 * Times of the calls that succeeded: latency_reads_count, and latency_reads_p50_us, _p95_us and _max_us in microseconds, each at most
 * 1/16 too long; the same for writes (with the sync after each) and syncs. They need the same memory however many calls there were. */
turso_status turso_stats(int64_t connection_id, turso_buffer *out);

/* --- events ------------------------------------------------------------------------------------------------------------- */

/* An event: text type, u32 count, then so many pairs of a text (name) and a value. Types and names may be added.
 *
 *   "sync"     frames, frame_no, duration_ms (REAL): a sync succeeded, also one in the background or of another connection of
 *              the program to the same replica
 *   "retry"    code, message, pause_ms (REAL): a call or a request is repeated after a pause
 *   "rebuild"  reason: the replica was fetched again
 *   "slow"     sql, duration_ms (REAL): a call took at least slow_statement_ms. The text has a ? in the place of each value, and is
 *              cut after 1,000 bytes
 *
 * A connection keeps the last 256 events from its opening on, until somebody takes them. Those that are left when it closes are
 * dropped. Use a callback or turso_next_event: each event goes to one of them. */

/* Receives an event, which is borrowed for the length of the call. */
typedef void (*turso_event_callback)(void *context, const uint8_t *event, size_t length);

/* Sets the callback for events, or none with NULL. It is called on a thread of the library, one event at a time. It may call every
 * function, also turso_close_connection. It must return, and no exception or longjmp may leave it. When this function or
 * turso_close_connection has returned, the callback before is not running and is not called again; within a callback, it ends with
 * that call. So do not hold a lock that the callback needs. `out` is empty. */
turso_status turso_on_event(int64_t connection_id, turso_event_callback callback, void *context, turso_buffer *out);

/* Waits for the next event, for as long as it takes, and is the one call without a time limit. It ends with TURSO_CONNECTION_CLOSED
 * when the connection is closed. For languages whose threads must not be called from outside. `out`: an event. */
turso_status turso_next_event(int64_t connection_id, turso_buffer *out);

/* --- statements --------------------------------------------------------------------------------------------------------- */

/* Runs one statement that reads. `params` are encoded values, or empty. `out`: rows. */
turso_status turso_query(int64_t connection_id, turso_bytes sql, turso_bytes params, turso_buffer *out);

/* Runs one statement that writes, on the primary. `out`: executed. Never repeated once it may have been begun. */
turso_status turso_execute(int64_t connection_id, turso_bytes sql, turso_bytes params, turso_buffer *out);

/* Runs statements in one transaction, sent as one request: all of them or none. `statements`: u32 count, then for each a text
 * (SQL) and values. `out`: changes, summed up; an error's message names the statement, counted from 1. */
turso_status turso_execute_batch(int64_t connection_id, turso_bytes statements, turso_buffer *out);

/* Inserts rows into a table in one transaction, as few statements as may be: `rows` is u32 columns, a text each: their names;
 * u32 rows, then columns * rows values. `out`: changes. */
turso_status turso_insert_rows(int64_t connection_id, turso_bytes table, turso_bytes rows, turso_buffer *out);

/* A statement that is compiled once. It reads or writes as its SQL does. */
turso_status turso_prepare(int64_t connection_id, turso_bytes sql, int64_t *statement_id, turso_buffer *out);
turso_status turso_statement_query(int64_t statement_id, turso_bytes params, turso_buffer *out);   /* out: rows */
turso_status turso_statement_execute(int64_t statement_id, turso_bytes params, turso_buffer *out); /* out: executed */
turso_status turso_statement_close(int64_t statement_id, turso_buffer *out);

/* A query whose rows are fetched as they are wanted. All of them are of one state of the database. A cursor that has failed stays so:
 * where the error is retryable, open another one and read all rows again. */
turso_status turso_cursor_open(int64_t connection_id, turso_bytes sql, turso_bytes params, int64_t *cursor_id,
                               turso_buffer *out);
turso_status turso_cursor_next(int64_t cursor_id, uint32_t max_rows, turso_buffer *out); /* out: page */
turso_status turso_cursor_close(int64_t cursor_id, turso_buffer *out);

/* --- transactions of several calls ----------------------------------------------------------------------------------------- */

/* Begins a write transaction on the primary. Its reads see its writes, and may be of RETURNING. While it is open, other calls on the
 * connection are not part of it. Where the server ends it (perhaps it was idle, or another writer was let in), every further call but
 * turso_rollback fails with TURSO_REMOTE_BUSY and nothing of it is written. turso_commit and turso_rollback end it and its id,
 * whatever comes of them. */
turso_status turso_begin(int64_t connection_id, int64_t *transaction_id, turso_buffer *out);
turso_status turso_transaction_query(int64_t transaction_id, turso_bytes sql, turso_bytes params, turso_buffer *out);
turso_status turso_transaction_execute(int64_t transaction_id, turso_bytes sql, turso_bytes params, turso_buffer *out);
turso_status turso_commit(int64_t transaction_id, turso_buffer *out);
turso_status turso_rollback(int64_t transaction_id, turso_buffer *out);

#ifdef __cplusplus
}
#endif

#endif
