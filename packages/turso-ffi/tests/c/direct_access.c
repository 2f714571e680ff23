/*
 * A C program that uses turso.h: every function, and what must hold at the border. The tests run it under valgrind, and once
 * more to see that many calls do not make the process grow.
 *
 *   direct_access calls FILE_URL [REPLICA_PATH SERVER_URL]
 *   direct_access grow FILE_URL CALLS
 *   direct_access fork FILE_URL SERVER_URL
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "turso.h"

#define CHECK(condition)                                                              \
  do {                                                                                \
    if (!(condition)) {                                                               \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);   \
      exit(1);                                                                        \
    }                                                                                 \
  } while (0)

static turso_bytes bytes(const char *text) {
  turso_bytes result = {(const uint8_t *)text, strlen(text)};
  return result;
}

static const turso_bytes NOTHING = {NULL, 0};

static uint32_t u32_at(const turso_buffer *buffer, size_t at) {
  CHECK(at + 4 <= buffer->len);
  return buffer->data[at] | buffer->data[at + 1] << 8 | buffer->data[at + 2] << 16 | (uint32_t)buffer->data[at + 3] << 24;
}

static int64_t i64_at(const turso_buffer *buffer, size_t at) {
  return (int64_t)((uint64_t)u32_at(buffer, at) | (uint64_t)u32_at(buffer, at + 4) << 32);
}

/* Gives the buffer back, and says whether the call ended as it should. */
static int ends(turso_status status, turso_status wanted, turso_buffer *out) {
  if (status != TURSO_OK) {
    CHECK(u32_at(out, 0) == (uint32_t)status);
    CHECK(u32_at(out, 5) == strlen(turso_status_word(status)));
    CHECK(memcmp(out->data + 9, turso_status_word(status), u32_at(out, 5)) == 0);
    if (status != wanted) fprintf(stderr, "%s\n", turso_status_word(status));
  }
  turso_buffer_free(out);
  turso_buffer_free(out);
  CHECK(out->data == NULL && out->len == 0 && out->cap == 0);
  return status == wanted;
}

/* Encoded values: one INTEGER. */
static turso_bytes integer(uint8_t space[13], int64_t number) {
  memset(space, 0, 13);
  space[0] = 1;
  space[4] = 1;
  for (int i = 0; i < 8; i++) space[5 + i] = (uint8_t)((uint64_t)number >> (8 * i));
  turso_bytes result = {space, 13};
  return result;
}

static int64_t open_url(const char *db_path, const char *url) {
  turso_buffer out;
  int64_t id = 0;
  turso_options options;
  memset(&options, 0, sizeof options);
  options.db_path = bytes(db_path);
  options.url = bytes(url);
  CHECK(ends(turso_open(&options, &id, &out), TURSO_OK, &out));
  CHECK(id > 0);
  return id;
}

static void execute(int64_t connection, const char *sql) {
  turso_buffer out;
  CHECK(ends(turso_execute(connection, bytes(sql), NOTHING, &out), TURSO_OK, &out));
}

/* The INTEGER that a query of one row and one column answers with. */
static int64_t number(int64_t connection, const char *sql) {
  turso_buffer out;
  CHECK(turso_query(connection, bytes(sql), NOTHING, &out) == TURSO_OK);
  CHECK(u32_at(&out, 0) == 1);
  size_t at = 8 + u32_at(&out, 4);
  CHECK(u32_at(&out, at) == 1 && out.data[at + 4] == 1);
  int64_t result = i64_at(&out, at + 5);
  turso_buffer_free(&out);
  return result;
}

static void *write_some(void *connection) {
  turso_buffer out;
  uint8_t space[13];
  for (int i = 0; i < 20; i++) {
    turso_bytes params = integer(space, i);
    CHECK(ends(turso_execute(*(int64_t *)connection, bytes("INSERT INTO t VALUES (?)"), params, &out), TURSO_OK, &out));
    CHECK(number(*(int64_t *)connection, "SELECT count(*) FROM t") > 0);
  }
  return NULL;
}

static void use(int64_t connection) {
  turso_buffer out;
  uint8_t space[13];
  int64_t id;

  execute(connection, "CREATE TABLE t (v)");
  CHECK(turso_execute(connection, bytes("INSERT INTO t VALUES (?)"), integer(space, INT64_MIN), &out) == TURSO_OK);
  /* The changes, and no rows of no columns. */
  CHECK(out.len == 24 && i64_at(&out, 0) == 1 && i64_at(&out, 8) == 1 && i64_at(&out, 16) == 0);
  turso_buffer_free(&out);
  CHECK(number(connection, "SELECT v FROM t") == INT64_MIN);

  CHECK(ends(turso_query(connection, bytes("SELECT"), NOTHING, &out), TURSO_SQL_FAILED, &out));
  CHECK(ends(turso_query(connection, bytes("DELETE FROM t"), NOTHING, &out), TURSO_USAGE, &out));
  turso_bytes malformed = {space, 7};
  CHECK(ends(turso_query(connection, bytes("SELECT ?"), malformed, &out), TURSO_USAGE, &out));
  CHECK(ends(turso_query(connection, bytes("SELECT \xff"), NOTHING, &out), TURSO_USAGE, &out));
  CHECK(turso_query(connection, bytes("SELECT 1"), NOTHING, NULL) == TURSO_USAGE);

  /* Two statements without parameters. */
  const uint8_t batch[] = "\2\0\0\0\x19\0\0\0INSERT INTO t VALUES (10)\0\0\0\0\x0d\0\0\0DELETE FROM t\0\0\0\0";
  turso_bytes statements = {batch, sizeof batch - 1};
  CHECK(ends(turso_execute_batch(connection, statements, &out), TURSO_OK, &out));
  CHECK(number(connection, "SELECT count(*) FROM t") == 0);

  /* A column, and two rows. */
  const uint8_t rows[] = "\1\0\0\0\1\0\0\0v\2\0\0\0\0\4\2\0\0\0\0\xff";
  turso_bytes encoded = {rows, sizeof rows - 1};
  CHECK(ends(turso_insert_rows(connection, bytes("t"), encoded, &out), TURSO_OK, &out));
  CHECK(number(connection, "SELECT count(*) FROM t WHERE v IS NULL OR v = x'00ff'") == 2);
  for (size_t length = 0; length < sizeof rows - 1; length++) {
    encoded.len = length;
    CHECK(ends(turso_insert_rows(connection, bytes("t"), encoded, &out), TURSO_USAGE, &out));
  }

  CHECK(ends(turso_prepare(connection, bytes("SELECT ?"), &id, &out), TURSO_OK, &out));
  CHECK(turso_statement_query(id, integer(space, 7), &out) == TURSO_OK);
  CHECK(i64_at(&out, out.len - 8) == 7);
  turso_buffer_free(&out);
  CHECK(ends(turso_statement_execute(id, integer(space, 7), &out), TURSO_OK, &out));
  CHECK(ends(turso_statement_close(id, &out), TURSO_OK, &out));
  CHECK(ends(turso_statement_close(id, &out), TURSO_CONNECTION_CLOSED, &out));
  CHECK(ends(turso_prepare(connection, bytes("SELECT 1"), NULL, &out), TURSO_USAGE, &out));

  CHECK(ends(turso_cursor_open(connection, bytes("SELECT v FROM t"), NOTHING, &id, &out), TURSO_OK, &out));
  CHECK(turso_cursor_next(id, 1, &out) == TURSO_OK);
  CHECK(out.data[0] == 1);
  turso_buffer_free(&out);
  CHECK(ends(turso_cursor_next(id, 0, &out), TURSO_USAGE, &out));
  CHECK(ends(turso_cursor_close(id, &out), TURSO_OK, &out));

  CHECK(ends(turso_begin(connection, &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_transaction_execute(id, bytes("DELETE FROM t"), NOTHING, &out), TURSO_OK, &out));
  CHECK(ends(turso_transaction_query(id, bytes("SELECT * FROM t"), NOTHING, &out), TURSO_OK, &out));
  CHECK(ends(turso_rollback(id, &out), TURSO_OK, &out));
  CHECK(number(connection, "SELECT count(*) FROM t") == 2);
  CHECK(ends(turso_begin(connection, &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_transaction_execute(id, bytes("DELETE FROM t"), NOTHING, &out), TURSO_OK, &out));
  CHECK(ends(turso_commit(id, &out), TURSO_OK, &out));
  CHECK(number(connection, "SELECT count(*) FROM t") == 0);

  pthread_t threads[4];
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, write_some, &connection) == 0);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(number(connection, "SELECT count(*) FROM t") == 80);

  CHECK(ends(turso_set_auto_sync(connection, TURSO_AUTO_SYNC_INTERVAL, 20, &out), TURSO_OK, &out));
  CHECK(turso_sync(connection, &out) == TURSO_OK);
  CHECK(out.len == 16);
  turso_buffer_free(&out);
  CHECK(turso_stats(connection, &out) == TURSO_OK);
  CHECK(u32_at(&out, 0) >= 11);
  turso_buffer_free(&out);
  execute(connection, "DROP TABLE t");

  /* What is open goes with the connection. */
  CHECK(ends(turso_prepare(connection, bytes("SELECT 1"), &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_cursor_open(connection, bytes("SELECT 1"), NOTHING, &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_begin(connection, &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_close_connection(connection, &out), TURSO_OK, &out));
  CHECK(ends(turso_close_connection(connection, &out), TURSO_CONNECTION_CLOSED, &out));
  CHECK(ends(turso_query(connection, bytes("SELECT 1"), NOTHING, &out), TURSO_CONNECTION_CLOSED, &out));
}

/* Threads of this process. */
static int threads(void) {
  int count = 0;
  DIR *tasks = opendir("/proc/self/task");
  if (tasks == NULL) return 1; /* another system */
  for (struct dirent *task; (task = readdir(tasks)) != NULL;) count += task->d_name[0] != '.';
  closedir(tasks);
  return count;
}

/* A call that is under way until its connection is closed. */
static void *wait_for_events(void *connection) {
  turso_buffer out;
  turso_status status;
  while ((status = turso_next_event(*(int64_t *)connection, &out)) == TURSO_OK) turso_buffer_free(&out);
  CHECK(ends(status, TURSO_CONNECTION_CLOSED, &out));
  return NULL;
}

/* Ends the library with all that is open on a connection. */
static void shut_down(int64_t connection) {
  turso_buffer out;
  int64_t id;
  pthread_t waiting;
  CHECK(pthread_create(&waiting, NULL, wait_for_events, &connection) == 0);
  CHECK(ends(turso_prepare(connection, bytes("SELECT 1"), &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_cursor_open(connection, bytes("SELECT 1"), NOTHING, &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_begin(connection, &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_shutdown(&out), TURSO_OK, &out));
  CHECK(pthread_join(waiting, NULL) == 0);
  CHECK(threads() == 1);
  CHECK(ends(turso_query(connection, bytes("SELECT 1"), NOTHING, &out), TURSO_CONNECTION_CLOSED, &out));
  CHECK(ends(turso_commit(id, &out), TURSO_CONNECTION_CLOSED, &out));
  CHECK(ends(turso_shutdown(&out), TURSO_OK, &out));
  CHECK(turso_shutdown(NULL) == TURSO_USAGE);
}

static void calls(int count, char **arguments) {
  turso_buffer out;
  int64_t id = -1;
  CHECK(strcmp(turso_version(), VERSION) == 0);
  CHECK(strcmp(turso_status_word(TURSO_COMMITTED_NOT_SYNCED), "COMMITTED_NOT_SYNCED") == 0);
  CHECK(strcmp(turso_status_word((turso_status)999), "UNKNOWN") == 0);
  CHECK(ends(turso_init_runtime(&out), TURSO_OK, &out));
  CHECK(ends(turso_init_runtime(&out), TURSO_OK, &out));
  turso_buffer_free(NULL);
  CHECK(ends(turso_open(NULL, &id, &out), TURSO_USAGE, &out));
  CHECK(ends(turso_create_synced_db(NOTHING, NOTHING, NOTHING, &id, &out), TURSO_URL_MISSING, &out));
  CHECK(id == 0);
  CHECK(ends(turso_create_synced_db(NOTHING, bytes("ftp://x"), NOTHING, &id, &out), TURSO_URL_UNSUPPORTED, &out));
  CHECK(ends(turso_create_synced_db(NOTHING, bytes(arguments[0]), NOTHING, NULL, &out), TURSO_USAGE, &out));
  use(open_url("", arguments[0]));
  shut_down(open_url("", arguments[0]));
  if (count == 3) {
    use(open_url(arguments[1], arguments[2]));
    use(open_url("", arguments[2]));
    shut_down(open_url("", arguments[2]));
    shut_down(open_url(arguments[1], arguments[2]));
  }
}

/* Memory of this process that is in use, in kilobytes. */
static long resident(void) {
  char line[256];
  long result = -1;
  FILE *status = fopen("/proc/self/status", "r");
  CHECK(status != NULL);
  while (fgets(line, sizeof line, status) != NULL) sscanf(line, "VmRSS: %ld kB", &result);
  fclose(status);
  CHECK(result > 0);
  return result;
}

/* Ten calls. */
static void round_of_calls(int64_t connection, int64_t statement, const char *url) {
  turso_buffer out;
  uint8_t space[13];
  int64_t id;
  CHECK(number(connection, "SELECT count(*) FROM t") >= 0);
  CHECK(ends(turso_query(connection, bytes("SELECT v FROM t WHERE v = ?"), integer(space, 5), &out), TURSO_OK, &out));
  CHECK(ends(turso_query(connection, bytes("SELECT nothing"), NOTHING, &out), TURSO_SQL_FAILED, &out));
  CHECK(ends(turso_statement_query(statement, integer(space, 5), &out), TURSO_OK, &out));
  CHECK(ends(turso_prepare(connection, bytes("SELECT v FROM t"), &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_statement_close(id, &out), TURSO_OK, &out));
  CHECK(ends(turso_cursor_open(connection, bytes("SELECT v FROM t"), NOTHING, &id, &out), TURSO_OK, &out));
  CHECK(ends(turso_cursor_close(id, &out), TURSO_OK, &out));
  id = open_url("", url);
  CHECK(ends(turso_close_connection(id, &out), TURSO_OK, &out));
}

static void grow(char **arguments) {
  turso_buffer out;
  int64_t connection = open_url("", arguments[0]), statement;
  long count = atol(arguments[1]);
  execute(connection, "CREATE TABLE t (v)");
  execute(connection, "INSERT INTO t VALUES (5)");
  CHECK(ends(turso_prepare(connection, bytes("SELECT v FROM t WHERE v = ?"), &statement, &out), TURSO_OK, &out));
  for (long i = 0; i < count / 10; i += 10) round_of_calls(connection, statement, arguments[0]);
  long before = resident();
  for (long i = 0; i < count; i += 10) round_of_calls(connection, statement, arguments[0]);
  long growth = resident() - before;
  printf("%ld calls: %ld kB more than %ld kB\n", count, growth, before);
  CHECK(growth < 1024);
  CHECK(ends(turso_close_connection(connection, &out), TURSO_OK, &out));
}

/* Carries out `work` in a child, and waits for it. */
static void in_child(void (*work)(const char *), const char *url) {
  int status;
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    work(url);
    _exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void is_refused(const char *url) {
  turso_buffer out;
  int64_t id = 1;
  turso_options options;
  memset(&options, 0, sizeof options);
  options.url = bytes(url);
  CHECK(ends(turso_open(&options, &id, &out), TURSO_USAGE, &out));
  CHECK(ends(turso_query(1, bytes("SELECT 1"), NOTHING, &out), TURSO_USAGE, &out));
  CHECK(ends(turso_init_runtime(&out), TURSO_USAGE, &out));
  CHECK(ends(turso_shutdown(&out), TURSO_USAGE, &out));
}

static void is_served(const char *url) {
  CHECK(number(open_url("", url), "SELECT 7") == 7);
}

/* A child gets in before the first call and after the last one, and its parent goes on whatever it calls between them. */
static void forks(char **arguments) {
  turso_buffer out;
  const char *server = arguments[1];
  in_child(is_served, server);
  int64_t file = open_url("", arguments[0]);
  in_child(is_refused, server);
  int64_t remote = open_url("", server);
  for (int i = 0; i < 20; i++) {
    in_child(is_refused, server);
    CHECK(number(remote, "SELECT 7") == 7 && number(file, "SELECT 7") == 7);
  }
  CHECK(ends(turso_shutdown(&out), TURSO_OK, &out));
  in_child(is_served, server);
  is_served(server);
}

int main(int count, char **arguments) {
  CHECK(count >= 3);
  if (strcmp(arguments[1], "calls") == 0) calls(count - 2, arguments + 2);
  else if (strcmp(arguments[1], "grow") == 0 && count == 4) grow(arguments + 2);
  else if (strcmp(arguments[1], "fork") == 0 && count == 4) forks(arguments + 2);
  else return 2;
  return 0;
}
